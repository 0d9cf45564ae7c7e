"""scripts/torture: see --help."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from tests.servers.faulty import AtRandom
from tests.servers.running import NotInstalledError
from tests.torture.counting import Outcome
from tests.torture.plan import Plan
from tests.torture.play import run
from tests.torture.subjects import NAMES, subject

IN_FULL = {"bluesky": (200, 20), "snac": (60, 10), "mock": (200, 20), "gotosocial": (200, 20), "takahe": (200, 20)}


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, _stop)
    names = tuple(options.network) or NAMES
    groups = [names] if options.together else [(name,) for name in names]
    outcomes = [outcome for group in groups for outcome in _one(group, options)]
    print("", *(outcome.told() for outcome in outcomes), sep="\n")
    return 0 if all(outcome.is_right for outcome in outcomes) else 1


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit("told to stop: nothing was counted")  # raised, so that the servers and the bot end, too


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/torture",
        description="Kill the bot while it answers over a bad line, then count the replies that each question got.",
        epilog="Exit code 0 if each question has exactly one answer, else 1.",
    )
    parser.add_argument("network", nargs="*", type=_network, help=f"{', '.join(NAMES)}; without: all")
    parser.add_argument("--together", action="store_true", help="one bot on all of them, instead of one after another")
    parser.add_argument("--mentions", type=_at_least(1), help="questions on each network (200; 60 on snac)")
    parser.add_argument("--kills", type=_at_least(0), help="SIGKILLs of each bot (20; 10 on snac)")
    parser.add_argument("--spacing", type=float, default=6.0, help="the longest wait before a kill, in seconds (6)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end the plan early, and count")
    parser.add_argument("--freeze", type=float, default=30.0, help="how long a server freezes, in seconds (30)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same plan (1)")
    parser.add_argument("--rate", type=float, default=0.15, help="of all requests, so many go wrong (0.15)")
    parser.add_argument("--keep", type=Path, help="keep the logs and databases in this folder, which must not exist")
    return parser.parse_args()


def _network(written: str) -> str:
    if written not in NAMES:
        raise argparse.ArgumentTypeError(f"{written!r} is none of {', '.join(NAMES)}")
    return written


def _at_least(least: int) -> Callable[[str], int]:
    def number(written: str) -> int:
        if not written.isdecimal() or int(written) < least:
            raise argparse.ArgumentTypeError(f"a whole number of at least {least}, not {written!r}")
        return int(written)

    return number


def _one(names: tuple[str, ...], options: argparse.Namespace) -> list[Outcome]:
    plan = Plan(
        len(names) * (options.mentions or min(IN_FULL[name][0] for name in names)),
        min(IN_FULL[name][1] for name in names) if options.kills is None else options.kills,
        options.seed,
        freeze_s=options.freeze,
        until_killed_s=max(options.spacing, 0.2),
        longest_s=60 * options.minutes,
    )
    title = "+".join(names)
    with tempfile.TemporaryDirectory(prefix="torture-") as folder, ExitStack() as stack:
        kept = options.keep / title if options.keep else Path(folder) / title
        try:
            kept.mkdir(parents=True)
        except OSError as error:
            sys.exit(f"--keep: cannot make {kept}: {error.strerror}; choose a new folder")
        try:
            subjects = [stack.enter_context(subject(name, AtRandom(options.seed, options.rate))) for name in names]
        except NotInstalledError as missing:
            sys.exit(str(missing))
        return run(subjects, plan, kept, tell=lambda words: print(f"{title}: {words}", flush=True))


if __name__ == "__main__":
    sys.exit(main())
