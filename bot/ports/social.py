"""What we need of a social network."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import Accounts, Author, Mention, Notice, PostRef, Reply, Visibility


class SocialNetwork(Protocol):
    """An account on a social network."""

    @property
    def name(self) -> str:
        """The account's name in the settings; `Mention.network` of its mentions."""
        ...

    @property
    def text_limit(self) -> int:
        """How many characters a reply may have, the asker's handle and content warning not counted."""
        ...

    @property
    def can_edit(self) -> bool:
        """Whether a post can be changed afterwards, for those who read it as well."""
        ...

    @property
    def posts_once(self) -> bool:
        """Whether the network itself refuses a second post of one kind to a mention, however late the first comes."""
        ...

    def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        """Yield what mentions us, newest first, at least all that was listed after `since` by the network's clock.

        The newest page is always read. Older ones and repeats come: networks list late ones behind newer ones, and
        the walks of a few minutes together find these too; the store knows which are new. `since` None: the newest page
        only.
        Raises SocialError.
        """
        ...

    async def clock_ahead(self) -> timedelta | None:
        """By how much this machine's clock is ahead of the network's; None: its answers do not tell.

        Raises SocialError.
        """
        ...

    async def reply(
        self,
        mention: Mention,
        reply: Reply,
        *,
        visibility: Visibility,
        tried_before: bool,
        besides: Collection[str] = (),
    ) -> PostRef:
        """Post under the mention, once: with `tried_before`, a post of ours that is already there is returned instead.

        A follow-up (`reply.kind`) is another post than the answer, and each kind is posted once; `besides` are the ids
        of our other posts under the mention, which are not taken for this one. The mention's words, handle and content
        warning may be forgotten by then (""): what is needed of them is read from the network again.
        Raises SocialError.
        """
        ...

    async def edit(self, post: PostRef, mention: Mention, reply: Reply) -> None:
        """Change the words of a post of ours that answers `mention`; all else about it stays. Twice is once.

        Raises SocialError, permanent if the post is gone or the network cannot edit.
        """
        ...

    async def delete(self, post: PostRef) -> None:
        """Take a post of ours back; one that is gone already is fine. Raises SocialError."""
        ...

    @property
    def can_post_quietly(self) -> bool:
        """Whether a post that answers nothing can be kept out of the lists that everybody reads."""
        ...

    def account_in(self, accounts: Accounts) -> str | None:
        """Which of a provider's accounts is on this network, as the catalogue has it; None: none is."""
        ...

    async def find(self, account: str) -> Author | None:
        """Who an account of the catalogue is; None: the server has not met them yet, and will when they are mentioned.

        Raises SocialError, permanent if nobody can be reached by this name.
        """
        ...

    async def announce(
        self, notice: Notice, provider: Author | None, *, visibility: Visibility, tried_before: bool
    ) -> PostRef:
        """Post a notice, which answers nothing and mentions its account, once: with `tried_before`, one that is already
        there is returned instead. `provider` is who `find` found. Raises SocialError.
        """
        ...

    def address_of(self, author: Author) -> str | None:
        """Where in the world an account is, "marie@piaille.fr" or "bu.univ-x.fr"; None if nothing vouches for it."""
        ...

    async def leave(self, mention: Mention, reason: str) -> None:
        """Say, where somebody is waiting (the console), that no answer will come, and why; do nothing elsewhere."""
        ...

    async def close(self) -> None:
        """Give back connections and threads. Never raises; ends within 5 s."""
        ...
