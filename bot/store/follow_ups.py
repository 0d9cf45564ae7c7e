"""Follow-ups owed, as statements over an open transaction."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import FollowUp, Language, OwedFollowUp, PostKind
from bot.store.mentions import mention_of
from bot.store.posts import keys_of, select_under
from bot.store.tables import follow_up, from_micros, mention, own_post, stopped, storable, to_micros


def insert_new(connection: Connection, follow_ups: Sequence[FollowUp]) -> int:
    """Insert those that may be owed and are not known; an edit takes the place of the one before."""
    return sum(_insert(connection, each) for each in follow_ups)


def select_owed(connection: Connection, network: str, now: datetime, limit: int) -> tuple[OwedFollowUp, ...]:
    """Those that may be tried now: of each mention the oldest one, and one that was begun before any other."""
    turn = func.row_number().over(
        partition_by=follow_up.c.mention_id,
        order_by=(follow_up.c.attempts.desc(), follow_up.c.due_at, follow_up.c.kind),
    )
    waiting = (
        select(follow_up.c.mention_id, follow_up.c.kind, follow_up.c.due_at, follow_up.c.not_before, turn.label("turn"))
        .where(follow_up.c.state == "owed", follow_up.c.network == network)
        .subquery()
    )
    keys = connection.execute(
        select(waiting.c.mention_id, waiting.c.kind)
        .where(waiting.c.turn == 1, waiting.c.not_before <= to_micros(now))
        .order_by(waiting.c.due_at, waiting.c.mention_id)
        .limit(limit)
    ).all()
    return tuple(_read(connection, network, mention_id, kind) for mention_id, kind in keys)


def count_attempt(connection: Connection, which: FollowUp, at: datetime, not_before: datetime) -> None:
    """One more. One that is not owed any more was settled meanwhile: the person said « stop », say."""
    tried = {"attempts": follow_up.c.attempts + 1, "tried_at": to_micros(at), "not_before": to_micros(not_before)}
    if not _change(connection, _this(which), **tried):
        raise LookupError("a follow-up was begun that is not owed")


def close_follow_up(connection: Connection, which: FollowUp, outcome: str, at: datetime) -> None:
    """Settle it, unless an edit with other words has taken its place meanwhile."""
    this = and_(_this(which), follow_up.c.text == which.text)
    _change(connection, this, state="settled", outcome=outcome, settled_at=to_micros(at))


def put_off(connection: Connection, which: FollowUp, reason: str, not_before: datetime) -> None:
    """Keep it owed until later."""
    _change(connection, _this(which), reason=storable(reason), not_before=to_micros(not_before))


def settle_of_author(connection: Connection, network: str, author_id: str, outcome: str, at: datetime) -> None:
    """Owe a person nothing more."""
    theirs = and_(follow_up.c.network == network, follow_up.c.author_id == author_id)
    _change(connection, theirs, state="settled", outcome=outcome, settled_at=to_micros(at))


def settle_of_mentions(
    connection: Connection, network: str, mention_ids: Collection[str], outcome: str, at: datetime
) -> None:
    """Owe nothing more to some mentions."""
    these = and_(follow_up.c.network == network, follow_up.c.mention_id.in_(mention_ids))
    _change(connection, these, state="settled", outcome=outcome, settled_at=to_micros(at))


def delete_settled(connection: Connection, before: datetime) -> None:
    """Forget those that were settled before an instant, and those whose mention is forgotten."""
    mention_is_there = (
        select(mention.c.id)
        .where(mention.c.network == follow_up.c.network, mention.c.id == follow_up.c.mention_id)
        .exists()
    )
    old = or_(follow_up.c.settled_at < to_micros(before), ~mention_is_there)
    connection.execute(delete(follow_up).where(old))


def _insert(connection: Connection, one: FollowUp) -> int:
    author_id = _whom_it_may_reach(connection, one)
    if author_id is None:
        return 0
    says = {
        "text": storable(one.text),
        "language": one.language.value,
        "platforms": json.dumps(one.platforms),
        "due_at": to_micros(one.due_at),
        "state": "owed",
        "outcome": None,
        "attempts": 0,
        "not_before": to_micros(one.due_at),
        "settled_at": None,
    }
    key = {"network": one.network, "mention_id": one.mention_id, "kind": one.kind.value, "author_id": author_id}
    new = insert(follow_up).values(key | says)
    if one.kind is PostKind.TALLY:
        return connection.execute(new.on_conflict_do_update(set_=says)).rowcount
    if one.kind is PostKind.COLLEAGUES:
        if _is_corrected(connection, one):
            return 0  # nobody gets more than the answer, one post in between, and "it is back"
        newer = says | {
            "due_at": func.min(follow_up.c.due_at, new.excluded.due_at),
            "not_before": func.min(follow_up.c.not_before, new.excluded.not_before),
        }
        waits = and_(follow_up.c.state == "owed", follow_up.c.attempts == 0)
        return connection.execute(new.on_conflict_do_update(set_=newer, where=waits)).rowcount
    if one.kind in (PostKind.CORRECTION, PostKind.BACK):
        _settle_what_it_tells_as_well(connection, one, author_id)
    return connection.execute(new.on_conflict_do_nothing()).rowcount


def _is_corrected(connection: Connection, one: FollowUp) -> bool:
    correction = select(follow_up.c.mention_id).where(
        follow_up.c.network == one.network,
        follow_up.c.mention_id == one.mention_id,
        follow_up.c.kind == PostKind.CORRECTION.value,
    )
    return connection.execute(correction).first() is not None


def _settle_what_it_tells_as_well(connection: Connection, one: FollowUp, author_id: str) -> None:
    waiting = and_(
        follow_up.c.network == one.network,
        follow_up.c.author_id == author_id,
        follow_up.c.kind == PostKind.COLLEAGUES.value,
        follow_up.c.attempts == 0,
    )
    _change(connection, waiting, state="settled", outcome="told-otherwise", settled_at=to_micros(one.due_at))


def _whom_it_may_reach(connection: Connection, one: FollowUp) -> str | None:
    """The author of the mention, if it has an answer that is still there and they did not say « stop »."""
    has_stopped = (
        select(stopped.c.author_id)
        .where(stopped.c.network == own_post.c.network, stopped.c.author_id == own_post.c.author_id)
        .exists()
    )
    answer = select(own_post.c.author_id).where(
        own_post.c.network == one.network,
        own_post.c.mention_id == one.mention_id,
        own_post.c.deleted_at.is_(None),
        ~has_stopped,
    )
    return connection.scalar(answer.limit(1))


def _read(connection: Connection, network: str, mention_id: str, kind: str) -> OwedFollowUp:
    key = and_(follow_up.c.network == network, follow_up.c.mention_id == mention_id, follow_up.c.kind == kind)
    row = connection.execute(select(follow_up).where(key)).one()
    of = connection.execute(select(mention).where(mention.c.network == network, mention.c.id == mention_id)).one()
    posts = select_under(connection, network, [mention_id])[mention_id]
    return OwedFollowUp(_follow_up_of(row), mention_of(of), tuple(posts), row.attempts)


def _follow_up_of(row: Row[tuple[object, ...]]) -> FollowUp:
    return FollowUp(
        network=row.network,
        mention_id=row.mention_id,
        kind=PostKind(row.kind),
        text=row.text,
        language=Language(row.language),
        due_at=from_micros(row.due_at),
        platforms=keys_of(row.platforms),
    )


def _this(which: FollowUp) -> ColumnElement[bool]:
    return and_(
        follow_up.c.network == which.network,
        follow_up.c.mention_id == which.mention_id,
        follow_up.c.kind == which.kind.value,
    )


def _change(connection: Connection, which: ColumnElement[bool], **values: object) -> int:
    return connection.execute(update(follow_up).where(which, follow_up.c.state == "owed").values(**values)).rowcount
