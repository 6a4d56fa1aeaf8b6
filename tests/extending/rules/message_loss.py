"""A request of SIP Server's is lost on its way; it is sent again, so no promise breaks."""

from collections.abc import Iterator

from hamodel import Kind, Rule, Set
from hamodel.guide import Parts

ASSUMPTIONS = {"A-UDP": "A request over UDP may be lost; SIP sends it again."}
KEEPS = ("MS-3",)
TOUCHES = ("media_dialog",)


def rules(parts: Parts) -> Iterator[Rule]:
    """The request that a Resource Manager has in hand is lost."""
    for call, dialog in parts.dialogs.items():
        yield Rule(
            f"the request for {call} is lost",
            Kind.FAILURE,
            fires=dialog.machine.fires("retransmit"),
            sets=Set(dialog.via, None),
            cost={"message-loss": 1},
            cite="A-UDP",
        )
