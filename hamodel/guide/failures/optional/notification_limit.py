"""
One failure notifies no more than so many sessions (the laboratory): the rest are never told.

A Resource Manager has a queue for its notices; `LIMIT` of one failure fit.
"""

from collections.abc import Iterator
from itertools import combinations

from hamodel import Expr, Kind, Rule, Set, all_of, any_of
from hamodel.guide import Parts
from hamodel.guide.vocabulary import Session

ASSUMPTIONS = {
    "A-QUEUE": "A Resource Manager may have room for only so many notices of one failure; what "
    "does not fit is dropped and not sent later."
}
FLIPS = ("MS-2",)
TOUCHES = ("resource_manager",)

LIMIT = 1


def rules(parts: Parts) -> Iterator[Rule]:
    """A notice is dropped, for others of the same failure fill the queue or have left it."""
    for rm, manager in parts.resource_managers.items():
        for call in parts.calls:
            rest = [other for other in parts.calls if other != call]
            for server in parts.media_servers:
                ahead = (
                    all_of(*(_was_told(parts, other) for other in some))
                    for some in combinations(rest, LIMIT)
                )
                if len(rest) < LIMIT:
                    continue
                yield Rule(
                    f"{rm} has no room to tell that {server} failed for {call}",
                    Kind.FAILURE,
                    when=all_of(manager.answers, manager.notice[call].is_(server), any_of(*ahead)),
                    sets=Set(manager.notice[call], None),
                    cost={"resource-manager-limit": 1},
                    cite="A-QUEUE",
                )


def _was_told(parts: Parts, call: str) -> Expr:
    """Return the guard that SIP Server has been told of the failure for a call."""
    return any_of(
        *(
            parts.serves(sip) & the.record[call].session.is_(Session.LOST)
            for sip, the in parts.sip_servers.items()
        )
    )
