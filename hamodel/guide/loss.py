"""
What a call loses, and for how long: what is measured, and what the time of the worst run went by.

Nothing here is a promise of the guide's but MS-5, which says of one of these figures what it is the
sum of.  MS-5; SIP-2, RM-4, REC-4 to REC-6, DUP-1, TLIB-2 for what is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from hamodel import Component, Expr, Kind, Rule, Set, System, Var, all_of, any_of, at
from hamodel.errors import InputError, nearest
from hamodel.guide import recorder_search, resending
from hamodel.guide.parts import Parts
from hamodel.guide.timing import CRASH, HANG, HOST_LOSS, in_turn, noticed, refusal, silence
from hamodel.guide.unsaved import saved, saved_by, with_tails
from hamodel.guide.vocabulary import (
    Conference,
    Recording,
    Request,
    ServerState,
    Session,
    SipServerState,
)

UNDETECTED, TAKE_OVER, OTHER = "undetected", "waiting for take-over", "other"
NOTICES_FAILURE = "resource_manager_notices_failure"
"""The family of the rules by which a Resource Manager notices that somebody failed."""
PHASES: Mapping[str, str] = MappingProxyType(
    {
        NOTICES_FAILURE: UNDETECTED,
        "resource_manager_sees_again": "out of use",
        "recorder_notices_media_unit_failed": UNDETECTED,
        "backup_notices_signaling_failed": UNDETECTED,
        "media_server_rebuilds_recording_session": UNDETECTED,
        "t_lib_client_notices_recorder_failed": UNDETECTED,
        "backup_notices_t_lib_client_failed": UNDETECTED,
        "management_layer_notices_failure": TAKE_OVER,
        "management_layer_decides_switchover": TAKE_OVER,
        "sip_server_address_moves": TAKE_OVER,
        "hot_standby_becomes_synchronised": TAKE_OVER,
        "standby_notices_peer_failed": TAKE_OVER,
        "standby_takes_address": TAKE_OVER,
        "load_balancer_gives_up": TAKE_OVER,
        "load_balancer_sees_again": TAKE_OVER,
        "backup_t_lib_client_takes_over": TAKE_OVER,
        "resource_manager_notifies": "notifying",
        "sip_server_asks_for_media_server": "reacting",
        "sip_server_asks_in_turn": "reacting in turn",
        "resource_manager_places_call": "placing",
        "sip_server_joins_endpoint_a": "joining",
        "sip_server_joins_endpoint_b": "joining",
        "resource_manager_finds_recorder": "establishing",
        "recording_session_is_established": "establishing",
        "recorder_reinvites": "establishing",
        "primary_copies_call": "copying",
        **resending.PHASES,
        "request_is_refused": "giving up",
        "request_fails": "giving up",
        "call_ends": "giving up",
        "recorder_is_silent": "giving up",
        "resource_manager_tries_next_recorder": "giving up",
        "resource_manager_tries_next": "giving up",
        "sip_server_tries_next_resource_manager": "giving up",
        "bye_of_recording_gets_no_answer": "giving up",
        "media_server_returns": "restarting",
        "recorder_loses_what_is_unsaved": "unsaved tail",
    }
)
"""By the family of the rule that time passes for, what that time is called; of others, `OTHER`."""
ADDED: Mapping[str, str] = MappingProxyType(
    {
        "sip_server_asks_in_turn": "SIP Server asks for a Media Server for a call that lost its "
        "own, when all that a Media Server holds have had their turn (A-REJOIN).",
        "recorder_loses_what_is_unsaved": "What had it in hand fails: all that it took in from a "
        "moment on is lost.",
        **recorder_search.ADDED,
        **resending.ADDED,
    }
)
"""The families of rules that `with_causes` adds, and what they do."""

NOTICES: Mapping[str, str] = MappingProxyType(
    {
        CRASH: "management_layer notices that the primary failed",
        HOST_LOSS: "management_layer hears nothing from the host of the primary",
        HANG: "management_layer misses the heartbeat of the primary",
    }
)
"""By cause the rule by which the failure of a SIP Server is noticed."""


@dataclass(frozen=True, slots=True)
class Lost:
    """
    Something that a call can lose for a time.

    Parameters
    ----------
    name
        What it is called.
    text
        What it means, in a sentence.
    since, begin, end
        It begins with a step from where `since` holds to where `begin` does, which never is the
        same state, and lasts until `end` holds.
    unasked
        Whether it is measured in the runs in which no party of a call asks for anything.
    """

    name: str
    text: str
    since: Expr
    begin: Expr
    end: Expr
    unasked: bool = False

    def among(self, system: System) -> System:
        """Return the system whose runs it is measured in."""
        return nobody_asks(system) if self.unasked else system


def nobody_asks(system: System) -> System:
    """Return a system in which no party of a call asks for anything, such as to stop recording."""
    asks = [rule for rule in system.rules if rule.name.startswith("a party of ")]
    assert all(rule.kind is Kind.ENVIRONMENT for rule in asks)
    return replace(system, rules=tuple(rule for rule in system.rules if rule not in asks))


def unrecorded(parts: Parts, call: str) -> Lost:
    """
    No recording session of a call records what will be saved, while one should.

    Once a Media Server has stopped because it was asked to, nothing is lost while the answer is on
    its way, however late it comes, and what was being lost is no longer. Something is from then on,
    if the answer is that it was refused.
    """
    recorded, (stopped, gone) = saved(parts, call), as_asked(parts, call)
    should = parts.up(call) & parts.calls[call].told.is_(Recording.ON)
    return Lost(
        "unrecorded",
        "no recording session of the call records, while one should",
        recorded | stopped,
        should & ~recorded & ~stopped & ~gone,
        recorded | ~should | stopped | gone,
    )


def as_asked(parts: Parts, call: str) -> tuple[Expr, Expr]:
    """
    Return the guards that a request is open which a Media Server has carried out already.

    The first: it has paused or stopped the recording. The second: it has ended its conference.
    """
    the = parts.calls[call]
    controls = () if the.control is None else (the.control.is_not(Request.NOTHING),)
    on = {
        its.conference[call]: all_of(parts.joined(call, name), its.answers)
        for name, its in parts.media_servers.items()
    }
    stopped = any_of(
        *(here & held.in_(Conference.PAUSED, Conference.NOT_RECORDING) for held, here in on.items())
    )
    gone = any_of(*(here & held.is_(Conference.ABSENT) for held, here in on.items()))
    return (
        stopped & any_of(the.request.is_not(Request.NOTHING), *controls),
        gone & the.request.is_(Request.HANG_UP),
    )


def audio_outage(parts: Parts, call: str) -> Lost:
    """
    The endpoints of a call do not hear each other: no Media Server holds both.

    A Media Server that has hung up, as it was asked to, takes nothing from them, however late the
    answer comes.
    """
    do, (_, gone) = heard(parts, call), as_asked(parts, call)
    return Lost(
        "audio_outage",
        "the endpoints of the call do not hear each other",
        do,
        parts.up(call) & ~do & ~gone,
        do | ~parts.up(call) | gone,
    )


def heard(parts: Parts, call: str) -> Expr:
    """
    Return the guard that the endpoints of a call are joined to one Media Server that bridges them.

    One that has been started again answers, but knows nothing of the call.  A-REPAIR.
    """
    return any_of(
        *(
            all_of(
                parts.joined(call, name),
                its.answers,
                its.conference[call].is_not(Conference.ABSENT),
            )
            for name, its in parts.media_servers.items()
        )
    )


def off_record(parts: Parts, call: str) -> Lost | str:
    """
    No recording session of a call records, whatever the parties take for granted.

    Also while the T-lib client has stopped the recording to have it started anew (REC-6), when
    nothing is unrecorded that should be. No party asks for anything meanwhile.
    """
    if not parts.deployment.stops_and_starts:
        return "no T-lib client stops and starts a recording here, so it is what unrecorded says"
    recorded = parts.recorded(call)
    return Lost(
        "off_record",
        "no recording session of the call records, as if the T-lib client had not stopped it",
        recorded,
        parts.up(call) & ~recorded,
        recorded | ~parts.up(call),
        unasked=True,
    )


def single_copy(parts: Parts, call: str) -> Lost | str:
    """Of a call's two recordings one records; where a call has one only, this cannot be lost."""
    its = copies(parts, call)
    if len(its) < 2:
        return "there is one recording of a call here"
    both, some = all_of(*its), any_of(*its)
    return Lost(
        "single_copy",
        "one recording session of the call records, and not both",
        both,
        parts.up(call) & some & ~both,
        both | ~some | ~parts.up(call),
    )


def copies(parts: Parts, call: str) -> tuple[Expr, ...]:
    """Return for each recording that a call can have the guard that it goes on."""
    return tuple(
        any_of(*(saved_by(parts, its, on) for its, on, _ in parts.sessions_of(call) if its == leg))
        for leg in parts.legs_of(call)
    )


def uncontrollable(parts: Parts, call: str) -> Lost:
    """No SIP Server serves that could do what a party of a call asks for."""
    served = parts.some_sip_server_serves()
    return Lost(
        "uncontrollable",
        "no SIP Server serves that could do what a party asks for",
        served,
        parts.up(call) & ~served,
        served | ~parts.up(call),
    )


def undetected(parts: Parts, call: str) -> Lost:
    """
    The Media Server of a call does not answer, and no Resource Manager that answers has noticed.

    Measured on the monitor alone, so it goes on if the call ends: the D of MS-5, from the failure
    to the first notice.  MS-5, correction 4.
    """
    answers = {n: its.answers for n, its in parts.media_servers.items()}
    used = {n: parts.joined(call, n) for n in answers}
    found = {n: ~answers[n] & ~_noticed(parts, n) for n in answers}
    return Lost(
        "undetected",
        "the Media Server of the call does not answer, and no Resource Manager has noticed",
        any_of(*(used[n] & answers[n] for n in answers)),
        any_of(*(used[n] & found[n] for n in answers)),
        all_of(*(~found[n] for n in answers)),
    )


def failing_over(parts: Parts, call: str) -> Lost:
    """
    A Resource Manager has noticed that the call's Media Server failed, and nothing records yet.

    The F of MS-5, from the first notice on.  MS-5, correction 4.
    """
    lost = unrecorded(parts, call)
    noticed = any_of(
        *(
            parts.joined(call, n) & ~its.answers & _noticed(parts, n)
            for n, its in parts.media_servers.items()
        )
    )
    return Lost(
        "failing_over",
        "it is noticed that the Media Server of the call failed, and nothing records the call yet",
        ~noticed,
        noticed & lost.begin,
        lost.end,
    )


def _noticed(parts: Parts, media_server: str) -> Expr:
    """Return the guard that a Resource Manager which answers believes a Media Server to be down."""
    return any_of(
        *(
            its.answers & its.believes[media_server].is_(False)
            for its in parts.resource_managers.values()
        )
    )


LOSSES: Mapping[str, Callable[[Parts, str], Lost | str]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            unrecorded,
            audio_outage,
            single_copy,
            uncontrollable,
            undetected,
            failing_over,
            off_record,
        )
    }
)
"""By name what can be lost; or why it cannot be here, in words."""


def lost_named(name: str, parts: Parts, call: str, option: str = "--what") -> Lost:
    """
    Return what a call can lose by its name in `LOSSES`; `option` is who asks for it.

    Raises
    ------
    InputError
        HA082 for no such name, with what is near to it, or for what no call has here.
    """
    if name not in LOSSES:
        raise InputError("HA082", f"{option} is {name!r:.60}; {nearest(name, LOSSES)}")
    lost = LOSSES[name](parts, call)
    if isinstance(lost, str):
        raise InputError("HA082", f"{option} {name}: {lost}")
    return lost


def with_causes(parts: Parts, system: System) -> System:
    """
    Return the model in which it is known why an instance is down, where that decides how soon.

    Of a SIP Server always: an agent sees a process die, only silence tells that a host is lost. Of
    a Media Server where it is probed over TCP: a process that is gone refuses connections. Without
    time it makes no difference.  `timing.noticed`, `timing.refusal`

    It is known too what a recorder that crashes will not have saved, and, where calls are joined at
    a rate, whether SIP Server asks for a Media Server as another one failed.
    `unsaved.with_tails`, `timing.in_turn`

    An INVITE to a recorder that does not answer is out until it times out, and a request that no
    Resource Manager has is sent again when its timer says so.
    `recorder_search.with_recorder_search`, `resending.with_resending`
    """
    monitor = parts.deployment.resource_manager.monitor
    servers = parts.media_servers if monitor.transport == "tcp" else {}
    machines = {name: its.machine for name, its in parts.sip_servers.items()}
    machines |= {name: its.machine for name, its in servers.items()}
    lost = {name: Var(f"{name}.host_lost", bool) for name in machines}
    at_a_rate = parts.deployment.media_server.rejoin_rate is not None
    rules: list[Rule] = []
    for rule in system.rules:
        moved = {firing.component for firing in rule.fires}
        fallen = [name for name, machine in machines.items() if machine.name in moved]
        if rule.family == "management_layer_notices_failure":
            rules += _by_cause_of_primary(parts, rule, lost)
        elif rule.family == NOTICES_FAILURE and servers:
            rules += _by_cause_of_media_server(parts, rule, lost)
        elif rule.family == "sip_server_asks_for_media_server" and at_a_rate:
            rules += _by_cause_of_request(parts, rule)
        elif rule.kind in {Kind.FAILURE, Kind.REPAIR} and fallen:
            gone = "host-loss" in rule.cost
            more = tuple(Set(lost[name], gone) for name in fallen)
            rules.append(replace(rule, sets=(*rule.sets, *more)))
        else:
            rules.append(rule)
    causes = Component("causes", variables=tuple(lost.values()))
    known = replace(system, components=(*system.components, causes), rules=tuple(rules))
    searched = recorder_search.with_recorder_search(parts, known)
    return with_tails(parts, resending.with_resending(parts, searched))


def _by_cause_of_primary(parts: Parts, rule: Rule, lost: Mapping[str, Var[Any]]) -> Iterator[Rule]:
    machines = {name: each.machine for name, each in parts.sip_servers.items()}
    primary = parts.management.primary
    hung = at(primary, {name: its.is_(SipServerState.HUNG) for name, its in machines.items()})
    silent = at(primary, {name: lost[name].is_(True) for name in machines})
    when = {CRASH: ~silent & ~hung, HOST_LOSS: silent & ~hung, HANG: hung}
    for way, takes in noticed(parts.deployment.management_layer).items():
        yield replace(rule, name=NOTICES[way], when=rule.when & when[way], takes=takes)


def _by_cause_of_request(parts: Parts, rule: Rule) -> Iterator[Rule]:
    """Yield a rule for a call that is placed for the first time, and one for a failure."""
    [(dialog, call)] = [
        (its, name)
        for name, its in parts.dialogs.items()
        if its.machine.name in {firing.component for firing in rule.fires}
    ]
    [sip] = [str(effect.to) for effect in rule.sets if effect.var == dialog.owner]
    lost = parts.sip_servers[sip].record[call].session.is_(Session.LOST)
    yield replace(rule, when=rule.when & ~lost)
    yield replace(
        rule,
        name=f"{sip} asks in turn for another media server for {call}",
        group=f"{sip} asks in turn for {call}",
        when=rule.when & lost,
        takes=in_turn(parts.deployment),
        family="sip_server_asks_in_turn",
    )


def who_notices(parts: Parts, rule: Rule) -> tuple[str, str]:
    """Return which Resource Manager notices by a rule of that family, and who failed."""
    changed = {effect.var.name for effect in rule.sets}
    return next(
        (manager, name)
        for manager, its in parts.resource_managers.items()
        for name, believes in its.believes.items()
        if believes.name in changed
    )


def _by_cause_of_media_server(
    parts: Parts, rule: Rule, lost: Mapping[str, Var[Any]]
) -> Iterator[Rule]:
    """Yield a rule for connections that are refused, and one for silence; a recorder's as it is."""
    monitor = parts.deployment.resource_manager.monitor
    manager, name = who_notices(parts, rule)
    if name not in parts.media_servers:
        yield rule
        return
    gone = parts.media_servers[name].machine.is_(ServerState.DOWN) & lost[name].is_(False)
    refused = f"{manager} is refused by {name}"
    yield replace(rule, name=refused, group=refused, when=rule.when & gone, takes=refusal(monitor))
    yield replace(rule, when=rule.when & ~gone, takes=silence(monitor))
