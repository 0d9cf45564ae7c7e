"""`catalogue import-ezproxy`, `catalogue add`: new entries, drafted or asked for, written so that nothing is lost."""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from bot.app.files import LARGEST_FILE, build_catalogue, read_folder
from bot.catalogue import Catalogue
from bot.catalogue.addresses import read_url
from bot.catalogue.advice import check_files
from bot.catalogue.drafting import entry_text, id_for, insert_entry
from bot.catalogue.ezproxy import decode, draft, read_config
from bot.catalogue.names import words
from bot.catalogue.sentences import Said, quoted, taken, unknown_value
from bot.cli.errors import UserError
from bot.model import Kind, Role, Target
from bot.settings import Settings

LONGEST_NAME = 80


def import_ezproxy(path: Path, output: Path | None, settings: Settings) -> None:
    """Draft the institution's file from its EZproxy configuration; print it, or write it to a new file."""
    catalogue = build_catalogue(settings)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UserError(f"{path}: is no file; name the config.txt of EZproxy")
        if status.st_size > LARGEST_FILE:
            raise UserError(
                f"{path}: is larger than {LARGEST_FILE // 1024**2} MiB; this is no configuration of EZproxy"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    config = read_config(decode(raw))
    if not config.stanzas:
        raise UserError(f"{path}: there is no Title line in it; name the config.txt of EZproxy")
    key = id_for(output.stem if output else (config.name or "").partition(".")[2].partition(".")[0] or "univ-exemple")
    text = draft(config, catalogue, key=key, language=settings.language)
    if output is None:
        click.echo(text, nl=False)
        return
    if output.exists() or output.is_symlink():
        raise UserError(f"{output}: is there already; name a new file")
    write_atomically(output, text, before=None)
    said = Said(f"{output} écrit ; relisez-le", f"{output} written; read it over")
    click.echo(said.told(settings.language), err=True)


def add_entry(own: str | None, settings: Settings) -> None:
    """Ask four questions and write the entry; into config/local/OWN.toml, or into the file of its kind."""
    catalogue, language = build_catalogue(settings), settings.language

    def ask(question: Said, read: Callable[[str], str | Said]) -> str:
        while True:
            answer = " ".join(str(click.prompt(question.told(language), default="", show_default=False)).split())
            result = read(answer)
            if not isinstance(result, Said):
                return result
            click.echo(f"  {result.told(language)}")

    name = ask(_NAME, lambda answer: _free_name(answer, catalogue))
    url = ask(_URL, lambda answer: _home(answer, catalogue))
    kind = ask(_KIND, lambda answer: _one_of_kinds(answer))
    others = ask(_OTHERS, lambda answer: _free_names(answer, name, catalogue))
    host = str(url).split("/")[2]
    key = id_for(name, catalogue.platforms)
    aliases = [each for each in others.split(", ") if each]
    fields = {"name": name, "kind": kind, "aliases": aliases, "hosts": [host.removeprefix("www.")]}
    entry = entry_text(key, fields, [("home", url)])
    relative = f"local/{own}.toml" if own else f"platforms/{kind}.toml"
    _write_entry(settings, relative, key, entry)
    click.echo(f"\n{entry}")
    path = settings.config_dir / relative
    click.echo(Said(f"Écrit dans {path}.", f"Written into {path}.").told(language))


def _write_entry(settings: Settings, relative: str, key: str, entry: str) -> None:
    """Put it at its place, unless the catalogue would then have a fault. Raises UserError."""
    path = settings.config_dir / relative
    language = settings.language
    if not path.exists():
        raise UserError(f"{path}: is not there; copy config/local/exemple.toml.modele to make it")
    try:
        raw = path.read_bytes()
        old = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error}); nothing was changed") from error
    new = insert_entry(old, key, entry)
    shared = read_folder(settings.config_dir / "platforms", language).texts
    own = read_folder(settings.config_dir / "local", language).texts
    texts = own if relative in own else shared
    texts[relative] = new
    report = check_files(shared, own, language=language)
    if faults := [fault for fault in report.faults if fault.entry == key and fault.file == relative]:
        raise UserError(f"nothing was changed: {'; '.join(map(str, faults))}")
    write_atomically(path, new, before=raw)


def _free_name(answer: str, catalogue: Catalogue) -> str | Said:
    if not words(answer) or len(answer) > LONGEST_NAME or not answer.isprintable():
        return Said(
            f"Il faut un nom d'au plus {LONGEST_NAME} caractères, par exemple Persée.",
            f"Write a name of at most {LONGEST_NAME} characters, as in Persée.",
        )
    if (owner := catalogue.by_key_or_name(answer)) is not None:
        return taken(("le nom", "the name"), answer, owner.key, _OTHER_NAME)
    return answer


def _free_names(answer: str, name: str, catalogue: Catalogue) -> str | Said:
    names: dict[tuple[str, ...], str] = {}
    for each in filter(None, (part.strip() for part in answer.split(","))):
        free = _free_name(each, catalogue)
        if isinstance(free, Said):
            return free
        if words(free) != words(name):
            names.setdefault(words(free), free)
    return ", ".join(names.values())


def _home(answer: str, catalogue: Catalogue) -> str | Said:
    address = answer if "://" in answer else f"https://{answer}"
    target = read_url(address, Role.HOME, (), allow_local=False)
    if not isinstance(target, Target):
        return target
    if target.scheme != "https":
        advice = Said("écrivez une adresse en https://", "write an address with https://")
        return Said(f"{quoted(answer)} : {advice.french}", f"{quoted(answer)}: {advice.english}")
    owner = catalogue.of_host(target.host)
    if owner is not None and target.host.removeprefix("www.") in owner.hosts:
        return taken(("l'hôte", "the host"), target.host, owner.key, _OTHER_HOST)
    return f"https://{target.host}{f':{target.port}' if target.port else ''}{target.path}"


def _one_of_kinds(answer: str) -> str | Said:
    kinds = [kind.value for kind in Kind]
    return answer if answer in kinds else unknown_value(("la famille", "the kind"), answer, kinds)


def write_atomically(path: Path, text: str, *, before: bytes | None) -> None:
    """Replace a file's text: whatever happens, the old text or the new one is there. Raises UserError.

    `before` is what the file must still hold, None if it must not be there. A link is followed to what it stands for;
    a file keeps its mode, a new one gets the usual one.
    """
    try:
        path = path.resolve()
        mode = path.stat().st_mode & 0o7777 if before is not None else 0o644
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
        fresh = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.chmod(mode)
            if before is not None and path.read_bytes() != before:
                raise UserError(f"{path}: was changed meanwhile; try again")
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        _fsync_folder(path.parent)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}); nothing was changed") from error


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_NAME = Said("1/4 Son nom, comme le robot doit l'écrire", "1/4 Its name, as the bot is to write it")
_URL = Said("2/4 L'adresse de son accueil (https://…)", "2/4 The address of its home page (https://…)")
_KIND = Said(
    f"3/4 Sa famille ({', '.join(kind.value for kind in Kind)})",
    f"3/4 Its kind ({', '.join(kind.value for kind in Kind)})",
)
_OTHERS = Said(
    "4/4 Ses autres noms, séparés par des virgules (vide s'il n'y en a pas)",
    "4/4 Its other names, with commas between them (empty if there are none)",
)
_OTHER_NAME = ("écrivez un autre nom", "write another name")
_OTHER_HOST = ("ajoutez vos noms à cette entrée (Ctrl-C pour arrêter)", "add your names to that entry (Ctrl-C to stop)")
