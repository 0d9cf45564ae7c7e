"""The count at the end: the servers are asked how many replies each question has."""

from __future__ import annotations

import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.servers.faulty import Fault
from tests.torture.subjects import Subject

BACK = re.compile(r"C’est revenu|It is back|revenu\.|: back\.")
CORRECTION = re.compile(r"Rectification\.|Correction\.")
BAD_NEWS = re.compile(r"HTTP\s503")
LATE_S = 3600  # an answer that comes later only surprises, and is left out


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was asked: where, the post, who asked, the post that its thread began with, and when (monotonic).

    `is_old`: it says that it is from before what the bot is to answer; one answer or none is right.
    """

    subject: Subject
    post: str
    who: str
    thread: str
    at: float = field(default_factory=time.monotonic)
    is_old: bool = False


class Played(Protocol):
    """A torture that is over, as far as it is counted."""

    @property
    def asked(self) -> list[Question]: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def log(self) -> str: ...
    @property
    def kills(self) -> int: ...
    @property
    def kills_at_post(self) -> int: ...
    @property
    def news_of_return(self) -> bool: ...


@dataclass
class Outcome:
    """What came of it on one network. `replies` counts questions by the number of their answers, follow-ups left out;
    `old` the same of those that need no answer; `late` those that waited for an hour and are left out, as the bot's own
    book says; `back` counts people by how often they were told of a return.
    """

    name: str
    kills: int = 0
    kills_at_post: int = 0
    replies: Counter[int] = field(default_factory=Counter[int])
    old: Counter[int] = field(default_factory=Counter[int])
    late: int = 0
    back: Counter[int] = field(default_factory=Counter[int])
    corrections: int = 0
    faults: Counter[Fault] = field(default_factory=Counter[Fault])
    tracebacks: int = 0
    seconds: float = 0.0
    odd: list[str] = field(default_factory=list[str])

    @property
    def is_right(self) -> bool:
        """Whether each question has one answer, and everybody who waits for news of the return was told once."""
        return set(self.replies) <= {1} and set(self.old) <= {0, 1} and not self.odd and not self.tracebacks

    def told(self) -> str:
        """In a few lines."""
        asked = self.replies.total() + self.old.total() + self.late
        faults = ", ".join(f"{count} {fault.value}" for fault, count in sorted(self.faults.items())) or "none"
        lines = [
            f"{self.name}: {asked} mentions, {self.kills} kills ({self.kills_at_post} of them right at a post), "
            f"{self.faults.total()} faults, {self.seconds:.0f} s: {'right' if self.is_right else 'WRONG'}",
            f"    replies: {_by_number(self.replies)}",
            f"    people told that it is back: {_by_number(self.back)}; corrections: {self.corrections}",
            f"    faults: {faults}",
        ]
        if self.old:
            lines.append(f"    dated back by hours, replies: {_by_number(self.old)} (none or one is right)")
        if self.late:
            lines.append(f"    waited for more than an hour and left out: {self.late}")
        if self.tracebacks:
            lines.append(f"    tracebacks in the log: {self.tracebacks}")
        return "\n".join([*lines, *(f"    ! {odd}" for odd in self.odd)])


def _by_number(counted: Counter[int]) -> str:
    more = sum(count for number, count in counted.items() if number > 1)
    return f"0: {counted[0]}, 1: {counted[1]}, 2 or more: {more}"


def count(played: Played, subject: Subject, seconds: float) -> Outcome:
    """Ask the server how many replies each question has."""
    asked = [each for each in played.asked if each.subject is subject]
    replies = replies_to(asked)
    left_out = _left_out(played, asked, replies)
    outcome = Outcome(
        subject.name,
        kills=played.kills,
        kills_at_post=played.kills_at_post,
        late=len(left_out),
        corrections=sum(1 for texts in replies.values() for text in texts if CORRECTION.search(text)),
        faults=Counter(subject.line.done),
        tracebacks=played.log.count("Traceback"),
        seconds=seconds,
    )
    for each in asked:
        number = len(answers_among(replies[each.post]))
        if each.post not in left_out:
            (outcome.old if each.is_old else outcome.replies)[number] += 1
            if number > 1 or (not number and not each.is_old):
                outcome.odd.append(f"{each.post} has {number} answers: {replies[each.post]}")
    if played.news_of_return:
        told = news(asked, replies)
        outcome.back.update(told.values())
        outcome.odd += [f"{who} was told {number} times that it is back" for who, number in told.items() if number != 1]
    return outcome


def replies_to(asked: Sequence[Question]) -> dict[str, list[str]]:
    """The texts of all replies to these questions, by question."""
    subjects = {each.subject.name: each.subject for each in asked}.values()
    found = dict[str, list[str]]()
    for subject in subjects:
        found |= subject.replies({each.post: each.who for each in asked if each.subject is subject})
    return found


def news(asked: Sequence[Question], replies: dict[str, list[str]]) -> dict[str, int]:
    """How often each person who was told of the trouble was told that it is back."""
    texts = dict[str, list[str]]()
    for each in asked:
        texts.setdefault(each.who, []).extend(replies[each.post])
    return {
        who: sum(1 for text in theirs if BACK.search(text))
        for who, theirs in texts.items()
        if any(BAD_NEWS.search(text) for text in theirs)
    }


def answers_among(texts: Sequence[str]) -> list[str]:
    """Which of these replies answer a question: no follow-up does."""
    return [text for text in texts if not BACK.search(text) and not CORRECTION.search(text)]


def wait(condition: Callable[[], bool], patience_s: float, *, every_s: float = 1) -> None:
    """Until it holds, or patience is at its end."""
    deadline = time.monotonic() + patience_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(every_s)


def _left_out(played: Played, asked: Sequence[Question], replies: dict[str, list[str]]) -> set[str]:
    """Questions that are without an answer after an hour, and of which the bot noted that it was too late."""
    now = time.monotonic()
    long_ago = {each.post for each in asked if now - each.at > LATE_S and not answers_among(replies[each.post])}
    if not long_ago:
        return set()
    with closing(sqlite3.connect(f"file:{played.data_dir / 'cestmoiou.db'}?mode=ro", uri=True)) as book:
        noted = {str(row[0]) for row in book.execute("SELECT id FROM mention WHERE outcome = 'too-late'")}
    return long_ago & noted
