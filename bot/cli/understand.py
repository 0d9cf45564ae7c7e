"""`cestmoiou understand`: what the bot would understand of a text, with the reasons if asked."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import cast

import click

from bot.app.files import build_catalogue
from bot.catalogue import Catalogue
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
        sys.exit(_answer_json_lines(sys.stdin, catalogue, explain=explain))
    lines = texts or (line.rstrip("\n") for line in sys.stdin)
    for text in lines:
        intent = understood({"text": text}, catalogue, explain=explain)
        click.echo(_for_people(intent, catalogue, explain=explain))


def _answer_json_lines(lines: Iterable[str], catalogue: Catalogue, *, explain: bool) -> int:
    """Answer each line in order; a line that is none of ours is told on standard error. 1 if there was one, else 0."""
    exit_code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        post = _post(line)
        if isinstance(post, str):
            click.echo(f"line {number}: {post}", err=True)
            exit_code = 1
            continue
        intent = understood(post, catalogue, explain=explain)
        answer = {"id": json.loads(line).get("id"), **outcome(intent, catalogue)}
        click.echo(json.dumps(answer | ({"cues": intent.cues} if explain else {}), ensure_ascii=False))
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


def _post(line: str) -> dict[str, str | None] | str:
    """The texts of a JSON line, or a sentence on what is wrong with it."""
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return 'this is not JSON; write {"id": "…", "text": "…"}'
    if not isinstance(value, dict):
        return 'this is no JSON object; write {"id": "…", "text": "…"}'
    table = cast("dict[str, object]", value)
    if not isinstance(table.get("text"), str):
        return '"text" is missing or no string'
    read_texts: dict[str, str | None] = {}
    for name in _TEXT_FIELDS:
        text = table.get(name)
        if text is not None and not isinstance(text, str):
            return f'"{name}" is no string'
        read_texts[name] = text
    return read_texts


def _for_people(intent: Intent, catalogue: Catalogue, *, explain: bool) -> str:
    said = outcome(intent, catalogue)
    targets = ", ".join(cast("list[str]", said["targets"])) or "-"
    line = f"{said['act']}\t{targets}\t{said['place'] or '-'}\t{said['lang']}"
    return f"{line}\n  " + "\n  ".join(intent.cues or ("no cue",)) if explain else line
