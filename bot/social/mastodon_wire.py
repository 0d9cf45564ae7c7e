"""What Mastodon's API says, as far as we read it. Everything else in it is ignored; ids are opaque text."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

# Mastodon.py has its own str subclass for ids, which refuses to be compared.
Id = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, str | int) else value)]
Instant = Annotated[datetime, AfterValidator(lambda at: at if at.tzinfo else at.replace(tzinfo=UTC))]


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


class MediaShape(Wire):
    """A picture of a post."""

    id: Id


class StatusShape(Wire):
    """A post. snac says language "en" of every post, takahe none (measured)."""

    id: Id
    account: AccountShape
    content: str
    created_at: Instant
    visibility: str = "public"
    spoiler_text: str | None = None
    language: str | None = None
    in_reply_to_id: Id | None = None
    url: str | None = None
    media_attachments: tuple[MediaShape, ...] = ()


class NotificationShape(Wire):
    """A notification. `status` is missing when its post was deleted; it is read by itself, as it may be odd."""

    id: Id
    type: str
    created_at: Instant
    status: object = None


class ContextShape(Wire):
    """The thread around a post."""

    descendants: tuple[StatusShape, ...] = ()


class InstanceShape(Wire):
    """How long a post may be: `configuration` by Mastodon since 3.4.2, `max_toot_chars` by older forks."""

    class Configuration(Wire):
        """The limits of an instance."""

        class Statuses(Wire):
            """The limits of a post, in characters."""

            max_characters: int | None = None

        statuses: Statuses = Statuses()

    configuration: Configuration = Configuration()
    max_toot_chars: int | None = None

    @property
    def longest(self) -> int | None:
        """The most characters a post may have, if the instance says so."""
        return self.configuration.statuses.max_characters or self.max_toot_chars
