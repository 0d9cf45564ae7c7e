"""The votes of the places where a platform fails and of those where it answers in, what tells them apart out."""

from collections.abc import Sequence

from bot.model import Difference, Failure, Observation, Phase, Vote

_ON_THE_WAY = frozenset({Phase.TCP, Phase.TLS})


def difference_between(down: Sequence[Vote], up: Sequence[Vote]) -> Difference | None:
    """Say what the failing places have in common and the others have not; None if the facts do not tell.

    Told from the narrowest to the widest (docs/probing.md, several places): their DNS, their IPv6, their network, the
    servers that they were sent to, and last the way to servers that answer others.
    """
    failed, answered = _looks(down), _looks(up)
    if not failed or not answered or len(failed) < len(down):
        return None
    if all(_phase(look) is Phase.DNS for look in failed):
        return Difference.ONLY_DNS
    if all(_only_ipv6(look) for look in failed) and all(":" not in (look.addresses.used or ":") for look in answered):
        return Difference.ONLY_IPV6
    if _only_one_network(down, up):
        return Difference.ONLY_ONE_NETWORK
    return _by_address(failed, answered)


def _looks(votes: Sequence[Vote]) -> list[Observation]:
    return [vote.observation for vote in votes if vote.observation is not None]


def _phase(look: Observation) -> Phase | None:
    return look.result.phase if isinstance(look.result, Failure) else None


def _met(look: Observation) -> frozenset[str]:
    """The addresses that a look came to know: the one that answered, and those tried beside it."""
    used = () if look.addresses.used is None else (look.addresses.used,)
    return frozenset((*used, *look.addresses.alive, *look.addresses.dead))


def _only_ipv6(look: Observation) -> bool:
    tried = (look.addresses.used,) if look.addresses.used is not None else look.addresses.dead
    return bool(tried) and all(":" in address for address in tried)


def _only_one_network(down: Sequence[Vote], up: Sequence[Vote]) -> bool:
    # One place alone cannot tell its network from its town.
    networks = {vote.vantage_point.network for vote in down}
    (network, *others) = networks
    elsewhere = all(vote.vantage_point.network not in (None, network) for vote in up)
    return len(down) > 1 and network is not None and not others and elsewhere


def _by_address(failed: Sequence[Observation], answered: Sequence[Observation]) -> Difference | None:
    theirs = [_met(look) for look in failed]
    well = frozenset[str]().union(*(_met(look) for look in answered))
    if not well or not all(theirs):
        return None
    if all(addresses.isdisjoint(well) for addresses in theirs):
        return Difference.OTHER_ADDRESSES
    shared = all(addresses & well for addresses in theirs)
    if shared and all(_phase(look) in _ON_THE_WAY for look in failed):
        return Difference.ON_THE_WAY
    return None
