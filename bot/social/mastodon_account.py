"""The bot's account on a server of Mastodon's API, and the server: who we are, what we may, what the rules are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from pydantic import ValidationError

from bot.ports import AccountRefusedError, SocialError
from bot.social.account_facts import AccountFacts, Can, PrivateMentions, clock_ahead, printable, rate_limit
from bot.social.mastodon_client import (
    GoneError,
    HttpAnswer,
    MastodonClient,
    NotReachedError,
    RefusedRequestError,
    json_or_none,
)
from bot.social.mastodon_wire import AccountShape, InstanceShape, PolicyShape

POLICY = "/api/v2/notifications/policy"
ACCEPT_ALL = {"for_private_mentions": "accept", "for_limited_accounts": "accept"}
NO_POST = "/api/v1/statuses/0"  # Mastodon counts from 1, the others have longer ids: there is never one
# A harmless call for each right that the bot needs. 403 is said before it is looked whether the post is there.
_TRIALS = (
    ("read:notifications", "GET", "/api/v1/notifications?limit=1"),
    ("read:statuses", "GET", NO_POST),
    ("write:statuses", "DELETE", NO_POST),
)

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Instance:
    """What the server says of itself; `longest` and `rules` None: nothing. `headers` are those of its last answer.

    `was_reached`: it answered in its API's words or said that it has none; nothing is gained by asking again soon.
    """

    longest: int | None = None
    rules: tuple[str, ...] | None = None
    headers: Mapping[str, str] | None = None
    was_reached: bool = False


async def instance_of(client: MastodonClient) -> Instance:
    """Ask the server for its limits and rules. Not by Mastodon.py's `instance()`: it recurses to death on a failure.

    v2 is missing on some servers (Pleroma's older ones, takahe's), v1 will go one day, and limited servers answer
    neither to strangers. Raises nothing: the bot works without them.
    """
    found = await _instance(client, "v2", Instance())
    if found.longest and found.rules is not None:
        return found
    return await _instance(client, "v1", found)


async def _instance(client: MastodonClient, version: str, so_far: Instance) -> Instance:
    try:
        answer = await client.send("GET", f"/api/{version}/instance")
        said = InstanceShape.model_validate(json_or_none(answer)) if answer.ok else InstanceShape()
    except (SocialError, ValidationError):
        return so_far
    rules = tuple(printable(rule) for rule in said.rule_texts) if said.rules is not None else None
    return Instance(
        longest=so_far.longest or said.longest,
        rules=so_far.rules or rules,
        headers=answer.headers,
        was_reached=so_far.was_reached or answer.status_code < 500,
    )


async def account_of(client: MastodonClient) -> AccountShape:
    """Ask who we are. takahe answers a bad token with 400, snac with 422 (measured): here, a refusal.

    Raises AccountRefusedError, and SocialError for what may pass.
    """
    try:
        try:
            said = await client.ask(lambda api: api.account_verify_credentials())
        except NotReachedError:  # a kept connection that was dropped: see `MastodonClient.send`
            said = await client.ask(lambda api: api.account_verify_credentials())
    except RefusedRequestError as error:
        if error.status == 403 and not error.in_its_own_words:
            raise SocialError(f"{client.host} is behind something that keeps us out (HTTP 403)") from error
        raise AccountRefusedError(
            f"{client.host} refuses the account's token (HTTP {error.status}): make a new one, "
            "with “cestmoiou login mastodon”"
        ) from error
    except GoneError as error:
        raise SocialError(f"{client.host} does not answer as Mastodon does (HTTP 404)") from error
    return client.read(AccountShape, said)


async def accept_private_mentions(client: MastodonClient) -> PrivateMentions:
    """See to it that strangers' private mentions come to us: since Mastodon 4.3 they are filtered by default.

    Say what becomes of them then. Raises SocialError for what may pass.
    """
    now = await _policy(client)
    if now is not PrivateMentions.FILTERED:
        return now
    answer = await client.send("PATCH", POLICY, ACCEPT_ALL)
    if answer.status_code in {429, *range(500, 600)}:
        raise SocialError(f"{client.host} is in trouble (HTTP {answer.status_code})")
    return PrivateMentions.ACCEPTED if answer.ok else PrivateMentions.FILTERED


async def missing_scope(client: MastodonClient) -> str | None:
    """One of the scopes that posting takes, if the token has it not. Raises SocialError."""
    for right, method, path in _TRIALS:
        if path == NO_POST and _can(await client.send(method, path)) is Can.NO:
            return right
    return None


async def mark_as_bot(client: MastodonClient) -> None:
    """Set the account's bot flag. Raises SocialError; takahe takes it and does nothing (measured)."""
    answer = await client.send("PATCH", "/api/v1/accounts/update_credentials", {"bot": "true"})
    if not answer.ok:
        raise SocialError(f"{client.host} did not take the bot flag (HTTP {answer.status_code})")


async def inspect_mastodon(client: MastodonClient, clock: Callable[[], datetime]) -> AccountFacts:
    """Find out what the account can do, by calls that change nothing. Raises nothing."""
    instance = await instance_of(client)
    facts = AccountFacts(
        text_limit=instance.longest,
        rules=instance.rules or (),
        clock_ahead=clock_ahead(instance.headers or {}, clock()),
        rate=rate_limit(instance.headers or {}),
    )
    try:
        account = await account_of(client)
        facts = replace(
            facts,
            handle=f"@{printable(account.acct.partition('@')[0])}@{client.host}",
            says_it_is_a_bot=bool(account.bot),
            can={"read:accounts": Can.YES},
        )
        for right, method, path in _TRIALS:
            answer = await client.send(method, path)
            rate = rate_limit(answer.headers) or facts.rate
            facts = replace(facts, can={**facts.can, right: _can(answer)}, rate=rate)
            if right == "read:notifications":
                _must_be_a_list(answer, client.host)
        return replace(facts, private_mentions=await _policy(client))
    except SocialError as error:
        return replace(facts, trouble=error)


def _must_be_a_list(answer: HttpAnswer, host: str) -> None:
    if answer.status_code == 429 or answer.status_code >= 500:
        raise SocialError(f"{host} is in trouble (HTTP {answer.status_code})")
    if answer.ok and not isinstance(json_or_none(answer), list):
        raise SocialError(f"{host} answered something that is not a list of notifications")


async def _policy(client: MastodonClient) -> PrivateMentions:
    answer = await client.send("GET", POLICY)
    try:
        said = PolicyShape.model_validate(json_or_none(answer)) if answer.ok else None
    except ValidationError:
        said = None
    if said is None:  # GoToSocial, takahe and snac have no such thing (404, measured)
        return PrivateMentions.SAME if answer.status_code in {404, 405} else PrivateMentions.UNKNOWN
    accepted = {said.for_private_mentions, said.for_limited_accounts} == {"accept"}
    return PrivateMentions.ACCEPTED if accepted else PrivateMentions.FILTERED


def _can(answer: HttpAnswer) -> Can:
    """A firewall's 403 is a page, the API's is JSON."""
    if answer.status_code == 403:
        return Can.NO if isinstance(json_or_none(answer), dict) else Can.UNKNOWN
    return Can.YES if answer.status_code in {200, 400, 404, 422} else Can.UNKNOWN
