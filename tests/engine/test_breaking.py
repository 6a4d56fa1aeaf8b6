"""Minimal breaking sets: those of brute force over all multisets, and orders decided exactly."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import combinations_with_replacement

import pytest

from hamodel import (
    PROVED,
    REFUTED,
    TRUE,
    Arrow,
    Budget,
    Component,
    Expr,
    Kind,
    Modality,
    Property,
    Rule,
    Set,
    System,
    Var,
    all_of,
    check,
    leads_to,
    never,
    next_of,
    sometimes,
    trace_of,
    transparent,
)
from hamodel.engine.breaking import breaking_sets, contains, happened
from hamodel.engine.limits import MemoryLimitError
from hamodel.engine.reference import Exploration, Product
from tests.models import proxied

SYSTEMS = 120
"""How many random systems the brute force is compared on."""


class Box(Enum):
    """Whether a box is up."""

    UP = "up"
    DOWN = "down"


class Told(Enum):
    """What a backup did when it was told."""

    WAITS = "waits"
    SERVES = "serves"
    LOST = "lost"


def boxes(count: int) -> System:
    """Return so many boxes of one class, each of which may fail."""
    parts = [Component(f"box_{i}", Box, (Arrow("fail", Box.UP, Box.DOWN),)) for i in range(count)]
    rules = [
        Rule(f"{box.name} fails", Kind.FAILURE, fires=(box.fires("fail"),), cost={"box-crash": 1})
        for box in parts
    ]
    return System(tuple(parts), tuple(rules))


def down(system: System, *names: str) -> Property:
    """Return the property that these boxes are never down together."""
    guards = [system[name].is_(Box.DOWN) for name in names]
    bad = guards[0]
    for guard in guards[1:]:
        bad &= guard
    return never("some_box_is_up", bad)


def primary_and_backup() -> tuple[System, Property]:
    """Return a pair whose backup, once active, no longer needs the link; a link that may fail."""
    primary = Component("primary", Box, (Arrow("fail", Box.UP, Box.DOWN),))
    link = Component("link", Box, (Arrow("fail", Box.UP, Box.DOWN),))
    arrows = (
        Arrow("hear", Told.WAITS, Told.SERVES),
        Arrow("miss", Told.WAITS, Told.LOST),
    )
    backup = Component("backup", Told, arrows)
    failed = primary.is_(Box.DOWN)
    rules = (
        Rule(
            "primary fails",
            Kind.FAILURE,
            link.is_(Box.DOWN),
            fires=(primary.fires("fail"), backup.fires("miss")),
            cost={"primary-crash": 1},
        ),
        Rule(
            "primary fails and is replaced",
            Kind.FAILURE,
            link.is_(Box.UP),
            fires=(primary.fires("fail"), backup.fires("hear")),
            cost={"primary-crash": 1},
        ),
        Rule("link fails", Kind.FAILURE, fires=(link.fires("fail"),), cost={"link-cut": 1}),
    )
    prop = leads_to("somebody_serves", failed, backup.is_(Told.SERVES))
    return System((primary, link, backup), rules), prop


def broken(system: System, prop: Property, faults: Sequence[str], repairs: int = 0) -> bool:
    """Return whether these faults break a property, by one search of the whole system."""
    verdict = check(system, prop, Budget(dict(Counter(faults)), repairs))
    return verdict.kind is (PROVED if prop.modality is Modality.SOMETIMES else REFUTED)


def by_brute_force(
    system: System, prop: Property, size_max: int = 3, repairs: int = 0
) -> list[tuple[str, ...]]:
    """Return the minimal breaking sets, from a search for every multiset there is."""
    every = [
        faults
        for size in range(size_max + 1)
        for faults in combinations_with_replacement(system.fault_classes, size)
    ]
    found = [faults for faults in every if broken(system, prop, faults, repairs)]
    return [
        faults
        for faults in found
        if not any(contains(faults, other) for other in found if other != faults)
    ]


def orders_by_walking(
    system: System, prop: Property, faults: Sequence[str], repairs: int = 0
) -> set[tuple[str, ...]]:
    """Return the orders of the faults on all runs to where a safety property fails."""
    product = Product(system, Budget(dict(Counter(faults)), repairs))
    bad = prop.given & (~prop.expr if prop.modality is Modality.ALWAYS else prop.expr)
    start = product.initial
    waiting: list[tuple[Mapping[str, object], tuple[tuple[str, int], ...]]] = [(start, ())]
    seen: set[tuple[object, ...]] = {(tuple(start.values()), ())}
    found: set[tuple[str, ...]] = set()
    while waiting:
        state, past = waiting.pop()
        if bad(state):
            found |= set(expanded(past))
        for place, after in product.steps(state):
            cost = tuple(product.actions[place].rule.cost.items())
            now = (*past, *cost)
            key = (tuple(after.values()), now)
            if key not in seen:
                seen.add(key)
                waiting.append((after, now))
    return found


def expanded(past: Sequence[tuple[str, int]]) -> Iterator[tuple[str, ...]]:
    """Yield the classes of faults in their order, each as often as it was taken."""
    yield tuple(fault for fault, number in past for _ in range(number))


def test_every_multiset_of_a_class_counts() -> None:
    """Two of three boxes of one class: the set has the class twice, and its order is no matter."""
    system = boxes(3)
    found = breaking_sets(system, down(system, "box_0", "box_2"))

    [only] = found.minimal
    assert ("box-crash", "box-crash") == only.faults
    assert only.order_matters is False
    assert only.verdict.trace is not None
    assert ("box_0 fails", "box_2 fails") == only.verdict.trace.rules


def test_what_would_take_more_faults_is_not_found() -> None:
    """Three boxes down take three faults: up to two there is no breaking set, and none unknown."""
    system = boxes(3)
    prop = down(system, "box_0", "box_1", "box_2")

    assert () == breaking_sets(system, prop, size_max=2).minimal
    assert () == breaking_sets(system, prop, size_max=2).undetermined
    assert [("box-crash",) * 3] == [each.faults for each in breaking_sets(system, prop).minimal]


def test_an_order_that_matters_is_found() -> None:
    """The link has to fail before the primary: the other order breaks nothing."""
    system, prop = primary_and_backup()
    [only] = breaking_sets(system, prop).minimal

    assert {
        ("link-cut", "primary-crash"): True,
        ("primary-crash", "link-cut"): False,
    } == only.orders
    assert only.order_matters is True


def test_the_order_of_a_witness() -> None:
    """For a witness a set breaks that finds it: here both must be down, in whatever order."""
    system, _ = primary_and_backup()
    both = system["primary"].is_(Box.DOWN) & system["link"].is_(Box.DOWN)
    [only] = breaking_sets(system, sometimes("both_are_down", both)).minimal

    assert only.verdict
    assert {True} == set(only.orders.values())
    assert only.order_matters is False


def test_no_fault_at_all_may_do() -> None:
    """What is refuted without a failure is broken by the empty set, and by no other."""
    system = boxes(2)
    [only] = breaking_sets(system, never("wrong", TRUE)).minimal

    assert () == only.faults
    assert {(): True} == only.orders


def test_a_search_cut_short_says_nothing() -> None:
    """With room for one state nothing is known: the empty set is listed, nothing is minimal."""
    system = boxes(3)
    some = Rule("it moves", sets=(Set(Var("clock.on", bool), True),))
    clock = Component("clock", variables=(Var("clock.on", bool),))
    system = System((*system.components, clock), (*system.rules, some))
    prop = never("wrong", system["box_0"].is_(Box.DOWN) & Var("clock.on", bool).is_(True))
    found = breaking_sets(system, prop, limit_states=1)

    assert () == found.minimal
    assert ((),) == found.undetermined
    assert [("box-crash",)] == [each.faults for each in breaking_sets(system, prop).minimal]


def test_what_there_is_no_room_to_judge_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole search that cannot be judged says nothing: its set is not one that breaks nothing."""
    system = boxes(2)
    prop = leads_to("mended", system["box_0"].is_(Box.DOWN), system["box_0"].is_(Box.UP))
    assert [("box-crash",)] == [each.faults for each in breaking_sets(system, prop).minimal]

    def full(*_: object) -> None:
        raise MemoryLimitError

    monkeypatch.setattr(Exploration, "unfulfilled", full)
    monkeypatch.setattr(Exploration, "held_up", full)
    found = breaking_sets(system, prop)

    assert () == found.minimal
    assert (("box-crash",),) == found.undetermined


def test_supersets_of_what_is_unknown_are_left_unknown() -> None:
    """A set is reported as minimal only if each of its parts is known to break nothing."""
    system = proxied(3)
    prop = never("client_is_held", system["client"].is_(system["client"].main.values[-1]))  # type: ignore[union-attr]
    for limit in (1, 5, 20, 60):
        found = breaking_sets(system, prop, limit_states=limit)
        for each in found.minimal:
            assert not any(contains(each.faults, unknown) for unknown in found.undetermined)
        assert {each.faults for each in found.minimal} <= set(by_brute_force(system, prop))


def test_transparency_has_sets_and_no_orders() -> None:
    """A crash that a client can tell is found; an order of several is not claimed for it."""
    system = proxied(2, shared=False)
    prop = transparent("client_cannot_tell", fault=("proxy_1 crashes",), observers=("client",))
    found = breaking_sets(system, prop, size_max=2)

    assert by_brute_force(system, prop, 2) == [each.faults for each in found.minimal]
    assert [("proxy-crash",)] == [each.faults for each in found.minimal]


def test_repairs_happen_only_where_they_are_allowed() -> None:
    """What takes a repair to go wrong is broken with one repair, and never without."""
    box = Component("box", Box, (Arrow("fail", Box.UP, Box.DOWN), Arrow("mend", Box.DOWN, Box.UP)))
    mended: Var[bool] = Var("log.mended", bool)
    rules = (
        Rule("box fails", Kind.FAILURE, fires=(box.fires("fail"),), cost={"box-crash": 1}),
        Rule("box returns", Kind.REPAIR, fires=(box.fires("mend"),), sets=(Set(mended, True),)),
    )
    system = System((box, Component("log", variables=(mended,))), rules)
    prop = never("it_is_mended", mended.is_(True))

    assert () == breaking_sets(system, prop).minimal
    assert [("box-crash",)] == [
        each.faults for each in breaking_sets(system, prop, repairs=1).minimal
    ]


def test_a_failure_of_several_classes_happens_in_any_of_their_orders() -> None:
    """A rule that costs two classes at once is possible where both come next, however."""
    box = Component("box", Box, (Arrow("fail", Box.UP, Box.DOWN),))
    cost = {"box-crash": 1, "room-loss": 1}
    rule = Rule("all fails", Kind.FAILURE, fires=(box.fires("fail"),), cost=cost)
    system = System((box,), (rule,))
    prop = never("it_is_down", box.is_(Box.DOWN))
    [only] = breaking_sets(system, prop).minimal

    assert ("box-crash", "room-loss") == only.faults
    assert {True} == set(only.orders.values())


def failing_system(seed: int) -> tuple[System, Expr, Expr]:
    """Return three small variables that failures of three classes move, and two guards."""
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    variables: list[Var[int]] = [Var(f"box.v{i}", range(3)) for i in range(3)]

    def guard(parts: int) -> Expr:
        chosen = chance.sample(variables, parts)
        return all_of(*(var.is_(chance.randrange(3)) for var in chosen))

    def sets() -> tuple[Set, ...]:
        return tuple(
            Set(var, next_of(var) if chance.random() < 0.4 else chance.randrange(3))
            for var in chance.sample(variables, chance.choice((1, 1, 2)))
        )

    rules = [
        Rule(
            f"failure {i}",
            Kind.FAILURE,
            guard(chance.choice((0, 1, 1))),
            sets=sets(),
            cost={chance.choice(("a-crash", "b-crash", "c-cut")): chance.choice((1, 1, 1, 2))},
        )
        for i in range(5)
    ]
    rules += [
        Rule(f"rule {i}", chance.choice((Kind.PROTOCOL, Kind.REPAIR)), guard(2), sets=sets())
        for i in range(3)
    ]
    system = System((Component("box", variables=tuple(variables)),), tuple(rules))
    return system, guard(chance.choice((0, 1))), guard(2)


def test_minimal_sets_are_those_of_brute_force() -> None:
    """On random systems the sets, and the orders of safety, are those of trying everything."""
    seen: Counter[str] = Counter()
    for seed in range(SYSTEMS):
        system, premise, guard = failing_system(seed)
        repairs = seed % 2
        for prop in (
            never("p", guard, given=premise),
            sometimes("p", guard, given=premise),
            leads_to("p", guard, premise),
        ):
            expected = by_brute_force(system, prop, 3, repairs)
            found = breaking_sets(system, prop, repairs=repairs)
            assert expected == [each.faults for each in found.minimal], (seed, prop)
            assert () == found.undetermined
            for each in found.minimal:
                seen[f"{prop.modality.value} of {len(each.faults)}"] += 1
                assert each.verdict.trace is not None
                assert sorted(each.faults) == sorted(happened(system, each.verdict.trace))
                if prop.modality is Modality.LEADS_TO or len(each.orders) == 1:
                    continue
                walked = orders_by_walking(system, prop, each.faults, repairs)
                assert walked == {order for order, breaks in each.orders.items() if breaks}
                seen["orders"] += 1
                seen["order matters"] += each.order_matters is True
    for modality in ("never", "sometimes", "leads-to"):
        for size in (1, 2, 3):
            assert seen[f"{modality} of {size}"] >= 5, seen
    assert 20 <= seen["order matters"] < seen["orders"], seen


def test_the_trace_of_a_set_is_a_run_of_the_system() -> None:
    """Each trace can be run on the whole system, and has just the faults of its set."""
    system, prop = primary_and_backup()
    [only] = breaking_sets(system, prop).minimal
    assert only.verdict.trace is not None
    again = trace_of(system, only.verdict.trace.rules)

    assert only.verdict.trace.rules == again.rules
    assert sorted(only.faults) == sorted(happened(system, again))
