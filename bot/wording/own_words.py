"""Whether a text is one of our own sentences: two copies of the bot that mention each other must fall silent. Pure.

Verdicts are not looked for: in a thread they read as a report, which gets no reply. What invites an answer is.
"""

import re
from collections.abc import Iterator
from functools import cache

from bot.model import Language
from bot.wording.voice import mark, voice

_INVITATIONS = (
    mark("Is it just me, or is it down? I take a look at sites and services, and say what I see."),
    mark("Mention me with a name or an address: “is Cairn down?”, “example.org?”."),
    mark("Which site is it about? With a name or an address, I can take a look."),
    mark("I do not know “{name}”. With its address (cairn.info, for instance), I can take a look."),
    mark("I do not know that name. With its address, I can take a look."),
    mark("I do not know “{name}”. Is it {names}? Else its address would help (cairn.info, for instance)."),
    mark("Is it about {name}? With its address, I can take a look."),
    mark("Which one is it about: {names}?"),
    mark("Understood: not a word from me any more, until you ask me something."),
)
_GAP = "\N{SUBSTITUTE}"
_OURS_BEGIN_WITH_IN = 40  # characters: the handle that a reply begins with, and no quotation in the middle


def is_our_own_words(text: str) -> bool:
    """Whether a post says what only a bot like us says: its help, its questions, its goodbye; in any language."""
    said = _plain(text)
    return any(sentence.search(said) for sentence in _sentences())


@cache
def _sentences() -> tuple[re.Pattern[str], ...]:
    return tuple(_patterns())


def _patterns() -> Iterator[re.Pattern[str]]:
    for language in Language:
        for message in _INVITATIONS:
            written = voice(language).gettext(message, name=_GAP, names=_GAP)
            parts = (re.escape(part) for part in _plain(written).split(_GAP))
            yield re.compile(rf"^.{{0,{_OURS_BEGIN_WITH_IN}}}?" + r".{1,200}?".join(parts))


def _plain(text: str) -> str:
    """One space between words: French has several kinds before « ? »."""
    return " ".join(text.split())
