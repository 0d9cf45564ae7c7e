"""The acts: what fails where, who asks, what the bot posted; and at the end what was promised and kept."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simulation.cast import ASKERS, BLUESKY, IT_WORKS, QUESTIONS, REPORTERS, REPORTS, SNAC, WORKS_IN, Person
from simulation.counting import counted_on, texts_under
from simulation.promises import promises
from simulation.telling import Telling
from tests.acceptance.france import AGENTS, EVERY_S, LEAST_BETWEEN_LOOKS_S, STEADY_S, France
from tests.namespace.cases import FINE
from tests.servers.bluesky import BlueskyPeople
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.misbehaving import answer
from tests.servers.running import wait_until

_PLATFORM = "cairn"
_RENATER = ("angers", "limoges", "rennes")
_WITHIN_S = 90


class NothingCameError(Exception):
    """What the bot should have posted is not there; says for whom."""


@dataclass
class Play:
    """One evening. `asked` is each one's question, `told` what is under it so far, `reported` each colleague's post."""

    france: France
    telling: Telling
    asked: dict[Person, str] = field(default_factory=dict[Person, str])
    told: dict[Person, list[str]] = field(default_factory=dict[Person, list[str]])
    reported: dict[Person, str] = field(default_factory=dict[Person, str])

    def run(self) -> bool:
        """Play all of it; say whether every promise was kept. What does not come ends the play, not the counting."""
        self.telling.happens(
            "ready", towns=", ".join(town.place for town in AGENTS), every=f"{EVERY_S} s", steady=f"{STEADY_S} s"
        )
        try:
            self._all_is_well(ASKERS[:1])
            self._it_fails_for_some(ASKERS[1:9])
            self._it_fails_for_all(ASKERS[9:32])
            self._colleagues_report()
            self._more_ask(ASKERS[32:])
            self._it_is_back()
            self._dossier()
        except NothingCameError as nothing:
            self.telling.happens("late", seconds=_WITHIN_S, who=str(nothing))
        return self._promises()

    def _all_is_well(self, who: Sequence[Person]) -> None:
        self.telling.happens("well")
        self._ask(who)
        time.sleep(LEAST_BETWEEN_LOOKS_S)

    def _it_fails_for_some(self, who: Sequence[Person]) -> None:
        for town in _RENATER:
            for address in self.france.addresses(_PLATFORM):
                self.france.machines[town].cannot_reach(address)
        self.france.slow_down("nice", 0.8)
        self.telling.happens("some")
        self._ask(who)
        self._read(ASKERS[:1], 2)
        time.sleep(LEAST_BETWEEN_LOOKS_S)

    def _it_fails_for_all(self, who: Sequence[Person]) -> None:
        for town in _RENATER:
            for address in self.france.addresses(_PLATFORM):
                self.france.machines[town].reaches_again(address)
        self.france.platform_is(_PLATFORM, answer(503, b"x"))
        self.france.machines["rennes"].lose_the_web()
        self.france.machines["chambery"].unplug()
        self.telling.happens("all")
        self._ask(who)
        self._read(ASKERS[1:9], 2)

    def _colleagues_report(self) -> None:
        self.telling.happens("people")
        above = {network: self._verdict_on(network) for network in (SNAC, BLUESKY)}
        ways, said = REPORTS[self.telling.language], list[tuple[Person, str]]()
        for number, person in enumerate(REPORTERS):
            words = IT_WORKS[self.telling.language] if person.town in WORKS_IN else ways[number % len(ways)]
            said.append((person, words.format(town=person.town)))
            self.reported[person] = self._people(person).ask(
                f"@bot {said[-1][1]}", who=person.name, under=above[person.network]
            )
        self.telling.posts(said, "reports_too")
        _wait_for("25", lambda: self.france.log().count('"counted"') >= len(REPORTERS))

    def _more_ask(self, who: Sequence[Person]) -> None:
        time.sleep(LEAST_BETWEEN_LOOKS_S)
        self._ask(who)
        edited = next(person for person in ASKERS[9:32] if person.network == SNAC)
        before = self.told[edited][0]
        _wait_for(edited.name, lambda: self._now_under(edited)[0] != before)
        self.telling.happens("edited")
        self.telling.replies({(SNAC, self._now_under(edited)[0]): [edited]})

    def _it_is_back(self) -> None:
        self.france.platform_is(_PLATFORM, FINE)
        self.france.machines["rennes"].find_the_web()
        self.france.machines["chambery"].plug_in()
        self.france.slow_down("nice", 0)
        self.telling.happens("recovery")
        corrected, others = ASKERS[:9], ASKERS[9:]
        self._read([*corrected, *others], 2, after=dict.fromkeys(corrected, 3))
        time.sleep(2 * EVERY_S)  # whoever were told twice would be told now

    def _dossier(self) -> None:
        self.telling.happens("dossier")
        done = self.france.command("dossier", _PLATFORM, "--lang", self.telling.language)
        self.telling.verbatim(done.stdout + done.stderr, 24)

    # ---------------------------------------------------------------- posts

    def _people(self, person: Person) -> MastodonPeople | BlueskyPeople:
        return self.france.people[person.network]

    def _ask(self, who: Sequence[Person]) -> None:
        ways = QUESTIONS[self.telling.language]
        said = [(person, ways[ASKERS.index(person) % len(ways)]) for person in who]
        self.telling.posts(said, "asks_too")
        for person, words in said:
            self.asked[person] = self._people(person).ask(f"@bot {words}", who=person.name)
        self._read(who, 1)

    def _read(self, who: Sequence[Person], number: int, *, after: dict[Person, int] | None = None) -> None:
        """Wait until the bot has posted so many times under each one's question, and tell the last of them."""
        waiting, found = list(who), dict[Person, list[str]]()
        until = time.monotonic() + _WITHIN_S
        while waiting:
            for person in list(waiting):
                texts = self._now_under(person)
                if len(texts) >= (after or {}).get(person, number):
                    found[person] = self.told[person] = texts
                    waiting.remove(person)
            if waiting and time.monotonic() > until:
                names = ", ".join(person.name for person in waiting)
                raise NothingCameError(names)
            time.sleep(0.3 if waiting else 0)
        groups: dict[tuple[str, str], list[Person]] = {}
        for person, texts in found.items():
            groups.setdefault((person.network, texts[-1]), []).append(person)
        self.telling.replies(groups)

    def _now_under(self, person: Person) -> list[str]:
        return texts_under(self.france, person, self.asked[person])

    def _verdict_on(self, network: str) -> str:
        first = next(person for person in ASKERS[9:32] if person.network == network)
        return self._people(first).answers(self.asked[first])[0].id

    # ---------------------------------------------------------------- the end

    def _promises(self) -> bool:
        """Read again what is on the networks, tell how much it is, and say whether all promises were kept."""
        counted = counted_on(self.france, self.asked, self.reported)
        self.telling.counts(counted)
        found = promises(counted, ASKERS, REPORTERS)
        for promise in found:
            self.telling.outcome(promise)
        kept = all(promise.kept for promise in found)
        self.telling.happens("end" if kept else "end_broken", time=self.telling.since)
        return kept


def _wait_for(whom: str, condition: Callable[[], bool]) -> None:
    try:
        wait_until(condition, within_s=_WITHIN_S, what=whom)
    except TimeoutError as error:
        raise NothingCameError(whom) from error
