"""Whether observers can tell a fault: verdicts, reasons and traces of both engines are the same."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

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
    transparent,
)
from hamodel.engine.check import judge
from hamodel.engine.packed import transparency as module
from hamodel.engine.packed.transparency import UNSAID, compare_packed
from hamodel.engine.transparency import compare
from hamodel.property import Modality
from hamodel.verdict import Finding
from tests.agreement.random_systems import Drawing, seeded_drawing
from tests.engine.packed.compared import both, guide_searches, outcome
from tests.engine.small_systems import observed_system
from tests.models import drawn, placed, proxied


def found(system: System, prop: Property, budget: Budget = Budget(1)) -> Finding:  # noqa: B008
    """Return what both engines find, once it is compared."""
    reference, packed = both(system, budget)
    expected, actual = compare(reference, prop), compare_packed(packed, prop)
    assert expected.kind is actual.kind
    assert expected.why == actual.why
    assert expected == actual
    return expected


def breaks_unseen(**settings: object) -> Property:
    """Return the property that `eye` cannot tell that the box of a drawn system broke."""
    plain = transparent("breaks_unseen", fault=("breaks",), observers=("eye",))
    return replace(plain, **settings)  # type: ignore[arg-type]


def test_small_systems() -> None:
    """Five hundred random systems with an observer: the same words, forks and loops."""
    kinds: Counter[str] = Counter()
    for seed in range(500):
        system, prop = observed_system(seed)
        its = found(system, prop)
        kinds[its.kind.value] += 1
        if its.trace is not None:
            kinds["ends in a loop"] += its.trace.loop is not None

    assert {"REFUTED": 232, "PROVED": 230, "UNDETERMINED": 38} == {
        kind: kinds[kind] for kind in ("REFUTED", "PROVED", "UNDETERMINED")
    }
    assert 50 <= kinds["ends in a loop"]


def hidden_failures(system: System, drawing: Drawing, seed: int) -> Property | None:
    """Draw the property that some components cannot tell some failures; None without a failure."""
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    failures = [rule.name for rule in system.rules if rule.kind is Kind.FAILURE]
    if not failures:
        return None
    names = [component.name for component in system.components]
    observers = tuple(chance.sample(names, chance.randint(1, len(names) - 1)))
    visible = [name for name, owner in system.owners.items() if owner in observers]
    groups = sorted({rule.group for rule in system.rules})
    return transparent(
        "they_cannot_tell",
        fault=tuple(chance.sample(failures, chance.randint(1, len(failures)))),
        observers=observers,
        hide=tuple(chance.sample(visible, chance.randint(0, len(visible)))),
        idempotent=("PING",) if chance.random() < 0.3 else (),
        given=drawing.guard() if chance.random() < 0.5 else TRUE,
        fair=tuple(chance.sample(groups, min(len(groups), chance.randint(0, 2)))),
    )


def test_larger_systems() -> None:
    """Random systems with failure rules, several of which can be the fault, and budgets."""
    kinds: Counter[str] = Counter()
    for seed in range(240):
        system, budget, drawing = seeded_drawing(seed, most_rules=20)
        prop = hidden_failures(system, drawing, seed)
        its = None if prop is None else outcome(system, budget, 600)
        if prop is None or its is None or isinstance(its, str) or not its[0].complete:
            continue
        expected = compare(its[0], prop)
        assert expected == compare_packed(its[1], prop)
        kinds[expected.kind.value] += 1

    assert 90 <= kinds.total()
    assert 15 <= min(kinds[kind] for kind in ("PROVED", "REFUTED", "UNDETERMINED")), kinds


@pytest.mark.parametrize(
    ("system", "kind"),
    [
        (proxied(2), PROVED),
        (proxied(1), REFUTED),
        (proxied(2, shared=False), REFUTED),
        (proxied(2, hops=2), PROVED),
        (proxied(2, hops=2, retry=False), REFUTED),
        (proxied(3, hops=2), PROVED),
    ],
    ids=["two", "one", "not shared", "two hops", "no retry", "three"],
)
def test_proxies(system: System, kind: object) -> None:
    """A crash that another proxy hides, or that a refusal or a silence tells."""
    prop = transparent(
        "the_crash_is_hidden", fault=("proxy_1 crashes",), observers=("client", "server")
    )

    assert kind is found(system, prop).kind


def test_a_balancer() -> None:
    """Where a session is placed next is told by nothing that a client sees, or by all of it."""
    for observers, hide in ((("client",), ()), (("client",), ("client.server",))):
        prop = transparent("unseen", fault=("balancer crashes",), observers=observers, hide=hide)
        assert found(placed(), prop).kind in (PROVED, REFUTED)


DRAWN: dict[str, tuple[tuple[str, ...], object]] = {
    "nothing happens": ((), PROVED),
    "the same on both sides": (("0 ring 1 g", "10 ring 11 g"), PROVED),
    "never heard again": (("0 ring 1 g",), REFUTED),
    "only heard afterwards": (("10 ring 11",), REFUTED),
    "silently round and round": (("0 . 1 g", "1 . 0 h", "10 ring 11 g"), REFUTED),
    "a choice made early": (
        ("0 . 1", "1 a 2", "1 b 3", "10 . 11", "10 . 12", "11 a 2", "12 b 3"),
        REFUTED,
    ),
    "what is seen": (("0 ring! 1 g", "10 ring! 11 g", "11 bell 12 g"), REFUTED),
    "a loop of one block": (("0 . 0 g", "0 a 1", "10 . 11 g", "11 . 10 g", "11 a 1"), PROVED),
}


@pytest.mark.parametrize("name", DRAWN)
def test_systems_drawn_step_by_step(name: str) -> None:
    """Silence, choices, loops: the verdict that a person expects, of both engines."""
    steps, kind = DRAWN[name]

    assert kind is found(drawn(*steps), breaks_unseen()).kind


def test_more_than_a_lane_of_groups() -> None:
    """Seventy fair groups: the box goes round silently, with or without a way out."""
    ring = [f"{i} . {(i + 1) % 3} g{i}" for i in range(3)]
    broken = [f"{10 + i} . {10 + (i + 1) % 3} k{i}" for i in range(3)]
    out = [f"{i} m{j} 20 h{j}" for i in range(3) for j in range(64)]
    its = found(drawn(*ring, *broken, *out), breaks_unseen())

    assert REFUTED is its.kind
    assert its.trace is not None
    assert its.trace.loop is not None


def test_what_is_told_does_not_depend_on_what_else_is_compared() -> None:
    """
    Of two differences that are as short the one is told that comes first where the fault shows.

    Elsewhere `b` is heard before `a`; there the fault cannot be told.
    """
    system = drawn("0 b 0", "0 . 1", "10 b 10", "10 . 1", "1 a 2 g", "1 b 2 g")
    place = system.variables["box.place"]
    cost = {"box-crash": 1}
    late = Rule("breaks late", Kind.FAILURE, place.is_(1), sets=(Set(place, 11),), cost=cost)
    both_faults = System(system.components, (*system.rules, late), name="drawn")
    its = found(both_faults, breaks_unseen(fault=("breaks", "breaks late")))

    assert REFUTED is its.kind
    assert "with the failure eye never gets a from box" == its.why
    assert its.trace is not None
    assert ("0 to 1 silently", "breaks late") == its.trace.rules[:2]


def test_nowhere_can_the_fault_happen() -> None:
    """Without a step of the fault, or where the premise never holds, nothing is shown."""
    system = drawn("0 . 1")
    place = system.variables["box.place"]

    assert UNDETERMINED is found(system, breaks_unseen(), Budget(0)).kind
    assert UNDETERMINED is found(system, breaks_unseen(given=place.is_(7))).kind


def test_among_too_many_states_only_where_it_begins_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The verdict is the same; the trace leads to the fault, and its note names it."""
    monkeypatch.setattr(module, "TOLD_MAX", 1)
    refuted = 0
    for seed in range(60):
        system, prop = observed_system(seed)
        reference, packed = both(system, Budget(1))
        expected, actual = compare(reference, prop), compare_packed(packed, prop)
        assert expected.kind is actual.kind
        if actual.why != UNSAID:
            assert expected == actual
            continue
        refuted += 1
        assert expected.trace is not None
        assert actual.trace is not None
        fork = expected.trace.fork
        assert expected.trace.rules[:fork] == actual.trace.rules
        assert actual.trace.note.startswith("here observers can tell box fails: ")

    assert 20 <= refuted


@pytest.mark.parametrize(
    ("name", "refuted"),
    [
        ("single-resource-manager", True),
        ("hot-standby-resource-managers", False),
        ("affinity-not-shared", True),
    ],
)
def test_scenarios_of_the_guide(name: str, refuted: bool) -> None:
    """Every promise of the guide on small scenarios: the verdicts, with their traces and notes."""
    kinds: Counter[str] = Counter()
    for search, props in guide_searches(name):
        if "resource-manager-crash=1" != str(search.budget):
            continue
        reference, packed = both(search.system, search.budget)
        expected, actual = judge(reference, props), judge(packed, props)
        assert len(expected) == len(actual)
        for one, other in zip(expected, actual, strict=True):
            assert one == other
            kinds[one.kind.value] += 1
            if one.property.modality is Modality.TRANSPARENT:
                kinds[f"{one.kind.value} transparent"] += 1

    assert 24 <= kinds["PROVED"] + kinds["REFUTED"] + kinds["UNDETERMINED"]
    assert refuted == (kinds["REFUTED transparent"] > 0), kinds
