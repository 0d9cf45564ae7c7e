"""What a login wizard asks and says, in French or English; secrets are typed unseen and never shown."""

import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from bot.catalogue.sentences import Said
from bot.cli.errors import UserError
from bot.model import Language

LONGEST_LINE = 4096
COLON = Said(" : ", ": ")
"""What stands between a question and its answer."""
_YES, _NO = frozenset({"o", "oui", "y", "yes"}), frozenset({"n", "non", "no"})


@dataclass(frozen=True, slots=True)
class Wizard:
    """Speaks the operator's language. `instead` is what to do where nobody can answer: a sentence's end."""

    language: Language
    instead: Said

    def say(self, said: Said) -> None:
        """Print a sentence."""
        click.echo(said.told(self.language))

    def ask(self, question: Said, read: Callable[[str], str | Said], *, default: str = "", secret: bool = False) -> str:
        """Ask until `read` gives a value instead of a sentence about what is wrong. An empty answer is the default.

        Raises UserError if there is nobody to answer (the input is at its end).
        """
        while True:
            answer = self._answer(question, default, secret=secret).strip() or default
            result = read(answer)
            if not isinstance(result, Said):
                return result
            click.echo(f"  {result.told(self.language)}")

    def agrees(self, question: Said, *, default: bool) -> bool:
        """Ask a question with two answers. Raises UserError if there is nobody to answer."""
        choices = Said("[O/n]" if default else "[o/N]", "[Y/n]" if default else "[y/N]")
        asked = Said(f"{question.french} {choices.french}", f"{question.english} {choices.english}")
        return self.ask(asked, lambda answer: _yes_or_no(answer, default=default)) == "yes"

    def _answer(self, question: Said, default: str, *, secret: bool) -> str:
        shown = question.told(self.language) + (f" [{default}]" if default else "")
        suffix = COLON.told(self.language)
        if sys.stdin is not None and sys.stdin.isatty():
            with _interruptible():
                return str(click.prompt(shown, "", hide_input=secret, show_default=False, prompt_suffix=suffix))
        click.echo(f"{shown}{suffix}", nl=False)
        line = sys.stdin.readline(LONGEST_LINE) if sys.stdin is not None else ""
        click.echo()
        if not line:
            said = Said(
                f"personne ne répond à « {question.french} » ; {self.instead.french}",
                f"nobody answers “{question.english}”; {self.instead.english}",
            )
            raise UserError(said.told(self.language))
        return line


@contextmanager
def _interruptible() -> Generator[None]:
    """Let Ctrl-C end a prompt: inside asyncio.run it only marks the task, which nobody gets to see while we wait."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _yes_or_no(answer: str, *, default: bool) -> str | Said:
    word = answer.casefold()
    if word in _YES or (not word and default):
        return "yes"
    if word in _NO or not word:
        return "no"
    return Said("Répondez o (oui) ou n (non).", "Answer y (yes) or n (no).")
