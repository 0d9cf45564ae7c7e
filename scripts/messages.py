"""Bring bot/wording/locale/*.po in line with the sentences in bot/wording/*.py; called by scripts/messages.

What is translated stays as it is, in its order; new sentences come at the end, empty. Nothing is guessed.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

WORDING = Path(__file__).parents[1] / "bot" / "wording"
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "mark": None}


def main() -> None:
    """Rewrite each catalogue whose sentences are not those of the sources, and say what is left to write."""
    found = extract_from_dir(str(WORDING), method_map=[("**.py", "python")], keywords=KEYWORDS)
    said = list(dict.fromkeys(message for _, _, message, _, _ in found))
    for file in sorted((WORDING / "locale").glob("*.po")):
        empty = bring_in_line(file, said)
        print(f"{file.name}: {'complete' if not empty else 'to be written:'}")
        for first in empty:
            print(f"  {first}")


def bring_in_line(file: Path, said: list[str | tuple[str, ...]]) -> list[str]:
    """Add the missing sentences at the end, drop those that nothing says; return those without a translation."""
    blocks = file.read_text("utf-8").rstrip("\n").split("\n\n")
    head, entries = blocks[0], blocks[1:]
    wanted = {key_of(message): message for message in said}
    kept = {key: entry for entry in entries if (key := key_in(entry)) in wanted}
    for key, message in wanted.items():
        kept.setdefault(key, blank(message))
    text = "\n\n".join([head, *kept.values()]) + "\n"
    if text != file.read_text("utf-8"):
        file.write_text(text, encoding="utf-8")
    return [key for key in kept if not all_forms(read(kept[key]))]


def read(entry: str) -> Catalog:
    """One entry as a catalogue of its own."""
    return read_po([line.encode() for line in entry.splitlines()])


def key_in(entry: str) -> str:
    """The English sentence of an entry."""
    return next((key_of(message.id) for message in read(entry) if message.id), "")


def key_of(message: str | tuple[str, ...] | list[str]) -> str:
    """The sentence by which gettext looks a message up: the singular."""
    return message if isinstance(message, str) else message[0]


def all_forms(catalogue: Catalog) -> bool:
    """Whether the entry's sentence is there, in the singular and the plural."""
    forms = [message.string for message in catalogue if message.id]
    return all(all(form) if isinstance(form, tuple | list) else bool(form) for form in forms)


def blank(message: str | tuple[str, ...]) -> str:
    """An entry to be filled in."""
    flag = "#, python-brace-format\n" if "{" in key_of(message) else ""
    if isinstance(message, str):
        return f'{flag}msgid {quoted(message)}\nmsgstr ""'
    one, many = message
    return f'{flag}msgid {quoted(one)}\nmsgid_plural {quoted(many)}\nmsgstr[0] ""\nmsgstr[1] ""'


def quoted(text: str) -> str:
    """A text as gettext's files write it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    main()
