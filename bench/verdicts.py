"""Who concludes rightly from what several places saw: scripts/bench verdicts [--each].

bench/scenarios.toml says what each place got back from Globalping, and what is true. Every rule gets the very same
answers. Places are in the order of the answer: a rule that asks one place asks the first.
"""

import argparse
import collections
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.model import Control, Evidence, Observation, Platform, Target, Word  # noqa: E402
from bot.probe.fingerprints import Fingerprints  # noqa: E402
from bot.probe.rows import read_fingerprints  # noqa: E402
from bot.vantage.globalping_reading import Json, read_measurement  # noqa: E402
from bot.verdict import judge  # noqa: E402

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TARGET = Target("www.example.org")
PLATFORM = Platform("example", "Example", targets=(TARGET,))
RIGHT, FALSE_DOWN, FALSE_UP, FORCED, SILENT = "right", "false down", "false up", "forced", "no answer"
COLUMNS = (RIGHT, FALSE_DOWN, FALSE_UP, FORCED, SILENT)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the places saw (`results` of a measurement; None: Globalping itself failed), and what is true."""

    id: str
    family: str
    truth: Word
    results: tuple[Json, ...] | None

    @property
    def answer(self) -> Json:
        """The answer of the API."""
        if self.results is None:
            return {"error": {"type": "rate_limit_exceeded", "message": "…"}}
        return {"createdAt": AT.isoformat(), "status": "finished", "results": list(self.results)}


Rule = Callable[[Scenario], Word]


def main() -> int:
    parser = argparse.ArgumentParser(description="Rules for reading several places, side by side.")
    parser.add_argument("--each", action="store_true", help="every scenario that a rule gets wrong")
    options = parser.parse_args()
    scenarios = read_scenarios((ROOT / "bench" / "scenarios.toml").read_text("utf-8"))
    families = {scenario.family for scenario in scenarios}
    print(f"{len(scenarios)} scenarios of {len(families)} families\n")
    print(f"{'':<34}{''.join(f'{column:<12}' for column in COLUMNS)}")
    for name, rule in RULES.items():
        said = [(scenario, rule(scenario)) for scenario in scenarios]
        marks = collections.Counter(mark(scenario.truth, word) for scenario, word in said)
        print(f"{name:<34}{''.join(f'{marks[column]:<12}' for column in COLUMNS)}")
        if options.each:
            for scenario, word in said:
                if word is not scenario.truth:
                    print(f"    {scenario.family}: {scenario.id}: {word} instead of {scenario.truth}")
    print("\nforced: up or down where neither is true; no answer: neither up nor down where one is true")
    wrong = [scenario for scenario in scenarios if RULES[OURS](scenario) is not scenario.truth]
    return 1 if wrong else 0


def mark(truth: Word, said: Word) -> str:
    if said is truth:
        return RIGHT
    match truth, said:
        case Word.UP, Word.DOWN:
            return FALSE_DOWN
        case Word.DOWN, Word.UP:
            return FALSE_UP
        case _, Word.UP | Word.DOWN:
            return FORCED
        case _:
            return SILENT


def one_probe(scenario: Scenario) -> Word:
    """Ask one place; whatever is no 2xx or 3xx, an error of Globalping included, is down (Uptime Kuma, UptimeFlare)."""
    if not scenario.results:
        return Word.DOWN
    return _plain(_seen(scenario.results[0]))


def drop_failed(scenario: Scenario) -> Word:
    """Leave out every place that failed; the rest must all be below 400 (Checkmate). Nobody left: no answer."""
    left = [_seen(row) for row in scenario.results or () if _seen(row).get("status") == "finished"]
    if not left:
        return Word.UNKNOWN
    return Word.UP if all(_plain(seen) is Word.UP for seen in left) else Word.DOWN


def majority(scenario: Scenario) -> Word:
    """More than half of all places that were asked, whyever they failed."""
    if not scenario.results:
        return Word.UNKNOWN
    down = sum(_plain(_seen(row)) is Word.DOWN for row in scenario.results)
    return Word.DOWN if 2 * down > len(scenario.results) else Word.UP


def reading_rule(scenario: Scenario) -> Word:
    """Only places that can speak about the target vote; all of one mind, or it differs by place. Two kinds of vote."""
    votes = {vote for row in scenario.results or () if (vote := _vote(_seen(row))) is not None}
    if not votes:
        return Word.UNKNOWN
    if len(votes) == 1:
        return votes.pop()
    clear = votes & {Word.UP, Word.DOWN}
    return Word.DEGRADED if len(clear) == 2 else next(iter(clear), Word.INCONCLUSIVE)


def quorum(scenario: Scenario) -> Word:
    """What the bot says: bot/vantage/globalping_reading.py, then bot/verdict."""
    facts = read_measurement(scenario.answer, TARGET, fingerprints=FINGERPRINTS)
    looks = tuple(fact for fact in facts if isinstance(fact, Observation))
    controls = tuple(fact for fact in facts if isinstance(fact, Control))
    return judge(Evidence(PLATFORM, looks, controls), at=AT).word


OURS = "our reading and quorum"
RULES: Mapping[str, Rule] = {
    "one probe": one_probe,
    "failed probes dropped": drop_failed,
    "majority of all": majority,
    "reading rule, without our rules": reading_rule,
    OURS: quorum,
}


def _plain(seen: Json) -> Word:
    status = seen.get("statusCode")
    fine = seen.get("status") == "finished" and isinstance(status, int) and status < 400
    return Word.UP if fine else Word.DOWN


def _vote(seen: Json) -> Word | None:
    """Failed by the target's fault is down, by anybody else's no vote; a refusal of robots is neither up nor down."""
    if seen.get("status") == "failed":
        private = "Private IP" in str(seen.get("rawOutput"))
        return Word.DOWN if seen.get("failureSource") == "target" and not private else None
    status = seen.get("statusCode")
    if seen.get("status") != "finished" or not isinstance(status, int):
        return None
    if cast("Mapping[str, object]", seen.get("tls") or {}).get("authorized") is False or status >= 500:
        return Word.DOWN
    return Word.INCONCLUSIVE if status in {401, 403, 429, 451} else Word.UP


def _seen(row: Json) -> Json:
    return cast("Json", row["result"])


def read_scenarios(text: str) -> list[Scenario]:
    """Scenarios are lists of words, one a place; [sees] says what each word is in the API's answer."""
    table = cast("dict[str, dict[str, dict[str, object]]]", tomllib.loads(text))
    sees, places = table["sees"], list(table["places"].values())
    scenarios: list[Scenario] = []
    for family, cases in table["scenarios"].items():
        for name, said in cases.items():
            truth, *words = cast("list[str]", said)
            heard = zip(places, words, strict=False) if words != ["api-error"] else ()
            rows = tuple({"probe": place, "result": sees[word]} for place, word in heard)
            results = None if words == ["api-error"] else rows
            scenarios.append(Scenario(name, family, Word(truth), results))
    return scenarios


FINGERPRINTS: Fingerprints = read_fingerprints((ROOT / "config" / "fingerprints.toml").read_text("utf-8"))

if __name__ == "__main__":
    sys.exit(main())
