"""What the AT Protocol says, as far as we read it. One odd record never spoils a page: each is read by itself."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from bot.social.text import instant_or_none

Instant = Annotated[datetime, AfterValidator(lambda at: at if at.tzinfo else at.replace(tzinfo=UTC))]


class Wire(BaseModel):
    """The base of them all: camelCase outside."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=AliasGenerator(validation_alias=to_camel),
        hide_input_in_errors=True,  # people's words do not belong into a traceback
    )


class LabelShape(Wire):
    """A word that somebody put on an account. An account's own words have its DID as `src`."""

    src: str = ""
    val: str = ""
    neg: bool = False


class AuthorShape(Wire):
    """Who wrote a post."""

    did: str
    handle: str
    labels: tuple[LabelShape, ...] = ()
    description: str | None = None
    created_at: Annotated[datetime | None, BeforeValidator(instant_or_none)] = None

    @property
    def says_it_is_a_bot(self) -> bool:
        """Whether the account wears the self-label `bot`."""
        return any(label.val == "bot" and label.src == self.did and not label.neg for label in self.labels)


class StrongRef(Wire):
    """A post in one version: its address and the hash of its content."""

    uri: str
    cid: str


class ReplyRefShape(Wire):
    """What a post answers, and the post that the thread began with."""

    root: StrongRef
    parent: StrongRef


class ByteSlice(Wire):
    """Which bytes of the text's UTF-8."""

    byte_start: int
    byte_end: int


class FeatureShape(Wire):
    """What a piece of text is: a mention (`did`) or a link (`uri`), or something we do not read."""

    did: str | None = None
    uri: str | None = None


class FacetShape(Wire):
    """A piece of text that is more than text."""

    index: ByteSlice
    features: tuple[FeatureShape, ...] = ()


class PostShape(Wire):
    """A post as its author wrote it. `created_at` is whatever the author's client says."""

    text: str = ""
    created_at: str = ""
    langs: tuple[str, ...] = ()
    facets: tuple[FacetShape, ...] = ()
    reply: ReplyRefShape | None = None


class NotificationShape(Wire):
    """A notification. `indexed_at` is what the list is ordered by: the earlier of writing and indexing."""

    uri: str
    cid: str
    author: AuthorShape
    reason: str
    record: PostShape
    indexed_at: Instant


class ListNotifications(BaseModel):
    """What we ask of app.bsky.notification.listNotifications.

    `priority` must be said: an account's preferences can make "only from people I follow" the default.
    """

    limit: int
    reasons: tuple[str, ...] = ("mention", "reply")
    priority: bool = False
    cursor: str | None = None


class GetProfiles(BaseModel):
    """What we ask of app.bsky.actor.getProfiles: handles or DIDs, at most 25."""

    actors: tuple[str, ...]


class ProfileShape(AuthorShape):
    """An account, and how it stands to us."""

    class Viewer(Wire):
        """What is between the two."""

        blocked_by: bool = False

    viewer: Viewer = Viewer()


class ProfilesShape(Wire):
    """Accounts that are there; the others are left out."""

    profiles: tuple[ProfileShape, ...] = ()


class GetPosts(BaseModel):
    """What we ask of app.bsky.feed.getPosts: at most 25 addresses."""

    uris: tuple[str, ...]


class PageShape(Wire):
    """A page of notifications, unread so far; the end is where there is no cursor, not where there is no item."""

    notifications: list[JsonValue]
    cursor: str | None = None


class ViewerShape(Wire):
    """What we may do with a post."""

    reply_disabled: bool | None = None


class PostViewShape(Wire):
    """A post as the AppView shows it to us."""

    uri: str
    cid: str
    author: AuthorShape
    record: PostShape
    viewer: ViewerShape = ViewerShape()


class PostsShape(Wire):
    """Posts that are there and that we may see, unread so far; the others are left out."""

    posts: list[JsonValue]


class WrittenShape(Wire):
    """What we wrote."""

    uri: str


class RecordShape(Wire):
    """A record of the account's own, whole, and its version."""

    cid: str
    value: dict[str, JsonValue]


class SavedSession(BaseModel):
    """Our session file. It is for one account on one server: with other settings we log in anew."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    server: str
    identifier: str
    session: str = Field(repr=False)
