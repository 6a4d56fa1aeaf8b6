"""What the runs of a suite did not meet, as a search tells it: how many states, and the nearest."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from hamodel import NO_FAULT, Budget, Component, Rule, SearchError, Set, System, Var, step
from hamodel.engine.explored import Explored
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.reference import explore
from hamodel.guide import build, load
from hamodel.testing import Coverage, Gap, machine_for, run, suite_settings
from tests.agreement.random_systems import seeded_system
from tests.models import ring
from tests.tidy.tree import ROOT

SEARCHES = (explore, explore_packed)
ENGINES = pytest.mark.parametrize("search", SEARCHES)
Search = Callable[..., Explored]


def walked(system: System, *runs: str, budget: Budget = NO_FAULT) -> Coverage:
    """Return what is met on the way of some runs, each the names of rules joined by `; `."""
    coverage = Coverage()
    machine = machine_for(system, budget=budget, coverage=coverage)
    for each in runs:
        one = machine()
        rules = {rule.name: rule for rule in machine.rule_of.values()}
        for name in each.split("; "):
            one.take(rules[name])
    return coverage


def lamps() -> System:
    """Return two lamps that go on and off as they like, and one that goes on after both."""
    one, two, both = (Var(f"lamp_{i}.on", bool) for i in ("one", "two", "both"))
    rules = [
        Rule(f"{var.name.split('.')[0]} goes {word}", when=var.is_(not on), sets=Set(var, on))
        for var in (one, two)
        for on, word in ((True, "on"), (False, "off"))
    ]
    rules.append(Rule("both are seen", when=one.is_(True) & two.is_(True), sets=Set(both, True)))
    return System((Component("lamps", variables=(one, two, both)),), tuple(rules), name="lamps")


@ENGINES
def test_what_all_runs_missed_is_told_nearest_first(search: Search) -> None:
    """Rules, values, and combinations of values, each with a shortest run to it."""
    coverage = walked(lamps(), "lamp_one goes on; lamp_one goes off; lamp_two goes on")
    unmet = coverage.unmet(search(lamps()))

    assert (3, 8, 5) == (unmet.met, unmet.found, unmet.states)
    both_on = ("lamp_one goes on", "lamp_two goes on")
    assert unmet.rules == (
        Gap("lamp_two goes off", ("lamp_two goes on", "lamp_two goes off")),
        Gap("both are seen", (*both_on, "both are seen")),
    )
    assert (Gap("lamp_both.on is yes", (*both_on, "both are seen")),) == unmet.values
    new = ("lamp_one.on is yes", "lamp_two.on is yes")
    assert unmet.steps == (
        Gap("lamp_one goes on", both_on[::-1], 1, new),
        Gap("lamp_two goes on", both_on, 1, new),
    )


@ENGINES
def test_a_report_says_how_many_and_tells_some(search: Search) -> None:
    """The first line has the numbers; of each kind so many gaps are told, and the rest counted."""
    coverage = walked(lamps(), "lamp_one goes on; lamp_one goes off; lamp_two goes on")

    assert coverage.unmet(search(lamps())).report(1) == (
        "met 3 of 8 reachable states (37.5 %)\n"
        "no run took, nearest first:\n"
        "  lamp_two goes off, after 2 steps:\n"
        "    lamp_two goes on; lamp_two goes off\n"
        "  … and 1 more\n"
        "no run saw, nearest first:\n"
        "  lamp_both.on is yes, after 3 steps:\n"
        "    lamp_one goes on; lamp_two goes on; both are seen\n"
        "one step beyond what was met, nearest first:\n"
        "  lamp_one goes on (1 state), after 2 steps:\n"
        "    lamp_two goes on; lamp_one goes on\n"
        "    new together: lamp_one.on is yes, lamp_two.on is yes\n"
        "  … and 1 more"
    )


@ENGINES
def test_where_all_is_met_nothing_else_is_said(search: Search) -> None:
    """A suite that meets every state has no gaps."""
    coverage = Coverage()
    run(machine_for(lamps(), coverage=coverage), suite_settings(max_examples=200))
    unmet = coverage.unmet(search(lamps()))

    assert ((), (), ()) == (unmet.rules, unmet.values, unmet.steps)
    assert "met 8 of 8 reachable states (100.0 %)" == str(unmet)


def test_nearly_all_is_never_said_to_be_all() -> None:
    """One state of 2,001 that was not met is seen in the share too."""
    count: Var[int] = Var("count", range(2_001))
    rule = Rule("it counts", when=~count.is_(2_000), sets=Set(count, step(count, 1)))
    coverage = Coverage(rules={"it counts": 1})
    for value in range(2_000):
        coverage.meet({"count": value})
    unmet = coverage.unmet(explore(System((Component("box", variables=(count,)),), (rule,))))

    assert "met 2,000 of 2,001 reachable states (99.9 %)" == unmet.counted()


@ENGINES
def test_a_search_that_was_cut_short_says_nothing_of_the_whole(search: Search) -> None:
    """How many there are is not known; runs may have met more, and what is told was found."""
    coverage = walked(ring(3), "member_0 asks; member_0 enters; member_0 leaves; member_0 rests")
    unmet = coverage.unmet(search(ring(3), limit_states=10))

    assert unmet.states is None
    assert unmet.counted() == (
        "met 5 states; of how many that can be reached is not known: "
        "the search stopped at 11 states, depth 3, by the limit of 10 states"
    )
    assert "member_1 asks" == unmet.steps[0].what


@ENGINES
def test_a_search_before_its_first_step_tells_nothing(search: Search) -> None:
    """With no state expanded no step is known; what was met is counted all the same."""
    unmet = walked(ring(3), "member_0 asks").unmet(search(ring(3), limit_states=1))

    assert "the limit of 1 state" in unmet.counted()
    assert 2 == unmet.met


@ENGINES
def test_what_was_met_under_another_budget_is_refused(search: Search) -> None:
    """HA049: two faults were met, and one was searched; or the counters are others."""
    system, budget = build(load("small-single-site")), Budget(2)
    coverage = walked(system, "sip_server_1 crashes; sip_server_2 crashes", budget=budget)

    with pytest.raises(SearchError, match="HA049 the runs met states that the search, which was"):
        coverage.unmet(search(system, Budget(1)))
    with pytest.raises(SearchError, match="HA049 the runs are of"):
        coverage.unmet(search(system))


@ENGINES
def test_a_suite_that_ran_nothing_met_nothing(search: Search) -> None:
    """Every rule and value is a gap then; no state is one step beyond."""
    unmet = Coverage().unmet(search(lamps()))

    assert (0, 5, 6, 0) == (unmet.met, len(unmet.rules), len(unmet.values), len(unmet.steps))
    assert "it is so in the beginning" in str(unmet.values[0])


def test_random_runs_of_random_systems_leave_the_same_gaps() -> None:
    """Both engines tell the same; the nearest unmet state is the first of the steps beyond."""
    compared = 0
    for seed in range(60):
        system, budget = seeded_system(seed, most_rules=12)
        coverage = Coverage()
        try:
            found, packed = (search(system, budget, limit_states=400) for search in SEARCHES)
            its = suite_settings(max_examples=3, stateful_step_count=3)
            run(machine_for(system, budget=budget, coverage=coverage), its)
        except SearchError:
            continue
        unmet = coverage.unmet(found)
        assert unmet == coverage.unmet(packed)
        missed = [i for i, state in enumerate(found.states) if state not in coverage.states]
        if missed and found.complete:
            compared += 1
            assert found.depths[missed[0]] == len(unmet.steps[0].run)
            assert unmet.states == len(missed)
            for gap in (*unmet.rules, *unmet.steps):
                assert gap.what == gap.run[-1]

    assert compared >= 20


def test_the_suites_of_the_guide_tell_what_they_missed_when_they_are_asked() -> None:
    """With `--unmet` each line of the report has the gaps below it; without it none has."""
    command = [sys.executable, "-m", "pytest", "properties/test_compliance.py", "-p", "no:xdist"]
    chosen = [*command, "-p", "no:cacheprovider", "-k", "small-single-site"]
    plain, asked = (
        subprocess.run(
            [*chosen, *more], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        for more in ((), ("--unmet",))
    )

    told = re.compile(r"^    met \d+ of 9,324 reachable states \(\d+\.\d %\)$", re.MULTILINE)
    assert told.search(asked)
    assert "    no run took, nearest first:\n" in asked
    assert "    one step beyond what was met, nearest first:\n" in asked
    assert "small-single-site: COMPLIANCE" in plain
    assert "nearest first" not in plain


def test_what_is_new_is_in_no_state_that_was_met() -> None:
    """The values that are told are the state's own, no state met has them all, and none is idle."""
    system, coverage = ring(4), Coverage()
    its = suite_settings(max_examples=10, stateful_step_count=12)
    run(machine_for(system, coverage=coverage), its)
    names, unmet = tuple(system.variables), coverage.unmet(explore(system))

    def told(values: tuple[object, ...]) -> set[str]:
        return {str(system.variables[n].is_(v)) for n, v in zip(names, values, strict=True)}

    met = [told(values) for values in coverage.states]
    assert 5 <= len(unmet.steps)
    for gap in unmet.steps:
        machine = machine_for(system)()
        for rule in gap.run:
            machine.take(next(r for r in system.rules if r.name == rule))
        assert set(gap.new) <= told(tuple(machine.now.values()))
        assert not any(set(gap.new) <= each for each in met)
        for one in gap.new:
            assert any(set(gap.new) - {one} <= each for each in met)
