"""The tables, and the two conversions between Python's values and theirs.

A change here needs a migration in bot/store/migrations/versions/ and its id in bot/store/schema.py; tests compare them.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData()

mention = Table(
    "mention",
    metadata,
    Column("network", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("author_handle", Text, nullable=False),
    Column("author_is_bot", Boolean, nullable=False),
    Column("text", Text),  # this, content_warning and parent_text are forgotten once settled
    Column("language", Text),
    Column("posted_at", BigInteger, nullable=False),
    Column("listed_at", BigInteger, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("content_warning", Text),
    Column("parent_text", Text),
    Column("reply_ref", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", BigInteger),
    Column("not_before", BigInteger),
    Column("reason", Text),
    Column("settled_at", BigInteger),
    Column("author_wants_no_bots", Boolean, server_default=text("0"), nullable=False),
    Column("answers", Text),
    Column("thread", Text),  # the id of a post; none for what was taken before there were threads
    Column("late_at", BigInteger),
    Column("author_created_at", BigInteger),
    Column("saying", Text),  # JSON: what the answer says that may be posted already; forgotten once settled
    PrimaryKeyConstraint("network", "id"),
    CheckConstraint("state IN ('owed', 'settled')", name="state_is_known"),
    CheckConstraint("(state = 'settled') = (outcome IS NOT NULL)", name="settled_has_an_outcome"),
)
Index("mention_by_age", mention.c.settled_at, mention.c.listed_at)
Index("mention_owed", mention.c.network, mention.c.listed_at, sqlite_where=text("state = 'owed'"))

own_post = Table(
    "own_post",
    metadata,
    Column("network", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("url", Text),
    Column("mention_id", Text, nullable=False),
    Column("author_id", Text, nullable=False),  # of the mention
    Column("thread", Text),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("platforms", Text, nullable=False),  # a JSON list of keys
    Column("posted_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Column("told", Text, server_default=text("'[]'"), nullable=False),  # a JSON list of words, one a platform
    PrimaryKeyConstraint("network", "id"),
)
Index("own_post_in_thread", own_post.c.network, own_post.c.thread)
Index("own_post_to_author", own_post.c.network, own_post.c.author_id, own_post.c.posted_at)
Index("own_post_of_kind", own_post.c.kind, own_post.c.posted_at)
Index("own_post_under_mention", own_post.c.network, own_post.c.mention_id)

follow_up = Table(
    "follow_up",
    metadata,
    Column("network", Text, nullable=False),
    Column("mention_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("platforms", Text, nullable=False),  # a JSON list of keys
    Column("due_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", BigInteger),
    Column("not_before", BigInteger, nullable=False),
    Column("reason", Text),
    Column("settled_at", BigInteger),
    PrimaryKeyConstraint("network", "mention_id", "kind"),
    CheckConstraint("state IN ('owed', 'settled')", name="state_is_known"),
    CheckConstraint("(state = 'settled') = (outcome IS NOT NULL)", name="settled_has_an_outcome"),
)
Index("follow_up_owed", follow_up.c.network, follow_up.c.due_at, sqlite_where=text("state = 'owed'"))

notice = Table(  # one an incident, settled ones as well: there is no second
    "notice",
    metadata,
    Column("incident", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", BigInteger),
    Column("not_before", BigInteger, nullable=False),
    Column("reason", Text),
    Column("settled_at", BigInteger),
    PrimaryKeyConstraint("incident"),
    CheckConstraint("state IN ('owed', 'settled')", name="state_is_known"),
    CheckConstraint("(state = 'settled') = (outcome IS NOT NULL)", name="settled_has_an_outcome"),
)
Index("notice_owed", notice.c.network, notice.c.due_at, sqlite_where=text("state = 'owed'"))

stopped = Table(  # people who want to hear nothing more of us, until they ask again: an opaque id, and no more
    "stopped",
    metadata,
    Column("network", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("mention_id", Text, nullable=False),
    Column("stopped_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("network", "author_id"),
)

report = Table(
    "report",
    metadata,
    Column("network", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("works", Boolean, nullable=False),
    Column("place", Text),
    Column("reported_at", BigInteger, nullable=False),
    Column("mention_id", Text, nullable=False),
    Column("server", Text, server_default=text("''"), nullable=False),
    Column("is_new_account", Boolean, server_default=text("0"), nullable=False),
    PrimaryKeyConstraint("network", "author_id", "platform"),
)
Index("report_of_platform", report.c.platform, report.c.works, report.c.reported_at)
Index("report_by_age", report.c.reported_at)

incident = Table(
    "incident",
    metadata,
    Column("id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("word", Text, nullable=False),
    Column("cause", Text, nullable=False),  # JSON
    Column("worst", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("first_down_at", BigInteger, nullable=False),
    Column("last_up_at", BigInteger),
    Column("last_down_at", BigInteger, nullable=False),
    Column("last_look_at", BigInteger, nullable=False),
    Column("next_look_at", BigInteger, nullable=False),
    Column("good_since", BigInteger),
    Column("turns", Integer, nullable=False),
    Column("closed_at", BigInteger),
    PrimaryKeyConstraint("id"),
)
Index("incident_of_platform", incident.c.platform, incident.c.opened_at)
Index("incident_open", incident.c.next_look_at, sqlite_where=text("closed_at IS NULL"))

look_taken = Table(  # the looks of an incident, with what was seen
    "look_taken",
    metadata,
    Column("incident", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("look", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("incident", "at"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("network", Text, nullable=False),
    Column("answer_since", BigInteger, nullable=False),
    Column("read_until", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    PrimaryKeyConstraint("network"),
)

platform = Table(
    "platform",
    metadata,
    Column("key", Text, nullable=False),
    Column("last_up_at", BigInteger),
    Column("first_down_at", BigInteger),
    Column("usual_status", Integer),
    Column("usual_title", Text),
    Column("usual_host", Text),
    Column("first_bytes", Text, nullable=False),  # of the last good looks, oldest first: JSON list of microseconds
    Column("walled_as_usual", Boolean, nullable=False),
    PrimaryKeyConstraint("key"),
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def to_micros(instant: datetime) -> int:
    """An aware instant as microseconds since 1970, UTC, exactly.

    An instant that UTC has no year for (31 December 9999 in the far west) becomes the last one that it has.
    """
    return min((instant - _EPOCH) // _MICROSECOND, _LAST)


def from_micros(micros: int) -> datetime:
    """The other way: an aware instant, UTC."""
    return _EPOCH + micros * _MICROSECOND


def storable(words: str | None) -> str | None:
    """A text that UTF-8 can carry: half an emoji in a network's JSON must not stop all other mentions."""
    return None if words is None else words.encode("utf-8", "replace").decode("utf-8")
