"""All recorders are in one rack, and its power fails."""

from collections.abc import Iterator

from hamodel import Kind, Rule, Set
from hamodel.guide import Parts

ASSUMPTIONS = {"A-RACK": "The recorders may hang on one power supply."}
FLIPS = ("DUP-1",)
TOUCHES = ("recorder",)


def rules(parts: Parts) -> Iterator[Rule]:
    """Every recorder goes down at once, and forgets what it had."""
    boxes = [recorder.box for recorder in parts.recorders.values()]
    yield Rule(
        "the rack of the recorders loses power",
        Kind.FAILURE,
        fires=tuple(box.fires("crash") for box in boxes),
        sets=tuple(Set(var, var.initial) for box in boxes for var in box.volatile()),
        cost={"rack-power": 1},
        cite="A-RACK",
    )
