"""Which errors are the operator's to mend, and the sentences for them; all others are bugs and keep their traceback."""

from bot.ports import OutsideError


class UserError(Exception):
    """Something asked of the command line that cannot be done: one clear sentence, or several, one a fault."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.faults = sentences


def sentences_of(error: BaseException) -> tuple[str, ...] | None:
    """The sentences to print instead of a traceback, one a fault; None for a bug."""
    if isinstance(error, OutsideError):
        return (str(error),)
    faults = getattr(error, "faults", None)  # SettingsError and its like list every fault at once
    return tuple(str(fault) for fault in faults) if faults else None
