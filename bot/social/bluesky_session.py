"""Where the session of a Bluesky account is kept, for the adapter and for the login."""

from pathlib import Path


def session_file(data_dir: Path, name: str) -> Path:
    """The file of an account, by its name in the settings."""
    return data_dir / f"bluesky-{name}.session"
