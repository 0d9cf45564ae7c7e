"""A mention and what was said before it in, what it wants out. Pure."""

from dataclasses import dataclass, replace

from bot.budgets import asker_of
from bot.catalogue import Catalogue
from bot.deciding import named
from bot.model import Act, Conversation, Intent, Language, Mention, Owed, PostKind
from bot.understanding import understand

NOTHING_SAID = Conversation()


@dataclass(frozen=True, slots=True)
class Asked:
    """A mention that may get a reply, with what was understood of it, said before it, and known to its author."""

    owed: Owed
    intent: Intent
    said: Conversation
    catalogue: Catalogue

    @property
    def mention(self) -> Mention:
        """What they wrote."""
        return self.owed.mention

    @property
    def may_be_about_a_post_we_do_not_know(self) -> bool:
        """Whether it makes no sense by itself, and answers what may be a post of ours whose receipt was lost."""
        mention, act = self.mention, self.intent.act
        answers_unknown = mention.answers is not None and self.said.above is None and self.said.awaits_receipts
        makes_sense = act in {Act.HELP, Act.STOP} or bool(named(self.intent, self.catalogue))
        return answers_unknown and not makes_sense and asker_of(mention) is not None

    @property
    def about(self) -> tuple[str, ...]:
        """The platforms that it is about without naming them, if it was understood by its thread."""
        return self.said.about if self.intent.thread is not None else ()


def hear(mention: Mention, said: Conversation, *, catalogue: Catalogue, default: Language) -> Intent:
    """What the mention wants: by its own words, by those of the post that it answers, by what we said there.

    `default` is the language of posts that show none.
    """
    about = said.about[0] if said.about else None
    if asker_of(mention) is None:
        return _hear_typed(mention, about, catalogue, default)
    intent = _hear(mention, about, catalogue, default)
    if intent.act is Act.NONE and said.above is not None and said.above.kind is PostKind.QUESTION:
        # We asked « which one? »: whatever name or address it holds is the answer.
        return replace(intent, act=Act.ASK, says_outage=True, needs_name=True, thread=None)
    return intent


def _hear_typed(mention: Mention, about: str | None, catalogue: Catalogue, default: Language) -> Intent:
    """A terminal is one long thread; what is typed stands on its own there, if it makes sense so."""
    intent = _hear(mention, None, catalogue, default)
    if about is None or intent.act in {Act.HELP, Act.STOP, Act.DELETE} or named(intent, catalogue):
        return intent
    in_thread = _hear(mention, about, catalogue, default)
    return in_thread if in_thread.act in {Act.RECHECK, Act.REPORT_DOWN, Act.REPORT_UP} else intent


def _hear(mention: Mention, thread: str | None, catalogue: Catalogue, default: Language) -> Intent:
    return understand(
        mention.text,
        tag=mention.language,
        default=default,
        parent=mention.parent_text,
        thread=thread,
        names=catalogue.names_in,
    )
