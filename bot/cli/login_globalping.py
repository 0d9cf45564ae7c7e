"""`cestmoiou login globalping`: what would be sent, a yes, and a token if there is one."""

from bot.catalogue.sentences import Said
from bot.cli.errors import UserError
from bot.cli.login_asking import Wizard
from bot.cli.login_keeping import Keeper, read_secret
from bot.settings import Settings
from bot.vantage.globalping_client import GlobalpingClient, GlobalpingError, Trouble

_WHAT_IS_SENT = Said(
    "Globalping est un réseau public de sondes, tenues par des volontaires. Pour chaque regard, il recevrait :\n"
    "  le nom d'hôte d'une plateforme du catalogue, le port, la méthode GET, le chemin /, et les lieux choisis.\n"
    "Jamais un chemin ou une requête, une adresse tapée ou passée par un proxy, le texte d'une question, qui la pose.\n"
    "Une mesure se lit sept jours au plus par qui en a l'adresse. 250 tests par heure sans jeton, 500 avec un.",
    "Globalping is a public network of probes that volunteers run. For each look it would be sent:\n"
    "  the host name of a platform of the catalogue, the port, the method GET, the path /, and the places chosen.\n"
    "Never a path or a query, an address that was typed or proxied, the words of a question, who asks it.\n"
    "A measurement can be read for up to seven days by whoever has its address. 250 tests an hour without a token, "
    "500 with one.",
)


async def switch_on_globalping(keeper: Keeper) -> None:
    """Explain, ask, check the token, keep it. Raises UserError."""
    wizard = keeper.wizard
    wizard.say(_WHAT_IS_SENT)
    if not wizard.agrees(Said("Allumer Globalping ?", "Switch Globalping on?"), default=False):
        raise UserError(Said("Globalping reste éteint", "Globalping stays off").told(wizard.language))
    token = await _token(wizard, keeper.settings)
    values: dict[str, str | bool] = {"enabled": True} | ({"token": token} if token else {})
    if token is None and keeper.secret_file is not None:
        said = Said(
            "sans jeton, réglez CESTMOIOU_GLOBALPING__ENABLED=true",
            "without a token, set CESTMOIOU_GLOBALPING__ENABLED=true",
        )
        raise UserError(said.told(wizard.language))
    keeper.keep(("globalping",), values, secret="token")  # noqa: S106 -- a key's name


async def _token(wizard: Wizard, settings: Settings) -> str | None:
    question = Said(
        "Un jeton de dash.globalping.io (facultatif : Entrée pour aucun)",
        "A token from dash.globalping.io (optional: Enter for none)",
    )
    while True:
        answer = wizard.ask(question, lambda typed: typed and read_secret(typed), secret=True)
        if not answer:
            return None
        client = GlobalpingClient(url=settings.globalping.url, token=answer, user_agent=settings.user_agent)
        try:
            left = await client.left()
        except GlobalpingError as error:
            wizard.say(Said(f"  {error}.", f"  {error}."))
            if error.trouble is not Trouble.TOKEN and wizard.agrees(
                Said("  Garder ce jeton sans l'avoir vérifié ?", "  Keep this token unchecked?"), default=False
            ):
                return answer
        else:
            if left is not None:
                wizard.say(
                    Said(f"Jeton accepté : {left.tests} tests restent.", f"Token accepted: {left.tests} tests left.")
                )
            return answer
        finally:
            await client.close()
