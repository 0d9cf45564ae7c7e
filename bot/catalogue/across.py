"""What no entry can know alone: all platforms go in, the clashes between them come out."""

from collections.abc import Container, Iterator, Mapping, Sequence

from bot.catalogue import sentences
from bot.catalogue.addresses import is_ip
from bot.catalogue.entry import Complaint
from bot.catalogue.institutions import Institution
from bot.catalogue.names import words
from bot.model import Platform, Role

NAME = ("le nom", "the name")
HOST = ("l'hôte", "the host")
_EXTEND = ("pour ajouter à cette entrée, écrivez extends", "to add to that entry, write extends")


def clashes(platforms: Sequence[Platform], *, all_read: bool = True) -> Iterator[tuple[str, Complaint]]:
    """Yield, with the key of the later entry, each name and each host that two entries claim, and dangling keys.

    `all_read` false: some entries could not be read, so an unknown key may be one of theirs.
    """
    names: dict[tuple[str, ...], str] = {}
    hosts: dict[str, str] = {}
    for platform in platforms:
        yield from _taken(platform, names, hosts, None)
    keys = {platform.key for platform in platforms}
    for platform in platforms:
        yield from _homes_elsewhere(platform, hosts)
        if all_read and platform.behind is not None and platform.behind not in keys:
            yield platform.key, Complaint("behind", sentences.no_entry("behind", platform.behind, keys))


def own_clashes(institution: Institution, shared: Mapping[str, Platform]) -> Iterator[tuple[str, Complaint]]:
    """Yield what an institution's own entries claim twice, or take from a shared entry without need.

    An ambiguous shared name, or that of a software that exists many times (Moodle), may be theirs.
    """
    sure, hosts = dict[tuple[str, ...], str](), dict[str, str]()
    for platform in shared.values():
        hosts |= dict.fromkeys(platform.hosts, platform.key)
        if not platform.self_hostable:
            weak = {words(name) for name in platform.weak}
            sure |= {
                words(name): platform.key for name in (platform.name, *platform.aliases) if words(name) not in weak
            }
    for key, names in institution.more_names.items():
        for name in (*names[0], *names[1]):
            owner = sure.setdefault(words(name), key)
            if owner != key:
                yield key, Complaint("aliases", sentences.taken(NAME, name, owner), name)
    for platform in institution.platforms:
        yield from _taken(platform, sure, hosts, _EXTEND)
        yield from _homes_elsewhere(platform, hosts)


def shared_people(institutions: Sequence[Institution]) -> Iterator[tuple[str, str, str]]:
    """Yield (key of the later institution, who, key of the earlier) for each domain and handle that two claim."""
    owners: dict[str, str] = {}
    for institution in institutions:
        for who in (*institution.instances, *institution.handles):
            owner = owners.setdefault(who, institution.key)
            if owner != institution.key:
                yield institution.key, who, owner


def _taken(
    platform: Platform, names: dict[tuple[str, ...], str], hosts: dict[str, str], advice: tuple[str, str] | None
) -> Iterator[tuple[str, Complaint]]:
    fields = (("name", platform.name), *(("aliases", name) for name in platform.aliases))
    for field, name in (*fields, *(("weak", name) for name in platform.weak)):
        owner = names.setdefault(words(name), platform.key)
        if owner != platform.key:
            yield platform.key, Complaint(field, sentences.taken(NAME, name, owner, advice), name)
    for host in platform.hosts:
        owner = hosts.setdefault(host, platform.key)
        if owner != platform.key:
            yield platform.key, Complaint("hosts", sentences.taken(HOST, host, owner, advice), host)


def _homes_elsewhere(platform: Platform, hosts: Container[str]) -> Iterator[tuple[str, Complaint]]:
    for target in platform.targets:
        # A service may live on a page of another entry's host (GitHub Copilot on github.com).
        if target.role is Role.HOME and not is_ip(target.host) and not _below(target.host, hosts):
            yield platform.key, Complaint("urls", sentences.not_under_hosts(target.host), target.host)


def _below(host: str, suffixes: Container[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[start:]) in suffixes for start in range(len(labels)))
