"""The world as vantage points: a catalogue's target in, what Globalping's probes in chosen places saw out.

What leaves this machine is the name of a host of the catalogue, a port, and the places that the operator chose: never
a path, a query, a host that somebody typed, or a proxied address, because a measurement can be read by whoever has its
id. Redirects to another host are followed by us, with a second measurement from the same probes.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.model import Control, Observation, Role, Target
from bot.probe.fingerprints import Fingerprints
from bot.probe.gate import HostRefusedError, Place, redirect_of
from bot.vantage.globalping_allowance import Allowance
from bot.vantage.globalping_client import GlobalpingClient, GlobalpingError, Json, Trouble
from bot.vantage.globalping_reading import PREFIX, Seen, read_results

_POLL_S = 0.5  # after each answer, as the API asks
_MARGIN_S = 0.2  # what came by then is told in time
_LEAST_S, _MOST_S = 5, 15  # of a probe's own timeout; the API takes 5 to 30
_LEAST_FOR_A_HOP_S = 3.0
_MOST_HOPS = 2
_REST = timedelta(minutes=1)  # after trouble of theirs

log = structlog.stdlib.get_logger("cestmoiou")


@dataclass(frozen=True, slots=True)
class _Ask:
    """One measurement to be made: of which host, from where (places, or the id of a measurement), how many tests."""

    host: str
    scheme: str
    port: int | None
    locations: object
    tests: int


class Globalping:
    """Implements `bot.ports.ProbeNetwork`. `places` are as the API's "magic" writes them: "Paris+eyeball-network".

    A place that stands there twice gives two probes. `allowance` holds how many tests an hour there are.
    """

    def __init__(
        self,
        client: GlobalpingClient,
        places: Sequence[str],
        *,
        fingerprints: Fingerprints,
        allowance: Allowance,
        clock: Callable[[], datetime],
        poll_s: float = _POLL_S,
    ) -> None:
        self._client = client
        self._places = Counter(places)
        self._fingerprints = fingerprints
        self._allowance = allowance
        self._clock = clock
        self._poll_s = poll_s
        self._rests_until: datetime | None = None
        self.trouble: str | None = None

    async def observe(
        self, target: Target, *, within: timedelta, only: Collection[str] | None = None, watching: bool = False
    ) -> AsyncIterator[Observation | Control]:
        """See `ProbeNetwork.observe`. Yields nothing if the target is not for others to see, or nothing is left."""
        until = _now() + within.total_seconds() - _MARGIN_S
        ask = self._first_ask(target, only)
        if ask is None or not self._may(ask, watching=watching):
            return
        try:
            async for seen in self._measured(ask, target, until, hops=_MOST_HOPS, watching=watching):
                yield seen.observation
                if seen.control is not None:
                    yield seen.control
        except GlobalpingError as error:
            self._failed(error)

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.close()

    def _first_ask(self, target: Target, only: Collection[str] | None) -> _Ask | None:
        if target.typed or target.role is not Role.HOME or target.path != "/":
            return None
        if only is None:
            locations = [{"magic": place, "limit": count} for place, count in self._places.items()]
            tests = self._places.total()
        else:
            locations = [where for name in sorted(only) if (where := _location(name)) is not None]
            tests = len(locations)
        return _Ask(target.host, target.scheme, target.port, locations, tests) if locations else None

    def _may(self, ask: _Ask, *, watching: bool) -> bool:
        now = self._clock()
        if self._rests_until is not None and now < self._rests_until:
            return False
        return self._allowance.allows(ask.tests, now, watching=watching)

    async def _measured(
        self, ask: _Ask, target: Target, until: float, *, hops: int, watching: bool
    ) -> AsyncIterator[Seen]:
        """Yield what the probes saw as it comes; those who were sent to another host come last, from there."""
        moved = list[Seen]()
        name = await self._create(ask, until)
        async for seen in self._results(name, target, until):
            if seen.moved_to is None:
                yield seen
            else:
                moved.append(seen)
        if moved:
            there = await self._followed(replace(ask, locations=name), target, moved, until, hops, watching=watching)
            for seen in moved:
                yield there.get(seen.observation.vantage_point.id, seen)

    async def _create(self, ask: _Ask, until: float) -> str:
        self._allowance.spend(ask.tests, self._clock())
        try:
            async with asyncio.timeout_at(until):
                created = await self._client.create(_request(ask, until - _now()))
        except TimeoutError:
            raise GlobalpingError(Trouble.FAILS, "Globalping does not answer in time") from None
        if created.left is not None:
            self._allowance.told(created.left.tests, created.left.reset, self._clock())
        if self.trouble is not None:
            log.info("Globalping answers again")
            self.trouble = None
        return created.id

    async def _results(self, name: str, target: Target, until: float) -> AsyncIterator[Seen]:
        at, told = self._clock(), set[int]()
        while (left_s := until - _now()) > 0:
            await asyncio.sleep(min(self._poll_s, left_s))
            try:
                async with asyncio.timeout_at(until):
                    measurement = await self._client.read(name)
            except TimeoutError:
                return
            except GlobalpingError as error:
                if error.trouble is not Trouble.BUSY:
                    raise
                await asyncio.sleep(min((error.retry_after or timedelta()).total_seconds(), max(0.0, until - _now())))
                continue
            seen = read_results(measurement, target, fingerprints=self._fingerprints, at=at)
            for index in seen.keys() - told:
                told.add(index)
                yield seen[index]
            if measurement.get("status") != "in-progress":
                return

    async def _followed(
        self, ask: _Ask, target: Target, moved: Sequence[Seen], until: float, hops: int, *, watching: bool
    ) -> dict[str, Seen]:
        """What the probes saw where most of them were sent; empty if that is the same host, unsafe, or too late."""
        places = Counter(place for seen in moved if (place := _elsewhere(seen.moved_to, ask)) is not None)
        if not places or not hops or until - _now() < _LEAST_FOR_A_HOP_S or not self._may(ask, watching=watching):
            return {}
        ((place, _),) = places.most_common(1)
        there = replace(ask, host=place.host, scheme=place.scheme, port=place.port)
        found = dict[str, Seen]()
        try:
            async for seen in self._measured(there, target, until, hops=hops - 1, watching=watching):
                found[seen.observation.vantage_point.id] = seen
        except GlobalpingError as error:
            self._failed(error)  # what was seen at the first host still counts
        return found

    def _failed(self, error: GlobalpingError) -> None:
        """Remember that nothing can be had there for a while; say it once."""
        now = self._clock()
        if str(error) != self.trouble and error.trouble is not Trouble.REFUSED:
            log.warning("no help from Globalping", why=str(error))
            self.trouble = str(error)
        match error.trouble:
            case Trouble.TOKEN:
                self._rests_until = datetime.max.replace(tzinfo=now.tzinfo)  # the operator must mend it
            case Trouble.SPENT | Trouble.BUSY:
                self._rests_until = now + (error.retry_after or _REST)
            case Trouble.NO_PROBES | Trouble.FAILS:
                self._rests_until = now + _REST
            case Trouble.REFUSED:
                pass  # this target only


def _request(ask: _Ask, left_s: float) -> Json:
    options: dict[str, object] = {"protocol": ask.scheme.upper(), "request": {"method": "GET", "path": "/"}}
    if ask.port is not None:
        options["port"] = ask.port
    return {
        "type": "http",
        "target": ask.host,
        "timeout": min(_MOST_S, max(_LEAST_S, int(left_s))),
        "locations": ask.locations,
        "measurementOptions": options,
    }


def _location(vantage_point_id: str) -> Json | None:
    """Where a vantage point of ours is, to ask from there again; None for those of other networks."""
    if not vantage_point_id.startswith(PREFIX):
        return None
    city, _, asn = vantage_point_id.removeprefix(PREFIX).partition("#")[0].rpartition(":")
    return {"city": city, "asn": int(asn), "limit": 1} if city and city != "None" and asn.isdigit() else None


def _elsewhere(location: str | None, ask: _Ask) -> Place | None:
    try:
        place = redirect_of(location or "", Place(ask.scheme, ask.host, ask.port))
    except HostRefusedError:
        return None
    # Another page of the same host cannot be asked for: no path leaves this machine.
    return None if (place.host, place.scheme) == (ask.host, ask.scheme) else replace(place, path="/")


def _now() -> float:
    return asyncio.get_running_loop().time()
