"""The only clock. Everybody else is given the time, or a function that tells it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)
