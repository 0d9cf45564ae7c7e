"""What must hold at the end (docs/incidents.md): what was posted in, promises kept or not out. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from simulation.cast import Person

MOST_AN_HOUR = 60  # posts of the bot on one network, as it is shipped


class Kind(Enum):
    """What a post of the bot is, by its first words."""

    VERDICT = "verdict"
    CORRECTION = "correction"
    COLLEAGUES = "colleagues"
    BACK = "back"


_BEGINS = {
    Kind.CORRECTION: ("Rectification.", "Correction."),
    Kind.COLLEAGUES: ("Cairn.info :", "Cairn.info:"),  # the platform's name and what is said of it, alone
    Kind.BACK: ("C'est revenu", "It is back"),
}
_IN_ORDER = (
    [Kind.VERDICT, Kind.BACK],
    [Kind.VERDICT, Kind.CORRECTION, Kind.BACK],
    [Kind.VERDICT, Kind.COLLEAGUES, Kind.BACK],
)


def kind_of(text: str) -> Kind:
    """What a post is, in French or English; one that is no follow-up is an answer."""
    plain = " ".join(text.split())
    return next((kind for kind, words in _BEGINS.items() if plain.startswith(words)), Kind.VERDICT)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the networks hold at the end: the bot's posts under each question, how many elsewhere, and its incidents.

    `asked` is how many people the bot counts in its incidents together, `edits` how often it edited a post.
    """

    under: Mapping[Person, Sequence[str]]
    elsewhere: int = 0
    incidents: Sequence[str] = ()
    looks: int = 0
    asked: int = 0
    edits: int = 0

    @property
    def kinds(self) -> Counter[Kind]:
        """How many posts of each kind."""
        return Counter(kind_of(text) for texts in self.under.values() for text in texts)

    def on(self, network: str) -> int:
        """How many posts on a network."""
        return sum(len(texts) for person, texts in self.under.items() if person.network == network)


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence of the play's own, with its values; who was let down, if anybody was."""

    key: str
    kept: bool
    let_down: Sequence[str] = ()
    number: int = 0


def promises(counted: Counted, askers: Collection[Person], reporters: Collection[Person]) -> list[Promise]:
    """Each promise, and whether it was kept."""
    kinds = {person: [kind_of(text) for text in counted.under.get(person, ())] for person in askers}
    networks = sorted({person.network for person in askers})
    return [
        _for_each("one_verdict", [person for person in kinds if kinds[person].count(Kind.VERDICT) != 1], len(kinds)),
        _for_each("one_back", [person for person in kinds if kinds[person].count(Kind.BACK) != 1], len(kinds)),
        _for_each("at_most", [person for person in kinds if kinds[person] not in _IN_ORDER], len(kinds)),
        Promise("elsewhere", kept=counted.elsewhere == 0, number=len(reporters)),
        Promise("one_incident", kept=len(counted.incidents) == 1 and counted.asked == len(kinds), number=counted.asked),
        Promise("budget", kept=all(counted.on(each) <= MOST_AN_HOUR for each in networks), number=MOST_AN_HOUR),
    ]


def _for_each(key: str, let_down: Sequence[Person], number: int) -> Promise:
    return Promise(key, kept=not let_down, let_down=[person.name for person in let_down], number=number)
