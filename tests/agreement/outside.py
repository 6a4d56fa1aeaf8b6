"""Waits that an outside checker measures too: storm, on what is written in the PRISM language."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hamodel import TRUE, Budget, Expr, SearchError, System, check_in_time, leads_to
from hamodel.engine.ticks import waits as waits_by_ticks
from hamodel.engine.timed.search import Waits, waits
from hamodel.export import prism
from hamodel.export.prism import tick_ms
from hamodel.verdict import REFUTED
from tests.agreement.timed_deployments import Setting, in_ticks, part_of
from tests.agreement.timed_systems import timed_drawing
from tests.engine.timed.examples import EXAMPLES

SOLVER = Path(__file__).parents[1] / "benchmarks" / "storm_solver.py"
QUERIES = ('R{"waiting"}max=? [ C ]', 'R{"waiting"}min=? [ F "over" ]', 'Pmax=? [ F "over" ]')
TICKS = 3_000
"""A drawn system with more timed states than this is left out."""
GUIDE = (
    Setting("small-single-site", "uncontrollable", "sip-server-crash"),
    Setting("small-single-site", "uncontrollable", "host-loss"),
    Setting("small-single-site", "uncontrollable", "sip-server-hang"),
    Setting("small-single-site", "unrecorded", "sip-server-crash"),
    Setting("reference", "uncontrollable", "sip-server-crash"),
)
"""Settings of deployments with their own timers."""
RANKED = (
    Setting("small-single-site", "audio_outage", "media-server-crash"),
    Setting("small-single-site", "unrecorded", "host-loss"),
    Setting("reference", "audio_outage", "media-server-crash"),
    Setting("reference", "uncontrollable", "host-loss"),
)
"""Settings with small timers in the same order: with their own there are too many ticks."""
SEEDS = 200
"""So many systems are drawn."""


@dataclass(frozen=True, slots=True)
class Case:
    """A system, a budget, and a wait: the guards since, begin and end."""

    name: str
    system: System
    budget: Budget
    wait: tuple[Expr, Expr, Expr]

    @property
    def text(self) -> str:
        """The system in the PRISM language."""
        return prism(self.system, self.budget, wait=self.wait)


@dataclass(frozen=True, slots=True)
class Measured:
    """
    What this engine finds of a case; times in ms.

    Attributes
    ----------
    text
        The SHA-256 of what storm is given.
    tick
        How long a tick is there.
    worst, best
        The longest and the shortest wait that ends; None without one, or beside one without end.
    endless
        Whether a wait is without end.
    """

    text: str
    tick: int
    worst: int | None
    best: int | None
    endless: bool


def cases() -> Iterator[Case]:
    """Yield every case: deployments, systems worked out by hand, and drawn ones."""
    yield from guide_cases()
    yield from by_hand()
    for seed in range(SEEDS):
        case = drawn_case(seed)
        if case is not None:
            yield case


def by_hand() -> Iterator[Case]:
    """Yield every system worked out by hand."""
    for name, make in EXAMPLES.items():
        its = make()
        yield Case(name, its.system, its.budget, (TRUE, its.begin, ~its.begin))


def guide_cases() -> Iterator[Case]:
    """Yield every setting of a deployment."""
    for setting in (*GUIDE, *RANKED):
        part, lost, budget = part_of(setting)
        wait = lost.since, lost.begin, lost.end
        if setting in GUIDE:
            yield Case(str(setting), part, budget, wait)
        else:
            yield Case(f"{setting}, in few ticks", in_ticks(part), budget, wait)


def drawn_case(seed: int) -> Case | None:
    """Return the system of a seed as a case; None if it steps beyond a range, or is too large."""
    try:
        drawn = timed_drawing(seed)
        its = drawn.begin, drawn.end, drawn.budget
        found = waits_by_ticks(drawn.system, *its, since=drawn.since, limit_states=TICKS)
    except SearchError:
        return None
    if found.cut:
        return None
    wait = drawn.since, drawn.begin, drawn.end
    return Case(f"seed {seed}", drawn.system, drawn.budget, wait)


def measured(case: Case) -> Measured:
    """Return what this engine finds."""
    since, begin, end = case.wait
    found: Waits = waits(case.system, begin, end, case.budget, since=since)
    assert found.cut is None
    worst, best = found.worst, found.best
    return Measured(
        hashlib.sha256(case.text.encode()).hexdigest(),
        tick_ms(case.system),
        None if worst is None else worst.ms,
        None if best is None else best.ms,
        worst is not None and bool(worst.why),
    )


def missing(python: str = sys.executable) -> str:
    """Return what a Python lacks to solve a case, or nothing."""
    if python == sys.executable:
        return "" if importlib.util.find_spec("stormpy") else "stormpy (the extra `oracle`)"
    found = subprocess.run([python, "-c", "import stormpy"], check=False, capture_output=True)
    return "" if found.returncode == 0 else f"stormpy, of {python}"


def solved(texts: Sequence[str], python: str = sys.executable) -> tuple[str, list[dict[str, Any]]]:
    """Return the version of stormpy, and for each text its states and the values of `QUERIES`."""
    asked = json.dumps([{"text": text, "queries": list(QUERIES)} for text in texts])
    found = subprocess.run(
        [python, str(SOLVER)], input=asked, check=True, capture_output=True, text=True
    )
    answer = json.loads(found.stdout.splitlines()[-1])
    return answer["stormpy"], answer["answers"]


def row(case: Case, answer: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return what both found, after comparing it.

    Raises
    ------
    AssertionError
        If the longest or the shortest differs, or whether one is without end, or can end.
    """
    found = measured(case)
    longest, shortest, ends = answer["values"]
    assert found.endless == (longest is None), f"endless {found.endless}, storm {longest}"
    if longest is not None:
        _same_longest(case, found, longest * found.tick)
        expected = None if shortest is None else shortest * found.tick
        assert found.best == expected, f"shortest {found.best}, storm {expected}"
        assert bool(ends) == (found.worst is not None)
    return {
        "name": case.name,
        **asdict(found),
        "storm": {
            "states": answer["states"],
            "longest_ticks": longest,
            "shortest_ticks": shortest,
            "ends": bool(ends),
        },
    }


def _same_longest(case: Case, found: Measured, ms: int) -> None:
    """Assert that a wait takes at most so long, and that one does."""
    if ms == (found.worst or 0):
        return
    # What storm adds is a wait in which time stands still for ever: it does not end, and has taken
    # no more than so long.
    since, begin, end = case.wait
    assert since == TRUE, f"longest {found.worst}, storm {ms}"
    within, less = (
        check_in_time(case.system, leads_to("p", begin, end, within=limit), case.budget)
        for limit in (ms, ms - 1)
    )
    assert within.kind is not REFUTED, f"longest {found.worst}, storm {ms}: {within}"
    assert less.kind is REFUTED, f"longest {found.worst}, storm {ms}: {less}"
