"""The console network: a conversation in the terminal, with the whole pipeline behind it.

Each line typed is a mention; the reply is printed. Piped input works the same, without colour and progress.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime, timedelta
from typing import TextIO

from rich.console import Console
from rich.markup import escape

from bot.model import Accounts, Author, Mention, Notice, PostRef, Reply, Verdict, Visibility, Word
from bot.ports import SocialError

PROMPT = "› "
TEXT_LIMIT = 2000
ERASE_LINE = "\r\x1b[K"
STYLES = {
    Word.UP: "green",
    Word.DEGRADED: "yellow",
    Word.DOWN: "bold red",
    Word.INCONCLUSIVE: "magenta",
    Word.UNKNOWN: "blue",
}


class ConsoleNetwork:
    """`bot.ports.SocialNetwork` over a text stream. `ended` is set once the input ended and every line was settled.

    `silence` is printed where no answer comes; `hint` may add a line to a reply; `speaks_as` is the
    address of whoever types.
    """

    name = "console"
    text_limit = TEXT_LIMIT
    can_edit = False

    def __init__(
        self,
        source: TextIO,
        console: Console,
        clock: Callable[[], datetime],
        *,
        silence: str,
        hint: Callable[[Reply], str | None] | None = None,
        speaks_as: str | None = None,
    ) -> None:
        self._speaks_as = speaks_as
        self.ended = asyncio.Event()
        self._source = source
        self._console = console
        self._clock = clock
        self._silence = silence
        self._hint = hint
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting: dict[str, Mention] = {}
        self._count = 0
        self._last: str | None = None
        self._at_end = False
        self._started = clock()
        self._loop = asyncio.get_running_loop()
        # A daemon thread: a read from a terminal cannot be cancelled, and must not keep the process alive.
        threading.Thread(target=self._read_lines, name="console", daemon=True).start()
        self._progress: asyncio.Task[None] | None = None
        self._prompt()

    async def clock_ahead(self) -> timedelta | None:
        """It has no other clock than this machine's."""
        return None

    async def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        """The lines typed that are not settled yet; `since` has no meaning here."""
        del since
        while not self._typed.empty():
            line = self._typed.get_nowait()
            if line is None:
                self._at_end = True
            else:
                self._add(line)
        self._maybe_end()
        for mention in list(self._waiting.values()):
            yield mention

    @property
    def posts_once(self) -> bool:
        """A terminal loses nothing."""
        return True

    async def reply(
        self,
        mention: Mention,
        reply: Reply,
        *,
        visibility: Visibility,
        tried_before: bool,
        besides: Collection[str] = (),
    ) -> PostRef:
        """Print the words. A reply after a crash is printed again: nobody saw the first one."""
        del visibility, tried_before, besides
        self._begin_output(mention)
        for line, verdict in _coloured(reply):
            self._print(line, STYLES[verdict.word] if verdict else None)
        if self._hint is not None and (hint := self._hint(reply)):
            self._print(hint, "dim")
        self._done_with(mention)
        self._last = f"{reply.kind} to {mention.id}" if reply.kind.is_follow_up else f"reply to {mention.id}"
        return PostRef(self._last)

    async def edit(self, post: PostRef, mention: Mention, reply: Reply) -> None:
        """Refuse. Raises SocialError."""
        del post, mention, reply
        raise SocialError("a terminal cannot change what it has printed", permanent=True)

    async def delete(self, post: PostRef) -> None:
        """Nothing: what is printed stays, and is only forgotten."""

    @property
    def can_post_quietly(self) -> bool:
        """Nobody else reads a terminal."""
        return True

    def account_in(self, accounts: Accounts) -> str | None:
        """There is nobody here but who types."""
        del accounts

    async def find(self, account: str) -> Author | None:
        """There is nobody here but who types."""
        del account

    async def announce(
        self, notice: Notice, provider: Author | None, *, visibility: Visibility, tried_before: bool
    ) -> PostRef:
        """Refuse. Raises SocialError."""
        del notice, provider, visibility, tried_before
        raise SocialError("a terminal reaches no provider", permanent=True)

    def address_of(self, author: Author) -> str | None:
        """Whoever types, as the operator says."""
        del author
        return self._speaks_as

    async def leave(self, mention: Mention, reason: str) -> None:
        """Say that there is nothing to answer, so that nobody waits."""
        del reason
        self._begin_output(mention)
        self._print(self._silence, "dim")
        self._done_with(mention)

    @property
    def is_quiet(self) -> bool:
        """Nobody waits for an answer."""
        return not self._waiting

    async def close(self) -> None:
        """Clear the progress line."""
        self._stop_progress()

    def _add(self, line: str) -> None:
        self._count += 1
        now = self._clock()
        mention = Mention(
            network=self.name,
            id=f"{self._started.isoformat()} {self._count}",
            author=Author(id="you", handle="you"),
            text=line,
            language=None,
            posted_at=now,
            listed_at=now,
            visibility=Visibility.DIRECT,
            answers=self._last,
            thread=self._started.isoformat(),  # a session is a conversation
        )
        self._waiting[mention.id] = mention
        if self._progress is None and self._console.is_terminal:
            self._progress = self._loop.create_task(self._show_progress())

    def _read_lines(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the bot has stopped
            try:
                for line in self._source:
                    self._loop.call_soon_threadsafe(self._typed.put_nowait, line.rstrip("\n"))
            except (OSError, UnicodeDecodeError):
                pass  # a stream that breaks off, or is no text, has ended
            self._loop.call_soon_threadsafe(self._typed.put_nowait, None)

    async def _show_progress(self) -> None:
        while self._waiting:
            since = min(mention.posted_at for mention in self._waiting.values())
            await asyncio.sleep(0.5)  # what is quick needs no progress
            self._write(f"\r… {(self._clock() - since).total_seconds():.0f} s ")

    def _begin_output(self, mention: Mention) -> None:
        self._stop_progress()
        if not self._console.is_terminal:  # answers may come in another order than the questions
            self._print(f"{PROMPT}{mention.text}", None)

    def _done_with(self, mention: Mention) -> None:
        self._waiting.pop(mention.id, None)
        if self._waiting and self._console.is_terminal:
            self._progress = self._loop.create_task(self._show_progress())
        self._prompt()
        self._maybe_end()

    def _stop_progress(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
            self._progress = None
            self._write(ERASE_LINE)

    def _prompt(self) -> None:
        if self._console.is_terminal and not self._waiting:
            self._write(PROMPT)

    def _print(self, text: str, style: str | None) -> None:
        # A terminal wraps by words; a pipe gets one line as one line.
        self._console.print(escape(text), style=style, soft_wrap=not self._console.is_terminal)

    def _write(self, raw: str) -> None:
        # rich takes control characters out of what it prints.
        self._console.file.write(raw)
        self._console.file.flush()

    def _maybe_end(self) -> None:
        if self._at_end and not self._waiting:
            self.ended.set()


def _coloured(reply: Reply) -> list[tuple[str, Verdict | None]]:
    lines = reply.text.splitlines()
    if len(lines) == len(reply.verdicts):
        return list(zip(lines, reply.verdicts, strict=True))
    first = reply.verdicts[0] if len(reply.verdicts) == 1 else None
    return [(line, first) for line in lines]
