"""Where a login's secret goes: into the data folder's credentials, or into a file that the operator names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.catalogue.sentences import Said
from bot.cli.errors import UserError
from bot.cli.login_asking import Wizard
from bot.settings import Settings
from bot.settings.credentials import can_be_written, credentials_file, keep_credentials, write_secret
from bot.settings.values import AccountName, Login, Server

_SERVER, _LOGIN, _NAME = TypeAdapter[str](Server), TypeAdapter[str](Login), TypeAdapter[str](AccountName)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps what a login obtained. `secret_file`: the secret alone goes there, and the variables are told."""

    wizard: Wizard
    settings: Settings
    secret_file: Path | None

    def check(self) -> None:
        """See that the secret can be kept, before there is one to lose. Raises UserError."""
        path = self.secret_file or credentials_file(self.settings.data_dir)
        if not can_be_written(path):
            said = Said(
                f"{path} : on ne peut pas y écrire ; donnez ce dossier à qui lance la commande, "
                "ou nommez un fichier par --secret-file",
                f"{path}: cannot be written; give that folder to whoever runs the command, "
                "or name a file with --secret-file",
            )
            raise UserError(said.told(self.wizard.language))

    def keep(self, table: tuple[str, ...], values: Mapping[str, str | bool], *, secret: str) -> None:
        """Write it down in one move, and say where. `secret` is the key of `values` that is one. Raises UserError."""
        try:
            if self.secret_file is None:
                path = keep_credentials(self.settings.data_dir, table, values)
            else:
                path = self.secret_file
                write_secret(path, f"{values[secret]}\n")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise UserError(f"{self.secret_file or self.settings.data_dir}: cannot be written ({reason})") from None
        self.wizard.say(Said(f"Écrit dans {path} (mode 600).", f"Written into {path} (mode 600)."))
        if self.secret_file is not None:
            self._say_variables(table, values, secret)

    def _say_variables(self, table: tuple[str, ...], values: Mapping[str, str | bool], secret: str) -> None:
        self.wizard.say(Said("Réglez ces variables d'environnement :", "Set these environment variables:"))
        prefix = "CESTMOIOU_" + "__".join(table).upper().replace("-", "_")
        for key, value in values.items():
            shown = str(value).lower() if isinstance(value, bool) else value
            name = f"{prefix}__{key.upper()}"
            line = f"{name}_FILE={self.secret_file}" if key == secret else f"{name}={shown}"
            self.wizard.say(Said(f"  {line}", f"  {line}"))


def read_server(answer: str) -> str | Said:
    """An address of a server, from what people write: « mamot.fr », « @bot@mamot.fr », « https://mamot.fr/ »."""
    host = answer.rpartition("@")[2] if "://" not in answer else answer
    address = host if "://" in host else f"https://{host}"
    try:
        return _SERVER.validate_python(address.rstrip("/"))
    except ValidationError:
        return Said(
            "Écrivez l'adresse d'un serveur, par exemple https://mamot.fr (https, sans chemin).",
            "Write a server's address, as in https://mamot.fr (https, no path).",
        )


def read_login(answer: str) -> str | Said:
    """A Bluesky handle, with its @ or without, or a DID."""
    try:
        return _LOGIN.validate_python(answer.removeprefix("@").removeprefix("https://bsky.app/profile/"))
    except ValidationError:
        return Said(
            "Écrivez un identifiant, par exemple cestmoiou.bsky.social, ou un DID.",
            "Write a handle, as in cestmoiou.bsky.social, or a DID.",
        )


def read_secret(answer: str) -> str | Said:
    """A token, code or password: one word of what keyboards and servers write."""
    if answer.isascii() and answer.isprintable() and " " not in answer and 3 < len(answer) < 2000:
        return answer
    return Said("Cela ne se lit pas ; collez-le d'une pièce.", "That cannot be read; paste it in one piece.")


def ask_name(keeper: Keeper, given: str | None, suggested: str) -> str:
    """Ask what the account is to be called in the settings; one that is set up elsewhere is not touched."""

    def read(answer: str) -> str | Said:
        try:
            name = _NAME.validate_python(answer)
        except ValidationError:
            return Said(
                "Il faut 1 à 32 minuscules, chiffres ou tirets, et pas « console ».",
                "It takes 1 to 32 small letters, digits or hyphens, and not “console”.",
            )
        if name in keeper.settings.accounts and not is_kept_by_login(keeper.settings, name):
            return Said(
                f"« {name} » est déjà réglé ailleurs (« cestmoiou config show » dit où) ; écrivez un autre nom.",
                f"“{name}” is set up elsewhere already (“cestmoiou config show” says where); write another name.",
            )
        return name

    if given is not None:
        result = read(given)
        if isinstance(result, Said):
            raise UserError(f"--name {given}: {result.told(keeper.wizard.language)}")
        return result
    asked = Said("Le nom de ce compte dans les réglages", "This account's name in the settings")
    return keeper.wizard.ask(asked, read, default=suggested)


def is_kept_by_login(settings: Settings, name: str) -> bool:
    """Whether an account stands in the credentials file, which a new login may replace."""
    try:
        text = credentials_file(settings.data_dir).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return f"[accounts.{name}]\n" in text


def name_from(host: str) -> str:
    """A name to suggest: "mamot" of mamot.fr."""
    parts = host.partition(":")[0].casefold().split(".")
    word = parts[-2] if len(parts) > 1 else parts[0]
    return "".join(letter for letter in word if letter.isascii() and (letter.isalnum() or letter == "-"))[:32] or "bot"
