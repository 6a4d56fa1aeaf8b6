"""
The formula on trial (MS-5): what the guide says that is lost, beside what is lost.

The formula says: as long as Resource Manager needs to detect that a Media Server failed, D, and as
long as it then takes to move the recording, F. Each is measured apart (correction 4): D on the
monitor alone, F on a recovery from a failure that is already known, the loss by itself. Observers
that no rule of the model reads keep the account: whether what is lost at a moment is D's or F's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from hamodel import Component, Expr, Kind, Property, Rule, Set, System, Var, all_of, always, any_of
from hamodel.budget import parse_budget
from hamodel.guide.loss import NOTICES_FAILURE, Lost, unrecorded, who_notices
from hamodel.guide.parts import Parts


class Account(Enum):
    """Whose the time is that goes by, by the formula."""

    NOBODY = "nobody"
    DETECTION = "detection"
    FAILOVER = "fail-over"
    LATE = "late"


ACCOUNT = Var("formula.account", Account)
"""Late: a monitor has noticed the failure that had not watched from its beginning on."""


@dataclass(frozen=True, slots=True)
class Ordeal:
    """
    What happens to a call that is recorded.

    Parameters
    ----------
    name
        In a few words, for a table and a picture's file.
    faults, repairs
        The budget: class=N,… as the command line takes it, and how many repairs.
    hosts_of
        Of the losses of hosts only those of this kind of instance; empty for all.
    """

    name: str
    faults: str
    repairs: str = ""
    hosts_of: str = ""


ONE = "media-server-crash=1"
ORDEALS = (
    Ordeal("a Media Server dies", ONE),
    Ordeal("and a Resource Manager", f"{ONE},resource-manager-crash=1"),
    Ordeal("and a SIP Server", f"{ONE},sip-server-crash=1"),
    Ordeal("and the host of a SIP Server", f"{ONE},host-loss=1", hosts_of="sip_server"),
    Ordeal("and comes back", ONE, "1"),
    Ordeal("and another Media Server", "media-server-crash=2"),
)
"""What the formula is tried by, in any deployment."""


@dataclass(frozen=True, slots=True)
class Case:
    """
    An ordeal in a deployment that is changed.

    Parameters
    ----------
    name, title
        Of its picture, and what it shows.
    ordeal
        What happens.
    changes
        What is changed of the deployment.
    rules
        A shipped rule file that it takes.
    deployment
        Which is shipped.
    """

    name: str
    title: str
    ordeal: Ordeal
    changes: tuple[str, ...] = ()
    rules: str = ""
    deployment: str = "reference"

    @property
    def as_shipped(self) -> bool:
        """Whether it is one fault, with nothing changed."""
        return self.ordeal == ORDEALS[0] and not (self.changes or self.rules)


PAIR = ("resource_manager.mode=active-hot-standby",)
"""One Resource Manager probes at a time: the setting that the formula is stated for."""
_DIES, _WITH_RM, _WITH_SIP, _WITH_HOST, _BACK, _TWO = ORDEALS

CASES = (
    Case("one-fault", "One fault, and one Resource Manager that probes", _DIES, PAIR),
    Case(
        "one-fault-both-probe",
        "One fault, both Resource Managers probe, and neither tells the other",
        _DIES,
    ),
    Case(
        "sip-server-notices-itself",
        "SIP Server may notice by itself",
        _DIES,
        (*PAIR, "sip_server.self_detects_media_server=true"),
    ),
    *(
        Case(f"one-fault-{name}", f"One fault in {name}", _DIES, deployment=name)
        for name in ("loopback-lab", "private-edition", "private-edition-big", "trading-floor")
    ),
    Case(
        "resource-manager-dies-while-it-detects",
        "The Resource Manager that probes dies; its standby inherits nothing",
        _WITH_RM,
        (*PAIR, "resource_manager.replicates_health=false"),
    ),
    Case(
        "resource-manager-dies-health-inherited",
        "The Resource Manager that probes dies; its standby inherits what it had found",
        _WITH_RM,
        (*PAIR, "resource_manager.replicates_health=true"),
    ),
    Case("resource-manager-dies-both-probe", "One of two that probe dies", _WITH_RM),
    Case("sip-server-dies-before-it-acts", "SIP Server dies before it has acted", _WITH_SIP, PAIR),
    Case("sip-server-host-is-lost", "The host of SIP Server is lost", _WITH_HOST, PAIR),
    Case(
        "notice-is-sent-once",
        "SIP Server dies, and the notice is sent once",
        _WITH_SIP,
        (*PAIR, "resource_manager.notify=once"),
    ),
    Case("media-server-is-back", "The Media Server is back before it is missed", _BACK, PAIR),
    Case("second-of-two", "The other of two Media Servers fails too", _TWO, PAIR),
    Case(
        "second-of-three",
        "A second of three Media Servers fails",
        _TWO,
        (*PAIR, "media_server.count=3"),
    ),
    Case(
        "two-active-resource-managers",
        "Heartbeats are lost, and two Resource Managers are active that do not agree",
        Ordeal("and heartbeats are lost", f"{ONE},resource-manager-split=1"),
        PAIR,
        "resource_manager_split_brain",
    ),
)
"""The page's rows, in their order."""


@dataclass(frozen=True, slots=True)
class Figure:
    """
    What another claim loses: within which faults, in a deployment that is changed.

    Parameters
    ----------
    claim, title
        Whose loss it is, and of what.
    what
        What is measured: a name of `LOSSES`.
    faults, changes, hosts_of
        As those of a `Case`.
    """

    claim: str
    title: str
    what: str
    faults: str
    changes: tuple[str, ...] = ()
    hosts_of: str = ""


_BOXES = ("recorder_group.main.separated=false", "recorder_group.main.strategies=[]")
_STOPS = (
    "recorder_group.main.separated=false",
    'recorder_group.main.strategies=["stop-start"]',
    "recording.pausable=false",
)
_TWICE = ("duplication.requested_by=sip-server", *_BOXES, *PAIR)
_APART = (*_TWICE, "recorder_group.main.balance=anti-affinity")

FIGURES = (
    Figure("SIP-2", "a SIP Server dies", "unrecorded", "sip-server-crash=1"),
    Figure("SIP-2", "its host is lost", "unrecorded", "host-loss=1", hosts_of="sip_server"),
    Figure("SIP-2", "a SIP Server dies", "uncontrollable", "sip-server-crash=1"),
    Figure("SIP-2", "its host is lost", "uncontrollable", "host-loss=1", hosts_of="sip_server"),
    Figure("RM-4", "a Resource Manager dies", "unrecorded", "resource-manager-crash=1"),
    Figure("RM-4", "a Resource Manager dies", "unrecorded", "resource-manager-crash=1", PAIR),
    Figure("MS-1", "a Media Server dies", "unrecorded", ONE),
    Figure("MS-1", "a Media Server dies", "audio_outage", ONE),
    Figure("REC-4", "a signaling unit dies", "unrecorded", "recorder-signaling-crash=1"),
    Figure("REC-5", "a media unit dies", "unrecorded", "recorder-media-crash=1"),
    Figure("REC-6", "a recorder dies", "off_record", "recorder-crash=1", _STOPS),
    Figure("DUP-1", "a recorder of two dies", "unrecorded", "recorder-crash=1", _APART),
    Figure("DUP-1", "a recorder of two dies", "single_copy", "recorder-crash=1", _APART),
    Figure(
        "DUP-1",
        "a recorder dies that any two sessions may share",
        "unrecorded",
        "recorder-crash=1",
        (*_TWICE, "recorder_group.main.balance=any"),
    ),
    Figure("DUP-6", "a Media Server dies", "unrecorded", ONE, _APART),
    Figure(
        "TLIB-2",
        "a recorder and the active T-lib client die",
        "off_record",
        "recorder-crash=1,t-lib-client-crash=1",
        _STOPS,
    ),
)
"""The loss side of the other claims."""


def hosts_of(system: System, kind: str) -> System:
    """Return a system without the losses of hosts but of those of a kind of instance."""

    def stays(rule: Rule) -> bool:
        lost = "host-loss" in rule.cost
        return not lost or any(firing.component.startswith(f"{kind}_") for firing in rule.fires)

    return replace(system, rules=tuple(filter(stays, system.rules))) if kind else system


def _watches(parts: Parts) -> dict[str, Var[bool]]:
    return {name: Var(f"formula.{name}_watches", bool) for name in parts.resource_managers}


def with_account(parts: Parts, system: System, call: str) -> System:
    """
    Return a system with the formula's account of a call, which no rule reads.

    Detection begins with the failure of the Media Server that a recording of the call is on, and
    ends where a Resource Manager notices it; then it is fail-over. Which of them watched from the
    failure on without a break is kept, too.
    """
    watches = _watches(parts)
    rules = tuple(
        replace(rule, sets=(*rule.sets, *_kept(parts, rule, call, watches)))
        for rule in system.rules
    )
    account = Component("formula", variables=(ACCOUNT, *watches.values()))
    return replace(system, components=(*system.components, account), rules=rules)


def _kept(parts: Parts, rule: Rule, call: str, watches: dict[str, Var[bool]]) -> Iterator[Set]:
    """Yield what a step means for the account."""
    moved = {firing.component for firing in rule.fires}
    falls = {rm for rm, its in parts.resource_managers.items() if its.machine.name in moved}
    for name, server in parts.media_servers.items():
        if server.machine.name in moved and rule.kind is Kind.FAILURE:
            its_legs = (leg for leg, on, _ in parts.sessions_of(call) if on == name)
            hit = any_of(*(parts.recorded_by(leg, name) for leg in its_legs))
            yield Set(ACCOUNT, Account.DETECTION, hit)
            for rm, its in parts.resource_managers.items():
                if rm not in falls:
                    sees = its.answers & its.believes[name].is_(True)
                    yield Set(watches[rm], True, hit & sees)
                    yield Set(watches[rm], False, hit & ~sees)
        elif server.machine.name in moved:
            yield from (Set(var, False, parts.joined(call, name)) for var in watches.values())
    if rule.family == NOTICES_FAILURE:
        rm, name = who_notices(parts, rule)
        if name in parts.media_servers:
            first = ACCOUNT.is_(Account.DETECTION) & parts.joined(call, name)
            yield Set(ACCOUNT, Account.FAILOVER, first & watches[rm].is_(True))
            yield Set(ACCOUNT, Account.LATE, first & watches[rm].is_(False))
    if rule.kind in {Kind.FAILURE, Kind.REPAIR}:
        yield from (Set(watches[rm], False) for rm in falls)
    if rule.family == "recording_session_is_established":
        yield Set(ACCOUNT, Account.NOBODY)


def _joined_to_failed(parts: Parts, call: str) -> Iterator[tuple[str, Expr]]:
    for name, server in parts.media_servers.items():
        yield name, parts.joined(call, name) & ~server.answers


def identity(parts: Parts, call: str) -> Property:
    """
    Return the formula as an identity: all that is lost is D and then F, in every run.

    While the failure is not noticed, one watches that has done so from the failure on, so that its
    own time is D; whoever notices first is such a one; and recovery does not begin before. Then the
    loss is D + F in each run, whatever the timers are.  MS-5, correction 4.
    """
    watches = _watches(parts)
    detects = any_of(
        *(
            failed & watches[rm].is_(True) & its.answers & its.believes[name].is_(True)
            for name, failed in _joined_to_failed(parts, call)
            for rm, its in parts.resource_managers.items()
        )
    )
    return always(
        "what_is_lost_is_detection_and_then_failover",
        ACCOUNT.is_(Account.FAILOVER) | (ACCOUNT.is_(Account.DETECTION) & detects),
        given=unrecorded(parts, call).begin & ACCOUNT.is_not(Account.NOBODY),
        claims=("MS-5",),
        budget=parse_budget(ONE),
    )


def one_view(parts: Parts, call: str) -> Property:
    """
    Return that there is one D: once it is noticed, whoever is asked knows it.

    Where views differ, recovery may go by one that has yet to notice (correction 4).
    """
    knows = all_of(
        *(
            ~failed | ~its.answers | its.believes[name].is_(False)
            for name, failed in _joined_to_failed(parts, call)
            for its in parts.resource_managers.values()
        )
    )
    return always(
        "who_is_asked_knows_of_the_failure",
        knows,
        given=unrecorded(parts, call).begin & ACCOUNT.is_(Account.FAILOVER),
        claims=("MS-5",),
    )


def detection_alone(parts: Parts) -> Lost:
    """D: the first Resource Manager has not noticed yet that the first Media Server failed."""
    rm, name = next(iter(parts.resource_managers)), next(iter(parts.media_servers))
    its, server = parts.resource_managers[rm], parts.media_servers[name]
    runs = its.answers & its.believes[name].is_(True) & ~server.answers
    return Lost("detection", f"{rm} has not noticed yet that {name} failed", ~runs, runs, ~runs)


def failover_alone(parts: Parts, call: str) -> Lost:
    """F: all who are asked know of the failure, and no recording session records yet."""
    lost = unrecorded(parts, call)
    known = any_of(
        *(
            all_of(
                failed,
                *(
                    ~its.answers | its.believes[name].is_(False)
                    for its in parts.resource_managers.values()
                ),
            )
            for name, failed in _joined_to_failed(parts, call)
        )
    )
    return Lost(
        "failover",
        "the failure is known, and no recording session of the call records",
        ~known,
        lost.begin & known,
        lost.end,
    )
