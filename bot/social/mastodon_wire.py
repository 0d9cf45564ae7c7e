"""What Mastodon's API says, as far as we read it. Everything else in it is ignored; ids are opaque text."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.social.text import instant_or_none

# Mastodon.py has its own str subclass for ids, which refuses to be compared.
Id = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, str | int) else value)]
Instant = Annotated[datetime, AfterValidator(lambda at: at if at.tzinfo else at.replace(tzinfo=UTC))]
SHORTEST_LIMIT = 140  # characters: older than any network of this kind


class Wire(BaseModel):
    """The base of them all."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class AccountShape(Wire):
    """Who wrote a post, or who we are. `acct` is what a reply must contain; `url` is the profile's address."""

    id: Id
    acct: str
    username: str
    url: str | None = None
    bot: bool | None = None
    note: str | None = None
    created_at: Annotated[datetime | None, BeforeValidator(instant_or_none)] = None


class MediaShape(Wire):
    """A picture of a post."""

    id: Id


class StatusShape(Wire):
    """A post. snac says language "en" of every post, takahe none (measured).

    Mastodon.py puts None wherever a server says nothing; only what nothing goes without is required.
    """

    id: Id
    account: AccountShape
    content: str | None = None
    created_at: Instant
    visibility: str | None = None
    spoiler_text: str | None = None
    language: str | None = None
    in_reply_to_id: Id | None = None
    url: str | None = None
    media_attachments: tuple[MediaShape, ...] | None = None


class NotificationShape(Wire):
    """A notification. `status` is missing when its post was deleted; it is read by itself, as it may be odd."""

    id: Id
    type: str
    created_at: Instant
    status: object = None


class ContextShape(Wire):
    """The thread around a post."""

    descendants: tuple[StatusShape, ...] = ()


class PolicyShape(Wire):
    """What becomes of notifications from strangers, since Mastodon 4.3: accept, filter or drop."""

    for_private_mentions: str
    for_limited_accounts: str


class InstanceShape(Wire):
    """How long a post may be: `configuration` by Mastodon since 3.4.2, `max_toot_chars` by older forks.

    `rules` is whatever the server says there: odd ones must not hide the limit.
    """

    class Configuration(Wire):
        """The limits of an instance."""

        class Statuses(Wire):
            """The limits of a post, in characters."""

            max_characters: int | None = None

        statuses: Statuses = Statuses()

    configuration: Configuration = Configuration()
    max_toot_chars: int | None = None
    rules: object = None

    @property
    def longest(self) -> int | None:
        """The most characters a post may have, if the instance says so; a number too small for any reply is none."""
        said = self.configuration.statuses.max_characters or self.max_toot_chars
        return said if said is not None and said >= SHORTEST_LIMIT else None

    @property
    def rule_texts(self) -> tuple[str, ...]:
        """The server's rules, as it words them."""
        listed: list[object] = list(self.rules) if isinstance(self.rules, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] -- a list of whatever
        return tuple(rule.text for item in listed if (rule := _rule_or_none(item)) is not None)


class RuleShape(Wire):
    """One rule of a server."""

    text: str


def _rule_or_none(item: object) -> RuleShape | None:
    try:
        return RuleShape.model_validate(item)
    except ValidationError:
        return None
