"""The outside failed us: what every adapter raises."""

from datetime import timedelta


class OutsideError(Exception):
    """The outside failed us. `retry_after`: do not try before; `permanent`: trying again cannot help.

    The text is one sentence for the operator: no token, no post text, no handle.
    """

    def __init__(self, sentence: str, *, permanent: bool = False, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.retry_after = retry_after


class SocialError(OutsideError):
    """A social network failed us. `permanent` on a reply: this mention cannot be answered (deleted, blocked).

    `may_be_done`: nobody said what became of the post; a server that is slow enough may still make it.
    """

    def __init__(
        self,
        sentence: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        may_be_done: bool = False,
    ) -> None:
        super().__init__(sentence, permanent=permanent, retry_after=retry_after)
        self.may_be_done = may_be_done


class AccountRefusedError(SocialError):
    """The network does not accept our credentials: stop asking, tell the operator. Always permanent."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, permanent=True)


class StoreError(OutsideError):
    """The store cannot be read or written. `permanent`: waiting cannot help (a newer database, a read-only folder)."""
