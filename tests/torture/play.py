"""A torture: questions, kills and outages in an order drawn from a seed; then calm; then every reply is counted."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.acceptance.world import World, small_internet
from tests.servers.bluesky import BlueskyPeople
from tests.servers.running import CHECKOUT, wait_until
from tests.torture.counting import Outcome, Question, answers_among, count, news, replies_to, wait
from tests.torture.plan import (
    AGAIN,
    ANSWER_BACKLOG,
    MOST_IN_A_THREAD,
    QUESTIONS,
    Plan,
    Step,
    need_not_be_answered,
    written_at,
)
from tests.torture.subjects import Subject

READS = "network is read"  # in the log
PATIENCE_FOR_START_S = 20
PATIENCE_FOR_POST_S = 8  # a look, and a line that loses some
POSTS_IN_A_LIFE = (1, 1, 2, 8)  # drawn from these
# One person asks all day here, and one platform is asked about by everybody.
SETTINGS = (
    '[budgets]\nperson = "1000 + 1 per 100ms"\ntarget = "1000 + 1 per 1s"\nall_looks = "1000 + 1 per 100ms"\n'
    "replies_an_hour = 1000\nposts_an_hour = 1000\n\n"
)
OUTAGES = (("appview/down", "appview/up"), ("pds/down", "pds/up"), ("indexer/stop", "indexer/start"))
RESTLESS = '[incidents]\nfirst_looks = ["2s", "4s"]\nevery = "4s"\nsteady = "3s"\n\n'


@dataclass
class Torture:
    """The bot, its world and the networks under torture."""

    subjects: Sequence[Subject]
    world: World
    plan: Plan
    rng: random.Random
    asked: list[Question] = field(default_factory=list[Question])
    kills: int = 0
    kills_at_post: int = 0
    bot: subprocess.Popen[bytes] | None = None
    _freezes: list[threading.Thread] = field(default_factory=list[threading.Thread])
    _log_before: int = 0
    _answered: set[str] = field(default_factory=set[str])

    @property
    def data_dir(self) -> Path:
        return self.world.data_dir

    @property
    def log(self) -> str:
        return self.world.log

    @property
    def news_of_return(self) -> bool:
        return self.plan.news_of_return

    def start(self) -> None:
        """Start `cestmoiou run`."""
        with (self.world.folder / "run.log").open("ab") as log:
            self._log_before = log.tell()
            self.bot = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.world.environment({"CESTMOIOU_ANSWER_BACKLOG": f"{ANSWER_BACKLOG.total_seconds():.0f}s"}),
                cwd=CHECKOUT,
            )

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it, and wait until it is gone."""
        if self.bot is not None:
            self.bot.send_signal(number)
            self.bot.wait(20)

    def go(self, step: Step) -> None:
        """Do one thing."""
        match step:
            case "ask":
                self._ask()
                time.sleep(self.rng.uniform(0, self.plan.pause_s))
            case "kill":
                self.kill()
            case "outage":
                self._outage(self.rng.choice(self.subjects))
            case "freeze":
                self._freeze(self.rng.choice(self.subjects))
            case "back":
                self.world.status["fragile.example"] = 200

    def kill(self) -> None:
        """Kill it, and start it again: while it starts, at any moment, or right when a server has taken a post and
        nobody was told yet.
        """
        longest_s, draw = self.rng.uniform(0.2, self.plan.until_killed_s), self.rng.random()
        if draw >= 0.2:
            self._wait_until_it_reads()
        if draw < 0.6:
            self.kills += 1
            time.sleep(longest_s)
            self.end()
            self.start()
        else:
            number, longest_s = self.rng.choice(POSTS_IN_A_LIFE), self.plan.until_killed_s + PATIENCE_FOR_POST_S
            self.kill_at_a_post(self.rng.choice(self.subjects), number=number, within_s=longest_s)

    def kill_at_a_post(self, subject: Subject, *, number: int = 1, within_s: float) -> None:
        """Kill it when this server has just acted on so many posts; if it gets none in time, then so."""
        bot, line, left = self.bot, subject.line, itertools.count(number - 1, -1)
        assert bot is not None

        def at_post(path: str) -> None:
            if ("putRecord" in path or "statuses" in path) and not next(left):
                bot.kill()

        self.kills += 1
        line.at_post = at_post
        with suppress(subprocess.TimeoutExpired):
            bot.wait(within_s)
            self.kills_at_post += 1
        line.at_post = None
        self.end()
        self.start()

    def _wait_until_it_reads(self) -> None:
        log = self.world.folder / "run.log"
        wait(lambda: READS.encode() in log.read_bytes()[self._log_before :], PATIENCE_FOR_START_S, every_s=0.1)

    def _ask(self) -> None:
        subject, text = self.subjects[len(self.asked) % len(self.subjects)], self.rng.choice(QUESTIONS)
        who, here = self.rng.choice(subject.askers), [each for each in self.asked if each.subject is subject]
        above = self.rng.choice(here) if here and self.rng.random() < 0.3 else None
        if above and sum(1 for each in here if each.thread == above.thread) < MOST_IN_A_THREAD:
            answers = subject.answers(above.post, who=above.who)
            if answers:
                self.ask(subject, who, AGAIN, under=answers[0].id, thread=above.thread)
                return
        self.ask(subject, who, text)

    def ask(
        self, subject: Subject, who: str, text: str, *, under: str | None = None, thread: str | None = None
    ) -> None:
        """Ask on a network; on Bluesky perhaps with a date of long ago, and perhaps three at one millisecond."""
        people, now = subject.people, datetime.now(UTC)
        # A page of notifications may end between those.
        times = 3 if isinstance(people, BlueskyPeople) and not under and self.rng.random() < 0.05 else 1
        written, is_old = now, False
        if isinstance(people, BlueskyPeople):
            written = written_at(self.rng, now)
            is_old = need_not_be_answered(written, now)
        for _ in range(times):
            try:
                if isinstance(people, BlueskyPeople):
                    post = people.ask(f"@bot {text}", who=who, under=under, written_at=written)
                else:
                    post = people.ask(f"@bot {text}", who=who, under=under)
            except httpx.TransportError:  # snac dropped us; it may be there, but we do not know its id
                return
            self.asked.append(Question(subject, post, who, thread or post, is_old=is_old))

    def _outage(self, subject: Subject) -> None:
        length_s = self.rng.uniform(0.3, 1) * self.plan.outage_s
        if not isinstance(subject.people, BlueskyPeople):
            with subject.line.frozen():  # a server of one process: down is away
                time.sleep(length_s / 2)
            return
        down, up = self.rng.choice(OUTAGES)
        subject.people.control(down)
        time.sleep(length_s)
        subject.people.control(up)

    def _freeze(self, subject: Subject) -> None:
        def hold() -> None:
            with subject.line.frozen():
                time.sleep(self.plan.freeze_s)

        thread = threading.Thread(target=hold, daemon=True)
        thread.start()
        self._freezes.append(thread)

    def calm_down(self) -> None:
        """Make the lines good ones, and let everything through that is still held."""
        for subject in self.subjects:
            subject.line.mischief = None
        for thread in self._freezes:
            thread.join(self.plan.freeze_s + 5)
        wait_until(
            lambda: not any(each.line.holds for each in self.subjects), within_s=60, what="what was held is done"
        )

    def unanswered(self) -> int:
        """How many questions that need an answer have none yet."""
        waiting = [each for each in self.asked if each.post not in self._answered and not each.is_old]
        self._answered |= {post for post, texts in replies_to(waiting).items() if answers_among(texts)}
        return sum(1 for each in waiting if each.post not in self._answered)

    def told_of_return(self, subject: Subject) -> dict[str, int]:
        """How often each person on a network who was told of the trouble was told of the return."""
        asked = [each for each in self.asked if each.subject is subject]
        return news(asked, replies_to(asked))

    def without_news(self) -> list[str]:
        """Who was told of the trouble, and not of the return yet."""
        return [who for subject in self.subjects for who, number in self.told_of_return(subject).items() if not number]


@contextmanager
def torture(subjects: Sequence[Subject], plan: Plan, folder: Path) -> Generator[Torture]:
    """A bot in a small internet, running and reading; killed at the end."""
    accounts = "".join(subject.account() for subject in subjects)
    with small_internet(folder, settings=SETTINGS + RESTLESS * plan.restless + accounts) as world:
        if plan.restless:
            platforms = world.config_dir / "platforms" / "other.toml"
            platforms.write_text(
                platforms.read_text("utf-8").replace('kind = "other"', 'kind = "other"\nmin_interval_s = 1')
            )
        played = Torture(subjects, world, plan, random.Random(plan.seed))  # noqa: S311 -- a plan, no secret
        try:
            played.start()
            everything = len(subjects)
            wait_until(lambda: world.log.count(READS) >= everything, within_s=120, what="all is read")
            yield played
        finally:
            played.end()


def run(
    subjects: Sequence[Subject], plan: Plan, folder: Path, *, tell: Callable[[str], None] = lambda _: None
) -> list[Outcome]:
    """Torture a bot on these networks by the plan, and count."""
    began = time.monotonic()
    with torture(subjects, plan, folder) as played:
        steps = plan.steps(played.rng)
        for number, step in enumerate(steps):
            if time.monotonic() - began > plan.longest_s:
                tell(f"time is up at step {number} of {len(steps)}")
                if "back" in steps[number:]:
                    played.go("back")
                break
            played.go(step)
            if number % 50 == 0:
                tell(f"step {number} of {len(steps)}, {played.kills} kills")
        return finish(played, began, tell=tell)


def finish(played: Torture, began: float, *, tell: Callable[[str], None] = lambda _: None) -> list[Outcome]:
    """Let it work over the bad line, calm down, wait for what is owed, and count."""
    plan = played.plan
    tell(f"asked and killed after {time.monotonic() - began:.0f} s, {played.unanswered()} unanswered")
    wait(lambda: not played.unanswered(), plan.bad_to_the_end_s)
    played.calm_down()
    tell(f"calm after {time.monotonic() - began:.0f} s, {played.unanswered()} unanswered")
    wait(lambda: not played.unanswered(), plan.patience_s)
    if plan.news_of_return:
        tell(f"all answered after {time.monotonic() - began:.0f} s, waiting for news of the return")
        wait(lambda: not played.without_news(), plan.patience_for_news_s)
    time.sleep(plan.quiet_s)  # whatever is posted twice has had its time
    return [count(played, subject, time.monotonic() - began) for subject in played.subjects]
