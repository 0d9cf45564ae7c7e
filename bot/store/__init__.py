"""What the bot remembers, in one SQLite file: mentions owed and settled, how far it read, how platforms were."""

from bot.store.sqlite import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]
