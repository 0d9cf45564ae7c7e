"""How well posts are understood, and how fast: scripts/bench understanding [FILE.jsonl] [--worst N] [--folds N].

FILE holds labelled posts, one JSON object a line (docs/catalogue.md says which fields); without one it is the
development corpus, tests/corpus/questions.jsonl. A post goes through understanding and the whole catalogue, as a
mention does. The bot's model was learned from that corpus: `--folds 5` tells what posts that it never met are worth;
what the lexicon's authors had read stays read. The posts of bench/unseen.jsonl are for judging only: nothing was
learned from them, and nothing shall be. Places are compared without accents, targets without order.
"""

import argparse
import collections
import json
import random
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict, cast

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.catalogue import Catalogue, read_catalogue  # noqa: E402
from bot.cli.understand import outcome, understood  # noqa: E402
from bot.model import Act  # noqa: E402
from bot.understanding.weighing import Model, read_model  # noqa: E402
from training.making import make_model  # noqa: E402
from training.posts import SEED, WEIGHT_OF_PHRASES, Labelled, from_labelled, from_phrases  # noqa: E402

CORPUS = ROOT / "tests" / "corpus" / "questions.jsonl"
REPORTS = (Act.REPORT_DOWN, Act.REPORT_UP)
ROUNDS = 5


class Post(TypedDict):
    """A labelled post."""

    id: str
    text: str
    lang: str
    act: str
    targets: list[str]
    parent: NotRequired[str]
    thread: NotRequired[str]
    place: NotRequired[str | None]
    tags: NotRequired[list[str]]


@dataclass(frozen=True, slots=True)
class Result:
    """What was understood of a post, beside what it means."""

    post: Post
    act: str
    targets: tuple[str, ...]
    place: str | None
    language: str

    @property
    def right_act(self) -> bool:
        return self.act == self.post["act"]

    @property
    def right_targets(self) -> bool:
        return set(self.targets) == set(self.post["targets"])

    @property
    def right_place(self) -> bool:
        return plain(self.place) == plain(self.post.get("place"))

    @property
    def wrongly_answered(self) -> bool:
        return self.post["act"] == Act.NONE and self.act != Act.NONE

    @property
    def badness(self) -> int:
        """The worst first: answered for nothing, misunderstood, the wrong platform, the wrong place."""
        if self.wrongly_answered:
            return 4
        if not self.right_act:
            return 3
        if not self.right_targets:
            return 2
        return 1 if self.post["act"] in REPORTS and not self.right_place else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="How well and how fast posts are understood.")
    parser.add_argument("file", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--worst", type=int, default=40, help="how many of the worst posts to print")
    parser.add_argument("--folds", type=int, help="learn anew without each of so many parts, and score that part")
    parser.add_argument("--no-speed", action="store_true", help="the scores only")
    options = parser.parse_args()
    posts = read_posts(options.file)
    catalogue = whole_catalogue()
    if options.folds:
        results = list(unseen(posts, catalogue, options.folds))
    else:
        results = [understand_post(post, catalogue) for post in posts]
    for line in report(results):
        print(line)
    for line in worst(results, options.worst):
        print(line)
    if not options.no_speed:
        for line in speed(posts, catalogue):
            print(line)
    return 0


def read_posts(file: Path) -> list[Post]:
    return [cast("Post", json.loads(line)) for line in file.read_text("utf-8").splitlines() if line.strip()]


def whole_catalogue() -> Catalogue:
    folder = ROOT / "config" / "platforms"
    return read_catalogue({file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.toml"))})


def understand_post(post: Post, catalogue: Catalogue, model: Model | None = None) -> Result:
    tag = None if post["lang"] == "und" else post["lang"]
    texts = {"text": post["text"], "parent": post.get("parent"), "thread": post.get("thread"), "lang": tag}
    said = outcome(understood(texts, catalogue, model=model), catalogue)
    targets = tuple(cast("list[str]", said["targets"]))
    return Result(post, str(said["act"]), targets, cast("str | None", said["place"]), str(said["lang"]))


def unseen(posts: list[Post], catalogue: Catalogue, folds: int) -> Iterator[Result]:
    """Every post as a model understands it that was learned without it: from the other parts, and from the phrases."""
    order = random.Random(SEED).sample(posts, len(posts))  # noqa: S311 - an order, no secret
    phrases = list(from_phrases(catalogue, weight=WEIGHT_OF_PHRASES))
    for fold in range(folds):
        part = order[fold::folds]
        left_out = {post["id"] for post in part}
        others = [cast("Labelled", post) for post in posts if post["id"] not in left_out]
        table = make_model([*from_labelled(others, catalogue, weight=1.0), *phrases], "")
        model = read_model(table)
        yield from (understand_post(post, catalogue, model) for post in part)


def report(results: list[Result]) -> Iterator[str]:
    yield f"{len(results)} posts\n"
    yield f"{'act':<14}{'posts':>6}{'P':>8}{'R':>8}{'F1':>8}"
    scores = scores_by_act(results)
    for act, (count, precision, recall, f1) in scores.items():
        yield f"{act:<14}{count:>6}{precision:>8.3f}{recall:>8.3f}{f1:>8.3f}"
    yield f"{'macro F1':<14}{'':>22}{macro_f1(results):>8.3f}\n"
    asks = [result for result in results if result.post["act"] == Act.ASK]
    exact = [result for result in asks if result.right_act and result.right_targets]
    yield f"exact targets on asks    {share(len(exact), len(asks))}"
    reports = [result for result in results if result.post["act"] in REPORTS or result.act in REPORTS]
    yield f"place F1 on reports      {place_f1(reports):.3f}"
    wrongly = [result for result in results if result.wrongly_answered]
    nones = [result for result in results if result.post["act"] == Act.NONE]
    yield f"wrongly taken up         {share(len(wrongly), len(results))}; among those that mean nothing {len(nones)}"
    yield "\n" + by_group("language", results, lambda result: [result.post["lang"]])
    yield by_group("tag", results, lambda result: result.post.get("tags") or ["(none)"])


def scores_by_act(results: Iterable[Result]) -> dict[str, tuple[int, float, float, float]]:
    """Posts, precision, recall and F1 of every act that occurs."""
    pairs = collections.Counter((result.post["act"], result.act) for result in results)
    scores: dict[str, tuple[int, float, float, float]] = {}
    for act in (act.value for act in Act):
        right = pairs[act, act]
        meant = sum(count for (gold, _), count in pairs.items() if gold == act)
        said = sum(count for (_, guess), count in pairs.items() if guess == act)
        if meant or said:
            scores[act] = (meant, right / (said or 1), right / (meant or 1), 2 * right / (meant + said))
    return scores


def macro_f1(results: Iterable[Result]) -> float:
    """The mean of the acts' F1, each act counting the same."""
    return statistics.fmean(f1 for _, _, _, f1 in scores_by_act(results).values())


def place_f1(results: Iterable[Result]) -> float:
    right = meant = said = 0
    for result in results:
        meant += result.post.get("place") is not None
        said += result.place is not None
        right += result.place is not None and result.right_place
    return 2 * right / (meant + said) if meant + said else 1.0


def by_group(title: str, results: list[Result], groups: Callable[[Result], list[str]]) -> str:
    members: collections.defaultdict[str, list[Result]] = collections.defaultdict(list)
    for result in results:
        for group in groups(result):
            members[group].append(result)
    lines = [f"{title:<16}{'posts':>6}{'act':>8}{'targets':>9}"]
    for group, of_it in sorted(members.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        acts = statistics.fmean(result.right_act for result in of_it)
        targets = statistics.fmean(result.right_targets for result in of_it)
        lines.append(f"{group:<16}{len(of_it):>6}{acts:>8.3f}{targets:>9.3f}")
    return "\n".join(lines) + "\n"


def worst(results: list[Result], most: int) -> Iterator[str]:
    wrong = sorted((result for result in results if result.badness), key=lambda result: -result.badness)
    yield f"{len(wrong)} posts with something wrong; the worst {min(most, len(wrong))}:"
    for result in wrong[:most]:
        post = result.post
        meant = told(post["act"], post["targets"], post.get("place"))
        understood_as = told(result.act, result.targets, result.place)
        around = "".join(f" [{name} {post.get(name)}]" for name in ("thread", "parent") if post.get(name))
        yield f"  {post['id']} {post['lang']} meant {meant}, understood {understood_as}"
        yield f"      {' / '.join(post['text'].splitlines())}{around}"


def speed(posts: list[Post], catalogue: Catalogue) -> Iterator[str]:
    took = sorted(min(seconds(post, catalogue) for _ in range(ROUNDS)) * 1000 for post in posts)
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    yield f"\na post, processor time: p50 {p50:.2f} ms, p99 {p99:.2f} ms, longest {took[-1]:.2f} ms"
    slowest = {name: min(seconds(post, catalogue) for _ in range(3)) * 1000 for name, post in hostile_posts()}
    name = max(slowest, key=lambda name: slowest[name])
    yield f"a hostile post of 4,000 characters, worst of {len(slowest)}: {slowest[name]:.1f} ms ({name})"


def seconds(post: Post, catalogue: Catalogue) -> float:
    """Processor time, so that a busy machine does not count."""
    started = time.process_time()
    understand_post(post, catalogue)
    return time.process_time() - started


def hostile_posts() -> Iterator[tuple[str, Post]]:
    seeds = {
        "one long word": "a",
        "words": "ab ",
        "dots": "a.",
        "question marks": "?",
        "quotes": "« ",
        "brackets": "([{<",
        "addresses": "https://",
        "addresses within": "https://a.example/?url=",
        "proxied": "www-a-b--c.proxy.",
        "hyphens": "a-",
        "capitals": "Aa ",
        "names": "Cairn, ",
        "names and outage": "Cairn est en panne ? ",
        "contrast": "Cairn marche, mais ",
        "handles": "@a@b.example ",
        "accents": "e\u0301",
        "full-width": "ａ．ｂ ",
        "emoji": "👩‍💻",
        "line breaks": "\n",
        "towns": "à Limoges, ",
        "phrases cut off": "c'est moi ou ",
        "another alphabet": "Ж ",
        "figures": "1.2.3.4 ",
        "markup": "<p><a href='x'>",
    }
    for name, seed in seeds.items():
        text = (seed * 4000)[:4000]
        yield name, Post(id=name, text=text, lang="und", act="none", targets=[])
        yield f"{name} in a thread", Post(id=name, text=text, lang="und", act="none", targets=[], thread="cairn")


def plain(place: str | None) -> str | None:
    if place is None:
        return None
    letters = unicodedata.normalize("NFKD", place.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def share(part: int, whole: int) -> str:
    return f"{part / (whole or 1):.3f} ({part} of {whole})"


def told(act: str, targets: Iterable[str], place: str | None) -> str:
    return f"{act} [{', '.join(targets)}]{f' at {place}' if place else ''}"


if __name__ == "__main__":
    sys.exit(main())
