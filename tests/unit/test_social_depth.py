"""How deep walks go, played on a list like a network's: newest first by a date that may lie before the listing."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from bot.social.bluesky_paging import RHYTHM as BLUESKY
from bot.social.depth import Depth, Rhythm
from bot.social.mastodon_paging import RHYTHM as MASTODON
from tests.fakes.network import NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BUSY = 5 * SECOND


class Listing:
    """What was listed, by which date, and a bot that reads it. `pages` are when each page was read."""

    def __init__(self, rhythm: Rhythm, page: int) -> None:
        self.depth, self.page = Depth(rhythm), page
        self.there: list[datetime] = []
        self.taken: set[datetime] = set()
        self.pages: list[datetime] = []
        self.read_until = NOON

    def list(self, dates: Iterable[datetime]) -> None:
        self.there = sorted([*self.there, *dates], reverse=True)

    def read(self, now: datetime, *, breaks_off_after: int | None = None) -> int:
        """Walk once, as `take_mentions` does; how many pages that took."""
        walk = self.depth.walk(self.read_until, now)
        newest, whole, start = self.read_until, False, 0
        while walk.pages != breaks_off_after and not whole:
            page = self.there[start : start + self.page]
            self.pages.append(now)
            self.taken.update(page)
            newest, start = max([newest, *page[:1]]), start + self.page
            whole = walk.is_enough(page[-1] if page else None) or not page
        walk.ended(whole=whole)
        if whole:
            self.read_until = newest
        return walk.pages

    def most_pages_in(self, length: timedelta) -> int:
        return max(sum(1 for at in self.pages if begin <= at < begin + length) for begin in set(self.pages))


def storm(listing: Listing, *, a_minute: int, minutes: int, late_by: timedelta) -> datetime:
    """People ask at random moments, one in seven with a date that lies back; the bot reads every 5 s."""
    dice, now = random.Random(5), NOON  # noqa: S311 -- a test's own dice
    for _ in range(minutes * 12):
        now += BUSY
        dates = [now - dice.random() * BUSY for _ in range(a_minute // 12)]
        listing.list(at - (dice.random() * late_by if dice.random() < 1 / 7 else timedelta(0)) for at in dates)
        listing.read(now)
    return now


@pytest.mark.parametrize(
    ("rhythm", "page", "late_by"),
    [
        pytest.param(BLUESKY, 100, timedelta(minutes=19), id="Bluesky"),
        pytest.param(MASTODON, 40, timedelta(minutes=11), id="Mastodon"),
    ],
)
def test_in_a_storm_nobody_who_was_listed_late_is_missed(rhythm: Rhythm, page: int, late_by: timedelta) -> None:
    listing = Listing(rhythm, page)
    now = storm(listing, a_minute=120, minutes=15, late_by=late_by)
    for _ in range(130):  # it is quiet again
        now += BUSY
        listing.read(now)
    assert listing.taken == set(listing.there)


def test_500_mentions_a_minute_on_bluesky_take_less_than_half_of_what_it_allows() -> None:
    listing = Listing(BLUESKY, 100)
    storm(listing, a_minute=500, minutes=12, late_by=timedelta(minutes=19))
    assert listing.most_pages_in(5 * MINUTE) < 3000 / 2


def test_100_mentions_a_minute_on_mastodon_stay_below_what_it_allows() -> None:
    listing = Listing(MASTODON, 40)
    storm(listing, a_minute=100, minutes=30, late_by=timedelta(minutes=1))
    assert listing.most_pages_in(15 * MINUTE) - 15 * 12 < 300  # a first page has no cursor, and is not counted


def test_when_little_is_listed_each_walk_looks_for_late_ones() -> None:
    listing = Listing(BLUESKY, 100)
    listing.list(NOON - number * MINUTE for number in range(50))
    listing.read(NOON)
    late = NOON - 15.5 * MINUTE
    listing.list([late])
    assert listing.read(NOON + BUSY) == 1
    assert late in listing.taken


def test_a_deep_walk_that_breaks_off_is_made_again_soon() -> None:
    listing = Listing(BLUESKY, 2)
    listing.list(NOON - number * SECOND for number in range(60))
    listing.read(NOON, breaks_off_after=5)
    assert listing.read(NOON + BUSY) > 5
    assert listing.taken == set(listing.there)


def test_deep_walks_that_fail_for_long_do_not_open_a_gap() -> None:
    """The newest are read all the while; what came late meanwhile is looked for from the last whole deep walk on."""
    listing = Listing(MASTODON, 2)
    listing.list(NOON - number * SECOND for number in range(30))
    listing.read(NOON)
    late = NOON - 11 * MINUTE
    for minute in range(2, 22):
        now = NOON + minute * MINUTE
        listing.list([now + each * SECOND for each in range(4)])
        listing.list([late] if minute == 2 else [])
        listing.read(now + 5 * SECOND, breaks_off_after=3)  # deep, and in vain
        listing.read(now + 6 * SECOND)
    assert listing.read_until > NOON + 20 * MINUTE
    assert late not in listing.taken
    listing.read(NOON + 25 * MINUTE)
    assert late in listing.taken


def test_a_clock_that_is_set_back_does_not_put_deep_walks_off() -> None:
    listing = Listing(BLUESKY, 2)
    listing.list(NOON - number * SECOND for number in range(60))
    listing.read(NOON)
    assert listing.read(NOON + SECOND) == 3
    assert listing.read(NOON - timedelta(days=3)) > 20
