"""`hamodel draw`: the components, the deployment and its stories, as pictures in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from pathlib import Path

from hamodel.cli.output import emit, read_file, say
from hamodel.cli.replay import replayable
from hamodel.cli.subject import load_deployment, system_of
from hamodel.draw import (
    Ladder,
    Link,
    Place,
    Scene,
    Shape,
    Written,
    statecharts,
    story,
    topology,
    write_all,
)
from hamodel.draw.story import Speaker
from hamodel.guide.deployment import Deployment
from hamodel.guide.stories import STORIES, Story
from hamodel.system import System
from hamodel.trace import TraceFile, TraceStep, load_trace, trace_of

PARTIES = ("endpoint_a", "endpoint_b")
KINDS = {
    "sip_server": "SIP Server",
    "resource_manager": "Resource Manager",
    "media_server": "Media Server",
    "recorder": "recorder",
}


def run(
    where: str,
    out: Path,
    changes: Sequence[str],
    rule_files: Sequence[Path],
    stories: Sequence[Path],
) -> None:
    """Draw a deployment into a folder, with these saved stories."""
    deployment = load_deployment(where, changes)
    system = system_of(deployment, rule_files)
    scenes: list[Scene] = [topology_of(deployment), *statecharts(system)]
    if not changes:
        scenes += [shipped_ladder(each) for each in STORIES if _is_of(each, deployment)]
    if not changes and deployment.name == "reference":
        from hamodel.cli.trial import time_lines

        scenes += time_lines()
    scenes += [ladder(file, rule_files) for file in stories]
    written = write_all(scenes, out, deployment.name)
    report(written, out)


def report(written: Written, out: Path) -> None:
    """Say what was written, and what was not for want of a tool."""
    emit(f"wrote {len(written.files)} files to {out}; begin with {out / 'index.md'}\n")
    if written.missing is not None:
        say(f"warning: no SVG: {written.missing}")


def _is_of(told: Story, deployment: Deployment) -> bool:
    """Return whether a shipped story is of a deployment; `reference` has them all."""
    return deployment.name in ("reference", told.found_in.deployment)


def shipped_ladder(told: Story) -> Ladder:
    """Return the picture of a shipped story."""
    file = load_trace(told.text)
    system = system_of(load_deployment(file.model, file.settings))
    return _ladder(file, system, f"{told.claim}: {told.title}", told.name)


def ladder(file: Path, rule_files: Sequence[Path]) -> Ladder:
    """Return the picture of a saved story, replayed on the model that it was found in."""
    saved, system = replayable(file, rule_files if load_trace(read_file(file)).rule_files else ())
    return _ladder(saved, system, file.stem.replace("_", " "), file.stem)


def _ladder(saved: TraceFile, system: System, title: str, name: str) -> Ladder:
    """Return the picture of a story: callers on the left, recorders and management on the right."""
    deployment = load_deployment(saved.model, saved.settings)
    trace = trace_of(system, saved.rules, loop=saved.loop, fork=saved.fork, note=saved.note)
    sessions = {
        each.name: server
        for each in system.components
        for server in deployment.media_servers
        if each.name.startswith("recording_session_of_") and each.name.endswith(f"_on_{server}")
    }
    return story(
        system,
        trace,
        title,
        _lifelines(deployment),
        within=sessions,
        speaker=speaker(deployment),
        name=name,
    )


WHICHEVER = " (whichever serves)"
"""What stands behind the name of a service that no one instance offers in a step."""


def _lifelines(deployment: Deployment) -> tuple[str, ...]:
    """Return who stands where from the left: as a call goes through the deployment."""
    return (
        *PARTIES,
        *deployment.calls,
        *deployment.sip_servers,
        f"sip_server{WHICHEVER}",
        *(f"media_dialog_of_{call}" for call in deployment.calls),
        *_FRONTS.values(),
        *deployment.resource_managers,
        f"resource_manager{WHICHEVER}",
        *deployment.media_servers,
        *deployment.recorders,
    )


def speaker(deployment: Deployment) -> Speaker:
    """
    Return which instance speaks for SIP Server or Resource Manager in a step.

    It is the one that the rule's name names, or else the one by which the request went (`via`); a
    service stays one where that is none or several, as when nobody answers.
    """
    members = {
        "sip_server": deployment.sip_servers,
        "resource_manager": deployment.resource_managers,
    }

    def speaks(step: TraceStep, party: str) -> str:
        if party not in members:
            return party
        words = set(step.rule.split())
        via = {change.before for change in step.changes if change.var.endswith(".via")}
        for meant in (words, via):
            if len(found := meant.intersection(members[party])) == 1:
                return found.pop()
        return party + WHICHEVER

    return speaks


def topology_of(deployment: Deployment) -> Scene:
    """Return the picture of what is installed, in scope, and which host it shares."""
    hosts = {name: host for host, names in deployment.hosts_in_scope.items() for name in names}
    places = [Place(party, "a party of a call", shape=Shape.PARTY) for party in PARTIES]
    for kind, names in _instances(deployment).items():
        places += [Place(name, KINDS[kind], hosts.get(name, "")) for name in names]
    front = _front(deployment)
    places += [Place(name) for name in front if name in _FRONTS.values()]
    if len(deployment.sip_servers) > 1:
        places.append(Place("management_layer", "decides a switchover"))
    return topology(
        deployment.name,
        places,
        _links(deployment, front),
        caption=(f"In scope: {deployment.scope_sentence}.",),
    )


_FRONTS = {
    "active-active-load-balancer": "load_balancer",
    "active-hot-standby": "resource_manager_address",
}
"""What stands before a pair of Resource Managers, by their mode."""


def _instances(deployment: Deployment) -> dict[str, tuple[str, ...]]:
    return {
        "sip_server": deployment.sip_servers,
        "resource_manager": deployment.resource_managers,
        "media_server": deployment.media_servers,
        "recorder": deployment.recorders,
    }


def _front(deployment: Deployment) -> tuple[str, ...]:
    """Return what SIP Server sends its requests to."""
    front = _FRONTS.get(deployment.resource_manager.mode)
    return deployment.resource_managers if front is None else (front,)


def _links(deployment: Deployment, front: tuple[str, ...]) -> Iterator[Link]:
    managers, servers = deployment.resource_managers, deployment.media_servers
    for a, b in product(PARTIES, deployment.sip_servers):
        yield Link(a, b, kind="SIP")
    for a, b in product(deployment.sip_servers, front):
        yield Link(a, b, kind="SIP")
    if front != managers:
        yield from (Link(front[0], manager, kind="SIP") for manager in managers)
    for a, b in product(managers, (*servers, *deployment.recorders)):
        yield Link(a, b, kind="SIP")
    for a, b in product(PARTIES, servers):
        yield Link(a, b, kind="media")
    for a, b in product(servers, deployment.recorders):
        yield Link(a, b, kind="media")
    if len(deployment.sip_servers) > 1:
        for name in deployment.sip_servers:
            yield Link("management_layer", name, kind="management")
    for pair in (deployment.sip_servers, managers):
        yield from (Link(a, b, kind="replication") for a, b in pairwise(pair))
