"""Guards as tables and cubes hold in the states in which the guards themselves hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product as combinations
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from hamodel import FALSE, TRUE, And, Expr, Is, Not, Or, Same, Var, all_of, any_of, instances
from hamodel.engine.packed import kernels
from hamodel.engine.packed.guards import CUBES_MAX, conjuncts, disjuncts, tables, tables_of
from hamodel.engine.packed.layout import Layout, TooWideError
from tests.engine.packed.compared import filled

DOMAINS: tuple[Any, ...] = (range(1), range(2), range(3), range(5), bool, instances("a", "b"))

ways = pytest.mark.parametrize("looked_up", [True, False], ids=["tables", "clauses"])


def held(layout: Layout, guards: Sequence[Expr], *, looked_up: bool) -> list[list[bool]]:
    """Return for each guard whether it holds in each state of the domains' product, packed."""
    its = tables(layout, guards, looked_up=looked_up)
    states = np.array([layout.pack(state) for state in states_of(layout)], np.uint64)
    found = np.empty((len(guards), len(states)), np.bool_)
    each_held((0,) * layout.words, its, states, found)
    return found.tolist()


@numba.njit
def each_held(dims: Any, guards: Any, states: Any, found: Any) -> None:
    """Say for each guard and each state whether it holds, as a search asks."""
    lanes = np.empty(guards.rows.shape[1], np.uint64)
    for i in range(len(states)):
        kernels.look_up(guards, states[i], lanes)
        for number in range(len(found)):
            bits = lanes[number // 64] >> np.uint64(number % 64)
            allowed = bits & np.uint64(1) != np.uint64(0)
            found[number, i] = allowed and kernels.clauses_hold(dims, guards, number, states[i])


def states_of(layout: Layout) -> list[dict[str, Any]]:
    """Return every state in which the fillers have their first value."""
    variables = [place.var for place in layout.places.values()]
    domains = [var.values if "filler" not in var.name else var.values[:1] for var in variables]
    names = [var.name for var in variables]
    return [dict(zip(names, values, strict=True)) for values in combinations(*domains)]


def expected(layout: Layout, guards: Sequence[Expr]) -> list[list[bool]]:
    """Return for each guard whether it holds in each of these states, by itself."""
    return [[guard(state) for state in states_of(layout)] for guard in guards]


def leaves(variables: Sequence[Var[Any]]) -> st.SearchStrategy[Expr]:
    """Draw a guard without parts."""
    one = st.sampled_from(variables)
    pairs = [(a, b) for a in variables for b in variables if a.same_domain(b)]
    return st.one_of(
        one.flatmap(lambda var: st.sampled_from(var.values).map(lambda value: Is(var, value))),
        st.sampled_from(pairs).map(lambda pair: Same(*pair)),
        st.sampled_from([TRUE, FALSE]),
    )


def guards_about(variables: Sequence[Var[Any]]) -> st.SearchStrategy[Expr]:
    """Draw a guard of the five nodes."""
    return st.recursive(
        leaves(variables),
        lambda parts: st.one_of(
            parts.map(Not),
            st.lists(parts, max_size=3).map(lambda its: And(tuple(its))),
            st.lists(parts, max_size=3).map(lambda its: Or(tuple(its))),
        ),
        max_leaves=8,
    )


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Layout, list[Expr]]:
    """Draw a few variables, in one word or a word each, and guards about them."""
    domains = draw(st.lists(st.sampled_from(DOMAINS), min_size=1, max_size=4))
    variables = tuple(Var(f"v{i}", domain) for i, domain in enumerate(domains))
    guards = draw(st.lists(guards_about(variables), min_size=1, max_size=5))
    return Layout(filled(variables) if draw(st.booleans()) else variables), guards


@ways
@settings(max_examples=100)
@given(drawn())
def test_random_guards_hold_where_they_hold(
    looked_up: bool, its: tuple[Layout, list[Expr]]
) -> None:
    """In every state of the domains' product, of one word or several."""
    layout, guards = its
    found = held(layout, guards, looked_up=looked_up)

    event(f"{layout.words} words")
    assert expected(layout, guards) == found


def taken_apart(layout: Layout, guards: Sequence[Expr]) -> list[list[bool]]:
    """Return for each guard in which states some guard that it is taken apart into holds."""
    states = np.array([layout.pack(state) for state in states_of(layout)], np.uint64)
    dims = (0,) * layout.words
    return [kernels.held(dims, tables_of(layout, guard), states).tolist() for guard in guards]


@settings(max_examples=100)
@given(drawn())
def test_guards_taken_apart_hold_where_they_hold(its: tuple[Layout, list[Expr]]) -> None:
    """In every state of the domains' product, of one word or several."""
    layout, guards = its

    event(f"{layout.words} words")
    assert expected(layout, guards) == taken_apart(layout, guards)


def test_what_each_chunk_says_is_in_tables_alone() -> None:
    """Somebody of eight, in several chunks, and somebody else: no cube is left to be tried."""
    people = [Var(f"person {i}", range(5)) for i in range(8)]
    layout = Layout(people)
    guard = any_of(*(each.is_(1) for each in people)) & any_of(*(each.is_(2) for each in people))
    chunks = len(layout.chunks)

    assert 2 <= chunks
    assert 0 == len(tables_of(layout, guard).masks)
    assert chunks**2 == tables_of(layout, guard).clauses.size - 1
    assert 0 < len(tables(layout, [guard]).masks)


def test_what_would_be_too_many_is_left_to_cubes() -> None:
    """At most as many guards as a lane has bits."""
    people = [Var(f"person {i}", range(5)) for i in range(8)]
    layout = Layout(people)
    guard = all_of(*(any_of(*(each.is_(k) for each in people)) for k in range(5)))

    assert 64 >= tables_of(layout, guard).clauses.size - 1
    assert 0 < len(tables_of(layout, guard).masks)


A, B, C = (Var(name, range(5)) for name in ("a", "b", "c"))
ONE, OTHER = (Var(name, range(1)) for name in ("one", "other"))
SHARP: dict[str, Expr] = {
    "true": TRUE,
    "false": FALSE,
    "not true": Not(TRUE),
    "not false": Not(FALSE),
    "false within": all_of(A.is_(1), FALSE),
    "true within": any_of(A.is_(1), B.is_(2), TRUE),
    "the one value": ONE.is_(0),
    "not the one value": Not(ONE.is_(0)),
    "the one value or": ONE.is_(0) | A.is_(1),
    "not the one value or": Not(ONE.is_(0)) | A.is_(1) & B.is_(1),
    "two with one value": Same(ONE, OTHER),
    "two with one value differ": Not(Same(ONE, OTHER)),
    "two with one value, another": Same(ONE, OTHER) & A.is_(1) | B.is_(1) & C.is_(2),
    "itself": Same(A, A),
    "not itself": Not(Same(A, A)),
    "itself or": Same(A, A) & B.is_(1) | Not(Same(C, C)) & A.is_(1),
    "alike": Same(A, B),
    "unlike": Not(Same(A, B)),
    "alike all three": Same(A, B) & Same(B, C),
    "some two alike": Same(A, B) | Same(B, C) | Same(A, C),
    "no two alike": Not(Same(A, B) | Same(B, C) | Same(A, C)),
    "of three variables": any_of(
        A.is_(0) & B.is_(0), C.is_(0) & ~A.in_(1, 3), ~(B.is_(4) | C.is_(1))
    ),
    "nothing after all": A.is_(1) & A.is_(2),
    "everything after all": any_of(*(Same(A, B) & A.is_(k) for k in range(5)), ~Same(A, B)),
}


@ways
@pytest.mark.parametrize("words", [1, 4])
def test_sharp_guards_hold_where_they_hold(looked_up: bool, words: int) -> None:
    """Constants, domains of one value, a variable and itself, guards across words."""
    variables = (A, B, C)
    layout = Layout([*(filled(variables) if words > 1 else variables), ONE, OTHER])
    found = held(layout, list(SHARP.values()), looked_up=looked_up)

    assert words - (words > 1) == layout.words
    assert 125 == len(states_of(layout))
    for name, row, its in zip(SHARP, expected(layout, list(SHARP.values())), found, strict=True):
        assert row == its, name


def test_sharp_guards_taken_apart_hold_where_they_hold() -> None:
    """True, false, and what is one of them only after all."""
    layout, guards = Layout([A, B, C, ONE, OTHER]), list(SHARP.values())

    assert expected(layout, guards) == taken_apart(layout, guards)


def test_more_guards_than_a_lane_has_bits() -> None:
    """Two hundred guards have four lanes; each has its own bit."""
    layout = Layout([A, B, C])
    guards = [any_of(A.is_(k % 5), B.is_(k // 5 % 5)) & ~C.is_(k // 25 % 5) for k in range(200)]
    its = tables(layout, guards)

    assert 4 == its.rows.shape[1]
    assert expected(layout, guards) == held(layout, guards, looked_up=True)


def test_a_table_says_all_that_lies_in_one_chunk() -> None:
    """Two variables of one chunk need no clause; in two words they do, and the fewer cubes."""
    guard = Same(A, B)
    one, two = Layout([A, B]), Layout(filled((A, B)))

    assert [0, 1] == [len(tables(layout, [guard]).wanted) for layout in (one, two)]
    assert 5 == len(tables(two, [guard]).masks)
    assert [True] == tables(two, [guard]).wanted.tolist()
    assert [False] == tables(two, [Not(guard)]).wanted.tolist()


def test_conjunctions_come_apart() -> None:
    """Conjunctions in conjunctions, and what a negated disjunction denies."""
    parts = A.is_(1), B.is_(2), C.is_(3)
    nested = And((parts[0], And((parts[1], Not(Or((parts[2], Not(parts[0]))))))))

    assert [parts[0], parts[1], Not(parts[2]), parts[0]] == list(conjuncts(nested))
    assert [] == list(conjuncts(TRUE))
    assert [FALSE] == list(conjuncts(FALSE))


def test_the_parts_of_a_disjunction() -> None:
    """Those of a disjunction in it too, and of a conjunction that is negated."""
    parts = A.is_(1), B.is_(2), C.is_(3)
    nested = Or((parts[0], Or((parts[1], Not(And((parts[2], Not(parts[0]))))))))

    assert [parts[0], parts[1], Not(parts[2]), parts[0]] == list(disjuncts(nested))
    assert [TRUE] == list(disjuncts(TRUE))
    assert [] == list(disjuncts(FALSE))


def test_a_guard_of_too_many_cubes_is_an_error() -> None:
    """Neither where two variables of 5,000 values are alike nor where they are not is short."""
    many, more, third = Var("many", range(5_000)), Var("more", range(5_000)), Var("c", range(300))
    layout = Layout(filled((many, more, third)))

    assert 5_000 > CUBES_MAX
    for guard in (Same(many, more), any_of(Same(many, more), third.is_(1))):
        with pytest.raises(TooWideError) as caught:
            tables(layout, [guard])
        assert str(caught.value).startswith("a guard takes more than 4,096 cubes: many")


def test_the_drawn_guards_have_every_node() -> None:
    """What Hypothesis draws is no trifle: each node turns up."""
    seen: Counter[str] = Counter()

    @settings(max_examples=30)
    @given(drawn())
    def look(its: tuple[Layout, list[Expr]]) -> None:
        for guard in its[1]:
            seen[type(guard).__name__] += 1
        seen[f"{its[0].words} words"] += 1

    look()

    assert {"Is", "Same", "Not", "And", "Or", "1 words", "2 words", "3 words"} <= set(seen)


@ways
def test_what_is_worked_out_once_lies_where_each_layout_has_it(looked_up: bool) -> None:
    """The same guards in three layouts, one after the other: in order, turned, in two words."""
    a, b = Var("a", range(5)), Var("b", range(5))
    guards = [a.is_(3), Same(a, b), any_of(a.is_(1) & b.is_(4), a.is_(0)), ~a.in_(0, 2)]
    layouts = [Layout((a, b)), Layout((b, a)), Layout(filled((a, b)))]

    found = [held(layout, guards, looked_up=looked_up) for layout in layouts]

    assert [expected(layout, guards) for layout in layouts] == found
    assert found[0] != found[1]
