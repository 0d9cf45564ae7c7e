"""Prometheus' blackbox_exporter beside us: started, asked as Prometheus does, and put to our own cases."""

import asyncio
import collections
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx

from bench.world.loopback import free_port, running, wait_for
from tests.cases import answers, connecting, pages
from tests.cases.asking import Scene
from tests.cases.stage import Site
from tests.servers.misbehaving import Behaviour, serve

NAMES = ("prometheus-blackbox-exporter", "blackbox_exporter")
AT_ONCE = 8  # two cores: more, and a slow look is our own doing
OK, WRONG, FORCED = "right", "wrong", "forced"


def find_blackbox() -> str | None:
    """Where the program is, if it is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass(slots=True)
class Blackbox:
    """The exporter with its defaults: 2xx is up, redirects are followed, one try. `authority`: whom its TLS trusts."""

    program: str
    authority: str | None = None
    host: str = ""
    core: int | None = 0
    port: int = field(default_factory=free_port)
    pid: int = 0

    @contextlib.contextmanager
    def running(self) -> Generator["Blackbox"]:
        """Run it for the time of a block."""
        tls = f"tls_config: {{ ca_file: {self.authority}, server_name: {self.host} }}" if self.authority else ""
        with tempfile.TemporaryDirectory(prefix="cestmoiou-bench-") as folder:
            config = Path(folder) / "blackbox.yml"
            http = f"{{ preferred_ip_protocol: ip4, {tls} }}"
            config.write_text(f"modules:\n  http: {{ prober: http, timeout: 9s, http: {http} }}\n")
            listen = f"--web.listen-address=127.0.0.1:{self.port}"
            with running([self.program, f"--config.file={config}", listen], core=self.core) as process:
                wait_for(self.port)
                self.pid = process.pid
                yield self

    async def is_up(self, client: httpx.AsyncClient, target: str, *, hostname: str = "") -> bool:
        """Ask it about a URL."""
        asked = {"module": "http", "target": target} | ({"hostname": hostname} if hostname else {})
        answer = await client.get(f"http://127.0.0.1:{self.port}/probe", params=asked)
        return "\nprobe_success 1" in answer.text

    def cpu_s(self) -> float:
        """CPU that it used so far, in seconds. Linux only."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Case:
    id: str
    expected: str
    behaviour: Behaviour
    scene: Scene


def compare_verdicts() -> None:
    """Put every plain-HTTP case of tests/cases to blackbox_exporter and to us, and print who is right."""
    cases = asyncio.run(_cases())
    program = find_blackbox()
    print(f"{len(cases)} plain-HTTP cases of tests/cases; who has two words must choose where nobody can know\n")
    rows = [("this probe", asyncio.run(_ours(cases)))]
    if program:
        with Blackbox(program, core=None).running() as blackbox:
            rows.append(("blackbox_exporter", asyncio.run(_its(blackbox, cases))))
    print(f"{'':<20}{OK:<8}{WRONG:<8}{FORCED:<8}of the wrong: down called up, up called down")
    for name, said in rows:
        marks = collections.Counter(_mark(case.expected, word) for case, word in zip(cases, said, strict=True))
        wrong = [(case, word) for case, word in zip(cases, said, strict=True) if _mark(case.expected, word) == WRONG]
        false_up = [case.id for case, word in wrong if word == "up"]
        false_down = [case.id for case, word in wrong if word == "down"]
        print(f"{name:<20}{marks[OK]:<8}{marks[WRONG]:<8}{marks[FORCED]:<8}{len(false_up)}, {len(false_down)}")
        for label, ids in (("down called up", false_up), ("up called down", false_down)):
            if ids:
                print(f"    {label}: {', '.join(ids)}")
        for case, word in wrong:
            if word not in ("up", "down"):
                print(f"    {case.id}: {word} instead of {case.expected}")
    if not program:
        print("blackbox_exporter: not installed, skipped (Debian: apt-get install prometheus-blackbox-exporter)")


def _mark(expected: str, word: str) -> str:
    if expected == word:
        return OK
    # Two words where the truth is a third one: no fault of the rule, but an answer that nobody can give.
    return FORCED if expected not in ("up", "down") and word in ("up", "down") else WRONG


class _Seen(BaseException):
    """Thrown out of a scene once it has said what its site does."""

    def __init__(self, site: Site) -> None:
        self.site = site


async def _cases() -> list[_Case]:
    raw = json.loads((Path(answers.__file__).parent / "cases.json").read_text("utf-8"))
    expected = {case["id"]: case["verdict"] for case in cast("list[dict[str, str]]", raw)}
    cases: list[_Case] = []
    scenes = {**connecting.SCENES, **answers.SCENES, **pages.SCENES}
    for name, scene in scenes.items():
        site = await _site_of(scene)
        if site is not None and _is_plain(site):
            cases.append(_Case(name, expected[name], cast("Behaviour", site.plain), scene))
    return cases


async def _site_of(scene: Scene) -> Site | None:
    """What the one site of a scene does; None for a scene of another kind."""

    async def see(site: Site, **_: object) -> None:
        raise _Seen(site)

    with contextlib.ExitStack() as stack:
        for module in (connecting, answers, pages):
            for name in ("look_at", "behind"):
                if hasattr(module, name):
                    stack.callback(setattr, module, name, getattr(module, name))
                    setattr(module, name, see)
        try:
            await scene()
        except _Seen as seen:
            return seen.site
        except Exception:  # noqa: BLE001 -- it took another way: no case for this table
            return None
    return None


def _is_plain(site: Site) -> bool:
    """One HTTP server that anybody can ask by its address: no names, no second door, no broken network."""
    return callable(site.plain) and site.secure is None and not site.names and not site.doors


async def _ours(cases: Sequence[_Case]) -> list[str]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def ask(case: _Case) -> str:
        async with slots:
            return (await case.scene())[0]

    return await asyncio.gather(*map(ask, cases))


async def _its(blackbox: Blackbox, cases: Sequence[_Case]) -> list[str]:
    slots = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:

        async def ask(case: _Case) -> str:
            async with slots, serve(case.behaviour) as served:
                up = await blackbox.is_up(client, f"http://127.0.0.1:{served.port}/")
                return "up" if up else "down"

        return await asyncio.gather(*map(ask, cases))
