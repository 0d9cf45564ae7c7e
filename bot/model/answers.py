"""What we decided to say, and the words of it."""

from dataclasses import dataclass

from bot.model.dossiers import Dossier
from bot.model.ledger import PostKind
from bot.model.mentions import Language
from bot.model.platforms import Between
from bot.model.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class GatewayVerdict:
    """How the proxy or the sign-in service is by which askers reach a platform (`to`, its key)."""

    between: Between
    verdict: Verdict
    to: str


@dataclass(frozen=True, slots=True)
class GiveVerdicts:
    """One to four verdicts; `left_out` counts the platforms beyond four that were not looked at.

    `gateways` stand between the askers and these platforms; a platform may have none, one or two.
    """

    verdicts: tuple[Verdict, ...]
    left_out: int = 0
    gateways: tuple[GatewayVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class AskForAddress:
    """The name is in no catalogue. `name` is as written, but defanged: no handle, no link, at most 40 characters.

    `closest` are names of the catalogue that look like it, at most three.
    """

    name: str
    closest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskWhich:
    """It is a question about an outage, but nothing in it can be looked at; `candidates` are names to choose from."""

    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GiveHelp:
    """Two lines on what the bot does."""


@dataclass(frozen=True, slots=True)
class SayGoodbye:
    """They said « stop »: the one confirmation."""


@dataclass(frozen=True, slots=True)
class GiveDossier:
    """The evidence of an outage, in short: the whole of it is with whoever runs the bot."""

    dossier: Dossier


@dataclass(frozen=True, slots=True)
class NothingToReport:
    """A dossier was asked for of a platform without an outage that is remembered; `name` is the platform's."""

    name: str


Answer = GiveVerdicts | AskForAddress | AskWhich | GiveHelp | SayGoodbye | GiveDossier | NothingToReport


@dataclass(frozen=True, slots=True)
class Reply:
    """The words to post, within the network's limit, without the asker's handle (the adapter adds it).

    `verdicts` are what it says, for a network that shows more than words (the console); empty for help and questions.
    `kind` is what it is: follow-ups to a mention are other posts than its answer, and each is posted once.
    """

    text: str
    language: Language
    content_warning: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    kind: PostKind = PostKind.VERDICT
