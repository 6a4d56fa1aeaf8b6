"""A process hangs: it answers nothing, keeps its memory and its address (A-HANG)."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Kind, Rule
from hamodel.guide.failures.crash import roles
from hamodel.guide.parts import Parts


def instance_hangs(parts: Parts) -> Iterator[Rule]:
    """A process of the deployment hangs; who notices depends on who watches it.  A-HANG."""
    for role, machines in roles(parts).items():
        for name, machine in machines.items():
            yield Rule(
                f"{name} hangs",
                Kind.FAILURE,
                fires=(machine.fires("hang"),),
                cost={f"{role}-hang": 1},
                cite="A-HANG",
            )


RULES = (instance_hangs,)
