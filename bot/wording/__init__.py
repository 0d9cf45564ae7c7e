"""Decisions in, words out, in the asker's language. Pure; the French sentences are in locale/fr.po."""

from bot.wording.causes import cause_words
from bot.wording.explaining import explain
from bot.wording.own_words import is_our_own_words
from bot.wording.places import with_place_first
from bot.wording.replies import verdict_line, word
from bot.wording.times import interval_words, seconds_words
from bot.wording.voice import verdict_name

__all__ = [
    "cause_words",
    "explain",
    "interval_words",
    "is_our_own_words",
    "seconds_words",
    "verdict_line",
    "verdict_name",
    "with_place_first",
    "word",
]
