"""Transparency to who sees one part: judged without the others where no step depends on them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from hamodel import (
    FALSE,
    PROVED,
    REFUTED,
    TRUE,
    UNDETERMINED,
    Budget,
    Component,
    Kind,
    Message,
    Property,
    Rule,
    Set,
    System,
    Var,
    all_of,
    check,
    transparent,
)
from hamodel.engine import seen_apart as seen_apart_module
from hamodel.engine.apart import depends
from hamodel.engine.by_parts import check_by_parts
from hamodel.engine.limits import Limits
from hamodel.engine.seen_apart import Seen, seen_apart
from hamodel.engine.twins import swaps
from hamodel.expr import variables_of
from hamodel.trace import trace_and_end
from hamodel.verdict import Verdict
from tests.agreement.parts import compare_alike, compare_seen

UP = Var("server.up", bool, True)
TURN = Var("server.turn", bool)
ONE, TWO = Var("one.served", bool), Var("two.served", bool)
TWICE = Var("two.again", bool)
PARTS = {"one": {"one.served"}, "two": {"two.served", "two.again"}}
FAULT = Budget({"server-crash": 1})
UNSEEN = frozenset(PARTS["two"])

FAILS = Rule(
    "server fails", Kind.FAILURE, UP.is_(True), sets=Set(UP, False), cost={"server-crash": 1}
)
SERVES_TWO = Rule("two is served", when=TWO.is_(False), sets=(Set(TWO, True), Set(TURN, True)))
SERVES_ONE = Rule("one is served", when=ONE.is_(False), sets=Set(ONE, True))
SERVES_ONE_WHILE_UP = Rule("one is served", when=ONE.is_(False) & UP.is_(True), sets=Set(ONE, True))
SERVES_ONE_IN_TURN = Rule(
    "one is served", when=ONE.is_(False) & TURN.is_(True), sets=Set(ONE, True)
)


def served(*rules: Rule) -> System:
    """Return a server that can fail, and two customers."""
    components = (
        Component("server", variables=(UP, TURN)),
        Component("one", variables=(ONE,)),
        Component("two", variables=(TWO, TWICE)),
    )
    return System(components, (FAILS, *rules))


def to_one(**settings: object) -> Property:
    """Return the property that the first customer cannot tell that the server failed."""
    said = {"fault": ("server fails",), "observers": ("one",)} | settings
    return transparent("nobody_can_tell", **said)  # type: ignore[arg-type]


def judged(system: System, prop: Property) -> Verdict:
    """Return the verdict by parts, which is that of the whole."""
    [verdict] = check_by_parts(system, [prop], PARTS, FAULT)
    assert check(system, prop, FAULT).kind is verdict.kind
    return verdict


def test_a_proof_holds_whatever_the_others_do() -> None:
    """Who is served by nobody in particular cannot tell; the run to the fault is one of all."""
    verdict = judged(served(SERVES_ONE, SERVES_TWO), to_one(given=ONE.is_(True)))

    assert PROVED is verdict.kind
    assert verdict.why.endswith("compared from 1 state, whatever two may do")
    assert verdict.premise_witness is not None
    assert ("one is served",) == verdict.premise_witness.rules
    assert "here the premise holds, and this can happen: server fails" in str(
        verdict.premise_witness
    )


def test_a_refutation_is_a_run_of_the_system() -> None:
    """The run forks at the failure, and goes on with the names of the system's rules."""
    system = served(SERVES_ONE_WHILE_UP, SERVES_TWO)
    verdict = judged(system, to_one())

    assert REFUTED is verdict.kind
    assert verdict.why.endswith("whatever two may do")
    assert verdict.trace is not None
    assert 0 == verdict.trace.fork
    assert ("server fails",) == verdict.trace.rules
    assert not trace_and_end(system, verdict.trace.rules)[1]["server.up"]


def test_what_depends_on_the_others_after_the_fault_is_searched_in_the_whole() -> None:
    """Whose turn it is, the second customer moves: no part decides that."""
    system, prop = served(SERVES_ONE_IN_TURN, SERVES_TWO), to_one()
    verdict = judged(system, prop)

    assert check(system, prop, FAULT).why == verdict.why
    assert "whatever" not in verdict.why


def test_what_depended_on_the_others_before_the_fault_only_is_left_to_them() -> None:
    """Once the first customer is served, the turn is nothing to it."""
    verdict = judged(served(SERVES_ONE_IN_TURN, SERVES_TWO), to_one(given=ONE.is_(True)))

    assert PROVED is verdict.kind
    assert "whatever" not in verdict.why, "with the other at rest no run leads there"


def test_depends_names_the_states_where_a_step_depends_on_what_is_left_out() -> None:
    """With the turn left out, serving in turn may be possible or not; serving anyhow is."""
    names = frozenset({"server.turn"}) | UNSEEN
    in_turn = depends(served(SERVES_ONE_IN_TURN, SERVES_TWO), names, to_one())

    assert {"one.served"} == {var.name for var in variables_of(in_turn)}
    assert in_turn({"one.served": False})
    assert depends(served(SERVES_ONE, SERVES_TWO), names, to_one()) == FALSE


def test_a_group_that_the_others_may_satisfy_is_dependent() -> None:
    """Where their step will do for fairness, the first customer can be passed over for ever."""
    together = [
        Rule(each.name, when=each.when, sets=each.sets, group="somebody is served")
        for each in (
            SERVES_ONE,
            Rule("two is served", sets=Set(TWICE, True, TWICE.is_(False))),
        )
    ]
    system = served(*together)

    assert not depends(system, UNSEEN, to_one())({"one.served": True})
    assert depends(system, UNSEEN, to_one())({"one.served": False})
    assert "whatever" not in judged(system, to_one()).why


@pytest.mark.parametrize(("unheard", "apart"), [((), False), (("two",), True)])
def test_what_is_said_of_the_others_is_heard_unless_it_is_not_to_be(
    unheard: tuple[str, ...], apart: bool
) -> None:
    """An observer who hears of the second customer sees more than its own part."""
    tells = Rule(
        "two is served",
        when=TWO.is_(False) & UP.is_(True),
        sets=Set(TWO, True),
        says=Message("served", "server", "one", ("two",)),
    )
    verdict = judged(served(SERVES_ONE, tells), to_one(unheard=unheard))

    assert apart is (verdict.kind is PROVED)
    assert apart is ("whatever" in verdict.why)


def test_a_fault_that_depends_on_the_others_is_no_refutation() -> None:
    """It may not be possible in the state that a run leads to, or do something else there."""
    fails = Rule(
        FAILS.name, Kind.FAILURE, UP.is_(True) & TWO.is_(False), sets=FAILS.sets, cost=FAILS.cost
    )
    system = System(served().components, (fails, SERVES_ONE_WHILE_UP, SERVES_TWO))
    verdict = judged(system, to_one())

    assert REFUTED is verdict.kind
    assert "whatever" not in verdict.why


def test_a_fault_that_can_never_happen_is_searched_in_the_whole() -> None:
    """No value that a rule gives allows it."""
    turn = Var("server.turn", range(3))
    fails = Rule(FAILS.name, Kind.FAILURE, turn.is_(2), sets=FAILS.sets, cost={"server-crash": 1})
    serves_two = Rule("two is served", when=TWO.is_(False), sets=(Set(TWO, True), Set(turn, 1)))
    _, *others = served().components
    system = System(
        (Component("server", variables=(UP, turn)), *others), (fails, SERVES_ONE, serves_two)
    )
    parts = tuple((name, frozenset(its)) for name, its in PARTS.items())

    assert seen_apart(system, to_one(), parts) is None
    assert judged(system, to_one()).why.startswith("nowhere does the premise hold")


@pytest.mark.parametrize(
    ("kind", "cost"),
    [
        (Kind.FAILURE, {"two-crash": 1}),
        (Kind.ENVIRONMENT, {"two-crash": 1}),
        (Kind.REPAIR, {}),
    ],
)
def test_what_a_budget_counts_of_the_others_alone_counts_as_well(
    kind: Kind, cost: dict[str, int]
) -> None:
    """It takes from the budget what is no step without them."""
    breaks = Rule("two breaks", kind, TWICE.is_(False), sets=Set(TWICE, True), cost=cost)
    parts = tuple((name, frozenset(its)) for name, its in PARTS.items())

    assert seen_apart(served(SERVES_ONE), to_one(), parts) is not None
    assert seen_apart(served(SERVES_ONE, breaks), to_one(), parts) is None


@pytest.mark.parametrize(
    "prop",
    [
        to_one(observers=("one", "two")),
        to_one(given=TWO.is_(True) & ONE.is_(True)),
        to_one(observers=("one", "two"), hide=("two.served", "two.again")),
    ],
)
def test_what_observers_see_of_every_part_is_no_ones_alone(prop: Property) -> None:
    """By their variables, by the premise, or as the part that is told."""
    parts = tuple((name, frozenset(its)) for name, its in PARTS.items())

    assert seen_apart(served(SERVES_ONE, SERVES_TWO), prop, parts) is None


def each_is_told(*, second: str = "served", while_up: bool = False) -> System:
    """Return a server that tells each customer that it is served, in these words the second."""
    rules = (
        Rule(
            f"{who} is served",
            when=all_of(mine.is_(False), UP.is_(True) if while_up else TRUE),
            sets=Set(mine, True),
            says=Message(kind, "server", who, (who,)),
        )
        for who, mine, kind in (("one", ONE, "served"), ("two", TWO, second))
    )
    server, one, _ = served().components
    return System((server, one, Component("two", variables=(TWO,))), (FAILS, *rules))


EACH = (("one", frozenset({"one.served"})), ("two", frozenset({"two.served"})))


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of those for whom something is compared, as it grows."""
    found: list[str] = []
    judge = seen_apart_module._judged

    def counted(seen: Seen, *more: Any) -> Verdict | None:
        found.append(seen.prop.observers[0])
        return judge(seen, *more)

    monkeypatch.setattr(seen_apart_module, "_judged", counted)
    return found


def test_what_is_alike_is_compared_once(compared: list[str]) -> None:
    """The second customer's proof is the first one's with the names exchanged, and its run too."""
    props = [
        to_one(observers=(who,), given=mine.is_(True)) for who, mine in (("one", ONE), ("two", TWO))
    ]
    first, second = check_by_parts(each_is_told(), props, dict(EACH), FAULT)

    assert ["one"] == compared
    assert PROVED is first.kind is second.kind
    assert second.why == first.why.replace("whatever two", "whatever one")
    assert second.premise_witness is not None
    assert ("two is served",) == second.premise_witness.rules


def test_what_is_alike_is_refuted_once(compared: list[str]) -> None:
    """The second customer's refutation is the first one's with the names exchanged throughout."""
    system = each_is_told(while_up=True)
    props = [to_one(observers=(who,)) for who in ("one", "two")]
    first, second = check_by_parts(system, props, dict(EACH), FAULT)

    assert ["one"] == compared
    assert REFUTED is first.kind is second.kind is check(system, props[1], FAULT).kind
    never = "with the failure {0} never gets served ({0}) from server, whatever {1} may do"
    assert [never.format("one", "two"), never.format("two", "one")] == [first.why, second.why]
    assert second.trace is not None
    assert ("server fails",) == second.trace.rules
    assert "two gets served (two) from server" in second.trace.note
    assert " one " not in second.trace.note


def test_a_limit_says_nothing_of_the_others(compared: list[str]) -> None:
    """Where the comparison was cut short, so it was for the twin, in the same words."""
    props = [to_one(observers=(who,)) for who in ("one", "two")]
    first, second = check_by_parts(
        each_is_told(while_up=True), props, dict(EACH), FAULT, limits=Limits(1)
    )

    assert ["one"] == compared
    assert UNDETERMINED is first.kind is second.kind
    assert first.why == second.why


def test_a_refutation_forks_after_as_many_failures() -> None:
    """What a run at rest leads to with another failure behind it is no fork of the same budget."""
    gone = Var("one.gone", bool)
    hastens = Rule(
        "one is served in haste",
        Kind.FAILURE,
        ONE.is_(False),
        sets=Set(ONE, True),
        cost={"server-crash": 1},
    )
    leaves = Rule(
        "one leaves",
        when=ONE.is_(True) & UP.is_(True) & gone.is_(False),
        sets=Set(gone, True),
    )
    server, _, two = served().components
    system = System(
        (server, Component("one", variables=(ONE, gone)), two),
        (FAILS, hastens, SERVES_ONE_IN_TURN, SERVES_TWO, leaves),
    )
    prop = to_one(given=ONE.is_(True))

    verdict = judged(system, prop)

    assert REFUTED is verdict.kind
    assert verdict.trace is not None
    assert ("two is served", "one is served") == verdict.trace.rules[: verdict.trace.fork]


@pytest.mark.parametrize(
    ("second", "changes", "alike"),
    [
        ("served", {}, True),
        ("passed over", {}, False),
        ("served", {"given": ONE.is_(True)}, False),
        ("served", {"unheard": ("two",)}, False),
        ("served", {"idempotent": ("served",)}, False),
        ("served", {"hide": ("one.served",)}, False),
    ],
)
def test_what_is_said_has_to_be_alike(second: str, changes: dict[str, Any], alike: bool) -> None:
    """In what the rules say, and in all that the two properties say."""
    [swap] = swaps(each_is_told(second=second), EACH)

    assert alike is swap.tells(to_one(**changes), to_one(observers=("two",)))


@pytest.mark.parametrize("block", range(2))
def test_parts_that_are_alike_have_the_verdicts_of_the_whole(block: int) -> None:
    """On random systems of which one part stands twice."""
    seeds = range(block * 50, block * 50 + 50)
    found: Counter[str] = Counter(word for seed in seeds for word in compare_alike(seed))

    assert 200 == found.total()
    assert 3 <= found["by parts unseen"]


@pytest.mark.parametrize("block", range(4))
def test_transparency_to_a_part_has_the_verdict_of_the_whole(block: int) -> None:
    """On random systems of two parts, each loosely coupled to the other."""
    seeds = range(block * 50, block * 50 + 50)
    found: Counter[str] = Counter(word for seed in seeds for word in compare_seen(seed))

    assert 200 == found.total()
    assert 5 <= found["by parts unseen"]
    assert 10 <= found["transparent PROVED"]
    assert 10 <= found["transparent REFUTED"]
