"""The networks that a torture is made on: a real server or a fake, people on it, and a bad line to it for the bot."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.servers.bluesky import BlueskyPeople, running_bluesky
from tests.servers.faulty import BadLine, Mischief, bad_line
from tests.servers.kin import FAMILIES, running_kin
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.mock_mastodon import running_mock_mastodon
from tests.servers.people import Post
from tests.servers.snac import running_snac

NAMES = ("bluesky", "snac", "mock", *FAMILIES)
COLLEAGUES = 6


@dataclass
class Subject:
    """One network. `askers` are the accounts that ask; the bot reaches it over `line` only."""

    name: str
    people: MastodonPeople | BlueskyPeople
    line: BadLine
    askers: tuple[str, ...] = field(default=("asker", "third"))

    def account(self, *, poll: str = "1s", poll_quiet: str = "") -> str:
        """The settings of the bot's account on it."""
        quiet = f'poll_quiet = "{poll_quiet}"\n' if poll_quiet else ""
        paced = f'poll = "{poll}"\n{quiet}\n'
        match self.people:
            case MastodonPeople():
                token = self.people.bot_token
                return (
                    f'[accounts.{self.name}]\nkind = "mastodon"\nserver = "{self.line.url}"\ntoken = "{token}"\n{paced}'
                )
            case BlueskyPeople():
                bot = self.people.accounts["bot"]
                secrets = f'login = "{bot.did}"\napp_password = "{bot.password}"\n'
                return f'[accounts.{self.name}]\nkind = "bluesky"\nserver = "{self.line.url}"\n{secrets}{paced}'

    def answers(self, post: str, *, who: str) -> list[Post]:
        """The bot's replies to a post, as `who` sees them: on snac not everybody sees everything."""
        match self.people:
            case MastodonPeople():
                return self.people.answers(post, who=who)
            case BlueskyPeople():
                return self.people.answers(post)

    def replies(self, posts: Mapping[str, str]) -> dict[str, list[str]]:
        """The texts of the bot's replies to each of these posts, as the server has them; given with who asked."""
        match self.people:
            case MastodonPeople():
                return {post: [each.text for each in self.answers(post, who=who)] for post, who in posts.items()}
            case BlueskyPeople():
                found = self.people.replies_by_post()
                return {post: found.get(post, []) for post in posts}


@contextmanager
def subject(
    name: str, mischief: Mischief | None = None, *, held_s: float = 30.0, colleagues: int = COLLEAGUES
) -> Generator[Subject]:
    """Start a network by its name, with so many who ask, where more than two can be. Raises NotInstalledError."""
    with _people(name, colleagues) as people, bad_line(people.url, mischief, held_s=held_s) as line:
        yield Subject(name, people, line, tuple(who for who in people.accounts if who != "bot"))


@contextmanager
def _people(name: str, colleagues: int) -> Generator[MastodonPeople | BlueskyPeople]:
    match name:
        case "bluesky":
            with running_bluesky() as people:
                for number in range(3, colleagues + 1):
                    people.sign_up(f"colleague{number}")
                people.settle()
                yield people
        case "snac":
            with running_snac() as people:
                yield people
        case "mock":
            with running_mock_mastodon() as people:
                yield people
        case _:
            with running_kin(FAMILIES[name], people=colleagues) as people:
                yield people
