"""A model in some situation, and the steps that lead to another: for readable tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from hamodel import Expr, System
from hamodel.expr import Value, word
from hamodel.guide import Parts, build, build_parts, load
from hamodel.trace import trace_and_end

PLAIN = str(Path(__file__).with_name("plain.toml"))
"""The reference with recorders of one box each, and no T-lib client."""
SMALL = ("recording.pausable=false", "resource_manager.mode=single")
"""A pair of SIP Servers and one Resource Manager: the smallest model of most procedures."""
CALL, SIP, MANAGER, PEER, SERVER, RECORDER = (
    "call_1",
    "sip_server_1",
    "resource_manager_1",
    "resource_manager_2",
    "media_server_1",
    "recorder_1",
)
TAKE_OVER = (
    "management_layer notices that the primary failed",
    "management_layer decides a switchover",
    "sip_server_2 takes over",
    "sip_server_address moves to sip_server_2",
)
"""The steps by which sip_server_2 comes to serve."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A model, the rules that were run on it, and the state that they led to."""

    system: System
    parts: Parts
    rules: tuple[str, ...]
    state: Mapping[str, Value]
    heard: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        """Return the word of a component's main state, or of a variable's value."""
        return word(self.state[name])

    def after(self, *rules: str) -> Situation:
        """Return the situation after these rules; HA041 if one cannot fire where it stands."""
        done = (*self.rules, *rules)
        trace, state = trace_and_end(self.system, done)
        heard = trace.steps[-1].messages if done else ()
        return replace(self, rules=done, state=state, heard=heard)

    def can(self, rule: str) -> bool:
        """Return whether a rule is enabled here."""
        return self.system.flattened(self.system.rule(rule))[0](self.state)

    def choices(self, family: str) -> list[str]:
        """Return the names of the rules of a family that are enabled here."""
        return [r.name for r in self.system.rules if r.family == family and self.can(r.name)]

    def holds(self, guard: Expr) -> bool:
        """Return whether a guard holds here."""
        return guard(self.state)


@cache
def deployed(*changes: str, where: str = PLAIN) -> Situation:
    """Return a deployment's model in its initial state: the plain one's, if none is named."""
    deployment = load(where, changes)
    system = build(deployment)
    return Situation(system, build_parts(deployment), (), system.initial)


def shared(before: Situation, what: str, call: str, manager: str) -> Iterator[str]:
    """Yield the rule that shares an affinity before the 2xx, in a deployment that waits for it."""
    waits = before.parts.deployment.resource_manager.session_data == "before-2xx"
    for peer in before.parts.resource_managers:
        if waits and peer != manager:
            yield f"{manager} tells {peer} the {what} of {call}"


def asked(before: Situation, call: str = CALL, manager: str = MANAGER) -> Situation:
    """Return the situation in which a Resource Manager has been asked to place a call."""
    return before.after(
        f"{call} starts at {SIP}",
        f"{SIP} asks for a media server for {call}",
        f"the request for {call} reaches {manager}",
    )


def placed(
    before: Situation, call: str = CALL, server: str = SERVER, manager: str = MANAGER
) -> Situation:
    """Return the situation in which SIP Server has heard where its new call is placed."""
    return asked(before, call, manager).after(
        f"{manager} places {call} on {server}",
        *shared(before, "media server", call, manager),
        f"{SIP} hears where {call} is placed",
    )


def joined(
    before: Situation, call: str = CALL, server: str = SERVER, manager: str = MANAGER
) -> Situation:
    """Return the situation in which both endpoints of a new call are joined."""
    return placed(before, call, server, manager).after(
        f"{SIP} joins endpoint_a of {call}", f"{SIP} joins endpoint_b of {call}"
    )


def established(
    before: Situation, call: str = CALL, server: str = SERVER, manager: str = MANAGER
) -> Situation:
    """Return the situation in which a new call is established, and the standby knows it."""
    copy = [f"{SIP} copies {call} to sip_server_2"] if before.parts.has_pair else []
    return joined(before, call, server, manager).after(*copy, f"{SIP} confirms {call}")


def recorded(
    before: Situation, call: str = CALL, server: str = SERVER, manager: str = MANAGER
) -> Situation:
    """Return the situation in which a new call is established and recorded."""
    return established(before, call, server, manager).after(
        f"{server} invites a recorder for {call}",
        f"the invite of {server} for {call} reaches {manager}",
        f"{manager} finds {RECORDER} for {call} on {server}",
        *shared(before, "recorder", call, manager),
        f"{server} has a recording session for {call}",
    )
