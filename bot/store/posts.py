"""Our own posts, and what was said in a thread, as statements over an open transaction."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import Conversation, Language, Mention, OwnPost, PostKind, PostRef, Visibility, Word
from bot.store.tables import from_micros, mention, own_post, stopped, to_micros


def insert_post(connection: Connection, post: OwnPost) -> None:
    """Keep a post, in the thread of the mention that it answers; one that is known stays as it is.

    A notice answers nothing, and begins a thread.
    """
    its_mention = and_(mention.c.network == post.network, mention.c.id == post.mention_id)
    values = {
        "network": post.network,
        "id": post.ref.id,
        "url": post.ref.url,
        "mention_id": post.mention_id,
        "author_id": post.author_id,
        "thread": connection.scalar(select(mention.c.thread).where(its_mention)) if post.mention_id else post.ref.id,
        "kind": post.kind.value,
        "language": post.language.value,
        "visibility": post.visibility.value,
        "platforms": json.dumps(post.platforms),
        "posted_at": to_micros(post.posted_at),
        "told": json.dumps(post.told),
    }
    connection.execute(insert(own_post).values(values).on_conflict_do_nothing())


def select_conversation(connection: Connection, which: Mention, since: datetime) -> Conversation:
    """What was said in the mention's thread, and to its author since an instant."""
    network, author = which.network, which.author.id
    thread = connection.scalar(select(mention.c.thread).where(mention.c.network == network, mention.c.id == which.id))
    alive = own_post.c.deleted_at.is_(None)
    above = _select(connection, own_post.c.network == network, own_post.c.id == which.answers, alive)
    recent = own_post.c.posted_at >= to_micros(since)
    theirs = (own_post.c.network == network, own_post.c.author_id == author, recent)
    row = connection.execute(
        select(stopped).where(stopped.c.network == network, stopped.c.author_id == author)
    ).one_or_none()
    return Conversation(
        in_thread=_select(connection, own_post.c.network == network, own_post.c.thread == thread, alive),
        above=above[0] if above else None,
        to_author=_select(connection, *theirs),
        taken_back=frozenset(
            connection.scalars(select(own_post.c.id).where(*theirs, own_post.c.deleted_at.is_not(None)))
        ),
        stopped_by=row.mention_id if row else None,
        stopped_at=from_micros(row.stopped_at) if row else None,
    )


def select_since(connection: Connection, network: str, since: datetime) -> tuple[OwnPost, ...]:
    """Ours on a network since an instant."""
    return _select(connection, own_post.c.network == network, own_post.c.posted_at >= to_micros(since))


def select_about(connection: Connection, platform_key: str, since: datetime) -> tuple[OwnPost, ...]:
    """Verdicts of ours on a platform, on all networks, since an instant; deleted ones left out."""
    found = _select(
        connection,
        own_post.c.kind == PostKind.VERDICT.value,
        own_post.c.posted_at >= to_micros(since),
        own_post.c.deleted_at.is_(None),
        own_post.c.platforms.contains(json.dumps(platform_key), autoescape=True),
    )
    return tuple(post for post in found if platform_key in post.platforms)


def select_under(connection: Connection, network: str, mention_ids: Collection[str]) -> dict[str, list[OwnPost]]:
    """Ours under some mentions, by mention."""
    found = _select(connection, own_post.c.network == network, own_post.c.mention_id.in_(mention_ids))
    under: dict[str, list[OwnPost]] = {each: [] for each in mention_ids}
    for post in found:
        under[post.mention_id].append(post)
    return under


def mark_deleted(connection: Connection, posts: Iterable[OwnPost], at: datetime) -> None:
    """Write down that they are gone."""
    for post in posts:
        this = and_(own_post.c.network == post.network, own_post.c.id == post.ref.id)
        connection.execute(update(own_post).where(this).values(deleted_at=to_micros(at)))


def delete_posts(connection: Connection, before: datetime) -> None:
    """Forget those that were posted before an instant."""
    connection.execute(delete(own_post).where(own_post.c.posted_at < to_micros(before)))


def threads_of(connection: Connection, mentions: Sequence[Mention]) -> dict[tuple[str, str], str]:
    """The thread of each new mention: what the network says, else the thread of what it answers, else that post.

    A post that answers nothing begins a thread. Mentions come newest first, and one may answer another.
    """
    known = dict[tuple[str, str], str]()
    for one in reversed(mentions):
        thread = one.thread
        if thread is None and one.answers is not None:
            above = (one.network, one.answers)
            thread = known.get(above) or _known_thread(connection, *above) or one.answers
        known[one.network, one.id] = thread or one.id
    return known


def _known_thread(connection: Connection, network: str, id: str) -> str | None:  # noqa: A002 -- the network's word
    for table in (own_post, mention):
        thread = connection.scalar(select(table.c.thread).where(table.c.network == network, table.c.id == id))
        if thread is not None:
            return str(thread)
    return None


def _select(connection: Connection, *where: ColumnElement[bool]) -> tuple[OwnPost, ...]:
    statement = select(own_post).where(*where).order_by(own_post.c.posted_at, own_post.c.id)
    return tuple(_post_of(row) for row in connection.execute(statement))


def _post_of(row: Row[tuple[object, ...]]) -> OwnPost:
    return OwnPost(
        network=row.network,
        ref=PostRef(row.id, row.url),
        mention_id=row.mention_id,
        author_id=row.author_id,
        kind=PostKind(row.kind),
        language=Language(row.language),
        visibility=Visibility(row.visibility),
        posted_at=from_micros(row.posted_at),
        platforms=keys_of(row.platforms),
        told=tuple(Word(word) for word in keys_of(row.told)),
    )


def keys_of(text: str) -> tuple[str, ...]:
    """Read a JSON list of platform keys."""
    return tuple(cast("list[str]", json.loads(text)))
