"""`python -m simulation`, as scripts/simulate calls it: play the outage; exit 0 if all promises were kept."""

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from simulation.cast import ASKERS, BLUESKY, REPORTERS, SNAC, sentence
from simulation.play import Play
from simulation.telling import Telling
from tests.acceptance.france import staged
from tests.namespace.spaces import can_make_spaces
from tests.servers.running import NotInstalledError

LONGEST_S = 420


def main() -> int:
    """Play; leave nothing behind, also when it is interrupted."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description="Play an outage on real servers.")
    parser.add_argument("--lang", choices=("fr", "en"), default="fr", help="what it is told in, French or English")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the logs and databases in this new folder")
    said = parser.parse_args()
    if not can_make_spaces():
        print("scripts/simulate needs root and iproute2: it gives seven towns a network of their own", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _leave)
    signal.alarm(LONGEST_S)
    try:
        return 0 if _play(said.lang, said.keep) else 1
    except NotInstalledError as missing:
        print(missing, file=sys.stderr)
        return 2
    except TimeoutError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _play(language: str, keep: Path | None) -> bool:
    """Play; say whether all promises were kept. `keep`: where what the bot and its agents leave behind stays."""
    people = {
        network: [person.name for person in (*ASKERS, *REPORTERS) if person.network == network]
        for network in (SNAC, BLUESKY)
    }
    print(sentence("start", language), flush=True)
    with ExitStack() as ends:
        folder = keep or Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="cestmoiou-")))
        folder.mkdir(exist_ok=True)
        france = ends.enter_context(staged(folder, people=people))
        return Play(france, Telling(language)).run()


def _leave(number: int, _frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(each, signal.SIG_IGN)  # what was begun is put away undisturbed
    if number == signal.SIGALRM:
        raise TimeoutError(f"the play is not over after {LONGEST_S} s")
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
