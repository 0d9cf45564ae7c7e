"""Where sites send people: redirects of every kind."""

import asyncio
import itertools

from tests.namespace.cases import FINE, SHELF, Case, at, page
from tests.namespace.internet import Site, certificate
from tests.servers.misbehaving import Behaviour, after, answer, by_path, redirect


def _home(location: str) -> Site:
    return Site(by_path({"/": redirect(location), "/home": FINE}))


def _raw(location: bytes, *, status: int = 302) -> Behaviour:
    return answer(status, b"", "Location: " + location.decode())


def _hops(number: int, *, wait_s: float = 0) -> Site:
    last = {f"/{number}": FINE}
    ways = {f"/{hop or ''}": after(wait_s, redirect(f"/{hop + 1}")) for hop in range(number)}
    return Site(by_path({**ways, **last}))


def _counter() -> Behaviour:
    count = itertools.count()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await redirect("/", f"Set-Cookie: n={next(count)}; Path=/")(reader, writer)

    return behave


def _growing() -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        again = asyncio.StreamReader()
        again.feed_data(head)
        path = head.split()[1].decode()
        await redirect(f"{path}{'&' if '?' in path else '?'}n=1")(again, writer)

    return behave


def _with_cookie(name: bytes, then: Behaviour, otherwise: Behaviour) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        again = asyncio.StreamReader()
        again.feed_data(head)
        await (then if name in head else otherwise)(again, writer)

    return behave


_UNSAFE = ("https://{}:8080/", "ftp://{}/", "data:text/html,hello", "mailto:a@b.example", "intent://x#Intent;end")
_MOVES = by_path(
    {"/": _raw(b"/a", status=303), "/a": _raw(b"/b", status=307), "/b": _raw(b"/c", status=308), "/c": FINE}
)

ELSEWHERE = {
    "www.way-protocol.example": Site(FINE),
    "shut.elsewhere.example": Site(),
    "ill.elsewhere.example": Site(answer(503, b"<h1>503</h1>")),
    "old.elsewhere.example": Site(FINE, tls=certificate(days=(-9, -1))),
    "hole.elsewhere.example": Site(dns=at("dead_v4")),
    "inside.elsewhere.example": Site(dns=lambda _: ["10.0.0.1"]),
    "www.way-pingpong.example": Site(redirect("https://way-pingpong.example/")),
    "cas.way-cas.example": Site(page("CAS", text="<form><input type=password name=p></form>")),
    "xn--bibliothque-59a.example": Site(FINE),
    "www.way-domain-cookie.example": Site(
        _with_cookie(b"in=yes", FINE, redirect("https://way-domain-cookie.example/"))
    ),
}


def _case(name: str, word: str, cause: str, site: Site) -> Case:
    return Case(f"way-{name}", word, cause, site)


def _up() -> tuple[Case, ...]:
    fine = {
        "relative": _home("home"),
        "protocol": Site(redirect("//www.way-protocol.example/")),
        "ten": _hops(10),
        "same-twice": Site(by_path({"/": redirect("/home", "Location: /home"), "/home": FINE})),
        "utf-8": Site(by_path({"/": _raw("/recherche avancée".encode()), "/recherche%20avanc%C3%A9e": FINE})),
        "blanks": _home("  /home \t"),
        "port-443": _home("https://way-port-443.example:443/home"),
        "moves": Site(_MOVES),
        "domain-cookie": Site(
            redirect(
                "https://www.way-domain-cookie.example/",
                "Set-Cookie: in=yes; Domain=way-domain-cookie.example; Path=/; Secure; HttpOnly",
            )
        ),
        "meta": Site(
            page("Accueil", text='<meta http-equiv="refresh" content="0; url=/home"><a href="/home">Continuer</a>')
        ),
        "script": Site(
            page("Accueil", text='<script>location.href="/home"</script><noscript><a href="/home">Ici</a></noscript>')
        ),
        "dots": Site(by_path({"/": redirect("/a/../home/./x"), "/home/x": FINE, "/a/../home/./x": FINE})),
        "query": Site(by_path({"/": redirect("?lang=fr"), "/?lang=fr": FINE})),
    }
    return (
        *(_case(name, "up", "answers-normally", site) for name, site in fine.items()),
        _case("cas", "up", "answers-asks-for-sign-in", Site(redirect("https://cas.way-cas.example/login?service=x"))),
        _case("idn", "up", "answers-normally", Site(_raw("https://bibliothèque.example/".encode()))),
        _case("dot", "up", "answers-normally", Site(redirect("https://www.way-protocol.example./"))),
        _case(
            "two-differ",
            "up",
            "answers-normally",
            Site(by_path({"/": redirect("/home", "Location: /else"), "/home": FINE})),
        ),
        _case("refresh", "up", "answers-normally", Site(answer(200, SHELF, "Refresh: 0; url=/home"))),
    )


def _not_up() -> tuple[Case, ...]:
    return (
        _case("fragment", "down", "redirect-loop", Site(redirect("/#top"))),
        _case("fragment-only", "down", "redirect-loop", Site(redirect("#top"))),
        _case("empty", "inconclusive", "redirect-broken", Site(redirect(""))),
        _case("counter", "inconclusive", "too-many-redirects", Site(_counter())),
        _case(
            "http-https",
            "down",
            "redirect-loop",
            Site(redirect("http://way-http-https.example/"), redirect("https://way-http-https.example/")),
        ),
        _case("nobody", "down", "redirect-broken", Site(redirect("https://nobody-has-it.example/"))),
        _case(
            "inside", "inconclusive", "redirects-somewhere-unsafe", Site(redirect("https://inside.elsewhere.example/"))
        ),
        *(
            _case(
                f"unsafe-{n}",
                "inconclusive",
                "redirects-somewhere-unsafe",
                Site(redirect(to.format(f"way-unsafe-{n}.example"))),
            )
            for n, to in enumerate(_UNSAFE)
        ),
        _case("pingpong", "down", "redirect-loop", Site(redirect("https://www.way-pingpong.example/"))),
        _case("eleven", "inconclusive", "too-many-redirects", _hops(11)),
        _case("shut", "down", "port-closed", Site(redirect("https://shut.elsewhere.example/"))),
        _case("hole", "down", "no-answer-to-connections", Site(redirect("https://hole.elsewhere.example/"))),
        _case("ill", "down", "server-error", Site(redirect("https://ill.elsewhere.example/"))),
        _case("old", "down", "certificate-expired", Site(redirect("https://old.elsewhere.example/"))),
        _case(
            "maintenance",
            "down",
            "maintenance-announced",
            Site(by_path({"/": redirect("/maintenance"), "/maintenance": page("Site en maintenance")})),
        ),
        _case("300", "inconclusive", "redirect-broken", Site(answer(300, b"", "Location: /home"))),  # browsers differ
        _case("growing", "inconclusive", "too-many-redirects", Site(_growing())),
        _case("slow-hops", "inconclusive", "answers-very-slowly", _hops(5, wait_s=2.5)),
    )


CASES = (*_up(), *_not_up())
