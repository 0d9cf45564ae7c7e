"""`cestmoiou catalogue …`: the tools of whoever keeps the platform files."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from bot.app.files import Texts, read_files, read_folder
from bot.catalogue.advice import Report, check_files
from bot.catalogue.own_file import HEADER
from bot.catalogue.parsing import parse
from bot.catalogue.reading import Fault
from bot.catalogue.sentences import Said
from bot.cli.errors import UserError
from bot.settings import Settings, load_settings


@click.group()
def catalogue() -> None:
    """Check the platform files, add to them, draft them."""


@catalogue.command()
@click.argument("names", metavar="[FILE…|ID…]", nargs=-1)
@click.option("--live", is_flag=True, help="Call each target of these platforms (all, if none is named) once.")
def check(names: tuple[str, ...], *, live: bool) -> None:
    """Check the whole catalogue, or these files beside it; exit 0 fine, 1 something to mend.

    With --live, call the targets of the platforms named, once each, and say what they answer; exit 1 if one fails.
    """
    settings = load_settings()
    if live:
        from bot.cli.catalogue_live import call_targets

        sys.exit(call_targets(names, settings))
    given = tuple(map(Path, names))
    _expect_files(given, settings)
    sys.exit(_check(given, settings))


@catalogue.command("import-ezproxy")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(path_type=Path), help="A new file for the draft, as in config/local/univ.toml."
)
def import_ezproxy(file: Path, output: Path | None) -> None:
    """Draft your institution's file from its EZproxy configuration; print it, or write it to a new file."""
    from bot.cli.catalogue_drafts import import_ezproxy

    import_ezproxy(file, output, load_settings())


@catalogue.command()
@click.option("--local", "own", metavar="NAME", help="Into config/local/NAME.toml, for your own people only.")
def add(own: str | None) -> None:
    """Add a platform: four questions, then its entry is written at its place."""
    from bot.cli.catalogue_drafts import add_entry

    add_entry(own, load_settings())


def _expect_files(given: Iterable[Path], settings: Settings) -> None:
    """Raise UserError if an entry of the catalogue is named where a file should be."""
    missing = {str(path) for path in given if not path.exists()}
    if not missing:
        return
    shared = read_folder(settings.config_dir / "platforms", settings.language).texts
    ids = sorted(missing & {table.key for text in shared.values() for table in parse(text).tables})
    said = (
        Said(
            f"{key} : n'est pas un fichier mais une entrée ; pour appeler ses adresses, écrivez --live {key}",
            f"{key}: is no file but an entry; to call its addresses, write --live {key}",
        )
        for key in ids
    )
    if ids:
        raise UserError(*(sentence.told(settings.language) for sentence in said))


def _check(given: tuple[Path, ...], settings: Settings) -> int:
    language = settings.language
    shared = read_folder(settings.config_dir / "platforms", language)
    own = read_folder(settings.config_dir / "local", language)
    mine = read_files({str(path): path for path in given}, language)
    texts, own_texts = _together(shared.texts, own.texts, mine, given, settings.config_dir)
    unread = mine.faults if given else (*shared.faults, *own.faults)
    report = check_files(
        texts, own_texts, language=language, all_given=not (shared.faults or own.faults or mine.faults)
    )
    files = set(map(str, given)) if given else set(texts) | set(own_texts)
    # Those that are shipped are known and as they should be: unless somebody works on them, they would only be noise.
    hints = _of(report.hints, files if given else own_texts)
    faults = _of(report.faults, files)
    for sentence in (*unread, *map(str, faults)):
        click.echo(sentence)
    for hint in hints:
        click.echo(f"{Said('remarque', 'hint').told(language)}: {hint}")
    wrong = len(unread) + len(faults)
    click.echo(_summary(report, wrong, len(report.faults) - len(faults)).told(language), err=True)
    return 1 if wrong else 0


def _together(
    shared: dict[str, str], own: dict[str, str], mine: Texts, given: Iterable[Path], config_dir: Path
) -> tuple[dict[str, str], dict[str, str]]:
    """The catalogue with the given files in it, last: a clash is told of them. One stands for its namesake there."""
    shared, own = dict(shared), dict(own)
    for path in given:
        name = str(path)
        if name not in mine.texts:
            continue
        text = mine.texts[name]
        is_own = path.resolve().parent == (config_dir / "local").resolve() or any(
            table.key == HEADER for table in parse(text).tables
        )
        folder, texts = ("local", own) if is_own else ("platforms", shared)
        texts.pop(f"{folder}/{path.name}", None)
        texts[name] = text
    return shared, own


def _of(found: Iterable[Fault], files: Iterable[str] | Mapping[str, str]) -> list[Fault]:
    wanted = set(files)
    return [fault for fault in found if fault.file in wanted]


def _summary(report: Report, wrong: int, elsewhere: int) -> Said:
    french, english = f"{report.entries} entrées lues", f"{report.entries} entries read"
    more_fr = f" ; {elsewhere} dans d'autres fichiers" if elsewhere else ""
    more_en = f"; {elsewhere} in other files" if elsewhere else ""
    if wrong:
        return Said(f"{wrong} à corriger{more_fr} ({french})", f"{wrong} to mend{more_en} ({english})")
    return Said(f"tout va bien{more_fr} ({french})", f"all is well{more_en} ({english})")
