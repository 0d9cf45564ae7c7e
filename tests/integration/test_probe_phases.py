"""Each way in which a site can fail, done by a real server, becomes one (phase, kind, blame)."""

import errno
import ssl
from datetime import UTC, datetime

import pytest
import trustme

from bot.model import Blame, Failure, FailureKind, Observation, Phase, Response, Target, VantagePoint
from bot.probe.prober import Prober
from tests.servers.dns import Alias, Answer, Each, Say, Silence, Turns
from tests.servers.misbehaving import (
    OTHER,
    SITE,
    SITE6,
    Behaviour,
    World,
    after,
    answer,
    blackhole,
    by_path,
    close,
    drip,
    flood,
    gzip_bomb,
    in_turn,
    redirect,
    reset,
    send,
    serve,
    silence,
)

HERE = VantagePoint("here")
PLAIN = Target("site.example", scheme="http")
SECURE = Target("site.example")
K = FailureKind


async def look(prober: Prober, target: Target = PLAIN) -> Observation:
    return await prober.probe(target, vantage_point=HERE)


async def look_at(behaviour: Behaviour) -> Observation:
    async with serve(behaviour) as served:
        with World({"site.example": [SITE]}, {(SITE, 80): served.port}) as world:
            return await look(world.prober())


def failure(observation: Observation) -> tuple[Phase, FailureKind, Blame]:
    assert isinstance(observation.result, Failure), observation.result
    return observation.result.phase, observation.result.kind, observation.result.blame


def response(observation: Observation) -> Response:
    assert isinstance(observation.result, Response), observation.result
    return observation.result


@pytest.mark.parametrize(
    ("said", "kind", "blame"),
    [
        pytest.param(Say("NXDOMAIN"), K.NXDOMAIN, Blame.TARGET, id="no such name"),
        pytest.param(Say("NOERROR"), K.NODATA, Blame.TARGET, id="no address"),
        pytest.param(Say("SERVFAIL"), K.SERVFAIL, Blame.TARGET, id="servers fail"),
        pytest.param(Say("SERVFAIL", ede=6), K.BOGUS, Blame.TARGET, id="dnssec bogus"),
        pytest.param(Say("REFUSED"), K.DNS_REFUSED, Blame.RESOLVER, id="resolver refuses"),
        pytest.param(Silence(), K.DNS_TIMEOUT, Blame.RESOLVER, id="silence"),
        pytest.param(Alias("site.example"), K.NODATA, Blame.TARGET, id="cname loop"),
    ],
)
async def test_a_name_that_leads_nowhere(said: Answer, kind: FailureKind, blame: Blame) -> None:
    with World({"site.example": said}) as world:
        assert failure(await look(world.prober())) == (Phase.DNS, kind, blame)


async def test_a_second_resolver_is_asked_after_a_failure_only() -> None:
    async with serve(answer()) as served:
        names: dict[str, Answer] = {"site.example": Say("NXDOMAIN"), "fine.example": [SITE]}
        doors = {(SITE, 80): served.port}
        with World(names, doors, second_names={"site.example": [SITE]}) as world:
            failed = (await look(world.prober())).result
            assert isinstance(failed, Failure)
            assert failed.other_resolver
            assert response(await look(world.prober(), Target("fine.example", scheme="http"))).status == 200


@pytest.mark.parametrize("silent", ["a", "aaaa"])
async def test_one_record_type_that_stays_silent_does_not_hide_the_other(silent: str) -> None:
    async with serve(answer()) as served:
        said = Each(Silence(), [SITE6]) if silent == "a" else Each([SITE], Silence())
        with World({"site.example": said}, {(SITE, 80): served.port, (SITE6, 80): served.port}) as world:
            seen = await look(world.prober())
    assert response(seen).status == 200
    assert seen.addresses.half_resolved


@pytest.mark.parametrize(
    ("number", "kind", "blame"),
    [
        (errno.ECONNREFUSED, K.REFUSED, Blame.TARGET),
        (errno.EHOSTUNREACH, K.UNREACHABLE, Blame.TARGET),
        (errno.ECONNRESET, K.RESET, Blame.TARGET),
        (errno.ENETUNREACH, K.NO_ROUTE, Blame.VANTAGE_POINT),
        (errno.EPERM, K.FIREWALL, Blame.VANTAGE_POINT),
        (errno.EMFILE, K.RESOURCES, Blame.VANTAGE_POINT),
    ],
)
async def test_a_connection_that_fails(number: int, kind: FailureKind, blame: Blame) -> None:
    with World({"site.example": [SITE]}, {(SITE, 80): OSError(number, "x")}) as world:
        assert failure(await look(world.prober())) == (Phase.TCP, kind, blame)


async def test_a_firewall_that_drops_everything() -> None:
    with blackhole() as port, World({"site.example": [SITE]}, {(SITE, 80): port}) as world:
        assert failure(await look(world.prober())) == (Phase.TCP, K.TIMEOUT, Blame.TARGET)


@pytest.mark.parametrize("first", ["refuses", "is silent"])
async def test_another_address_answers_and_the_dead_one_is_named(first: str) -> None:
    async with serve(answer()) as served:
        with blackhole() as hole:
            dead = hole if first == "is silent" else OSError(errno.ECONNREFUSED, "x")
            doors = {(SITE6, 80): dead, (SITE, 80): served.port}
            with World({"site.example": [SITE, SITE6]}, doors) as world:
                seen = await look(world.prober())
    assert response(seen).status == 200
    assert (seen.addresses.used, seen.addresses.alive, seen.addresses.dead) == (SITE, (SITE,), (SITE6,))


async def test_a_dead_address_behind_one_that_answers_shows_as_well() -> None:
    async with serve(answer()) as served:
        with World({"site.example": [SITE, OTHER]}, {(SITE, 80): served.port}) as world:
            seen = await look(world.prober())
    assert (seen.addresses.used, seen.addresses.dead) == (SITE, (OTHER,))


async def test_no_ipv6_at_home_is_not_a_half_dead_site() -> None:
    async with serve(answer()) as served:
        doors = {(SITE6, 80): OSError(errno.ENETUNREACH, "x"), (SITE, 80): served.port}
        with World({"site.example": [SITE, SITE6]}, doors) as world:
            seen = await look(world.prober())
    assert response(seen).status == 200
    assert seen.addresses.dead == ()


async def test_sixty_dead_addresses_cost_four_connections() -> None:
    with World({"site.example": [f"81.2.69.{n}" for n in range(100, 160)]}) as world:
        assert failure(await look(world.prober()))[1] is K.REFUSED
        assert len(world.dialled) == 4


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        pytest.param(silence, K.NO_ANSWER, id="never answers"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX-Slow: 1\r\n", 0.05), K.NO_ANSWER, id="drips its headers"),
        pytest.param(send(b"", then=flood(b"HTTP/1.1 103 Early\r\n\r\n")), K.NO_ANSWER, id="1xx for ever"),
        pytest.param(close, K.EMPTY, id="closes at once"),
        pytest.param(send(b""), K.EMPTY, id="closes after the request"),
        pytest.param(send(b"<html>one line"), K.EMPTY, id="one line without a status"),
        pytest.param(send(b"SSH-2.0-OpenSSH_9.2\r\n"), K.EMPTY, id="ssh"),
        pytest.param(send(b"", then=reset), K.RESET, id="resets"),
        pytest.param(send(b"<html>\r\n\r\n<p>a page</p>"), K.GARBAGE, id="no status line"),
        pytest.param(send(bytes(range(128, 256)) * 32), K.EMPTY, id="binary, no line end"),
        pytest.param(answer(200, b"x", "X: " + "y" * 1_000_000), K.HEADERS_TOO_BIG, id="a header of 1 MB"),
        pytest.param(
            send(b"HTTP/1.1 200 OK\r\n", then=flood(b"A: b\r\n" * 99)), K.HEADERS_TOO_BIG, id="endless headers"
        ),
        pytest.param(answer(200, b"x", "Content-Length: -1", length=False), K.ODD_HEADERS, id="negative length"),
        pytest.param(answer(200, b"x", "Content-Length: 7"), K.GARBAGE, id="two lengths"),
        pytest.param(send(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"), K.HTTP2_ONLY, id="http/2"),
    ],
)
async def test_an_answer_that_never_comes_or_is_none(behaviour: Behaviour, kind: FailureKind) -> None:
    assert failure(await look_at(behaviour)) == (Phase.HTTP, kind, Blame.TARGET)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n"


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        pytest.param(send(LONG, then=silence), K.BODY_STALLED, id="headers, then nothing"),
        pytest.param(send(LONG, then=drip(b"x", 0.05)), K.BODY_STALLED, id="drips its body"),
        pytest.param(send(LONG + b"x" * 300, then=after(0.05, reset)), K.BODY_CUT, id="reset in the body"),
        pytest.param(send(CHUNKED + b"800\r\n" + b"x" * 2048 + b"\r\nzz\r\n"), K.BODY_CUT, id="a bad chunk"),
    ],
)
async def test_a_body_that_never_comes(behaviour: Behaviour, kind: FailureKind) -> None:
    assert failure(await look_at(behaviour)) == (Phase.CONTENT, kind, Blame.TARGET)


@pytest.mark.parametrize(
    ("behaviour", "notes"),
    [
        pytest.param(send(LONG + b"x" * 2048), ("body_cut",), id="shorter than announced"),
        pytest.param(send(LONG + b"x" * 2048, then=silence), ("body_slow",), id="2 KiB, then nothing"),
        pytest.param(send(b"HTTP/1.1 200 OK\r\n\r\n", then=flood(b"x" * 999)), ("body_capped",), id="endless"),
        pytest.param(answer(200, gzip_bomb(200), "Content-Encoding: gzip"), ("body_bomb",), id="gzip bomb"),
        pytest.param(answer(200, b"plain", "Content-Encoding: gzip"), ("body_bad_gzip",), id="not gzip"),
        pytest.param(answer(200, b""), ("body_empty",), id="empty"),
        pytest.param(send(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 2000), (), id="http/1.0"),
        pytest.param(
            send(b"\r\n\r\nHTTP/1.1 200 OK\r\nServer : x\r\n\r\n" + b"x" * 9), (), id="slips browsers forgive"
        ),
        pytest.param(answer(503, b"", "Retry-After: 60"), ("body_empty",), id="503"),
        pytest.param(after(0.3, answer()), (), id="slow first byte"),
    ],
)
async def test_what_browsers_show_is_an_answer_with_a_note(behaviour: Behaviour, notes: tuple[str, ...]) -> None:
    assert response(await look_at(behaviour)).notes == notes


async def test_a_page_is_read_with_what_judging_needs() -> None:
    page = b"<TITLE>\n Caf\xe9 &amp;\n  th\xe9 </TITLE>" + b" " * 50
    seen = response(await look_at(answer(503, page, "Content-Type: text/html; charset=iso-8859-1", "Retry-After: 60")))
    assert (seen.status, seen.url_host, seen.title, seen.size) == (503, "site.example", "Café & thé", len(page))
    assert dict(seen.headers)["retry-after"] == "60"


LATIN, UTF = "Fermé".encode("latin-1"), "Fermé".encode()


@pytest.mark.parametrize(
    ("page", "header"),
    [
        pytest.param(b"<title>" + LATIN + b"</title>", "", id="nobody says it, and it is no UTF-8"),
        pytest.param(b"<meta charset=iso-8859-1><title>" + LATIN + b"</title>", "", id="the page says it"),
        pytest.param(
            b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><title>' + LATIN + b"</title>",
            *("",),
            id="the page says it in the old way",
        ),
        pytest.param(b"<title>" + UTF + b"</title>", "", id="nobody says it, and it is UTF-8"),
        pytest.param(b"<title>" + UTF + b"</title>" + b"x" * 65_520 + UTF, "", id="cut in the middle of a character"),
        pytest.param(b"<meta charset=utf-8><title>" + UTF + b"</title>\xff", "", id="UTF-8 with a slip"),
        pytest.param(
            b"<meta charset=utf-16><title>" + UTF + b"</title>", "", id="what it cannot be, or we could not read it"
        ),
        pytest.param(b"<meta charset=iso-8859-1><title>" + UTF + b"</title>", "; charset=UTF-8", id="the header first"),
        pytest.param(b"<meta charset=nonsense><title>" + UTF + b"</title>", "", id="a charset that nobody knows"),
    ],
)
async def test_a_page_is_read_in_the_charset_that_browsers_would_take(page: bytes, header: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html{header}\r\nContent-Length: {len(page)}\r\n\r\n"
    assert response(await look_at(send(head.encode() + page))).title == "Fermé"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "cookie",
    [b"a=caf\xe9", "a=été; Path=/".encode(), b"\xff\xfe=b; Max-Age=\xdb9", b"a=b; Max-Age=" + b"9" * 400],
    ids=["latin-1", "UTF-8", "neither", "an age of 400 digits"],
)
async def test_a_cookie_of_any_bytes_is_borne(cookie: bytes) -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: /in\r\nSet-Cookie: " + cookie + b"\r\nContent-Length: 0\r\n\r\n"
    assert response(await look_at(by_path({"/": send(away), "/in": answer()}))).status == 200


@pytest.mark.parametrize(
    ("behaviour", "phase", "kind"),
    [
        pytest.param(redirect("/"), Phase.HTTP, K.REDIRECT_LOOP, id="to itself"),
        pytest.param(redirect("/", "Set-Cookie: a=b"), Phase.HTTP, K.REDIRECT_LOOP, id="to itself, with a cookie"),
        pytest.param(by_path({"/": redirect("/b"), "/b": redirect("/")}), Phase.HTTP, K.REDIRECT_LOOP, id="ping-pong"),
        pytest.param(
            by_path({"/": redirect("/1"), **{f"/{n}": redirect(f"/{n + 1}") for n in range(20)}}),
            Phase.HTTP,
            K.REDIRECT_TOO_MANY,
            id="twenty",
        ),
        pytest.param(answer(302, b""), Phase.HTTP, K.REDIRECT_INVALID, id="without a Location"),
    ],
)
async def test_redirects_that_lead_nowhere(behaviour: Behaviour, phase: Phase, kind: FailureKind) -> None:
    assert failure(await look_at(behaviour))[:2] == (phase, kind)


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(in_turn(redirect("/", "Set-Cookie: seen=1"), answer()), id="once round for a cookie"),
        pytest.param(
            by_path({"/": redirect("/1"), "/7": answer(), **{f"/{n}": redirect(f"/{n + 1}") for n in range(1, 7)}}),
            id="seven",
        ),
    ],
)
async def test_redirects_that_end_well(behaviour: Behaviour) -> None:
    assert response(await look_at(behaviour)).status == 200


async def test_a_redirect_to_a_name_that_does_not_exist_is_told_from_a_typo() -> None:
    failed = (await look_at(redirect("http://gone.example/"))).result
    assert isinstance(failed, Failure)
    assert (failed.kind, failed.redirects) == (K.NXDOMAIN, 1)


# TLS


async def look_at_tls(behaviour: Behaviour, world: World, tls: ssl.SSLContext | None) -> Observation:
    async with serve(behaviour, tls) as served:
        world.names, world.doors = {"site.example": [SITE]}, {(SITE, 443): served.port}
        with world:
            return await look(world.prober(), SECURE)


async def test_a_good_certificate() -> None:
    world = World()
    seen = await look_at_tls(answer(), world, world.certificate("site.example"))
    assert response(seen).status == 200
    assert seen.phases.tls is not None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("expired", K.EXPIRED),
        ("not yet", K.NOT_YET_VALID),
        ("name", K.NAME_MISMATCH),
        ("common name", K.NAME_MISMATCH),
        ("unknown", K.INCOMPLETE_CHAIN),
    ],
)
async def test_a_bad_certificate(fault: str, kind: FailureKind) -> None:
    world = World()
    match fault:
        case "expired":
            tls = world.certificate("site.example", not_after=datetime(2020, 1, 1, tzinfo=UTC))
        case "not yet":
            tls = world.certificate("site.example", not_before=datetime(2060, 1, 1, tzinfo=UTC))
        case "common name":
            tls = world.certificate("other.example", common_name="site.example")
        case "unknown":
            tls = world.certificate("site.example", authority=trustme.CA())
        case _:
            tls = world.certificate("other.example")
    assert failure(await look_at_tls(answer(), world, tls)) == (Phase.TLS, kind, Blame.TARGET)


@pytest.mark.parametrize(("behind", "is_there"), [(answer(), True), (close, False)], ids=["a page", "nothing"])
async def test_what_is_behind_a_chain_that_cannot_be_verified(behind: Behaviour, *, is_there: bool) -> None:
    world = World()
    failed = (await look_at_tls(behind, world, world.certificate("site.example", authority=trustme.CA()))).result
    assert isinstance(failed, Failure)
    assert failed.behind is is_there


ALERT = b"\x15\x03\x01\x00\x02\x02"


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        pytest.param(silence, K.TIMEOUT, id="hangs"),
        pytest.param(reset, K.RESET, id="resets"),
        pytest.param(close, K.EOF, id="closes"),
        pytest.param(after(0, answer()), K.NOT_TLS, id="plain http"),
        pytest.param(drip(ALERT + b"\x70", 0), K.SNI, id="unrecognized name"),
        pytest.param(drip(ALERT + b"\x46", 0), K.VERSION, id="tls 1.0 only"),
        pytest.param(drip(ALERT + b"\x28", 0), K.ALERT, id="handshake failure"),
    ],
)
async def test_a_handshake_that_fails(behaviour: Behaviour, kind: FailureKind) -> None:
    if kind is K.NOT_TLS:
        behaviour = flood(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert failure(await look_at_tls(behaviour, World(), None)) == (Phase.TLS, kind, Blame.TARGET)


async def test_port_443_is_closed_and_80_answers() -> None:
    async with serve(answer()) as served:
        with World({"site.example": [SITE]}, {(SITE, 80): served.port}) as world:
            assert response(await look(world.prober(), SECURE)).notes == ("plain_http",)


async def test_port_80_that_only_points_to_a_closed_443_changes_nothing() -> None:
    async with serve(redirect("https://site.example/")) as served:
        with World({"site.example": [SITE]}, {(SITE, 80): served.port}) as world:
            assert failure(await look(world.prober(), SECURE)) == (Phase.TCP, K.REFUSED, Blame.TARGET)


async def test_rebinding_finds_nothing_to_rebind() -> None:
    async with serve(by_path({"/": redirect("/again"), "/again": answer()})) as served:
        said = Turns([SITE], ["127.0.0.1"])
        with World({"site.example": said}, {(SITE, 80): served.port}) as world:
            assert response(await look(world.prober())).status == 200
            assert sorted(world.asked) == [("site.example", "A"), ("site.example", "AAAA")]
            assert {ip for ip, _ in world.dialled} == {SITE}


async def test_a_second_attempt_asks_another_address() -> None:
    async with serve(answer()) as served:
        doors = {(SITE, 80): served.port, (OTHER, 80): served.port}
        with World({"site.example": [SITE, OTHER]}, doors) as world:
            first = await look(world.prober())
            used = first.addresses.used
            again = [
                await world.prober().probe(PLAIN, vantage_point=HERE, attempt=2, avoid=used) for _ in range(5)
            ]  # the server's answers come in any order
    assert {seen.addresses.used for seen in again} == {SITE, OTHER} - {used}


def test_tls_is_what_browsers_speak() -> None:
    context = ssl.create_default_context()
    Prober(user_agent="x", clock=lambda: datetime.now(UTC), tls=context)
    names = {cipher["name"] for cipher in context.get_ciphers()}
    assert {"AES128-GCM-SHA256", "AES256-SHA", "ECDHE-RSA-AES128-SHA"} <= names
    assert not {name for name in names if name.startswith("DHE-") or "NULL" in name or "PSK" in name}
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
