"""`cestmoiou login mastodon`: the server's rules, consent in the browser, the code pasted back, the bot flag."""

from urllib.parse import urlsplit

from bot.app.clock import now
from bot.catalogue.sentences import Said
from bot.cli.errors import UserError
from bot.cli.login_asking import Wizard
from bot.cli.login_keeping import Keeper, ask_name, name_from, read_secret, read_server
from bot.ports import SocialError
from bot.social.account_facts import PrivateMentions, printable
from bot.social.mastodon_account import Instance, accept_private_mentions, account_of, instance_of, mark_as_bot
from bot.social.mastodon_client import MastodonClient
from bot.social.mastodon_oauth import (
    FOR_PRIVATE_MENTIONS,
    FOR_THE_BOT_FLAG,
    SCOPES,
    CodeRefusedError,
    Registration,
)


async def log_in_to_mastodon(keeper: Keeper, server: str | None, name: str | None) -> None:
    """Carry it through; what is kept is kept at the end, in one move. Raises UserError."""
    wizard = keeper.wizard
    address, instance = await _reach(wizard, server)
    host = urlsplit(address).netloc
    _show_rules(wizard, host, instance)
    if not wizard.agrees(
        Said(
            "Un robot qui ne répond qu'à qui l'appelle y a-t-il sa place ?", "May a bot that only answers live there?"
        ),
        default=True,
    ):
        raise UserError(Said("rien n'a été fait", "nothing was done").told(wizard.language))
    account_name = ask_name(keeper, name, name_from(host))
    flag = wizard.agrees(
        Said("Marquer le compte comme automatisé (conseillé) ?", "Mark the account as automated (advised)?"),
        default=True,
    )
    client = MastodonClient(server=address, token=await _token(wizard, address, flag=flag), clock=now)
    try:
        account = await account_of(client)
        handle = printable(f"@{account.username}@{host}", 120)
        wizard.say(Said(f"Connecté : {handle}.", f"Logged in: {handle}."))
        # No secret may be lost from here on: first it is kept, then the rest is done.
        token = client.token or ""
        keeper.keep(("accounts", account_name), {"kind": "mastodon", "server": address, "token": token}, secret="token")  # noqa: S106 -- a key's name
        await _set_up(wizard, client, flag=flag and not account.bot)
    finally:
        client.close()
    wizard.say(
        Said(
            f"La suite : « cestmoiou networks check {account_name} », puis « cestmoiou run » (à relancer s'il tourne).",
            f"Next: “cestmoiou networks check {account_name}”, then “cestmoiou run” (start it again if it runs).",
        )
    )


async def _reach(wizard: Wizard, given: str | None) -> tuple[str, Instance]:
    """Ask for a server until one answers. Raises UserError if the one that was given does not."""
    while True:
        if given is not None and isinstance(read := read_server(given), Said):
            raise UserError(f"--server {given}: {read.told(wizard.language)}")
        question = Said(
            "L'adresse du serveur, par exemple https://mamot.fr", "The server's address, as in https://mamot.fr"
        )
        address = wizard.ask(question, read_server) if given is None else str(read_server(given))
        client = MastodonClient(server=address, token=None, clock=now)
        try:
            instance = await instance_of(client)
        finally:
            client.close()
        if instance.was_reached:
            return address, instance
        said = Said(f"{address} ne répond pas ; vérifiez l'adresse.", f"{address} does not answer; check the address.")
        if given is not None:
            raise UserError(said.told(wizard.language))
        wizard.say(said)


def _show_rules(wizard: Wizard, host: str, instance: Instance) -> None:
    if not instance.rules:
        wizard.say(
            Said(
                f"{host} ne publie pas de règles par son interface ; lisez sa page « À propos ».",
                f"{host} publishes no rules through its API; read its About page.",
            )
        )
        return
    wizard.say(Said(f"Les règles de {host} :", f"The rules of {host}:"))
    for number, rule in enumerate(instance.rules, 1):
        wizard.say(Said(f"  {number}. {rule}", f"  {number}. {rule}"))


async def _token(wizard: Wizard, address: str, *, flag: bool) -> str:
    wanted = [FOR_PRIVATE_MENTIONS, *([FOR_THE_BOT_FLAG] if flag else [])]
    registration = Registration(server=address, wanted=wanted, language=wizard.language.value, clock=now)
    try:
        try:
            url = await registration.begin()
        except SocialError:
            return await _token_by_hand(wizard, address)
        wizard.say(
            Said(
                f"Ouvrez cette page, connectez-vous avec le compte du robot, acceptez :\n\n{url}\n",
                f"Open this page, log in with the bot's account, and accept:\n\n{url}\n",
            )
        )
        while True:
            question = Said("Collez ici le code affiché", "Paste the code that it shows")
            code = wizard.ask(question, read_secret, secret=True)
            try:
                return await registration.finish(code)
            except CodeRefusedError:
                wizard.say(
                    Said(
                        "  Le serveur ne veut pas de ce code : rouvrez la page pour en avoir un neuf.",
                        "  The server does not take this code: open the page again for a new one.",
                    )
                )
            except SocialError as error:
                wizard.say(Said(f"  Pas maintenant ({error}).", f"  Not now ({error})."))
    finally:
        registration.close()


async def _token_by_hand(wizard: Wizard, address: str) -> str:
    """For servers that register no applications through their API."""
    wizard.say(
        Said(
            f"{address} n'enregistre pas d'application par son interface. Faites un jeton à la main : réglages du "
            f"compte → applications (snac : {address}/oauth/x-snac-get-token), avec les droits {' '.join(SCOPES)}.",
            f"{address} registers no applications through its API. Make a token by hand: the account's settings → "
            f"applications (snac: {address}/oauth/x-snac-get-token), with the scopes {' '.join(SCOPES)}.",
        )
    )
    while True:
        token = wizard.ask(Said("Collez ici le jeton", "Paste the token"), read_secret, secret=True)
        client = MastodonClient(server=address, token=token, clock=now)
        try:
            await account_of(client)
        except SocialError as error:
            wizard.say(Said(f"  Il ne va pas ({error}).", f"  It does not work ({error})."))
        else:
            return token
        finally:
            client.close()


async def _set_up(wizard: Wizard, client: MastodonClient, *, flag: bool) -> None:
    """What fails here can be done by hand: the account works without."""
    try:
        if flag:
            await mark_as_bot(client)
            wizard.say(Said("Le compte est marqué comme automatisé.", "The account is marked as automated."))
        if await accept_private_mentions(client) is PrivateMentions.FILTERED:
            wizard.say(
                Said(
                    "Les mentions privées d'inconnus restent filtrées : voir docs/networks.md.",
                    "Strangers' private mentions stay filtered: see docs/networks.md.",
                )
            )
    except SocialError as error:
        wizard.say(Said(f"À faire à la main : {error}.", f"To be done by hand: {error}."))
