"""Runs without end: which of them are fair, and which refute that something follows."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from hamodel import (
    PROVED,
    REFUTED,
    TRUE,
    UNDETERMINED,
    Budget,
    Kind,
    Property,
    Rule,
    Set,
    System,
    Trace,
    Var,
    Verdict,
    check,
    leads_to,
)
from hamodel.component import Component
from hamodel.engine.graph import Fairness, strongly_connected
from hamodel.engine.reference import explore
from tests.engine.naive_bisimulation import Naive, Node
from tests.engine.small_systems import observed_system
from tests.models import drawn


def follows(*steps: str, start: int = 0, end: int = 9, fair: tuple[str, ...] = ()) -> Verdict:
    """Return whether being at one place leads to another, in a system drawn step by step."""
    system = drawn(*steps)
    place = system.variables["box.place"]
    return check(system, leads_to("it_gets_there", place.is_(start), place.is_(end), fair=fair))


def lasso(verdict: Verdict) -> tuple[str, str]:
    """Return the places of the stem and of the loop of what refutes, as words."""
    assert REFUTED == verdict.kind, verdict.why
    trace = verdict.trace
    assert trace is not None
    assert trace.loop is not None
    places = ["0", *(rule.split()[2] for rule in trace.rules)]
    return " ".join(places[: trace.loop + 1]), " ".join(places[trace.loop + 1 :])


# Fairness


def test_protocol_steps_happen() -> None:
    """What a protocol group can do for ever, it does in the end."""
    verdict = follows("0 . 1 g", "1 . 9 g")

    assert PROVED == verdict.kind
    assert verdict.premise_witness is not None
    assert () == verdict.premise_witness.rules


def test_environment_need_not_move() -> None:
    """A run may stay where only the environment could go on; it is refuted without a loop."""
    assert ("0", "") == lasso(follows("0 . 9"))


def test_assumed_group_moves() -> None:
    """A property may assume a group to be fair."""
    assert PROVED == follows("0 . 9", fair=("0 to 9 silently",)).kind


def test_end_of_a_run_is_a_run() -> None:
    """A run that cannot go on has ended: what has not come by then never comes."""
    assert ("0 1", "") == lasso(follows("0 . 1 g", "0 . 9 h"))


@pytest.mark.parametrize("group", ["", " h"])
def test_other_loop_does_not_starve(group: str) -> None:
    """A loop, whether anybody must take it or not, does not hold up another group's step."""
    assert PROVED == follows(f"0 . 0{group}", "0 . 9 g").kind


def test_group_may_prefer_its_loop() -> None:
    """A group that always takes its other step has happened: nothing is owed to a single rule."""
    assert ("0", "0") == lasso(follows("0 . 0 g", "0 . 9 g"))


def test_step_that_is_disabled_again_and_again_may_never_come() -> None:
    """Weak fairness owes nothing to a group that is disabled infinitely often."""
    assert ("0", "1 0") == lasso(follows("0 . 1 h", "1 . 0 h", "0 . 9 g"))


def test_group_is_enabled_as_long_as_one_of_its_rules_is() -> None:
    """Two rules of one group that take turns in being enabled: the group is enabled throughout."""
    loop = ("0 . 1 h", "1 . 0 h")

    assert PROVED == follows(*loop, "0 . 9 g", "1 . 9 g").kind
    assert ("0", "1 0") == lasso(follows(*loop, "0 . 9 g", "1 . 9 k"))


def test_fairness_may_lead_round_a_longer_loop() -> None:
    """A loop goes as far as it takes for every group that is always enabled to have happened."""
    near, far = ("0 . 1 a", "1 . 0 b"), ("1 . 2 a", "2 . 3 c", "3 . 0 b")
    exits = ("0 . 9 c", "1 . 9 c", "3 . 9 c")

    assert ("0", "1 0") == lasso(follows(*near, *far))
    assert ("0", "1 2 3 0") == lasso(follows(*near, *far, *exits))


def test_shortest_way_home_is_taken_if_it_is_fair() -> None:
    """A step that was first at hand does not make the loop longer than it has to be."""
    steps = ("0 . 1 a", "1 . 0 b", "0 . 2 c", "1 . 2 c", "2 . 0 b")
    exits = ("0 . 9 c", "1 . 9 c", "2 . 9 c")

    assert ("0", "2 0") == lasso(follows(*steps, *exits))


def test_only_protocol_groups_are_fair_unless_assumed() -> None:
    """Failures, repairs and the environment have no bit in the fair groups; assumed ones have."""
    flag: Var[bool] = Var("lamp.on", bool)
    rules = [Rule(kind.value, kind, sets=(Set(flag, True),)) for kind in Kind]
    system = System((Component("lamp", variables=(flag,)),), tuple(rules))
    exploration = explore(system, Budget(None, None))

    assert ("protocol",) == Fairness(exploration).groups
    assert ("protocol", "repair") == Fairness(exploration, ("repair",)).groups
    assert [1, 0, 2, 0] == Fairness(exploration, ("repair",)).bit_of
    assert 3 == Fairness(exploration, ("repair",)).enabled(0)


# Which lasso


def test_staying_is_preferred_to_a_loop_of_the_same_length() -> None:
    """A place to stay one step away is told rather than a loop of one step."""
    assert ("0 1", "") == lasso(follows("0 . 0 g", "0 . 1 g"))


def test_loop_is_preferred_to_a_farther_place_to_stay() -> None:
    """A loop at hand is told rather than a longer way to a place to stay."""
    assert ("0", "0") == lasso(follows("0 . 0 g", "0 . 1 g", "1 . 2 g"))


def test_stem_is_shortest_to_the_loop() -> None:
    """Of several places where the premise holds the one that makes the whole run short counts."""
    system = drawn("0 . 1 g", "1 . 2 g", "2 . 3 g", "3 . 4 g", "0 . 5 g", "5 . 6 g", "6 . 7 g")
    place = system.variables["box.place"]
    prop = leads_to("it_gets_there", place.in_(1, 6), place.is_(9))

    assert ("0 5 6 7", "") == lasso(check(system, prop))


def test_premise_after_the_conclusion_counts() -> None:
    """What came before the premise does not fulfil it."""
    assert ("0 9 1", "") == lasso(follows("0 . 9 g", "9 . 1 g", start=1))


def test_conclusion_where_the_premise_holds_counts() -> None:
    """A conclusion that holds with the premise fulfils it at once."""
    assert PROVED == follows("0 . 9 g", "9 . 1 g", start=9).kind


def test_premise_that_never_holds_shows_nothing() -> None:
    """No vacuous proof."""
    verdict = follows("0 . 9 g", start=7)

    assert UNDETERMINED == verdict.kind
    assert verdict.premise_witness is None


# Strongly connected parts


def test_parts_come_after_those_they_lead_to() -> None:
    """Every edge between two parts leads to one that was yielded before."""
    chance = random.Random(7)  # noqa: S311 (repeatable, not secret)
    for _ in range(50):
        n = chance.randint(1, 30)
        graph = {i: [chance.randrange(n) for _ in range(chance.randint(0, 3))] for i in range(n)}
        parts = list(strongly_connected(graph))
        place = {node: at for at, part in enumerate(parts) for node in part}

        assert n == len(place) == sum(map(len, parts))
        assert all(place[target] <= place[node] for node in graph for target in graph[node])


def test_parts_are_those_that_reach_one_another() -> None:
    """A cycle is one part; what leads to it or from it is another."""
    parts = list(strongly_connected({0: [1], 1: [2], 2: [1, 3], 3: [3], 4: []}))

    assert [{3}, {1, 2}, {0}, {4}] == parts


# Against the definition


def reached(naive: Naive, start: Node, without: Property) -> set[Node]:
    """Return what a node leads to past nothing in which the conclusion holds."""
    seen, waiting = {start}, [start]
    while waiting:
        for step in naive.steps[waiting.pop()]:
            if step.target not in seen and not holds(naive, without, step.target)[1]:
                seen.add(step.target)
                waiting.append(step.target)
    return seen


def holds(naive: Naive, prop: Property, node: Node) -> tuple[bool, bool]:
    """Return whether premise and conclusion hold in a node."""
    state = dict(zip(naive.names, node[0], strict=True))
    return prop.given(state), prop.expr(state)


def fair(naive: Naive, part: set[Node], rules: set[str] | None = None) -> bool:
    """Return whether a run that goes round a part, by these rules or all, obeys the fairness."""
    groups = {step.group for node in part for step in naive.steps[node]} - {None}
    happens = {
        step.group
        for node in part
        for step in naive.steps[node]
        if step.target in part and (rules is None or step.rule in rules)
    }
    return all(
        group in happens
        or any(all(step.group != group for step in naive.steps[node]) for node in part)
        for group in groups
    )


def naively_refuted(naive: Naive, prop: Property) -> bool:
    """Return whether some fair run has the premise and then never the conclusion."""
    starts = [n for n in naive.steps if holds(naive, prop, n) == (True, False)]
    region = {node for start in starts for node in reached(naive, start, prop)}
    reach = {node: reached(naive, node, prop) for node in region}
    return any(fair(naive, {b for b in reach[a] if a in reach[b]}) for a in region)


def check_lasso(naive: Naive, prop: Property, trace: Trace) -> None:
    """Check that a trace is a fair run without end that refutes the property."""
    nodes = [naive.start]
    for name in trace.rules:
        (target,) = (step.target for step in naive.steps[nodes[-1]] if step.rule == name)
        nodes.append(target)
    assert trace.loop is not None
    assert nodes[trace.loop] == nodes[-1]
    loop = set(nodes[trace.loop :])
    assert fair(naive, loop, set(trace.rules[trace.loop :]))
    held = [holds(naive, prop, node) for node in nodes]
    first = next(i for i in range(len(nodes)) if held[i][0] and not any(c for _, c in held[i:]))
    assert first <= trace.loop


def test_verdicts_are_those_of_the_definition() -> None:
    """On 300 small random systems: refuted iff some fair run refutes, and by one that does."""
    kinds: Counter[str] = Counter()
    for seed in range(300):
        system, seen = observed_system(seed)
        chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
        names = [name for name in system.variables if name != "eye.secret"]
        one, two = (system.variables[name] for name in chance.sample(names, 2))
        premise = chance.choice([TRUE, one.is_(chance.choice(one.values))])
        goal = two.is_(chance.choice(two.values))
        prop = leads_to("it_comes", premise, goal, fair=seen.fair)
        naive = Naive(system, seen, 1)
        verdict = check(system, prop, Budget(1))

        assert len(naive.steps) == verdict.distinct_states
        assert naively_refuted(naive, prop) == (verdict.kind is REFUTED)
        if verdict.trace is not None:
            check_lasso(naive, prop, verdict.trace)
            stays = verdict.trace.loop == len(verdict.trace)
            kinds["stays" if stays else "loops"] += 1
        else:
            kinds[verdict.kind.value] += 1

    assert 300 == kinds.total()
    assert {"PROVED", "UNDETERMINED", "loops", "stays"} == set(kinds), kinds
