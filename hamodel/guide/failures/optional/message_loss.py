"""
A message is lost for good (FR-27): a notice, a T-lib client's request, a recorder's re-INVITE.

Beyond all retransmissions, as after timer F; who sent it takes it for delivered.
"""

from collections.abc import Iterator

from hamodel import Kind, Rule, Set
from hamodel.guide import Parts
from hamodel.guide.vocabulary import Request

ASSUMPTIONS = {
    "A-LOST": "A message may be lost with every retransmission of it, and its sender may take it "
    "for delivered: it was acknowledged hop by hop."
}
FLIPS = ("MS-2",)
TOUCHES = ("resource_manager", "call", "recorder")


def rules(parts: Parts) -> Iterator[Rule]:
    """What was sent and not yet acted on is gone."""
    for rm, manager in parts.resource_managers.items():
        for call in parts.calls:
            yield Rule(
                f"what {rm} tells of {call} is lost",
                Kind.FAILURE,
                when=manager.answers & manager.notice[call].is_not(None),
                sets=Set(manager.notice[call], None),
                cost={"message-loss": 1},
                cite="A-LOST",
            )
    for name, its in parts.calls.items():
        if its.control is not None:
            yield Rule(
                f"what a t-lib client asks of {name} is lost",
                Kind.FAILURE,
                when=its.control.is_not(Request.NOTHING),
                sets=Set(its.control, Request.NOTHING),
                cost={"message-loss": 1},
                cite="A-LOST",
            )
    for name, recorder in parts.recorders.items():
        for leg, announced in recorder.announces.items():
            yield Rule(
                f"the re-INVITE of {name} for {leg} is lost",
                Kind.FAILURE,
                when=announced.is_not(None),
                sets=Set(announced, None),
                cost={"message-loss": 1},
                cite="A-LOST",
            )
