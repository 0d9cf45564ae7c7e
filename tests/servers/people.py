"""What people do on a social network, whichever it is: ask the bot, look for its answer. Tests speak this language."""

from dataclasses import dataclass
from typing import Literal, Protocol

Audience = Literal["public", "followers", "direct"]


@dataclass(frozen=True, slots=True)
class Post:
    """A post as another account than the bot sees it. `parent` and `id` are the network's own ids."""

    id: str
    author: str
    text: str
    parent: str | None
    language: str | None
    audience: str


class People(Protocol):
    """A server with three accounts: the bot, `asker` and `third`, both people."""

    name: str
    audiences: tuple[Audience, ...]
    has_language_tags: bool
    can_delete: bool
    delivery_s: float

    def ask(
        self,
        text: str,
        *,
        audience: Audience = "public",
        who: str = "asker",
        language: str = "fr",
        under: str | None = None,
        warning: str | None = None,
    ) -> str:
        """Post a text in which `@bot` mentions the bot, and give the post's id."""
        ...

    def answers(self, post: str, *, who: str = "asker") -> list[Post]:
        """All posts of the bot that are in the thread directly under this one, as `who` sees it, oldest first."""
        ...

    def announced(self) -> list[Post]:
        """All posts of the bot that answer nothing, as `asker` sees them, oldest first."""
        ...

    def is_told_of(self, answer: str) -> bool:
        """Whether `asker` has a notification about this post of the bot."""
        ...

    def delete(self, post: str) -> None:
        """Take a post of `asker` back."""
        ...

    def settle(self) -> None:
        """Wait until what was posted is where it has to be, if the server can tell."""
        ...
