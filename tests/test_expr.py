"""Variables and guards: domains, the five nodes, their sentences, and what can hold."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from enum import Enum
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions.core import Condition

from hamodel import (
    FALSE,
    TRUE,
    And,
    Expr,
    Is,
    ModelError,
    Not,
    Or,
    Same,
    Var,
    all_of,
    any_of,
    at,
    instances,
)
from hamodel.expr import State, variables_of, word
from hamodel.satisfiable import can_hold


class Role(Enum):
    """A server's role."""

    ACTIVE = "active"
    HOT_STANDBY = "hot-standby"
    DOWN = 3


ROLE: Var[Role] = Var("role", Role)
PEER: Var[Role] = Var("peer", Role, Role.DOWN)
COUNT: Var[int] = Var("count", range(3))
ON: Var[bool] = Var("on", bool)
CHOSEN: Var[str] = Var("chosen", instances("s1", "s2"))
VARIABLES: tuple[Var[Any], ...] = (ROLE, PEER, COUNT, ON, CHOSEN)


def valuations(*variables: Var[Any]) -> Iterator[State]:
    """Yield every valuation of the variables."""
    for values in product(*(var.values for var in variables)):
        yield dict(zip((var.name for var in variables), values, strict=True))


def truth(guard: Expr, *variables: Var[Any]) -> tuple[bool, ...]:
    """Return a guard's value in every valuation."""
    return tuple(guard(state) for state in valuations(*variables))


def leaves() -> st.SearchStrategy[Expr]:
    """Draw guards without parts, built as nodes, not by the sugar."""
    values = [Is(var, value) for var in VARIABLES for value in var.values]
    return st.sampled_from([*values, Same(ROLE, PEER), Same(COUNT, COUNT), TRUE, FALSE])


def nodes(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Draw a node over other guards."""
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(parts.map(Not), several.map(And), several.map(Or))


GUARDS = st.recursive(leaves(), nodes, max_leaves=6)


# ---- variables


@pytest.mark.parametrize(
    ("var", "values", "initial"),
    [
        (ROLE, tuple(Role), Role.ACTIVE),
        (PEER, tuple(Role), Role.DOWN),
        (COUNT, (0, 1, 2), 0),
        (Var("n", range(5, 1, -2)), (5, 3), 5),
        (ON, (False, True), False),
        (CHOSEN, (None, "s1", "s2"), None),
    ],
)
def test_a_domain_has_its_values_in_order(
    var: Var[Any], values: tuple[Any, ...], initial: object
) -> None:
    """Enums, ranges, bool and references give values in declaration order, the first is initial."""
    assert len(values) == len(var.values)
    assert values == var.values
    assert initial == var.initial


def test_a_variable_is_a_value() -> None:
    """Variables compare by what they say, can be hashed, copied and pickled, and never change."""
    assert ROLE == Var("role", Role)
    assert ROLE != PEER
    assert {ROLE: 1} == {Var("role", Role): 1}
    assert ROLE == copy.deepcopy(ROLE) == pickle.loads(pickle.dumps(ROLE))
    with pytest.raises(AttributeError):
        ROLE.name = "other"  # type: ignore[misc]


def test_a_bool_is_not_a_number() -> None:
    """True is no value of a range that has 1, and 1 is none of bool."""
    assert not COUNT.same_domain(Var("flag", bool))
    assert not Var("bit", range(2)).same_domain(ON)
    for var, value in ((COUNT, True), (ON, 1)):
        with pytest.raises(ModelError, match="HA012"):
            var.is_(value)


def test_ranges_of_one_set_of_values_are_one_domain() -> None:
    """What counts is the values, not how the range was written."""
    assert COUNT.same_domain(Var("other", range(0, 3, 1)))
    assert not COUNT.same_domain(Var("other", range(4)))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Role.ACTIVE, "active"),
        (Role.HOT_STANDBY, "hot-standby"),
        (Role.DOWN, "down"),
        (None, "none"),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        ("s1", "s1"),
    ],
)
def test_a_value_is_said_in_words(value: object, said: str) -> None:
    """Members are said by their text or else their name, bools as yes and no."""
    assert said == word(value)


# ---- guards


def test_the_sugar_expands_to_the_five_nodes() -> None:
    """Every other way to write a guard is made of Is, Same, Not, And, Or."""
    assert Is(COUNT, 1) == COUNT.is_(1)
    assert Not(Is(COUNT, 1)) == COUNT.is_not(1)
    assert Or((Is(COUNT, 0), Is(COUNT, 2))) == COUNT.in_(0, 2)
    assert Or((Is(COUNT, 1), Is(COUNT, 2))) == COUNT.at_least(1)
    assert Is(COUNT, 2) == COUNT.at_least(2)
    assert Same(ROLE, PEER) == ROLE.same_as(PEER)
    assert FALSE == COUNT.in_()
    assert And((Is(ON, True), Is(COUNT, 1))) == ON.is_(True) & COUNT.is_(1)
    assert Or((Is(ON, True), Is(COUNT, 1))) == ON.is_(True) | COUNT.is_(1)


def test_a_guard_through_a_reference_reads_the_instance_that_it_names() -> None:
    """`at` holds iff the reference names an instance whose guard holds; none never does."""
    family = {"s1": ON.is_(True), "s2": COUNT.is_(2)}
    guard = at(CHOSEN, family)

    for state in valuations(CHOSEN, ON, COUNT):
        chosen = state["chosen"]
        assert (chosen is not None and family[chosen](state)) is guard(state)
    assert guard == at(CHOSEN, family.__getitem__)
    assert Is(CHOSEN, "s2") & COUNT.is_(2) == at(CHOSEN, {"s2": COUNT.is_(2)})
    assert FALSE == at(CHOSEN, {})


@given(GUARDS, GUARDS)
def test_operators_mean_and_or_and_not(one: Expr, two: Expr) -> None:
    """`&`, `|` and `~` agree with Python's own, in every valuation."""
    for state in valuations(*VARIABLES):
        assert (one(state) and two(state)) is (one & two)(state)
        assert (one(state) or two(state)) is (one | two)(state)
        assert (not one(state)) is (~one)(state)


@given(GUARDS)
def test_a_guard_returns_a_real_bool(guard: Expr) -> None:
    """`transitions` compares with True, so a truthy value would not do."""
    assert {bool} == {type(guard(state)) for state in valuations(*VARIABLES)}


@given(GUARDS)
def test_not_not_is_nothing(guard: Expr) -> None:
    """Withdrawing a negation gives the guard back, the same value."""
    assert guard == ~~guard or isinstance(guard, Not)
    assert truth(guard, *VARIABLES) == truth(~~guard, *VARIABLES)


@given(st.lists(GUARDS, max_size=4))
def test_all_of_and_any_of_mean_all_and_any(guards: list[Expr]) -> None:
    """Whatever is nested, repeated, empty or constant."""
    both, either = all_of(*guards, *guards), any_of(*guards, *guards)

    for state in valuations(*VARIABLES):
        assert all(guard(state) for guard in guards) is both(state)
        assert any(guard(state) for guard in guards) is either(state)


def test_nested_conjunctions_become_one() -> None:
    """`&` and `|` chains are flat, and a part that is repeated stands once."""
    one, two, three = COUNT.is_(0), ON.is_(True), ROLE.is_(Role.DOWN)

    assert And((one, two, three)) == one & (two & three) & one == all_of(one, two, two, three)
    assert Or((one, two, three)) == one | (two | three) | one == any_of(one, two, two, three)


def test_constants_are_absorbed() -> None:
    """FALSE decides a conjunction, TRUE a disjunction."""
    guard = COUNT.is_(1)

    assert FALSE == guard & FALSE
    assert TRUE == guard | TRUE
    assert guard == guard & TRUE == guard | FALSE == guard & guard == all_of(guard)
    assert (TRUE, FALSE) == (all_of(), any_of())


@given(GUARDS)
def test_what_a_guard_reads_is_all_that_it_reads(guard: Expr) -> None:
    """A guard can be evaluated on the variables that it names and no others."""
    names = {var.name for var in variables_of(guard)}

    for state in valuations(*VARIABLES):
        assert guard(state) is guard({name: state[name] for name in names})


@given(st.lists(GUARDS, min_size=1, max_size=3))
def test_can_hold_is_exact(guards: list[Expr]) -> None:
    """It says yes iff some valuation of all variables makes all guards true."""
    expected = any(all(guard(state) for guard in guards) for state in valuations(*VARIABLES))

    assert expected is can_hold(*guards)


def test_guards_are_values() -> None:
    """Guards compare, hash, copy and pickle by what they say."""
    guard = ~(ROLE.is_(Role.DOWN) | COUNT.at_least(1)) & ROLE.same_as(PEER)

    assert guard == copy.deepcopy(guard) == pickle.loads(pickle.dumps(guard))
    assert hash(guard) == hash(pickle.loads(pickle.dumps(guard)))
    with pytest.raises(AttributeError):
        guard.parts = ()  # type: ignore[attr-defined]


def test_a_guard_is_a_condition_of_transitions_as_it_is() -> None:
    """`transitions` keeps the very object, not its parts, not a wrapper."""
    guard = ON.is_(True) & COUNT.is_(1)

    assert guard is Condition(guard).func


def test_a_guard_is_never_a_python_condition() -> None:
    """`and`, `or`, `not` and `if` on guards are an error that says what to write."""
    with pytest.raises(ModelError) as caught:
        _ = ON.is_(True) and COUNT.is_(1)

    assert (
        "HA005 'on is yes' stands where Python wants yes or no; write & for and, | for or, ~ for "
        "not, or call it with a state"
    ) == str(caught.value)


# ---- sentences


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        (ROLE.is_(Role.HOT_STANDBY), "role is hot-standby"),
        (ROLE.is_not(Role.DOWN), "role is not down"),
        (ROLE.in_(Role.ACTIVE, Role.DOWN), "role is active or down"),
        (~ROLE.in_(Role.ACTIVE, Role.DOWN), "not (role is active or down)"),
        (ROLE.same_as(PEER), "role is the same as peer"),
        (~ROLE.same_as(PEER), "role differs from peer"),
        (CHOSEN.is_(None), "chosen is none"),
        (ON.is_(True) & COUNT.is_(1), "on is yes and count is 1"),
        (ON.is_(True) | COUNT.is_(1), "on is yes or count is 1"),
        (ON.is_(True) & COUNT.in_(1, 2), "on is yes and (count is 1 or 2)"),
        (ON.is_(True) | COUNT.is_(1) & ON.is_(False), "on is yes or (count is 1 and on is no)"),
        (TRUE, "always"),
        (FALSE, "never"),
    ],
)
def test_a_guard_reads_as_a_sentence(guard: Expr, said: str) -> None:
    """`str` of a guard is what a diagram's label says."""
    assert said == str(guard)


def test_no_two_guards_of_one_sentence_mean_different_things() -> None:
    """Of all guards of four levels over two variables, those that read the same are the same."""
    one, two = Var("one", bool), Var("two", bool)
    level: list[Expr] = [one.is_(True), one.is_(False), two.is_(True), Same(one, two), TRUE, FALSE]
    simple = list(level)
    for _ in range(3):
        more: list[Expr] = [Not(guard) for guard in level]
        for join in (And, Or):
            more += [join((guard,)) for guard in level]
            more += [join((guard, leaf)) for guard in level for leaf in simple]
            more += [join((leaf, guard)) for guard in level for leaf in simple[:2]]
        level = [*level, *more]
    meanings: dict[str, tuple[bool, ...]] = {}

    assert 48_000 == len(level)
    for guard in level:
        meaning = truth(guard, one, two)
        assert meaning == meanings.setdefault(str(guard), meaning), str(guard)
