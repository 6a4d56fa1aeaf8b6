"""
What the suites share: a run of a deployment's machines under a promise's budget, and its report.

A run begins with a stretch without failures, as long as Hypothesis likes, so that failures meet
calls that stand; then any enabled rule may come. After every step each `always` and `never`
property of the heading is checked.

A `leads_to` is tried at the end of a run. Nobody asks for anything more, nothing fails, and every
group of protocol steps gets its turn until the run repeats itself. The loop that it is then in
obeys the fairness, so that what has not come by then never comes. It is one fair run of many: it
can refute, it cannot prove.

A `sometimes` is looked out for, and said to be met or not. `transparent` compares the runs after a
fault with those without, which no run can show: it is left to `hamodel check`.

With `--unmet` each model is searched too, under each budget, and the report tells which of its
states the runs did not meet. That takes seconds for each hundred thousand states.

A property that a run breaks fails the suite if the manifest has it proved in that deployment. What
it has refuted, or undetermined, or does not have yet, is stepped through on its own: a run may
break it, and then it is said.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import pytest
from hypothesis.stateful import initialize
from hypothesis.strategies import DataObject, data, integers, sampled_from

from hamodel import Budget, Kind, Property, Rule, System, Trace
from hamodel.engine.explore import explore
from hamodel.engine.explored import Explored
from hamodel.expr import State, Value
from hamodel.guide import build, load, promises, shipped
from hamodel.guide.manifest import shipped_manifest
from hamodel.property import Modality
from hamodel.testing import Coverage, Refuted, SystemMachine, machine_for, run, suite_settings

RUNS, STEPS, QUIET_STEPS_MAX = 50, 40, 40
MET = "met"
UNMET, SEARCHED_MAX, TOLD = "--unmet", 2_000_000, 3


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks a search for what the runs did not meet."""
    parser.addoption(
        UNMET,
        action="store_true",
        help="tell which reachable states the runs of the suites did not meet; this searches each "
        f"model, up to {SEARCHED_MAX:,} states",
    )


@pytest.fixture(params=shipped())
def deployment(request: pytest.FixtureRequest) -> str:
    """Each shipped deployment."""
    return str(request.param)


Stepping = Callable[[str, Sequence[str]], None]


@pytest.fixture
def step_through(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Stepping:
    """Return what runs a deployment's machines under the promises that formalise some claims."""

    def stepping(name: str, claims: Sequence[str]) -> None:
        system, promised = _promised(name)
        wanted = [prop for prop in promised if set(claims) & set(prop.claims)]
        if not wanted:
            pytest.skip(f"{name} takes none of the options that {', '.join(claims)} are about")
        holds = expected_to_hold(name)
        for budget in dict.fromkeys(prop.judged_under() for prop in wanted):
            all_of_them = [prop for prop in wanted if prop.judged_under() == budget]
            for props, proved in (
                ([prop for prop in all_of_them if prop.name in holds], True),
                ([prop for prop in all_of_them if prop.name not in holds], False),
            ):
                if not props:
                    continue
                suite, refuted = run_fairly(system, props, budget)
                about = ", ".join(dict.fromkeys(claim for prop in props for claim in prop.claims))
                told = suite.report(_reachable().get(name, {}).get(str(budget)))
                if refuted is not None and proved:
                    raise refuted
                how = "; a run breaks it, and it is not said to hold" if refuted is not None else ""
                if request.config.getoption(UNMET, default=False):
                    unmet = suite.coverage.unmet(_searched(name, budget)).report(TOLD)
                    how += "".join(f"\n    {line}" for line in unmet.splitlines())
                record_property(MET, f"{name}: {about}: at most {budget}: {told}{how}")

    return stepping


@cache
def _promised(name: str) -> tuple[System, tuple[Property, ...]]:
    deployment = load(name)
    system = build(deployment)
    stated = promises(deployment, system)
    return system, tuple(prop for promise in stated for prop in promise.properties)


def expected_to_hold(deployment: str) -> frozenset[str]:
    """Return the properties that the manifest expects to hold in a deployment, by name."""
    return frozenset(
        expected.property
        for scenario in shipped_manifest()
        if scenario.is_run(deployment, ()) and not scenario.faults
        for expected in scenario.expect
        if expected.status in ("PROVED", "WITNESSED")
    )


@lru_cache(maxsize=1)
def _searched(name: str, budget: Budget) -> Explored:
    """Return the search of a deployment's whole model; the last one is kept."""
    return explore(_promised(name)[0], budget, limit_states=SEARCHED_MAX)


@cache
def _reachable() -> dict[str, dict[str, int]]:
    """Return how many states each whole model has, by deployment and budget."""
    return tomllib.loads(Path(__file__).with_name("reachable.toml").read_text(encoding="utf-8"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the runs of each suite met."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    told = [text for each in reports for key, text in each.user_properties if key == MET]
    if told:
        terminalreporter.section("what the runs met")
        terminalreporter.write_line("\n".join(sorted(map(str, told))))


@dataclass(slots=True)
class Suite:
    """Properties of a system under one budget, and what the runs of its machines met."""

    system: System
    promised: tuple[Property, ...]
    budget: Budget
    coverage: Coverage = field(default_factory=Coverage)
    witnessed: set[str] = field(default_factory=set)

    def of(self, modality: Modality) -> list[Property]:
        """Return the properties of one kind."""
        return [prop for prop in self.promised if prop.modality is modality]

    def report(self, distinct_states: int | None) -> str:
        """Return what was met in a line, and what of the promises no run can show."""
        allowed = [rule.name for rule in self.system.rules if self.budget.charge(rule) is not None]
        said, _, _ = self.coverage.report(distinct_states, allowed).partition("; not met: ")
        for prop in self.of(Modality.SOMETIMES):
            said += f"; {prop.name}: {'' if prop.name in self.witnessed else 'not '}met"
        for prop in self.of(Modality.TRANSPARENT):
            said += f"; {prop.name}: no run can show it"
        return said


def run_fairly(
    system: System, props: Sequence[Property], budget: Budget
) -> tuple[Suite, Refuted | None]:
    """Run a system's machines, and return what was met and what is refuted, if anything is."""
    suite = Suite(system, tuple(props), budget)
    made = machine_for(system, props, budget, coverage=suite.coverage)
    about = "".join(claim for prop in props for claim in prop.claims)
    its = type(f"{made.__name__}{about}", (FairMachine, made), {"of": suite})
    return suite, run(its, suite_settings(max_examples=RUNS, stateful_step_count=STEPS))


class FairMachine(SystemMachine):
    """A machine whose runs begin quietly, and end with a fair run to where nothing new happens."""

    of: Suite

    def __init__(self) -> None:
        self.due: dict[tuple[str, int], Property] = {}
        super().__init__()
        self.watch(self.now)

    def take(self, chosen: Rule) -> None:
        """Let a rule happen, and note which conclusions are due."""
        super().take(chosen)
        self.watch(self.now)

    def watch(self, state: State) -> None:
        """Note which conclusions are due in a state, and which witnesses it is."""
        for prop in self.of.of(Modality.LEADS_TO):
            for case, (given, expr) in enumerate(prop.cases):
                if expr(state):
                    self.due.pop((prop.name, case), None)
                elif given(state):
                    self.due[prop.name, case] = prop
        for prop in self.of.of(Modality.SOMETIMES):
            if prop.given(state) and prop.expr(state):
                self.of.witnessed.add(prop.name)

    @initialize(drawn=data())
    def all_is_quiet(self, drawn: DataObject) -> None:
        """Begin with some steps, none of them a failure; a party asks for more when all is done."""
        for _ in range(drawn.draw(integers(0, QUIET_STEPS_MAX), "quiet steps")):
            quiet = self.can_happen(Kind.PROTOCOL) or self.can_happen(Kind.ENVIRONMENT)
            if not quiet:
                return
            self.take(drawn.draw(sampled_from(quiet), "step"))
            self.every_property_holds()

    def can_happen(self, *kinds: Kind) -> list[Rule]:
        """Return the enabled rules of these kinds, in the order of the system."""
        rules = self.of.system.rules
        return [rule for rule in rules if rule.kind in kinds and rule.name in self.possible]

    def teardown(self) -> None:
        """End with a fair run, unless the run broke off."""
        if self.due and sys.exc_info()[1] is None:
            self.go_on_fairly()

    def go_on_fairly(self) -> None:
        """Give each group of protocol steps its turn, until what is due came or the run repeats."""
        groups = list(dict.fromkeys(rule.group for rule in self.of.system.rules))
        last, met = 0, dict[tuple[int, tuple[Value, ...]], int]()
        while self.due:
            turn = self.can_happen(Kind.PROTOCOL)
            here = last, tuple(self.now.values())
            if not turn or here in met:
                loop = met.get(here, len(self.steps))
                self.never_comes(loop)
                return
            met[here] = len(self.steps)
            nearest = min(
                turn, key=lambda rule: (groups.index(rule.group) - last - 1) % len(groups)
            )
            last = groups.index(nearest.group)
            self.take(nearest)
            self.every_property_holds()

    def never_comes(self, loop: int) -> None:
        """Fail: the run repeats itself from here, and what is due never comes."""
        prop = next(iter(self.due.values()))
        trace = Trace(tuple(self.steps), loop=loop, note=f"{prop.name} is never fulfilled")
        raise Refuted(prop, trace, None)
