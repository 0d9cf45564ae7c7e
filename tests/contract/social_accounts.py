"""The bot's accounts on the networks of the tests, through the adapters under test."""

from datetime import UTC, datetime
from pathlib import Path

from bot.social.bluesky import BlueskyNetwork
from bot.social.mastodon import MastodonNetwork
from tests.servers.bluesky import BlueskyPeople
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.people import People

NETWORKS = ["snac", "mock_mastodon", "bluesky"]


def now() -> datetime:
    return datetime.now(UTC)


def connect(
    people: People, folder: Path, *, through: str | None = None, secret: str | None = None
) -> MastodonNetwork | BlueskyNetwork:
    """The bot's account on this network, perhaps through a middleman, perhaps with a wrong secret."""
    match people:
        case MastodonPeople():
            server = through or people.url
            return MastodonNetwork(name=people.name, server=server, token=secret or people.bot_token, clock=now)
        case BlueskyPeople():
            return BlueskyNetwork(
                name=people.name,
                server=through or people.url,
                identifier=people.accounts["bot"].did,
                password=secret or people.accounts["bot"].password,
                data_dir=folder,
                clock=now,
            )
        case _:
            raise TypeError
