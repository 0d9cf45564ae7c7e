"""What a mention is about, if it says little itself: the posts above it go in, the words that count come out. Pure.

The post above counts, and what is further up while its author goes on: « 1/2 » and « 2/2 », or « vous aussi ? » under a
stranger's post and then a bare tag. If that leads up to a post of ours, the mention answers ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SHORT_TEXT = 140  # a text of so few characters may only point at what stands above it
MOST_ABOVE = 3  # posts that are read for one mention
MOST_KEPT = 200
MOST_FOR_ONE = 40  # reads an hour above one author's mentions: who is answered ten times an hour needs no more
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Above:
    """A post as it was read: who wrote it, its text, the id of the post that it answers."""

    author_id: str
    text: str
    answers: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """`text` of what stands above, None if nothing counts; `answers` as the mention's; `unread` must be read first."""

    text: str | None = None
    answers: str | None = None
    unread: str | None = None


def context_of(first: str | None, *, author_id: str, me: str, read: Mapping[str, Above | None]) -> Context:
    """Go up from the post that a mention answers. `read` holds what was read by id; None: it is gone."""
    texts: list[str] = []
    post_id = first
    while post_id is not None and len(texts) < MOST_ABOVE:
        if post_id not in read:
            return Context(answers=first, unread=post_id)
        post = read[post_id]
        if post is None:
            break
        if post.author_id == me:
            return Context(_joined(texts), answers=post_id)
        texts.append(post.text)
        post_id = post.answers if post.author_id == author_id else None
    return Context(_joined(texts), answers=first)


@dataclass(frozen=True, slots=True)
class ReadsForEach:
    """When posts were read above each author's mentions: a bare tag costs its author nothing, and us a request."""

    _at: dict[str, list[datetime]] = field(default_factory=dict[str, list[datetime]])

    def allows(self, author_id: str, now: datetime) -> bool:
        """Whether one more may be read for an author just now."""
        return len(self._recent(author_id, now)) < MOST_FOR_ONE

    def count(self, author_id: str, now: datetime) -> None:
        """Count a post that was read. What failed in passing is asked for again, and does not count."""
        self._at[author_id] = [*self._recent(author_id, now), now]
        if len(self._at) > MOST_KEPT:
            self._at.pop(min(self._at, key=lambda each: self._at[each][-1]))

    def _recent(self, author_id: str, now: datetime) -> list[datetime]:
        return [at for at in self._at.get(author_id, ()) if timedelta(0) <= now - at < _HOUR]


def make_room(read: dict[str, Above | None]) -> None:
    """Forget the oldest of too many."""
    while len(read) >= MOST_KEPT:
        read.pop(next(iter(read)))


def _joined(texts: list[str]) -> str | None:
    return "\n\n".join(reversed(texts)) if texts else None
