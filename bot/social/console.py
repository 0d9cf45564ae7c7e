"""The console network: a conversation in the terminal, with the whole pipeline behind it.

Each line typed is a mention; the reply is printed. Piped input works the same, without colour and progress.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import TextIO

from rich.console import Console
from rich.markup import escape

from bot.model import Author, CauseId, Mention, PostRef, Reply, Verdict, Visibility, Word

PROMPT = "› "
TEXT_LIMIT = 2000
STYLES = {
    Word.UP: "green",
    Word.DEGRADED: "yellow",
    Word.DOWN: "bold red",
    Word.INCONCLUSIVE: "magenta",
    Word.UNKNOWN: "blue",
}
OWN_TROUBLE = {CauseId.OWN_NETWORK, CauseId.OWN_RESOLVER}


class ConsoleNetwork:
    """`bot.ports.SocialNetwork` over a text stream. `ended` is set once the input ended and every line was settled."""

    name = "console"
    text_limit = TEXT_LIMIT

    def __init__(
        self, source: TextIO, console: Console, clock: Callable[[], datetime], *, offline_hint: str | None = None
    ) -> None:
        self.ended = asyncio.Event()
        self._source = source
        self._console = console
        self._clock = clock
        self._offline_hint = offline_hint
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting: dict[str, datetime] = {}
        self._count = 0
        self._at_end = False
        self._started = clock()
        self._loop = asyncio.get_running_loop()
        # A daemon thread: a read from a terminal cannot be cancelled, and must not keep the process alive.
        threading.Thread(target=self._read_lines, name="console", daemon=True).start()
        self._progress: asyncio.Task[None] | None = None
        self._prompt()

    async def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        """The lines typed since the last call; `since` has no meaning here."""
        del since
        while not self._typed.empty():
            line = self._typed.get_nowait()
            if line is None:
                self._at_end = True
                self._maybe_end()
                return
            yield self._mention(line)

    async def reply(self, mention: Mention, reply: Reply, *, visibility: Visibility, tried_before: bool) -> PostRef:
        """Print the words. A reply after a crash is printed again: nobody saw the first one."""
        del visibility, tried_before
        self._done_with(mention)
        for line, verdict in _coloured(reply):
            self._console.print(escape(line), style=STYLES[verdict.word] if verdict else None, soft_wrap=True)
        if self._offline_hint and any(verdict.cause.id in OWN_TROUBLE for verdict in reply.verdicts):
            self._console.print(escape(self._offline_hint), style="dim", soft_wrap=True)
        self._prompt()
        self._maybe_end()
        return PostRef(id=f"reply to {mention.id}")

    async def leave(self, mention: Mention, reason: str) -> None:
        """Say that there is nothing to answer, so that nobody waits."""
        self._done_with(mention)
        self._console.print(f"({reason})", style="dim")
        self._prompt()
        self._maybe_end()

    async def close(self) -> None:
        """Clear the progress line."""
        self._stop_progress()

    def _mention(self, line: str) -> Mention:
        self._count += 1
        mention_id = f"{self._started.isoformat()} {self._count}"
        now = self._clock()
        self._waiting[mention_id] = now
        if self._progress is None and self._console.is_terminal:
            self._progress = self._loop.create_task(self._show_progress())
        return Mention(
            network=self.name,
            id=mention_id,
            author=Author(id="you", handle="you"),
            text=line,
            language=None,
            posted_at=now,
            listed_at=now,
            visibility=Visibility.DIRECT,
        )

    def _read_lines(self) -> None:
        try:
            for line in self._source:
                self._loop.call_soon_threadsafe(self._typed.put_nowait, line.rstrip("\n"))
            self._loop.call_soon_threadsafe(self._typed.put_nowait, None)
        except RuntimeError:
            pass  # the loop is closed: the bot has stopped
        except (OSError, UnicodeDecodeError):
            self._loop.call_soon_threadsafe(self._typed.put_nowait, None)

    async def _show_progress(self) -> None:
        while self._waiting:
            looked: timedelta = self._clock() - min(self._waiting.values())
            self._console.print(f"\r… {looked.total_seconds():.0f} s ", style="dim", end="")
            await asyncio.sleep(0.5)

    def _done_with(self, mention: Mention) -> None:
        self._waiting.pop(mention.id, None)
        self._stop_progress()

    def _stop_progress(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
            self._progress = None
            self._console.print("\r\x1b[K", end="", highlight=False)

    def _prompt(self) -> None:
        if self._console.is_terminal and not self._waiting:
            self._console.print(PROMPT, end="", style="bold")

    def _maybe_end(self) -> None:
        if self._at_end and not self._waiting:
            self.ended.set()


def _coloured(reply: Reply) -> list[tuple[str, Verdict | None]]:
    lines = reply.text.splitlines()
    if len(lines) == len(reply.verdicts):
        return list(zip(lines, reply.verdicts, strict=True))
    first = reply.verdicts[0] if len(reply.verdicts) == 1 else None
    return [(line, first) for line in lines]
