"""`cestmoiou understand`: what the bot would understand of a text, with the reasons if asked."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import cast

import click

from bot.app.files import build_catalogue
from bot.catalogue import Catalogue
from bot.catalogue.ezproxy import decode
from bot.cli.speaking import address_for
from bot.model import Act, Intent, Language
from bot.settings import load_settings
from bot.understanding import understand as read
from bot.understanding.weighing import Model

_TEXT_FIELDS = ("text", "parent", "thread", "lang")


@click.command()
@click.argument("texts", nargs=-1)
@click.option("--jsonl", is_flag=True, help="Read JSON lines {id, text, parent?, thread?, lang?} on standard input.")
@click.option("--explain", is_flag=True, help="Say which words decided.")
@click.option("--as", "speaks_as", metavar="WHO", help="As somebody of this institution, or as this account.")
def understand(texts: tuple[str, ...], *, jsonl: bool, explain: bool, speaks_as: str | None) -> None:
    """Read texts (arguments, or lines of standard input) and say what they want and of which platforms."""
    catalogue = build_catalogue(load_settings())
    catalogue = catalogue.seen_by(address_for(speaks_as, catalogue))
    if jsonl:
        sys.exit(_answer_json_lines(sys.stdin.buffer, catalogue, explain=explain))
    lines = texts or (decode(line).rstrip("\r\n") for line in sys.stdin.buffer)
    for text in lines:
        intent = understood({"text": text}, catalogue, explain=explain)
        click.echo(_printable(_for_people(intent, catalogue, explain=explain)))


def _answer_json_lines(lines: Iterable[bytes], catalogue: Catalogue, *, explain: bool) -> int:
    """Answer each line in order; a line that is none of ours is told on standard error. 1 if there was one, else 0."""
    exit_code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        table = _object(line)
        if isinstance(table, str):
            click.echo(f"line {number}: {table}", err=True)
            exit_code = 1
            continue
        intent = understood({name: _text(table.get(name)) for name in _TEXT_FIELDS}, catalogue, explain=explain)
        answer = {"id": table.get("id"), **outcome(intent, catalogue)} | ({"cues": intent.cues} if explain else {})
        click.echo(_printable(json.dumps(answer, ensure_ascii=False)))
    return exit_code


def understood(
    post: Mapping[str, str | None], catalogue: Catalogue, *, explain: bool = False, model: Model | None = None
) -> Intent:
    """What a post wants: `text`, and if there are such `parent`, `thread` and `lang`."""
    return read(
        post["text"] or "",
        tag=post.get("lang"),
        default=Language.FRENCH,
        parent=post.get("parent"),
        thread=post.get("thread"),
        names=catalogue.names_in,
        explain=explain,
        model=model,
    )


def outcome(intent: Intent, catalogue: Catalogue) -> dict[str, object]:
    """What was understood, in the public vocabulary: act, targets, place, lang."""
    found = catalogue.find(intent)
    targets = [platform.key for platform in found.platforms]
    if not targets and found.unknown and found.act in (Act.ASK, Act.REPORT_DOWN, Act.REPORT_UP):
        targets = [f"unknown:{found.unknown}"]
    return {"act": found.act.value, "targets": targets, "place": intent.place, "lang": intent.language.value}


def _object(line: bytes) -> dict[str, object] | str:
    """The object of a JSON line, its texts being texts; or a sentence on what is wrong with it."""
    try:
        value: object = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        return "this is not UTF-8; save the file as UTF-8"
    except (ValueError, RecursionError):
        return 'this is not JSON; write {"id": "…", "text": "…"}'
    if not isinstance(value, dict):
        return 'this is no JSON object; write {"id": "…", "text": "…"}'
    table = cast("dict[str, object]", value)
    if not isinstance(table.get("text"), str):
        return '"text" is missing or no string'
    wrong = (name for name in _TEXT_FIELDS if not isinstance(table.get(name), str | None))
    return next((f'"{name}" is no string' for name in wrong), table)


def _no_number(constant: str) -> object:
    raise ValueError(f"{constant} is none of JSON's")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _printable(text: str) -> str:
    """Halves of surrogate pairs, which JSON lets in and no encoding lets out, as the escapes that they came as."""
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


def _for_people(intent: Intent, catalogue: Catalogue, *, explain: bool) -> str:
    said = outcome(intent, catalogue)
    targets = ", ".join(cast("list[str]", said["targets"])) or "-"
    line = f"{said['act']}\t{targets}\t{said['place'] or '-'}\t{said['lang']}"
    return f"{line}\n  " + "\n  ".join(intent.cues or ("no cue",)) if explain else line
