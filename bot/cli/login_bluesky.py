"""`cestmoiou login bluesky`: the rules for bots, an app password tried once, the self-label."""

import re
import tempfile
from pathlib import Path

from bot.app.clock import now
from bot.catalogue.sentences import Said
from bot.cli.errors import UserError
from bot.cli.login_asking import Wizard
from bot.cli.login_keeping import Keeper, ask_name, read_login, read_secret, read_server
from bot.ports import AccountRefusedError, SocialError
from bot.settings.credentials import write_secret
from bot.social.bluesky_account import BlueskyAccount, Found
from bot.social.bluesky_session import session_file

BLUESKY = "https://bsky.social"
_APP_PASSWORD = re.compile(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}")
_RULES = Said(
    "Bluesky veut d'un robot qu'il ne s'adresse qu'à qui l'a appelé, qu'il porte l'étiquette « bot », et que sa "
    "présentation dise qui le tient (docs.bsky.app, « Bots »).\n"
    "Il faut un mot de passe d'application : Paramètres → Confidentialité et sécurité → Mots de passe d'application, "
    "sans accès aux messages privés.",
    "Bluesky wants a bot to speak to those who called it and nobody else, to wear the label “bot”, and to say in its "
    "bio who runs it (docs.bsky.app, “Bots”).\n"
    "It takes an app password: Settings → Privacy and security → App passwords, without access to direct messages.",
)


async def log_in_to_bluesky(keeper: Keeper, server: str | None, name: str | None) -> None:
    """Carry it through; what is kept is kept at the end. Raises UserError."""
    wizard = keeper.wizard
    wizard.say(_RULES)
    address = _server(wizard, server)
    account_name = ask_name(keeper, name, "bluesky")
    label = wizard.agrees(
        Said("Mettre l'étiquette « bot » au profil (conseillé) ?", "Put the label “bot” on the profile (advised)?"),
        default=True,
    )
    with tempfile.TemporaryDirectory(prefix="cestmoiou-login-") as folder:
        account, found, password = await _log_in(wizard, address, Path(folder) / "session")
        try:
            table = {"kind": "bluesky", "server": address, "login": found.did, "app_password": password}
            keeper.keep(("accounts", account_name), table, secret="app_password")  # noqa: S106 -- a key's name
            _keep_session(keeper, account_name, found)
            if label:
                await _label(wizard, account)
        finally:
            await account.close()
    wizard.say(
        Said(
            f"La suite : « cestmoiou networks check {account_name} », puis « cestmoiou run » (à relancer s'il tourne).",
            f"Next: “cestmoiou networks check {account_name}”, then “cestmoiou run” (start it again if it runs).",
        )
    )


def _server(wizard: Wizard, given: str | None) -> str:
    read = read_server(given or BLUESKY)
    if isinstance(read, Said):
        raise UserError(f"--server {given}: {read.told(wizard.language)}")
    return read


async def _log_in(wizard: Wizard, server: str, session: Path) -> tuple[BlueskyAccount, Found, str]:
    """Ask until the server lets us in. Each try is one of its 300 logins a day: it is made on a whole answer only."""
    handle = Said(
        "L'identifiant du compte, par exemple cestmoiou.bsky.social",
        "The account's handle, as in cestmoiou.bsky.social",
    )
    while True:
        identifier = wizard.ask(handle, read_login)
        password = wizard.ask(Said("Le mot de passe d'application", "The app password"), read_secret, secret=True)
        if not _APP_PASSWORD.fullmatch(password) and not wizard.agrees(
            Said(
                "  Cela ne ressemble pas à un mot de passe d'application (xxxx-xxxx-xxxx-xxxx). Essayer quand même ?",
                "  This does not look like an app password (xxxx-xxxx-xxxx-xxxx). Try it all the same?",
            ),
            default=False,
        ):
            continue
        account = BlueskyAccount(
            server=server, identifier=identifier, password=password, session_file=session, clock=now
        )
        try:
            return account, await account.log_in(), password
        except AccountRefusedError:
            wizard.say(
                Said(
                    "  Le serveur refuse : vérifiez l'identifiant et le mot de passe.",
                    "  The server refuses: check the handle and the password.",
                )
            )
        except SocialError as error:
            wizard.say(Said(f"  Pas maintenant ({error}).", f"  Not now ({error})."))
        await account.close()


def _keep_session(keeper: Keeper, name: str, found: Found) -> None:
    """The login that was just bought serves the first start; without it, that one logs in by itself."""
    try:
        write_secret(session_file(keeper.settings.data_dir, name), found.session)
    except OSError:
        return


async def _label(wizard: Wizard, account: BlueskyAccount) -> None:
    try:
        await account.label_as_bot()
    except SocialError as error:
        wizard.say(Said(f"L'étiquette reste à mettre ({error}).", f"The label is still to be put on ({error})."))
    else:
        wizard.say(Said("Le profil porte l'étiquette « bot ».", "The profile wears the label “bot”."))
