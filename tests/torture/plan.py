"""What is done to the bot, and in which order: drawn from a seed, so that a run can be made again."""

import itertools
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

QUESTIONS = (
    "c'est moi ou Fragile est couché ?",
    "Solide est tombé ?",
    "is Fragile down for you too?",
    "Fragile et Solide sont en panne ?",
    "Solide rame chez vous ?",
    "is it just me or is Solide down?",
)
AGAIN = "et maintenant ?"
MOST_IN_A_THREAD = 3  # replies of the bot
ANSWER_BACKLOG = timedelta(hours=2)  # what was listed earlier than this before the first start need not be answered
_LONG_AGO = timedelta(hours=3)

Step = Literal["ask", "kill", "outage", "freeze", "back"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of what. Lengths in seconds; `until_killed_s` is the longest time between a kill and what was before."""

    mentions: int
    kills: int
    seed: int
    outages: int = 6
    freezes: int = 2
    freeze_s: float = 30.0
    outage_s: float = 4.0
    pause_s: float = 0.5
    until_killed_s: float = 6.0
    longest_s: float = float("inf")  # after that nobody asks or kills any more
    bad_to_the_end_s: float = 240.0  # how long the line stays bad, at most, when nobody asks or kills any more
    patience_s: float = 1200.0
    patience_for_news_s: float = 420.0
    quiet_s: float = 45.0
    news_of_return: bool = True
    restless: bool = False  # looks every other second, so that it is soon noticed what is back

    def steps(self, rng: random.Random) -> list[Step]:
        """In which order: kills and outages are spread over the questions, what is down comes back after half."""
        spread: list[Step] = [*itertools.repeat("ask", self.mentions), *itertools.repeat("kill", self.kills)]
        rng.shuffle(spread)
        troubles: list[tuple[Step, int]] = [("outage", self.outages), ("freeze", self.freezes)]
        for step, count in troubles:
            for number in range(count):
                spread.insert(int((number + 0.5) * len(spread) / count), step)
        if self.news_of_return:
            spread.insert(len(spread) // 2, "back")
        return spread


def written_at(rng: random.Random, now: datetime) -> datetime:
    """When a post says that it was written: mostly now; some are dated back up to half an hour, some two hours ahead.

    A few say that they are hours old, from before what the bot is to answer: those may go without an answer.
    """
    draw = rng.random()
    if draw < 0.15:
        return now - timedelta(minutes=rng.uniform(1, 30))
    if draw < 0.18:
        return now + timedelta(hours=2)
    return now - _LONG_AGO if draw < 0.20 else now


def need_not_be_answered(written: datetime, now: datetime) -> bool:
    """Whether a question that is written now, and says `written`, is from before what the bot is to answer."""
    return written < now - ANSWER_BACKLOG
