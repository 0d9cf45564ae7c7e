"""The answers of the world's servers as data: .http files in, sites with what is due to them out.

A file is a list of cases. `### ID: VERDICT[|VERDICT] CAUSE[|CAUSE]` begins one; under it, the answer as it comes over
the wire. `>> PATH` or `>> https://HOST/PATH` begins a further answer, to where the first one redirects. `{{text N}}`
stands for N paragraphs.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers.misbehaving import Behaviour

FOLDER = Path(__file__).parent / "world"
TEXT = "<p>The reading room holds some four thousand volumes, of which half were given by readers in the 1920s.</p>\n"
_BEGINS = re.compile(r"^### (\S+): (\S+) (\S+)$", re.MULTILINE)
_GOES_ON = re.compile(r"^>> (\S+)$", re.MULTILINE)
_PARAGRAPHS = re.compile(r"\{\{text (\d+)\}\}")


@dataclass(frozen=True, slots=True)
class Told:
    """One case: what each (host, path) answers, host "" being the site itself; and what may be said of it."""

    id: str
    words: frozenset[str]
    causes: frozenset[str]
    answers: Mapping[tuple[str, str], bytes]

    @property
    def host(self) -> str:
        """The name of the site."""
        return f"{self.id}.example"


def read_cases(name: str) -> tuple[Told, ...]:
    """Read one file of the folder; its name becomes part of the ids."""
    text = (FOLDER / f"{name}.http").read_text(encoding="utf-8")
    begins = list(_BEGINS.finditer(text))
    ends = [begin.start() for begin in begins[1:]] + [len(text)]
    return tuple(
        Told(
            f"{name}-{begin[1]}",
            frozenset(begin[2].split("|")),
            frozenset(begin[3].split("|")),
            _answers(text[begin.end() : end]),
        )
        for begin, end in zip(begins, ends, strict=True)
    )


def all_cases() -> tuple[Told, ...]:
    """Read every file."""
    return tuple(case for path in sorted(FOLDER.glob("*.http")) for case in read_cases(path.stem))


def serve_cases(cases: Mapping[str, Told]) -> Behaviour:
    """Answer for all of these hosts, and for the hosts that they redirect to, as the request's host and path want."""
    elsewhere = {host: case for case in cases.values() for host, _ in case.answers if host}

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        path = head.split(" ", 2)[1]
        host = next(line[6:] for line in head.splitlines() if line.lower().startswith("host: "))
        case = cases.get(host) or elsewhere[host]
        writer.write(case.answers["" if host in cases else host, path])
        await writer.drain()

    return behave


def _answers(text: str) -> dict[tuple[str, str], bytes]:
    first, *rest = _GOES_ON.split(text)
    answers = {("", "/"): _message(first)}
    for where, message in zip(rest[::2], rest[1::2], strict=True):
        parts = urlsplit(where)
        path = where.partition(parts.netloc)[2] if parts.netloc else where
        answers[parts.netloc, path] = _message(message)
    return answers


def _message(text: str) -> bytes:
    head, _, body = text.strip("\n").partition("\n\n")
    sent = _PARAGRAPHS.sub(lambda found: TEXT * int(found[1]), body).encode()
    lines = head.splitlines()
    if "content-length:" not in head.lower():
        lines.append(f"Content-Length: {len(sent)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + sent
