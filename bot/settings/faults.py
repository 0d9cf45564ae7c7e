"""What is wrong with the settings, each fault a sentence that says what to write instead."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. `where` is a file or a variable, `key` the dotted key ("" if the whole file is meant)."""

    where: str
    key: str
    advice: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.key, self.advice) if part)


class SettingsError(Exception):
    """The settings cannot be used. `faults` are all of them, in the order of the sources; the text is one a line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)
