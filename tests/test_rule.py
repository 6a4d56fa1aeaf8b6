"""Rules and effects: what a right side means, what a rule defaults to, and what it costs."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel import TRUE, Kind, Message, Rule, SearchError, Set, Var, instances, next_of, step


class Role(Enum):
    """A role."""

    ACTIVE = "active"
    STANDBY = "standby"
    DOWN = "down"


ROLE: Var[Role] = Var("role", Role)
PEER: Var[Role] = Var("peer", Role)
COUNT: Var[int] = Var("count", range(2, 10, 2))
CHOSEN: Var[str] = Var("chosen", instances("s1", "s2"))


def test_a_constant_is_set() -> None:
    """A value of the domain is what the variable gets, whatever was before."""
    assert Role.DOWN is Set(ROLE, Role.DOWN).value({"role": Role.ACTIVE})
    assert Set(ROLE, Role.DOWN).source is None
    assert Set(CHOSEN, None).value({"chosen": "s1"}) is None


def test_a_copy_reads_the_other_variable() -> None:
    """Another variable of the domain is read before the step."""
    assert Role.STANDBY is Set(ROLE, PEER).value({"role": Role.ACTIVE, "peer": Role.STANDBY})
    assert PEER is Set(ROLE, PEER).source


@pytest.mark.parametrize("place", range(3))
def test_the_next_value_wraps(place: int) -> None:
    """`next_of` goes through the domain in its order, and from the last to the first."""
    values = list(Role)
    after = Set(ROLE, next_of(PEER)).value({"peer": values[place]})

    assert values[(place + 1) % 3] is after


def test_the_next_of_none_is_the_first_instance() -> None:
    """A reference goes none, s1, s2, none."""
    assert "s1" == Set(CHOSEN, next_of(CHOSEN)).value({"chosen": None})
    assert Set(CHOSEN, next_of(CHOSEN)).value({"chosen": "s2"}) is None


@given(st.sampled_from(COUNT.values), st.integers(-5, 5))
def test_a_step_moves_by_places_and_never_wraps(before: int, by: int) -> None:
    """`step` counts places in the domain; beyond either end it is HA040."""
    place = COUNT.values.index(before) + by
    effect = Set(COUNT, step(COUNT, by))

    if 0 <= place < 4:
        assert COUNT.values[place] == effect.value({"count": before})
    else:
        with pytest.raises(SearchError) as caught:
            effect.value({"count": before})
        assert (
            f"HA040 count is {before} and cannot step by {by:+d}; it can be 2, 4, 6, 8; guard the "
            "rule, widen the range, or wrap with next_of"
        ) == str(caught.value)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (Set(ROLE, Role.DOWN), "role := down"),
        (Set(ROLE, PEER), "role := peer"),
        (Set(ROLE, next_of(PEER)), "role := the next of peer"),
        (Set(COUNT, step(COUNT, 1)), "count := count +1"),
        (Set(COUNT, step(COUNT, -2)), "count := count -2"),
        (Set(CHOSEN, None, ROLE.is_(Role.DOWN)), "chosen := none if role is down"),
    ],
)
def test_an_effect_reads_as_an_assignment(effect: Set, said: str) -> None:
    """`str` of an effect is what a diagram's label says."""
    assert said == str(effect)


def test_a_message_says_what_its_variables_were_before() -> None:
    """Variables in a message become the values that observers hear."""
    message = Message("INVITE", "phone", "server", (ROLE, "call_1", 7))
    heard = message.heard({"role": Role.STANDBY})

    assert Message("INVITE", "phone", "server", (Role.STANDBY, "call_1", 7)) == heard
    assert "phone → server: INVITE (standby, call_1, 7)" == str(heard)
    assert "a → b: BYE" == str(Message("BYE", "a", "b"))


@pytest.mark.parametrize(
    ("kind", "takes"),
    [
        (Kind.PROTOCOL, (0, 0)),
        (Kind.ENVIRONMENT, (0, None)),
        (Kind.FAILURE, (0, None)),
        (Kind.REPAIR, (0, None)),
    ],
)
def test_the_default_time_depends_on_the_kind(kind: Kind, takes: tuple[int, int | None]) -> None:
    """A protocol step is immediate; the others may come at any time, or never."""
    rule = Rule("it happens", kind, sets=(Set(COUNT, 4),))

    assert takes == rule.takes
    assert (5, 9) == replace(rule, takes=(5, 9)).takes


def test_a_rule_is_its_own_group_and_family_by_default() -> None:
    """Fairness belongs to a named group; without a name to the rule alone."""
    rule = Rule("it happens", sets=(Set(COUNT, 4),))

    assert ("it happens", "it happens") == (rule.group, rule.family)
    assert (TRUE, Kind.PROTOCOL) == (rule.when, rule.kind)
    named = Rule("it happens", sets=(Set(COUNT, 4),), group="all", family="it_happens")
    assert ("all", "it_happens") == (named.group, named.family)


def test_one_effect_or_message_needs_no_tuple() -> None:
    """A single one, or a list, becomes a tuple."""
    message, effect = Message("BYE", "a", "b"), Set(COUNT, 4)
    rule = Rule("it happens", sets=[effect], says=message)

    assert ((effect,), (message,)) == (rule.sets, rule.says)


def test_a_variable_may_be_assigned_twice_under_guards_that_exclude_each_other() -> None:
    """Exactly one of two effects happens."""
    down = ROLE.is_(Role.DOWN)
    rule = Rule("it counts", sets=(Set(COUNT, 4, down), Set(COUNT, 6, ~down)))

    assert 2 == len(rule.sets)


def test_rules_are_values() -> None:
    """They compare, hash, copy and pickle by what they say, and their cost cannot be changed."""
    rule = Rule("box fails", Kind.FAILURE, sets=(Set(COUNT, 4),), cost={"box-crash": 1}, cite="A")

    assert rule == copy.deepcopy(rule) == pickle.loads(pickle.dumps(rule))
    assert hash(rule) == hash(copy.deepcopy(rule))
    assert rule != replace(rule, cost={"box-crash": 2})
    with pytest.raises(TypeError):
        rule.cost["box-crash"] = 2  # type: ignore[index]
