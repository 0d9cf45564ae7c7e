"""Text to Intent: what a post wants, in which language, and the words and hosts in which the catalogue looks."""

from bot.understanding.acts import understand
from bot.understanding.hosts import hosts_in, without_secrets

__all__ = ["hosts_in", "understand", "without_secrets"]
