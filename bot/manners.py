"""Whom not to answer, and how publicly. Pure; the rules and their sources: docs/networks.md."""

from bot.model import Mention, Visibility

MOST_PLATFORMS = 4  # one reply looks at no more: longer lists are lists, not questions


def why_not_answer(mention: Mention) -> str | None:
    """A reason in one word not to answer this author at all, or None.

    Bots are never answered: two bots that answer each other never end.
    """
    return "a-bot-wrote-it" if mention.author.is_bot else None


def reply_visibility(asked: Visibility) -> Visibility:
    """How visible a reply may be: never wider than the question, and unlisted at most.

    A followers-only question gets a direct answer: our followers are not the asker's.
    """
    match asked:
        case Visibility.PUBLIC | Visibility.UNLISTED:
            return Visibility.UNLISTED
        case Visibility.FOLLOWERS | Visibility.DIRECT:
            return Visibility.DIRECT
