"""What no single value shows: parts that contradict each other, and names of what is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from hamodel.errors import among
from hamodel.guide.deployment.decode import SET, Draft
from hamodel.guide.deployment.schema import KINDS, Deployment, Note
from hamodel.guide.deployment.source import Key, shown
from hamodel.guide.deployment.spelling import nearest
from hamodel.guide.sources import guide_catalogue

_INSTANCE = re.compile(r"(" + "|".join(KINDS) + r")_([1-9][0-9]{0,8})", re.ASCII)


def check(deployment: Deployment, draft: Draft) -> Deployment:
    """
    Return the deployment if its parts fit, with a warning for each instance that `--set` removed.

    Raises
    ------
    InputError
        HA069 for a name of nothing, HA070 for a contradiction, HA071 for a name given twice, HA073
        for a table that says nothing.
    """
    _check_counts(deployment, draft)
    _check_groups(deployment, draft)
    hosts, gone_hosts = _members(deployment, draft, "hosts")
    sites, gone_sites = _members(deployment, draft, "sites")
    deployment = replace(deployment, hosts=hosts, sites=sites, warnings=(*gone_hosts, *gone_sites))
    _check_apart(deployment, draft)
    _check_links(deployment, draft)
    _check_recording(deployment, draft)
    _check_claims(deployment, draft)
    return deployment


def _check_counts(deployment: Deployment, draft: Draft) -> None:
    manager = deployment.resource_manager
    wanted = 1 if manager.mode == "single" else 2
    if manager.count != wanted:
        message = f"found {manager.count}, but the mode is {manager.mode!r}, which has {wanted}."
        raise draft.error("HA070", ("resource_manager", "count"), message)
    if manager.mode == "active-active-sip-server" and manager.record_route == "virtual-address":
        message = (
            "found 'virtual-address', but with SIP Server as the load balancer there is none;"
            " possible: own-address."
        )
        raise draft.error("HA070", ("resource_manager", "record_route"), message)
    for kind, covered in (
        ("media_server", deployment.scope.media_servers),
        ("recorder", deployment.scope.recorders),
    ):
        if covered > deployment.installed(kind):
            message = f"found {covered}, but {_installed(deployment, kind)}."
            raise draft.error("HA070", ("scope", f"{kind}s"), message)


def _check_groups(deployment: Deployment, draft: Draft) -> None:
    seen: dict[str, int] = {}
    for number, group in enumerate(deployment.recorder_group):
        key = ("recorder_group", number, "name")
        if group.name in seen:
            message = f"found {shown(group.name)}, which group {seen[group.name] + 1} is called."
            raise draft.error("HA071", key, message)
        if _INSTANCE.fullmatch(group.name):
            message = f"found {shown(group.name)}, which is the name of an instance."
            raise draft.error("HA070", key, message)
        seen[group.name] = number
        for place, strategy in enumerate(group.strategies):
            if strategy in group.strategies[:place]:
                at = ("recorder_group", number, "strategies", place)
                raise draft.error("HA071", at, f"found {shown(strategy)} twice.")


def _members(
    deployment: Deployment, draft: Draft, table: str
) -> tuple[Mapping[str, tuple[str, ...]], tuple[Note, ...]]:
    """Return the members of hosts or sites that there are, and notes on those `--set` removed."""
    given: Mapping[str, tuple[str, ...]] = getattr(deployment, table)
    _check_named(given, draft, table)
    kept: dict[str, tuple[str, ...]] = {}
    gone: list[Note] = []
    found: dict[str, tuple[str, Key]] = {}
    for owner, members in given.items():
        names: list[str] = []
        for number, member in enumerate(members):
            key = (table, owner, number)
            if note := _missing(deployment, draft, member, key):
                gone.append(note)
                continue
            for instance in deployment.stands_for(member):
                _once(draft, instance, owner, key, found, table)
            names.append(member)
        if names:
            kept[owner] = tuple(names)
    return MappingProxyType(kept), tuple(gone)


def _check_named(given: Mapping[str, object], draft: Draft, table: str) -> None:
    """Raise HA073 for a table of names that is there and names nothing; `--set` may empty it."""
    key = (table,)
    if not given and key in draft.places and draft.place(key).file != SET:
        raise draft.error("HA073", key, f"it names no {table[:-1]}; leave it out.")


def _where(draft: Draft, key: Key) -> str:
    """Return where a key was given: `line 14`, or `--set`."""
    place = draft.place(key)
    return f"line {place.line}" if place.line else place.file


def _once(
    draft: Draft,
    instance: str,
    owner: str,
    key: Key,
    found: dict[str, tuple[str, Key]],
    table: str,
) -> None:
    if instance in found:
        first, place = found[instance]
        code = "HA071" if first == owner else "HA070"
        message = (
            f"found {instance}, which {table[:-1]} {first} has already ({_where(draft, place)})."
        )
        raise draft.error(code, key, message)
    found[instance] = (owner, key)


def _missing(deployment: Deployment, draft: Draft, member: str, key: Key) -> Note | None:
    """Return a note if `--set` removed an instance; raise if it was never there."""
    if member in deployment.recorder_groups:
        return None
    named = _INSTANCE.fullmatch(member)
    if named and int(named[2]) <= deployment.installed(named[1]):
        return None
    place = draft.place(key)
    if named:
        table = "recorder_group" if named[1] == "recorder" else named[1]
        if draft.is_changed(table) and place.file != SET:
            text = f"{member} is left out, because {SET} changed {table}."
            return Note(file=place.file, line=place.line, key=place.key, text=text)
        there = f"{_installed(deployment, named[1])}; possible: {_instances(deployment)}"
        message = f"found {shown(member)}, but {there}."
        raise draft.error("HA069", key, message)
    known = [*_names(deployment), *deployment.recorder_groups]
    hint = nearest(member, known)
    message = f"found {shown(member)}{hint}; possible: {_instances(deployment)}."
    raise draft.error("HA069", key, message)


def _installed(deployment: Deployment, kind: str) -> str:
    count = deployment.installed(kind)
    return f"{count} are installed" if count > 1 else "1 is installed" if count else "there is none"


def _names(deployment: Deployment) -> Iterator[str]:
    for kind in KINDS:
        for number in range(1, min(deployment.installed(kind), 20) + 1):
            yield f"{kind}_{number}"


def _instances(deployment: Deployment) -> str:
    """Return the instances there are: `sip_server_1 to 2, recorder_1, … or group main`."""
    spans = []
    for kind in KINDS:
        count = deployment.installed(kind)
        if count:
            spans.append(f"{kind}_1" + (f" to {count}" if count > 1 else ""))
    groups = among(deployment.recorder_groups)
    return f"{', '.join(spans)}, or a recorder group ({groups})"


def _check_apart(deployment: Deployment, draft: Draft) -> None:
    """Raise if one host stands at two sites."""
    site_of = {
        instance: site
        for site, members in deployment.sites.items()
        for member in members
        for instance in deployment.stands_for(member)
    }
    for host, members in deployment.hosts.items():
        sites = {
            site_of[instance]
            for member in members
            for instance in deployment.stands_for(member)
            if instance in site_of
        }
        if len(sites) > 1:
            message = f"its instances stand at {among(sorted(sites))}; a host is at one site."
            raise draft.error("HA070", ("hosts", host), message)


def _check_links(deployment: Deployment, draft: Draft) -> None:
    _check_named(deployment.links, draft, "links")
    for name, link in deployment.links.items():
        key = ("links", name, "between")
        for number, site in enumerate(link.between):
            if site not in deployment.sites:
                known = among(deployment.sites) or "none, as there is no [sites]"
                hint = nearest(site, deployment.sites)
                message = f"found {shown(site)}{hint}, which is no site; possible: {known}."
                raise draft.error("HA069", (*key, number), message)
        if link.between[0] == link.between[1]:
            message = f"found {shown(link.between[0])} twice; a link joins two sites."
            raise draft.error("HA071", key, message)
        for number, traffic in enumerate(link.carries):
            if traffic in link.carries[:number]:
                at = ("links", name, "carries", number)
                raise draft.error("HA071", at, f"found {shown(traffic)} twice.")


def _check_recording(deployment: Deployment, draft: Draft) -> None:
    groups = deployment.recorder_groups
    for number, target in enumerate(deployment.duplication.targets):
        if target not in groups:
            message = (
                f"found {shown(target)}{nearest(target, groups)}, which is no recorder group;"
                f" possible: {among(groups)}."
            )
            raise draft.error("HA069", ("duplication", "targets", number), message)
    if len(deployment.duplication.targets) == 1:
        message = "found 1 value; a duplicated recording has two targets, or none that is fixed."
        raise draft.error("HA070", ("duplication", "targets"), message)
    if deployment.t_lib_client is not None:
        return
    for key, value, needs in _t_lib_needs(deployment):
        if needs:
            message = f"found {shown(value)}, which needs a T-lib client; add [t_lib_client]."
            raise draft.error("HA070", key, message)


def _t_lib_needs(deployment: Deployment) -> Iterator[tuple[Key, str, bool]]:
    start, requested = deployment.recording.start, deployment.duplication.requested_by
    yield ("recording", "start"), start, start == "t-lib"
    yield ("duplication", "requested_by"), requested, requested == "t-lib-client"
    for number, group in enumerate(deployment.recorder_group):
        needs = "stop-start" in group.strategies
        yield ("recorder_group", number, "strategies"), "stop-start", needs


def _check_claims(deployment: Deployment, draft: Draft) -> None:
    known = [claim.id for claim in guide_catalogue().claims]
    for claim in deployment.accept:
        if claim not in known:
            stem = claim.partition("-")[0].casefold()
            near = [name for name in known if name.partition("-")[0].casefold() == stem]
            message = f"this is no claim of the guide; it has {among(near or known)}."
            raise draft.error("HA069", ("accept", claim), message)
