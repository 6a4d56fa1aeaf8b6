"""Components: main states, arrows, further variables, and when two arrows exclude each other."""

from __future__ import annotations

import copy
import pickle
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel import Arrow, Component, Expr, ModelError, Var
from hamodel.component import Firing


class Lamp(Enum):
    """A lamp."""

    DARK = "dark"
    LIT = "lit"
    BROKEN = "broken"


POWER: Var[int] = Var("power", range(3))
SWITCHED: Var[int] = Var("lamp.switched", range(4), volatile=True)
LAMP = Component(
    "lamp",
    Lamp,
    (
        Arrow("switch", Lamp.DARK, Lamp.LIT, POWER.at_least(1)),
        Arrow("switch", Lamp.LIT, Lamp.DARK),
        Arrow("break", (Lamp.DARK, Lamp.LIT), Lamp.BROKEN),
    ),
    (SWITCHED, POWER),
)


def test_the_main_state_is_a_variable_of_the_components_name() -> None:
    """It comes first among the component's variables and starts at the Enum's first member."""
    assert LAMP.main == Var("lamp", Lamp)
    assert (LAMP.main, SWITCHED, POWER) == LAMP.all_variables
    assert (POWER,) == Component("mains", variables=(POWER,)).all_variables
    assert Component("mains", variables=(POWER,)).main is None


def test_the_initial_state_can_be_another() -> None:
    """`initial=` names the member to start in."""
    broken = Component("lamp", Lamp, initial=Lamp.BROKEN)

    assert broken.main is not None
    assert Lamp.BROKEN is broken.main.initial


def test_guards_on_the_main_state() -> None:
    """`is_`, `is_not` and `in_` of a component are those of its main state."""
    assert LAMP.main is not None
    assert LAMP.main.is_(Lamp.LIT) == LAMP.is_(Lamp.LIT)
    assert LAMP.main.is_not(Lamp.LIT) == LAMP.is_not(Lamp.LIT)
    assert LAMP.main.in_(Lamp.LIT, Lamp.DARK) == LAMP.in_(Lamp.LIT, Lamp.DARK)


def test_a_variable_is_found_with_and_without_the_components_name() -> None:
    """`lamp["switched"]` and `lamp["lamp.switched"]` are one."""
    assert SWITCHED is LAMP["switched"]
    assert SWITCHED is LAMP["lamp.switched"]
    assert POWER is LAMP["power"]


def test_a_crash_erases_what_is_volatile() -> None:
    """`volatile()` lists the variables that say so."""
    assert [SWITCHED] == LAMP.volatile()


def test_arrows_are_found_by_their_trigger() -> None:
    """One trigger may have several arrows; a firing names component and trigger."""
    assert 2 == len(list(LAMP.arrows_for("switch")))
    assert list(LAMP.arrows[:2]) == list(LAMP.arrows_for("switch"))
    assert Firing("lamp", "switch") == LAMP.fires("switch")
    assert "lamp: switch" == str(LAMP.fires("switch"))


def test_sources_are_one_state_or_several() -> None:
    """`source_states` is a tuple either way, of a list too."""
    assert (Lamp.DARK,) == LAMP.arrows[0].source_states
    assert (Lamp.DARK, Lamp.LIT) == LAMP.arrows[2].source_states
    several = [Lamp.DARK, Lamp.LIT]
    assert tuple(several) == Arrow("break", several, Lamp.BROKEN).source_states  # type: ignore[arg-type]


def test_one_arrow_or_variable_needs_no_tuple() -> None:
    """A single one stands for a tuple of one."""
    arrow = Arrow("break", Lamp.LIT, Lamp.BROKEN)
    lamp = Component("lamp", Lamp, arrow, SWITCHED)

    assert ((arrow,), (SWITCHED,)) == (lamp.arrows, lamp.variables)


def test_components_are_values() -> None:
    """They compare, copy and pickle by what they say."""
    assert LAMP == copy.deepcopy(LAMP) == pickle.loads(pickle.dumps(LAMP))


def guards() -> st.SearchStrategy[Expr]:
    """Draw small guards on two variables."""
    leaf = st.sampled_from([var.is_(value) for var in (POWER, SWITCHED) for value in var.values])
    return st.recursive(
        leaf, lambda part: st.one_of(part.map(lambda g: ~g), st.builds(Expr.__and__, part, part))
    )


@given(
    guards(),
    guards(),
    st.sets(st.sampled_from(list(Lamp)), min_size=1),
    st.sets(st.sampled_from(list(Lamp)), min_size=1),
    st.booleans(),
)
def test_two_arrows_clash_iff_both_can_be_enabled(
    one: Expr, two: Expr, first: set[Lamp], second: set[Lamp], same: bool
) -> None:
    """HA007 comes iff trigger and a source are shared and some valuation enables both."""
    arrows = (
        Arrow("go", tuple(first), Lamp.LIT, one),
        Arrow("go" if same else "turn", tuple(second), Lamp.DARK, two),
    )
    states = [{"power": p, "lamp.switched": s} for p in range(3) for s in range(4)]
    clash = same and bool(first & second) and any(one(state) and two(state) for state in states)

    if clash:
        with pytest.raises(ModelError, match="HA007"):
            Component("lamp", Lamp, arrows)
    else:
        assert arrows == Component("lamp", Lamp, arrows).arrows
