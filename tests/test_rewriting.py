"""Guards rewritten: each rewriting beside the guard in every state."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hamodel.expr import FALSE, TRUE, And, Expr, Is, Not, Or, Same, State, Var, all_of, any_of
from hamodel.rewriting import either, negated, normal, options, settled, weakened
from hamodel.satisfiable import can_hold

A, B = Var("a", range(3)), Var("b", range(3))
C = Var("c", bool)
STATES: list[State] = [
    dict(zip("abc", values, strict=True)) for values in product(A.values, B.values, C.values)
]

ATOMS = st.sampled_from([
    TRUE, FALSE, Same(A, B), *(Is(var, value) for var in (A, B, C) for value in var.values)
])  # fmt: skip
GUARDS: st.SearchStrategy[Expr] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=8,
)


def nodes(guard: Expr) -> Iterator[Expr]:
    """Yield a guard and all that it is made of."""
    yield guard
    match guard:
        case Not():
            yield from nodes(guard.part)
        case And() | Or():
            for part in guard.parts:
                yield from nodes(part)


@given(GUARDS, st.sampled_from(A.values))
def test_a_settled_guard_is_the_guard_with_that_value(guard: Expr, value: int) -> None:
    """It no longer reads the variable."""
    left = settled(guard, {"a": value})

    for state in STATES:
        if state["a"] == value:
            assert guard(state) == left({name: its for name, its in state.items() if name != "a"})


@given(GUARDS)
def test_a_normal_guard_holds_where_the_guard_does(guard: Expr) -> None:
    """And its negation where it does not; in both nothing but an atom is negated."""
    for state in STATES:
        assert guard(state) == normal(guard)(state) != negated(guard)(state)
    for node in (*nodes(normal(guard)), *nodes(negated(guard))):
        assert not isinstance(node, Not) or isinstance(node.part, Is | Same)


@given(GUARDS)
def test_a_weakened_guard_holds_wherever_the_guard_does_for_some_value(guard: Expr) -> None:
    """It does not read the variables, and errs on one side only."""
    weaker = weakened(guard, {"b"})

    for state in STATES:
        without = {name: its for name, its in state.items() if name != "b"}
        assert weaker(without) or not guard(state)


@given(GUARDS)
def test_options_are_a_guard_taken_apart(guard: Expr) -> None:
    """One of them holds iff the guard does."""
    ways = list(options(normal(guard), [{"a"}, {"c"}]))

    for state in STATES:
        assert guard(state) == any(way(state) for way in ways)


def test_a_conjunction_is_taken_apart_where_it_reads_several_groups() -> None:
    """A disjunction about one of them stays whole."""
    about_b = B.is_(0) | B.is_(1)
    guard = all_of(A.is_(0) | C.is_(True), about_b)
    groups = [{"a"}, {"c"}]

    assert [all_of(A.is_(0), about_b), all_of(C.is_(True), about_b)] == list(options(guard, groups))
    assert [guard] == list(options(guard, [{"a", "c"}]))


@given(st.lists(GUARDS, min_size=1, max_size=4))
def test_either_is_the_disjunction(guards: list[Expr]) -> None:
    """Whatever is shared or implied."""
    one_of = either(*guards)

    for state in STATES:
        assert any(guard(state) for guard in guards) == one_of(state)


def test_either_says_once_what_is_shared() -> None:
    """What another way implies is not said at all."""
    shared = C.is_(True)
    way = all_of(shared, A.is_(0))

    assert all_of(shared, A.is_(0)) == either(way, all_of(way, B.is_(1)))
    assert all_of(shared, any_of(A.is_(0), B.is_(0))) == either(way, all_of(shared, B.is_(0)))


@given(GUARDS)
def test_a_guard_can_hold_iff_it_does_in_some_state(guard: Expr) -> None:
    """Exact, with equality of variables too."""
    assert any(guard(state) for state in STATES) == can_hold(guard)
