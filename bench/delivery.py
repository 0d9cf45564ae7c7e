"""How soon mentions are answered, how often networks are asked: scripts/bench delivery [--mentions 66] [--rest 150].

`cestmoiou run` on the real Bluesky servers and on snac, all on loopback, with the shipped pace of reading. First people
ask at random moments: from a mention being listed to its reply being in the bot's repository. Then nobody asks. In
between stands what counts requests; counts are scaled to an hour and compared with what the networks document. 0 leaves
a part out. Exits 1 if a goal is missed. Needs tests/servers/install.sh.
"""

import argparse
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.acceptance.world import World, small_internet  # noqa: E402
from tests.servers.bluesky import BlueskyPeople, running_bluesky  # noqa: E402
from tests.servers.mastodon_api import MastodonPeople  # noqa: E402
from tests.servers.middleman import Middleman, running_middleman  # noqa: E402
from tests.servers.running import wait_until  # noqa: E402
from tests.servers.snac import running_snac  # noqa: E402

Row = tuple[str, str, str, str]
ASKERS = 12  # one person gets ten replies an hour
LONGEST_GAP_S = 5.0  # between two mentions, at random: about as long as between two polls, and no multiple of it
QUESTION = "@bot c'est moi ou Solide est couché ?"
LOOK_S = 0.04
GIVE_UP_S = 60
P50_GOAL_S, P95_GOAL_S, SHARE_GOAL = 3.5, 7.0, 0.5
A_POST, A_DELETION = 2, 1  # points: putRecord, deleteRecord


@dataclass(frozen=True, slots=True)
class Limit:
    """What a network lets us do in an hour; `holds` says how much of it a request ("GET /the/path") takes."""

    network: str
    what: str
    an_hour: float
    documented: str
    takes: dict[str, int]

    def taken(self, requests: list[str]) -> int:
        """How much of it these requests took."""
        return sum(weight for one in requests for part, weight in self.takes.items() if part in one)


# Bluesky: docs.bsky.app, "Rate limits". Mastodon: docs.joinmastodon.org, "Rate limits"; pages in its source.
LIMITS = (
    Limit("bluesky", "requests", 3000 * 12, "3,000 in 5 min", {"": 1}),
    Limit(
        "bluesky", "points written", 5000, "5,000 in 1 h", {"repo.putRecord": A_POST, "repo.deleteRecord": A_DELETION}
    ),
    Limit("bluesky", "sign-ins", 300 / 24, "300 in 24 h", {"server.createSession": 1}),
    Limit("mastodon", "requests", 300 * 12, "300 in 5 min", {"": 1}),
    Limit("mastodon", "pages further back", 300 * 4, "300 in 15 min", {"max_id=": 1}),
    Limit("mastodon", "posts", 100, "300 in 3 h", {"POST /api/v1/statuses": 1}),
)


@dataclass
class Stage:
    """The servers, and what counts before each."""

    bluesky: BlueskyPeople
    snac: MastodonPeople
    before: dict[str, Middleman] = field(default_factory=dict[str, Middleman])

    def marks(self) -> dict[str, int]:
        """How many requests each has had by now."""
        return {network: len(middleman.requests) for network, middleman in self.before.items()}

    def since(self, marks: dict[str, int]) -> dict[str, list[str]]:
        """The requests since then."""
        return {network: middleman.requests[marks[network] :] for network, middleman in self.before.items()}

    @contextlib.contextmanager
    def bot(self, *, poll: str) -> Generator[World]:
        """The shipped command on both networks, from an empty state, once it has read both."""
        account = self.bluesky.accounts["bot"]
        settings = (
            f'[accounts.mastodon]\nkind = "mastodon"\nserver = "{self.before["mastodon"].url}"\n'
            f'token = "{self.snac.bot_token}"\npoll = "{poll}"\n\n'
            f'[accounts.bluesky]\nkind = "bluesky"\nserver = "{self.before["bluesky"].url}"\nlogin = "{account.did}"\n'
            f'app_password = "{account.password}"\npoll = "{poll}"\n\n'
            '[budgets]\nposts_an_hour = 1000\nperson = "10 + 1 per 1s"\n'  # an hour's questions come in minutes here
        )
        with (
            tempfile.TemporaryDirectory(prefix="delivery-") as folder,
            small_internet(Path(folder), settings=settings) as world,
            world.running(),
        ):
            wait_until(lambda: world.log.count("network is read") == 2, within_s=90, what="both networks are read")
            yield world


@dataclass
class Waiting:
    """One mention: when it was listed for the bot, and when its answer was there (monotonic seconds)."""

    listed_at: float | None = None
    answered_at: float | None = None


def main() -> int:
    parser = argparse.ArgumentParser(description="Time from mention to reply; requests an hour.")
    parser.add_argument("--mentions", type=int, default=66, help="on Bluesky; a fifth as many on snac (66)")
    parser.add_argument("--rest", type=float, default=150, help="seconds without a mention (150)")
    parser.add_argument("--seed", type=int, default=2009)
    options = parser.parse_args()
    rows = list[Row]()
    with (
        running_bluesky() as bluesky,
        running_snac() as snac,
        running_middleman(bluesky.url) as before_bluesky,
        running_middleman(snac.url) as before_snac,
    ):
        stage = Stage(bluesky, snac, {"bluesky": before_bluesky, "mastodon": before_snac})
        if options.rest:  # first: a bot from an empty state answers what was asked a minute ago
            rows += at_rest(stage, options.rest)
        if options.mentions:
            rows += busy(stage, options.mentions, random.Random(options.seed))  # noqa: S311 -- no secret
    print("An hour's limits, counted and scaled. The bot's own budget, lifted here, is 60 posts an hour and network.")
    print(f"{'what':<68}{'measured':<34}{'goal':<12}reached")
    for what, measured, goal, reached in rows:
        print(f"{what:<68}{measured:<34}{goal:<12}{reached}")
    return 1 if any(reached == "NO" for *_, reached in rows) else 0


def busy(stage: Stage, count: int, dice: random.Random) -> list[Row]:
    """People ask at random moments while networks are polled every 5 s."""
    for number in range(ASKERS):
        stage.bluesky.sign_up(f"asker{number}")
    stage.bluesky.settle()
    with stage.bot(poll="5s"):
        marks, began = stage.marks(), time.monotonic()
        asked = asked_and_answered(stage, count, dice)
        lasted = time.monotonic() - began
        requests = stage.since(marks)
    times = sorted(max(0.0, each.answered_at - each.listed_at) for each in asked if each.answered_at and each.listed_at)
    p50, p95 = statistics.median(times), times[int(0.95 * (len(times) - 1))]
    doubled = sum(len(found) > 1 for found in stage.bluesky.replies_by_post().values())
    right = len(times) == count and not doubled
    return [
        (f"{count} mentions in {lasted:.0f} s: answered", f"{len(times)}, {doubled} twice", "all, once", told(right)),
        ("  listed to posted, p50", f"{p50:.2f} s", f"<= {P50_GOAL_S} s", told(p50 <= P50_GOAL_S)),
        ("  listed to posted, p95", f"{p95:.2f} s", f"<= {P95_GOAL_S} s", told(p95 <= P95_GOAL_S)),
        ("  listed to posted, all", f"{times[0]:.2f} to {times[-1]:.2f} s", "", ""),
        *rates("busy", requests, lasted, goal=False),
    ]


def at_rest(stage: Stage, seconds: float) -> list[Row]:
    """Nobody asks: after about four minutes of that, networks are polled every 30 s, which is where this begins."""
    with stage.bot(poll="30s"):
        marks = stage.marks()
        time.sleep(seconds)
        return rates("at rest", stage.since(marks), seconds, goal=True)


def rates(when: str, requests: dict[str, list[str]], seconds: float, *, goal: bool) -> list[Row]:
    """One row a limit: counted, scaled to an hour, as a share."""
    rows = list[Row]()
    for limit in LIMITS:
        counted = limit.taken(requests[limit.network])
        an_hour = counted / seconds * 3600
        share = an_hour / limit.an_hour
        what = f"{limit.network}, {when}: {limit.what} (limit: {limit.documented})"
        measured = f"{counted} in {seconds:.0f} s, {an_hour:.0f}/h, {share:.1%}"
        rows.append((what, measured, f"<= {SHARE_GOAL:.0%}" if goal else "", told(share <= SHARE_GOAL) if goal else ""))
    for network, all_of_it in requests.items():
        kinds = Counter(one.split("?")[0].rsplit("/", 1)[-1] for one in all_of_it)
        print(f"{network}, {when}: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(8)))
    return rows


def asked_and_answered(stage: Stage, count: int, dice: random.Random) -> list[Waiting]:
    """Ask, watch the list of notifications and the bot's repository, until all are answered or a minute has passed."""
    waiting = dict[str, Waiting]()
    next_at = time.monotonic() + dice.uniform(0, LONGEST_GAP_S)
    last_at = next_at
    while len(waiting) < count or any(each.answered_at is None for each in waiting.values()):
        now = time.monotonic()
        if now > last_at + GIVE_UP_S:
            break
        if len(waiting) < count and now >= next_at:
            number = len(waiting)
            waiting[stage.bluesky.ask(QUESTION, who=f"asker{number % ASKERS}")] = Waiting()
            if number % 5 == 0:
                stage.snac.ask(QUESTION, who=("asker", "third")[number // 5 % 2])
            last_at, next_at = now, next_at + dice.uniform(0.5, LONGEST_GAP_S)
        look(stage.bluesky, waiting)
        time.sleep(LOOK_S)
    return list(waiting.values())


def look(people: BlueskyPeople, waiting: dict[str, Waiting]) -> None:
    """Note which mentions are listed by now, and which are answered. Not through what counts."""
    if any(each.listed_at is None for each in waiting.values()):
        began = time.monotonic()
        page = people.query("app.bsky.notification.listNotifications", {"limit": "20"}, "bot")
        for uri in (str(item["uri"]) for item in cast("list[dict[str, object]]", page["notifications"])):
            if uri in waiting and waiting[uri].listed_at is None:
                waiting[uri].listed_at = began
    if any(each.listed_at and each.answered_at is None for each in waiting.values()):
        answered = people.replies_by_post()
        for uri, mention in waiting.items():
            if mention.answered_at is None and uri in answered:
                mention.answered_at = time.monotonic()


def told(reached: bool) -> str:
    return "yes" if reached else "NO"


if __name__ == "__main__":
    sys.exit(main())
