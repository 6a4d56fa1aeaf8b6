"""Statecharts: what is an edge, what stands on it, and which components share a chart."""

from __future__ import annotations

from enum import Enum

import pytest

from hamodel import Arrow, Component, Kind, ModelError, Rule, Set, System, Var, any_of
from hamodel.draw.scene import (
    ENVIRONMENT,
    FAILURE,
    PROTOCOL,
    REPAIR,
    Edge,
    Graph,
    Layout,
    Node,
    Shape,
    unused_in,
)
from hamodel.draw.statechart import statechart, statecharts
from hamodel.outline import outline
from tests.draw.sample import lamps


class Step(Enum):
    """Two states to move between."""

    A = "a"
    B = "b"


def machine(*rules: Rule, when: bool = False) -> System:
    """Return a system of one machine, a flag, and these rules."""
    flag = Var("flag.up", bool)
    arrow = Arrow("go", Step.A, Step.B, flag.is_(True)) if when else Arrow("go", Step.A, Step.B)
    parts = (Component("it", Step, (arrow,)), Component("flag", variables=(flag,)))
    return System(parts, rules or (Rule("it goes", fires=(parts[0].fires("go"),)),))


def labels(system: System) -> list[tuple[str, ...]]:
    """Return the labels of the edges of the machine's chart, but for its start."""
    return [edge.label for edge in statechart(system, "it").edges[1:]]


def test_a_chart_is_a_value() -> None:
    """The chart of a lamp is this: states, starts, arrows in their styles, legend, memory."""
    guard = ("[switch.pressed is yes", "and lamp_2 is broken]")
    expected = Graph(
        "statechart-lamp",
        "lamp_1, lamp_2",
        Layout.STATECHART,
        nodes=(
            Node("start on", (), Shape.START),
            Node("start off", (), Shape.START),
            Node("off", ("off",), Shape.STATE),
            Node("on", ("on",), Shape.STATE),
            Node("broken", ("broken",), Shape.STATE),
        ),
        edges=(
            Edge("start on", "on", ("lamp_1",)),
            Edge("start off", "off", ("lamp_2",)),
            Edge("off", "on", ("light", *guard), PROTOCOL),
            Edge("off", "broken", ("break, wear_out",), FAILURE),
            Edge("on", "broken", ("break, wear_out",), FAILURE),
            Edge("broken", "off", ("replace",), REPAIR),
            Edge("on", "off", ("dim", "(not in lamps)"), unused_in("lamps")),
        ),
        legend=(PROTOCOL, FAILURE, REPAIR, unused_in("lamps")),
        caption=(
            "Drawn for lamp_1; its likes differ by numbers only.",
            "It also remembers:",
            "• lit: no, yes; starts no; erased by a crash",
        ),
    )

    assert expected == statechart(lamps(), "lamp_1")


def test_what_no_rule_fires_says_so() -> None:
    """An arrow that this system's rules never fire names the system, and the legend says why."""
    one = Component("it", Step, (Arrow("go", Step.A, Step.B), Arrow("rest", Step.B, Step.A)))
    system = System((one,), (Rule("it goes", fires=(one.fires("go"),)),), name="small")
    chart = statechart(system, "it")

    assert ("rest", "(not in small)") == chart.edges[-1].label
    assert "not in small: no rule fires it" == chart.legend[-1].explained


def test_one_chart_for_each_kind() -> None:
    """Components that differ by numbers only share a chart; those without arrows have none."""
    assert ["lamp_1, lamp_2"] == [chart.title for chart in statecharts(lamps())]


def test_what_differs_by_more_has_a_chart_of_its_own() -> None:
    """A lamp that no rule repairs is drawn apart, and both charts keep their numbers."""
    whole = lamps()
    rules = tuple(rule for rule in whole.rules if rule.name != "lamp_2 is replaced")

    charts = statecharts(System(whole.components, rules))

    assert ["statechart-lamp-1", "statechart-lamp-2"] == [chart.name for chart in charts]


def test_a_kind_of_rule_is_a_style() -> None:
    """An arrow that the environment fires is drawn as such, and one of two kinds is two edges."""
    go = Component("it", Step, (Arrow("go", Step.A, Step.B),)).fires("go")

    chart = statechart(
        machine(Rule("a person asks", Kind.ENVIRONMENT, fires=(go,)), Rule("it goes", fires=(go,))),
        "it",
    )

    assert [PROTOCOL, ENVIRONMENT] == [edge.style for edge in chart.edges[1:]]
    assert (PROTOCOL, ENVIRONMENT) == chart.legend


def test_the_arrows_own_guard_is_on_its_label() -> None:
    """A guard of an arrow is said below its trigger."""
    assert [("go", "[flag.up is yes]")] == labels(machine(when=True))


def test_what_rules_have_in_common_is_on_the_label() -> None:
    """Of several rules, a label says what all their guards need, and how many there are."""
    go = Component("it", Step, (Arrow("go", Step.A, Step.B),)).fires("go")
    up, tall = Var("flag.up", bool), Var("flag.tall", bool)
    parts = (Component("it", Step, (Arrow("go", Step.A, Step.B),)),)
    flag = Component("flag", variables=(up, tall))
    rules = (
        Rule("it goes high", when=up.is_(True) & tall.is_(True), fires=(go,)),
        Rule("it goes low", when=tall.is_(False) & up.is_(True), fires=(go,)),
    )

    assert [("go", "[flag.up is yes]", "any of 2 rules")] == labels(System((*parts, flag), rules))


def test_a_long_guard_is_a_note() -> None:
    """A guard that is too long for a label stands below the chart, in full."""
    flags = [Var(f"flag.number_{i}_of_a_long_row", bool) for i in range(6)]
    it = Component("it", Step, (Arrow("go", Step.A, Step.B),))
    guard = any_of(*(flag.is_(True) for flag in flags))
    system = System(
        (it, Component("flag", variables=tuple(flags))),
        (Rule("it goes", when=guard, fires=(it.fires("go"),)),),
    )

    assert [("go", "[note 1]")] == labels(system)
    assert ("Note 1:", *(f"  {line}" for line in outline(guard))) == statechart(
        system, "it"
    ).caption[1:]


def test_a_state_that_is_never_met_is_not_drawn() -> None:
    """A chart shows the states that arrows join, and where it starts."""
    one = Component("it", Step, (Arrow("stay", Step.A, Step.A),))
    system = System((one,), (Rule("it stays", fires=(one.fires("stay"),)),))

    assert ["start a", "a"] == [node.id for node in statechart(system, "it").nodes]


def test_starts_that_differ_are_both_said() -> None:
    """Where components of one kind begin with different values, the caption lists them."""
    ready = [Var(f"it_{i}.ready", bool, initial=bool(i)) for i in (0, 1)]
    its = [Component(f"it_{i}", Step, (Arrow("go", Step.A, Step.B),), (ready[i],)) for i in (0, 1)]
    system = System(
        tuple(its),
        tuple(
            Rule(f"{it.name} goes", fires=(it.fires("go"),), sets=(Set(it["ready"], True),))
            for it in its
        ),
    )

    assert "• ready: no, yes; starts no or yes" == statechart(system, "it_0").caption[-1]


def test_no_such_component() -> None:
    """A chart of what the system does not have is an error that names what it has."""
    with pytest.raises(ModelError, match="HA008") as error:
        statechart(lamps(), "candle")

    assert "lamp_1, lamp_2, switch" in error.value.message
