"""What was posted, as the networks hold it, and what the bot's own commands say of it."""

import json
import re
from collections.abc import Mapping

from simulation.cast import SNAC, Person
from simulation.promises import Counted
from tests.acceptance.france import France, readable


def texts_under(france: France, person: Person, post: str) -> list[str]:
    """The bot's posts under somebody's post, oldest first, without the handle with which those of Mastodon begin."""
    return [re.sub(r"^@\S+ ", "", readable(found.text)) for found in france.people[person.network].answers(post)]


def counted_on(france: France, asked: Mapping[Person, str], reported: Mapping[Person, str]) -> Counted:
    """Everything that the bot posted, and how often it looked for it."""
    incidents = [json.loads(line) for line in france.command("incidents", "--json").stdout.splitlines()]
    dossiers = [json.loads(france.command("dossier", one["incident"], "--format", "json").stdout) for one in incidents]
    return Counted(
        under={person: texts_under(france, person, post) for person, post in asked.items()},
        elsewhere=_elsewhere(france, set(asked.values()), reported),
        incidents=[one["incident"] for one in incidents],
        looks=sum(made["looks"]["all"] for made in dossiers),
        asked=sum(one["asked"] for one in incidents),
        edits=sum(event.get("outcome") == "edited" for event in _events(france)),
    )


def _events(france: France) -> list[dict[str, object]]:
    return [json.loads(line) for line in france.log().splitlines() if line.startswith("{")]


def _elsewhere(france: France, questions: set[str], reported: Mapping[Person, str]) -> int:
    """Posts under anything but a question: on Bluesky all of them can be read, on Mastodon those under reports."""
    on_bluesky = france.bluesky.replies_by_post()
    on_snac = [france.mastodon.answers(post) for person, post in reported.items() if person.network == SNAC]
    return sum(len(texts) for post, texts in on_bluesky.items() if post not in questions) + sum(map(len, on_snac))
