"""The real servers, for every contract test."""

from tests.servers.fixtures import bluesky, mock_mastodon, snac

__all__ = ["bluesky", "mock_mastodon", "snac"]
