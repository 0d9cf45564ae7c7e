"""What there is to tell a provider about an outage: facts alone, and nothing of anybody who asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.crowd import CommonCause, Tally
from bot.model.incidents import Incident, Interval, Length
from bot.model.observations import Control, Observation, OfficialWord, VantagePoint
from bot.model.platforms import Platform
from bot.model.verdicts import Cause, Leaning


@dataclass(frozen=True, slots=True)
class Seen:
    """What one place saw last of one target while it was bad. `observation` is None where nothing was measured."""

    vantage_point: VantagePoint
    leaning: Leaning
    cause: Cause
    at: datetime
    observation: Observation | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a support desk asks for. What nobody measured is None or empty, and is said to be unknown.

    `seen` begins with the places that saw the trouble; `controls` are the references looked at beside, the newest of
    each place. `looks` counts all looks of the incident, `bad_looks` those that saw the trouble. `worked` are names of
    other platforms that answered meanwhile, `failed` of those that were in trouble too; None: not known any more.
    `tally` is what people said, None if it was forgotten; `askers` how many asked, likewise. `official` is what the
    provider's page said during the trouble, `official_lag` how long after we first saw it the page announced it, if it
    did. `user_agent` is how our looks name themselves, `operator` whom to ask about them ("" if not told).
    """

    incident: Incident
    platform: Platform
    made_at: datetime
    began: Interval
    ended: Interval | None
    lasted: Length | None
    seen: tuple[Seen, ...]
    controls: tuple[Control, ...]
    looks: int
    bad_looks: int
    worked: tuple[str, ...] | None
    failed: tuple[str, ...]
    common: CommonCause | None
    tally: Tally | None
    askers: int | None
    official: OfficialWord | None
    official_lag: timedelta | None
    user_agent: str
    operator: str

    @property
    def contradicted(self) -> bool:
        """Whether the provider's page said that all is well while it was not."""
        return self.official is not None and self.official.level.value == "ok"
