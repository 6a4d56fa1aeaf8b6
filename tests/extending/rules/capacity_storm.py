"""After a failure all calls come at once: for a while no Media Server has room."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {"A-STORM": "A storm of calls may fill every Media Server, and passes."}
KEEPS = ("MS-3",)
TOUCHES = ()
STORM = Var("storm.on", bool)


def components(_parts: Parts) -> Iterator[Component]:
    """The storm."""
    yield Component("storm", variables=STORM)


def needs(_parts: Parts, rule: Rule) -> Expr:
    """In a storm no call is placed."""
    return STORM.is_(False) if rule.family == "resource_manager_places_call" else TRUE


def rules(_parts: Parts) -> Iterator[Rule]:
    """A storm comes, and it passes."""
    yield Rule(
        "a storm of calls begins",
        Kind.FAILURE,
        when=STORM.is_(False),
        sets=Set(STORM, True),
        cost={"capacity-storm": 1},
        cite="A-STORM",
    )
    yield Rule("the storm passes", when=STORM.is_(True), sets=Set(STORM, False), cite="A-STORM")
