"""
The mutant campaign: whether what a rule says matters to any verdict.

Each mutant is tried on small searches in which its rule happens, the smallest first, until one of
them has another verdict than the model as it is.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from hamodel.errors import HamodelError
from hamodel.guide.manifest import Scenario
from tests.benchmarks.mutation import Mutant, Part, mutants_of, mutated
from tests.benchmarks.searches import (
    Case,
    Found,
    cases_of,
    found_in,
    properties_of,
    search,
    sizes_of,
    structure_of,
    system_of,
    verdicts_on,
)

STATES_IN_ALL_MAX = 200_000
"""The most states of all the searches that one mutant is tried on, in the model as it is."""
STATES_AT_LAST_MAX = 300_000
"""The same for the mutants of a family of which no verdict has noticed one."""
PROCESSES = 2


class Noticed(Enum):
    """What notices a mutant."""

    VERDICT = "verdict"
    COUNT = "count"
    NOT = "not at all"
    REFUSED = "refused"
    NEVER_FIRES = "never fires"


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of a mutant.

    Parameters
    ----------
    noticed
        By a verdict; only by a count or a depth; not at all; refused, because it is no model any
        more (an error code, before any verdict); or not tried, because no small search fires it.
    how
        What was different, or the error.
    tried
        The searches that were tried; the last one noticed it, if a verdict did.
    """

    noticed: Noticed
    how: str = ""
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """
    The model as it is: every small search, and what it finds.

    Parameters
    ----------
    found
        By case, only those that came to an end; the smallest first.
    mutants
        By family and rule, those of all the scenarios.
    """

    found: Mapping[Case, Found]
    mutants: tuple[Mutant, ...] = ()

    def choose(self, mutant: Mutant, states_max: int = STATES_IN_ALL_MAX) -> tuple[Case, ...]:
        """
        Return the searches that a mutant is tried on, in their order.

        The smallest in which its rule happens, whatever it takes; the smallest that have a verdict
        which none before has; then as many others as fit, from scenarios that had fewest so far.
        """
        rule = mutant.family, mutant.rule
        fitting = [
            case
            for case, found in self.found.items()
            if rule in found.fired and mutant in mutants_in(case.scenario)
        ]
        chosen: list[Case] = []
        known: set[tuple[str, str]] = set()
        left = states_max
        for case in fitting:
            new = set(self.found[case].verdicts.items()) - known
            states, *_ = self.found[case].sizes
            if not chosen or (new and states <= left):
                chosen.append(case)
                known |= new
                left -= states
        used = Counter(case.scenario.name for case in chosen)
        rest = [case for case in fitting if case not in chosen]
        for case in sorted(rest, key=lambda case: used[case.scenario.name]):
            states, *_ = self.found[case].sizes
            if states <= left and not self._repeats(chosen, case):
                chosen.append(case)
                left -= states
        return tuple(chosen)

    def _repeats(self, chosen: Sequence[Case], case: Case) -> bool:
        """Return whether a search of the same scenario reached just as much."""
        return any(
            each.scenario == case.scenario and self.found[each].sizes == self.found[case].sizes
            for each in chosen
        )


_MUTANTS: dict[str, frozenset[Mutant]] = {}


def mutants_in(scenario: Scenario) -> frozenset[Mutant]:
    """Return the mutants of a scenario's model."""
    if scenario.name not in _MUTANTS:
        _MUTANTS[scenario.name] = frozenset(mutants_of(system_of(scenario)))
    return _MUTANTS[scenario.name]


def base_of(among: Iterable[Scenario], processes: int = PROCESSES) -> Base:
    """Search the model as it is in these scenarios."""
    among = tuple(among)
    cases = [case for scenario in among for case in cases_of(scenario)]
    mutants = dict.fromkeys(each for scenario in among for each in mutants_of(system_of(scenario)))
    with _workers(processes) as pool:
        found = dict(zip(cases, pool.imap(found_in, cases), strict=True))
    small = {case: each for case, each in found.items() if each.complete}
    return Base(dict(sorted(small.items(), key=lambda item: item[1].sizes)), tuple(mutants))


def _workers(processes: int) -> multiprocessing.pool.Pool:
    return multiprocessing.get_context("fork").Pool(processes)


def classify(mutant: Mutant, base: Base, cases: Sequence[Case]) -> Outcome:
    """
    Try a mutant on these searches, in their order, until a verdict notices it.

    Parameters
    ----------
    mutant
        What is left out.
    base
        What the searches find in the model as it is.
    cases
        From `Base.choose`, or a part of it.
    """
    if not cases:
        return Outcome(Noticed.NEVER_FIRES)
    first = Outcome(Noticed.NOT)
    tried: list[str] = []
    for case in cases:
        tried.append(case.name)
        try:
            outcome = _tried_on(mutant, case, base.found[case])
        except HamodelError as error:
            outcome = Outcome(Noticed.REFUSED, error.code)
        if outcome.noticed is Noticed.VERDICT:
            return Outcome(outcome.noticed, outcome.how, tuple(tried))
        if first.noticed is Noticed.NOT:
            first = outcome
    return Outcome(first.noticed, first.how, tuple(tried))


def _tried_on(mutant: Mutant, case: Case, before: Found) -> Outcome:
    original = system_of(case.scenario)
    system = mutated(original, mutant)
    facts = structure_of(case.scenario, original)
    for fact, holds in structure_of(case.scenario, system).items():
        if holds != facts[fact]:
            return Outcome(Noticed.VERDICT, f"{fact}: {_fact(facts[fact])} → {_fact(holds)}")
    exploration = search(case, system, 3 * before.sizes[0] + 1_000)
    for name, verdict in verdicts_on(exploration, properties_of(case, system)):
        if verdict != before.verdicts[name]:
            return Outcome(Noticed.VERDICT, f"{name}: {before.verdicts[name]} → {verdict}")
    after = sizes_of(exploration)
    if not exploration.complete:
        return Outcome(Noticed.COUNT, f"states: {before.sizes[0]:,} → more than {after[0] - 1:,}")
    for what, one, other in zip(
        ("states", "transitions", "depth"), before.sizes, after, strict=True
    ):
        if one != other:
            return Outcome(Noticed.COUNT, f"{what}: {one:,} → {other:,}")
    return Outcome(Noticed.NOT)


def _fact(holds: bool) -> str:
    return "holds" if holds else "fails"


@dataclass(slots=True)
class Log:
    """
    Outcomes as they are found, kept in a file, so that a campaign that was stopped goes on.

    Attributes
    ----------
    path
        One line of JSON a mutant.
    outcomes
        Those that the file had when it was opened, and those since.
    """

    path: Path
    outcomes: dict[Mutant, Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                mutant, outcome = from_record(json.loads(line))
                self.outcomes[mutant] = outcome

    def keep(self, mutant: Mutant, outcome: Outcome) -> None:
        """Add an outcome."""
        self.outcomes[mutant] = outcome
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(to_record(mutant, outcome), ensure_ascii=False) + "\n")


def to_record(mutant: Mutant, outcome: Outcome) -> dict[str, object]:
    """Return a mutant and its outcome as plain data."""
    return {
        "family": mutant.family,
        "rule": mutant.rule,
        "part": mutant.part.value,
        "text": mutant.text,
        "noticed": outcome.noticed.value,
        "how": outcome.how,
        "tried": list(outcome.tried),
    }


def from_record(record: Mapping[str, object]) -> tuple[Mutant, Outcome]:
    """Return the mutant and the outcome that plain data describes."""
    tried = record["tried"]
    assert isinstance(tried, list)
    return (
        Mutant(
            str(record["family"]), str(record["rule"]), Part(record["part"]), str(record["text"])
        ),
        Outcome(Noticed(record["noticed"]), str(record["how"]), tuple(map(str, tried))),
    )


def campaign(
    base: Base,
    log: Log,
    only: Sequence[str] = (),
    processes: int = PROCESSES,
    states_max: int = STATES_IN_ALL_MAX,
) -> Iterator[tuple[Mutant, Outcome]]:
    """
    Yield every mutant with its outcome, those that the log has first.

    Parameters
    ----------
    base
        The model as it is.
    log
        What need not be tried again, and where outcomes are kept.
    only
        The families that are wanted; all for none.
    processes
        How many mutants are tried at once.
    states_max
        The most states of all the searches of one mutant.
    """
    wanted = [each for each in base.mutants if not only or each.family in only]
    yield from ((each, log.outcomes[each]) for each in wanted if each in log.outcomes)
    missing = [each for each in wanted if each not in log.outcomes]
    global _base, _states_max
    _base, _states_max = base, states_max
    with _workers(processes) as pool:
        for mutant, outcome in zip(missing, pool.imap(_classified, missing), strict=True):
            log.keep(mutant, outcome)
            yield mutant, outcome


_base, _states_max = Base({}), STATES_IN_ALL_MAX


def _classified(mutant: Mutant) -> Outcome:
    return classify(mutant, _base, _base.choose(mutant, _states_max))


def again(base: Base, lacking: Sequence[str], processes: int) -> Iterator[tuple[Mutant, Outcome]]:
    """Yield every mutant of these families, tried on larger searches too."""
    if lacking:
        yield from campaign(base, Log(Path(os.devnull)), lacking, processes, STATES_AT_LAST_MAX)
