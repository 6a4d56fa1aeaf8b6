"""A promise: a claim of the guide as properties of one deployment's model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from hamodel import Budget, Expr, Property, System, all_of, always, any_of, leads_to
from hamodel.guide.parts import Parts, calls_apart
from hamodel.guide.vocabulary import RecordingSessionState


class Status(Enum):
    """What is known of a claim; more than its properties' verdict (claims, correction 5)."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNDETERMINED = "UNDETERMINED"
    WITNESSED = "WITNESSED"
    NEEDS_TIMERS = "NEEDS TIMERS"
    NOT_A_PROMISE = "NOT A PROMISE"
    NOT_APPLICABLE = "NOT APPLICABLE"


@dataclass(frozen=True, slots=True)
class Promise:
    """
    A claim, and what makes it precise for one deployment.

    Parameters
    ----------
    claim
        Its id in the catalogue.
    properties
        What is judged, each under its own budget.
    weakness
        The guide admits it: the properties are witnesses to be found.
    not_applicable
        The option that the deployment does not take, named; empty if it applies.
    status
        A status that needs no search.
    structure
        For a definition: sentences about the model, and whether each holds.
    assumptions
        What it is judged under, in words.
    """

    claim: str
    properties: tuple[Property, ...] = ()
    weakness: bool = False
    not_applicable: str = ""
    status: Status | None = None
    structure: tuple[tuple[str, bool], ...] = ()
    assumptions: tuple[str, ...] = ()


ONE_FAULT = Budget({"crash+loss": 1})
"""One crash or one host loss, no hang, no repair: what a promise is judged under by default."""
ONE_FAULT_OR_HANG = Budget({"crash+loss+hang": 1})
"""The same with one hang instead: beyond what the promises assume."""
MEDIA_SERVER_AND_CONTROL = Budget(
    {"media-server-crash": 1, "sip-server-crash+resource-manager-crash": 1}
)
"""One Media Server, and one of SIP Server and Resource Manager: for MS-2 and MS-3."""
MEDIA_SERVER_AND_RETURN = Budget({"media-server-crash": 1}, repairs=1)
"""One Media Server that may come back at any moment, also before anyone has noticed."""

ONE = "one crash or one lost host; no hang, no repair"
"""`ONE_FAULT` in words."""
BOTH = "one Media Server and one of SIP Server and Resource Manager crash; no hang, no repair"
"""`MEDIA_SERVER_AND_CONTROL` in words."""
FAIR = "every protocol step that stays possible happens in the end"
"""Weak fairness of the protocol groups, in words."""

Case = tuple[Expr, Expr]
"""A premise and its conclusion, such as those of one instance."""


def for_one_call(prop: Property, call: str, parts: Parts, system: System) -> Property:
    """
    Return a property of what must be transparent as one of this call, to who sees no other.

    Of several calls one is judged once all its recording sessions are placed: whose turn it is for
    a recorder depends on the other calls, so that placements made later are not compared.
    """
    about_others = {name for other, its in calls_apart(system) if other != call for name in its}
    if not about_others:
        return prop
    placed = (
        any_of(
            *(
                session.machine.is_(RecordingSessionState.ESTABLISHED)
                for its, _, session in parts.sessions_of(call)
                if its == leg
            )
        )
        for leg in parts.legs_of(call)
    )
    owned = {each.name: {var.name for var in each.all_variables} for each in system.components}
    return replace(
        prop,
        given=all_of(prop.given, *placed),
        observers=tuple(name for name in prop.observers if owned[name] - about_others),
        hide=(*prop.hide, *sorted(about_others - set(prop.hide))),
        unheard=tuple(leg for leg, its in parts.legs.items() if its != call),
    )


def of_each_call(parts: Parts) -> tuple[str, ...]:
    """Return what is assumed besides of a property that is `for_one_call`, in words."""
    several = len(parts.calls) > 1
    return ("each call is judged for itself, once its sessions are placed",) if several else ()


def each_leads_to(name: str, cases: Iterable[Case], **settings: Any) -> Property:
    """Return the property that each premise leads to its conclusion."""
    (given, expr), *also = cases
    return leads_to(name, given, expr, also=tuple(also), **settings)


def each_holds(name: str, cases: Iterable[Case], **settings: Any) -> Property:
    """Return the property that in every state each premise that holds has its conclusion."""
    cases = tuple(cases)
    implied = all_of(*(~given | expr for given, expr in cases))
    return always(name, implied, given=any_of(*(given for given, _ in cases)), **settings)
