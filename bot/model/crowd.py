"""What people say of a platform together, and what platforms in trouble have in common."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """What people say of a platform, each person once. `weight` is how many of those who say "down" fully count.

    `down_places` and `up_places` are the towns that they named, in the order in which they first came; `askers` are
    those who asked about it and said nothing else.
    """

    down: int = 0
    up: int = 0
    weight: float = 0.0
    down_places: tuple[str, ...] = ()
    up_places: tuple[str, ...] = ()
    askers: int = 0

    def __bool__(self) -> bool:
        return bool(self.down or self.up)


NOBODY = Tally()


@dataclass(frozen=True, slots=True)
class CommonCause:
    """Several platforms in trouble at once that share something: a hoster, a network, a registrable domain.

    `name` is what they share, as people call it; `platforms` are the names of all that are in trouble, sorted.
    """

    name: str
    platforms: tuple[str, ...]
