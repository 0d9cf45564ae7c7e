"""What no entry can know alone: all platforms go in, the clashes between them come out."""

from collections.abc import Container, Iterator, Sequence

from bot.catalogue.addresses import is_ip
from bot.catalogue.names import words
from bot.model import Platform, Role


def clashes(platforms: Sequence[Platform]) -> Iterator[tuple[str, str]]:
    """Yield, with the key of the later entry, each name and each host that two entries claim, and dangling keys."""
    keys = {platform.key for platform in platforms}
    names: dict[tuple[str, ...], str] = {}
    hosts: dict[str, str] = {}
    for platform in platforms:
        for name in dict.fromkeys((platform.name, *platform.aliases, *platform.weak)):
            owner = names.setdefault(words(name), platform.key)
            if owner != platform.key:
                yield platform.key, f"the name {name!r} is taken by [{owner}]; take it out of one of the two"
        for host in platform.hosts:
            owner = hosts.setdefault(host, platform.key)
            if owner != platform.key:
                yield platform.key, f"the host {host!r} is taken by [{owner}]; take it out of one of the two"
    for platform in platforms:
        for target in platform.targets:
            # A service may live on a page of another entry's host (GitHub Copilot on github.com).
            if target.role is Role.HOME and not is_ip(target.host) and not _below(target.host, hosts):
                yield platform.key, f"the home host {target.host!r} is under none of hosts; add it to hosts"
        if platform.behind is not None and platform.behind not in keys:
            yield platform.key, f"behind = {platform.behind!r} is no entry; write the id of an entry, or leave it out"


def _below(host: str, suffixes: Container[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[start:]) in suffixes for start in range(len(labels)))
