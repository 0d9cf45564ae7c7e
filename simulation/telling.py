"""What happens, as lines on a terminal: when, who, what; posts as they were posted, the same words once."""

import re
import textwrap
import time
from collections.abc import Mapping, Sequence

from simulation.cast import NETWORKS, Person, sentence
from simulation.promises import Counted, Kind, Promise

_WIDTH = 100
_MOST_SHOWN = 3
_NO_BREAK = re.compile(r" (?=[:;?!»])|(?<=«) |(?<=\d) (?=[a-z%]{1,2}\b)")


class Telling:
    """Prints as it goes. The time is that since the curtain rose."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._began = time.monotonic()

    @property
    def since(self) -> str:
        """How long it has been playing."""
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        return f"{minutes}:{seconds:02}"

    def happens(self, key: str, **values: object) -> None:
        """One of the play's own sentences, with the time."""
        said = sentence(key, self.language, **values)
        print(f"\n{self._filled(said, f'{self.since:>5}  ', 7)}", flush=True)

    def line(self, key: str, **values: object) -> None:
        """One of the play's own sentences, below what happens."""
        print(self._filled(sentence(key, self.language, **values), " " * 7, 7), flush=True)

    def posts(self, posts: Sequence[tuple[Person, str]], rest: str) -> None:
        """What people post: the first few, and how many more."""
        for person, text in posts[:_MOST_SHOWN]:
            self._post(sentence("asks", self.language, who=_name(person)), text)
        if len(posts) > _MOST_SHOWN:
            self.line(rest, number=len(posts) - _MOST_SHOWN)

    def replies(self, groups: Mapping[tuple[str, str], Sequence[Person]]) -> None:
        """What the bot posted, by network and words, and to whom; the most frequent first."""
        ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
        for (_, text), people in ordered[:_MOST_SHOWN]:
            self._post(sentence("to", self.language, who=self._names(people)), text)
        if rest := sum(len(people) for _, people in ordered[_MOST_SHOWN:]):
            self.line("more_wordings", number=rest)

    def verbatim(self, text: str, most: int) -> None:
        """The first lines of a text as they are."""
        lines = text.splitlines()
        print("\n".join(f"       │ {line}" for line in lines[:most]), flush=True)
        if len(lines) > most:
            self.line("dossier_more", number=len(lines) - most)

    def counts(self, counted: Counted) -> None:
        """How much was posted, and for what."""
        self.happens(
            "counts",
            incidents=", ".join(counted.incidents) or "–",
            **{kind.value: counted.kinds[kind] for kind in Kind},
            posts=counted.kinds.total(),
            **{network: counted.on(network) for network in NETWORKS},
            edits=counted.edits,
            looks=counted.looks,
        )

    def outcome(self, promise: Promise) -> None:
        """A promise, and whether it was kept."""
        before = sentence("kept" if promise.kept else "broken", self.language)
        said = sentence(promise.key, self.language, number=promise.number)
        if promise.let_down:
            said += sentence("let_down", self.language, who=", ".join(promise.let_down))
        print(self._filled(said, f"{before:>15}  ", 17), flush=True)

    def _names(self, people: Sequence[Person]) -> str:
        shown = ", ".join(person.name.capitalize() for person in people[:2])
        rest = len(people) - 2
        key = "and_another" if rest == 1 else "and_others"
        others = sentence(key, self.language, number=rest) if rest > 0 else ""
        return f"{shown}{others} ({NETWORKS[people[0].network]})"

    def _post(self, who: str, text: str) -> None:
        print(f"       {who}", flush=True)
        print(self._filled(f"{text} »", " " * 9 + "«\xa0", 11), flush=True)

    def _filled(self, text: str, first: str, indent: int) -> str:
        return textwrap.fill(
            _NO_BREAK.sub("\xa0", text),
            _WIDTH,
            initial_indent=first,
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
        )


def _name(person: Person) -> str:
    return f"{person.name.capitalize()} ({NETWORKS[person.network]})"
