"""What to say to what was understood: an Intent goes in, an answer or what to look at comes out. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from bot.catalogue import Catalogue, Found
from bot.manners import MOST_PLATFORMS
from bot.model import (
    Act,
    Answer,
    AskForAddress,
    AskWhich,
    Gateway,
    GatewayVerdict,
    GiveDossier,
    GiveHelp,
    GiveVerdicts,
    Intent,
    Mention,
    NothingToReport,
    Platform,
    PostKind,
    Report,
    SayGoodbye,
    Verdict,
)
from bot.verdict.crowd import is_new

MOST_GATEWAYS = 2  # looks beside those at the platforms: a proxy and a sign-in service


@dataclass(frozen=True, slots=True)
class LookAt:
    """The answer takes a look at these platforms; `left_out` counts those beyond what one reply holds.

    `gateways` are looked at beside them: a proxy or sign-in service on the asker's way there.
    """

    platforms: tuple[Platform, ...]
    left_out: int = 0
    gateways: tuple[Gateway, ...] = ()

    @property
    def everything(self) -> tuple[Platform, ...]:
        """What is looked at: the platforms, then the gateways."""
        return (*self.platforms, *(gateway.platform for gateway in self.gateways))

    def told(self, verdicts: Sequence[Verdict | None]) -> GiveVerdicts:
        """The answer, from one verdict for each of `everything`, in that order; None: there was no look at it."""
        platforms, gateways = verdicts[: len(self.platforms)], verdicts[len(self.platforms) :]
        return GiveVerdicts(
            tuple(verdict for verdict in platforms if verdict is not None),
            left_out=self.left_out,
            gateways=tuple(
                GatewayVerdict(gateway.between, verdict, gateway.to)
                for gateway, verdict in zip(self.gateways, gateways, strict=True)
                if verdict is not None
            ),
        )


def decide(intent: Intent, catalogue: Catalogue, *, about: Sequence[str] = ()) -> Answer | LookAt | None:
    """What an intent asks for, None: nothing. `about` are the platforms that its thread is about."""
    match intent.act:
        case Act.HELP:
            return GiveHelp()
        case Act.RECHECK:
            platforms = named(intent, catalogue) or _of_keys(about, catalogue)
            return _look_at(platforms) if platforms else AskWhich()
        case Act.REPORT_DOWN if about:
            return None  # in a thread, everybody's word counts, and gets no reply each
        case Act.ASK | Act.REPORT_DOWN:
            return _about_platforms(intent, catalogue)
        case Act.REPORT_UP | Act.STOP | Act.DELETE | Act.NONE:
            return None
        case _:
            assert_never(intent.act)


def reports(
    mention: Mention, intent: Intent, catalogue: Catalogue, *, about: Sequence[str], address: str | None
) -> tuple[Report, ...]:
    """What a person says of platforms: of those that they name, else of the one that the thread is about.

    `address` is where in the world their account is (`SocialNetwork.address_of`).
    In a thread about several, « pareil » may mean any of them: it counts for none.
    """
    platforms = named(intent, catalogue) or (_of_keys(about, catalogue) if len(about) == 1 else ())
    return tuple(
        Report(
            network=mention.network,
            author_id=mention.author.id,
            platform_key=platform.key,
            works=intent.act is Act.REPORT_UP,
            place=intent.place,
            reported_at=mention.listed_at,
            mention_id=mention.id,
            server=_server_of(address),
            is_new_account=is_new(mention.author.created_at, now=mention.listed_at),
        )
        for platform in platforms[:MOST_PLATFORMS]
    )


def _server_of(address: str | None) -> str:
    """Of marie@piaille.fr and anne.bsky.social: where accounts can be made beside theirs; "" if nobody knows."""
    if address is None:
        return ""
    _, at, server = address.rpartition("@")
    return server if at or server.count(".") < 2 else server.partition(".")[2]


def named(intent: Intent, catalogue: Catalogue) -> tuple[Platform, ...]:
    """The platforms that are named in the post itself, whatever its thread is about."""
    return _followed(catalogue.find(replace(intent, thread=None)).platforms)


def kind_of(answer: Answer) -> PostKind:
    """What a post is that gives this answer."""
    match answer:
        case GiveVerdicts():
            return PostKind.VERDICT
        case AskForAddress() | AskWhich():
            return PostKind.QUESTION
        case GiveHelp():
            return PostKind.HELP
        case SayGoodbye():
            return PostKind.GOODBYE
        case GiveDossier() | NothingToReport():
            return PostKind.DOSSIER


def _about_platforms(intent: Intent, catalogue: Catalogue) -> Answer | LookAt | None:
    found = catalogue.find(intent)
    if found.platforms:
        followed = _followed(found.platforms)
        return _look_at(followed, found) if followed else None
    if found.act is not Act.ASK:
        return None  # small talk after all, or a report on something that we do not know
    if found.candidates:
        return AskWhich(found.candidates)
    return AskForAddress(found.unknown, found.closest) if found.unknown else AskWhich()


def _look_at(platforms: tuple[Platform, ...], found: Found | None = None) -> LookAt:
    asked = platforms[:MOST_PLATFORMS]
    keys = {platform.key for platform in asked}
    gateways = tuple(gateway for gateway in found.gateways if gateway.to in keys) if found else ()
    return LookAt(asked, len(platforms) - len(asked), gateways[:MOST_GATEWAYS])


def _of_keys(keys: Sequence[str], catalogue: Catalogue) -> tuple[Platform, ...]:
    found = (catalogue.of_key(key) for key in keys)
    return _followed(platform for platform in found if platform is not None)


def _followed(platforms: Iterable[Platform]) -> tuple[Platform, ...]:
    """Without those that the operator switched off."""
    return tuple(platform for platform in platforms if platform.enabled)
