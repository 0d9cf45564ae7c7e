"""`catalogue import-ezproxy`, `catalogue add`: new entries, drafted or asked for, written so that nothing is lost."""

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Sequence
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
from bot.cli.login_asking import COLON
from bot.model import Kind, Language, Platform, Role, Target
from bot.settings import Settings
from bot.understanding.ordinary import is_ordinary

LONGEST_NAME = 80


def import_ezproxy(path: Path, output: Path | None, settings: Settings) -> None:
    """Draft the institution's file from its EZproxy configuration; print it, or write it to a new file."""
    catalogue, language = build_catalogue(settings), settings.language
    config = read_config(decode(_configuration(path, language)))
    if not config.stanzas:
        raise _trouble(path, _NO_TITLE, language)
    key = id_for(output.stem if output else (config.name or "").partition(".")[2].partition(".")[0] or "univ-exemple")
    text = draft(config, catalogue, key=key, language=language)
    if output is None:
        click.echo(text, nl=False)
        return
    if output.exists() or output.is_symlink():
        raise _trouble(output, _THERE_ALREADY, language)
    write_atomically(output, text, before=None, language=language)
    said = Said(f"{output} écrit ; relisez-le", f"{output} written; read it over")
    click.echo(said.told(language), err=True)


def _configuration(path: Path, language: Language) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _trouble(path, _NO_FILE, language)
        if status.st_size > LARGEST_FILE:
            raise _trouble(path, _TOO_LARGE, language)
        return path.read_bytes()
    except OSError as error:
        raise _trouble(path, _unreadable(error), language) from error


def add_entry(own: str | None, settings: Settings) -> None:
    """Ask four questions and write the entry; into config/local/OWN.toml, or into the file of its kind."""
    catalogue, language = build_catalogue(settings), settings.language
    if own is not None:
        own = own.removesuffix(".toml")
        path = settings.config_dir / "local" / f"{own}.toml"
        if id_for(own) != own or not path.exists():
            raise _trouble(path, _NO_OWN_FILE, language)  # before anything is asked
    try:
        name, url, kind, aliases = _answers(catalogue, language, own=own is not None)
    except click.Abort:
        said = Said("Arrêté : rien n'a été changé.", "Stopped: nothing was changed.")
        click.echo(f"\n{said.told(language)}", err=True)
        sys.exit(1)
    host = url.split("/")[2]
    key = id_for(name, catalogue.platforms)
    fields = {"name": name, "kind": kind, "aliases": aliases, "hosts": [host.removeprefix("www.")]}
    entry = entry_text(key, fields, [("home", url)])
    relative = f"local/{own}.toml" if own else f"platforms/{kind}.toml"
    _write_entry(settings, relative, key, entry)
    click.echo(f"\n{entry}")
    path = settings.config_dir / relative
    click.echo(Said(f"Écrit dans {path}.", f"Written into {path}.").told(language))
    if own is None and (ordinary := [each for each in (name, *aliases) if _is_an_ordinary_word(each)]):
        click.echo(_also_a_word(ordinary).told(language))


def _answers(catalogue: Catalogue, language: Language, *, own: bool) -> tuple[str, str, str, list[str]]:
    """Name, address, kind and other names, as somebody types them. Raises click.Abort for Ctrl-C and Ctrl-D."""

    def ask(question: Said, read: Callable[[str], str | Said]) -> str:
        while True:
            colon = COLON.told(language)
            typed = click.prompt(question.told(language), "", show_default=False, prompt_suffix=colon)
            answer = " ".join(str(typed).split())
            result = read(answer)
            if not isinstance(result, Said):
                return result
            click.echo(f"  {result.told(language)}")

    name = ask(_NAME, lambda answer: _free_name(answer, catalogue, own=own))
    url = ask(_URL, lambda answer: _home(answer, catalogue))
    kind = ask(_KIND, lambda answer: _one_of_kinds(answer))
    others = ask(_OTHERS, lambda answer: _free_names(answer, name, catalogue, own=own))
    return name, url, kind, [each for each in others.split(", ") if each]


def _write_entry(settings: Settings, relative: str, key: str, entry: str) -> None:
    """Put it at its place, unless the catalogue would then have a fault. Raises UserError."""
    path = settings.config_dir / relative
    language = settings.language
    try:
        raw = path.read_bytes()
        old = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _trouble(path, _NO_UTF_8, language) from error
    except OSError as error:
        raise _trouble(path, _unreadable(error), language) from error
    new = insert_entry(old, key, entry)
    shared = read_folder(settings.config_dir / "platforms", language).texts
    own = read_folder(settings.config_dir / "local", language).texts
    texts = own if relative in own else shared
    texts[relative] = new
    report = check_files(shared, own, language=language)
    if faults := [fault for fault in report.faults if fault.entry == key and fault.file == relative]:
        nothing = Said("rien n'a été changé", "nothing was changed").told(language)
        raise UserError(f"{nothing}: {'; '.join(map(str, faults))}")
    write_atomically(path, new, before=raw, language=language)


def _free_name(answer: str, catalogue: Catalogue, *, own: bool) -> str | Said:
    if not words(answer) or len(answer) > LONGEST_NAME or not answer.isprintable():
        return Said(
            f"Il faut un nom d'au plus {LONGEST_NAME} caractères, par exemple Persée.",
            f"Write a name of at most {LONGEST_NAME} characters, as in Persée.",
        )
    if (owner := catalogue.by_key_or_name(answer)) is not None and not (own and _may_be_theirs(answer, owner)):
        return taken(("le nom", "the name"), answer, owner.key, _OTHER_NAME)
    return answer


def _is_an_ordinary_word(name: str) -> bool:
    spelt = words(name)
    return len(spelt) == 1 and is_ordinary(spelt[0])


def _also_a_word(names: Sequence[str]) -> Said:
    listed = ", ".join(f"« {name} »" for name in names)
    return Said(
        f"{listed} se dit aussi d'autre chose ; écrivez-le dans weak, avec weak_needs (docs/catalogue.md).",
        f"{listed} may mean something else; write it into weak, with weak_needs (docs/catalogue.md).",
    )


def _may_be_theirs(name: str, owner: Platform) -> bool:
    """Whether an institution may call something of its own so: « Moodle », or a word that means other things too."""
    return owner.self_hostable or words(name) in {words(weak) for weak in owner.weak}


def _free_names(answer: str, name: str, catalogue: Catalogue, *, own: bool) -> str | Said:
    names: dict[tuple[str, ...], str] = {}
    for each in filter(None, (part.strip() for part in answer.split(","))):
        free = _free_name(each, catalogue, own=own)
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


def write_atomically(path: Path, text: str, *, before: bytes | None, language: Language = Language.ENGLISH) -> None:
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
                raise _trouble(path, _CHANGED, language)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        _fsync_folder(path.parent)
    except OSError as error:
        raise _trouble(path, _unwritable(error), language) from error


def _trouble(path: Path, said: Said, language: Language) -> UserError:
    return UserError(Said(f"{path} : {said.french}", f"{path}: {said.english}").told(language))


def _unreadable(error: OSError) -> Said:
    if isinstance(error, FileNotFoundError):
        return Said("n'existe pas ; vérifiez son nom et son dossier", "is not there; check its name")
    return Said(f"ne peut pas être lu ({error.strerror})", f"cannot be read ({error.strerror})")


def _unwritable(error: OSError) -> Said:
    if isinstance(error, FileNotFoundError):
        return Said("ce dossier n'existe pas ; rien n'a été changé", "there is no such folder; nothing was changed")
    return Said(
        f"ne peut pas être écrit ({error.strerror}) ; rien n'a été changé",
        f"cannot be written ({error.strerror}); nothing was changed",
    )


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
_NO_TITLE = Said(
    "il n'y a aucune ligne Title ; donnez le config.txt d'EZproxy",
    "there is no Title line in it; name the config.txt of EZproxy",
)
_NO_FILE = Said("n'est pas un fichier ; donnez le config.txt d'EZproxy", "is no file; name the config.txt of EZproxy")
_TOO_LARGE = Said(
    f"dépasse {LARGEST_FILE // 1024**2} Mio ; ce n'est pas une configuration d'EZproxy",
    f"is larger than {LARGEST_FILE // 1024**2} MiB; this is no configuration of EZproxy",
)
_THERE_ALREADY = Said("existe déjà ; donnez le nom d'un nouveau fichier", "is there already; name a new file")
_NO_OWN_FILE = Said(
    "n'existe pas ; copiez config/local/exemple.toml.modele pour le faire",
    "is not there; copy config/local/exemple.toml.modele to make it",
)
_NO_UTF_8 = Said("n'est pas de l'UTF-8 ; rien n'a été changé", "is not UTF-8; nothing was changed")
_CHANGED = Said("a changé entre-temps ; recommencez", "was changed meanwhile; try again")
