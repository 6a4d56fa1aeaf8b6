"""The formula campaign: what the tables say beside the engine, at random vectors of timers."""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hamodel import Budget
from hamodel.cli.formula import at_most, where
from hamodel.cli.formulas import LossFormula, loss_formula, lost_by, short_names
from hamodel.cli.losses import worst_loss
from hamodel.cli.subject import load_deployment, system_of
from hamodel.engine.limits import Limits
from hamodel.engine.timed.formula import Sort
from hamodel.engine.timed.linear import evaluated
from hamodel.guide import Deployment, build_parts
from hamodel.guide.deployment.timers import with_durations
from hamodel.guide.loss import with_causes
from tests.agreement.linear_systems import compare_formula
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("formula.json")
EACH = 60
"""Vectors of a random system."""
SECONDS = 60.0
"""A vector at which the engine needs longer is left out, and counted."""


LIMITS = Limits(3_000_000)
"""How many classes a search of a table may have."""


@dataclass(frozen=True, slots=True)
class Case:
    """A table of `reference`, the share of the vectors that it gets, and of which timers it is."""

    what: str
    faults: dict[str, int]
    share: float
    changes: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What is lost, within which faults, with which changes."""
        faults = ",".join(f"{name}={number}" for name, number in self.faults.items())
        return " ".join((self.what, faults, *self.changes))


MEDIA_SERVER, SIP_SERVER = {"media-server-crash": 1}, {"sip-server-crash": 1}
TCP = ("resource_manager.monitor.transport=tcp",)
WAITING = ("t2=1 s..10 s", "trying_timeout=1 s..60 s")
"""Two ways to wait for a Resource Manager that died: by a 100 Trying, or by timer E."""
SWITCHOVER = ("addp_timeout", "decides", "vip_move")
BOTH = {"media-server-crash": 1, "resource-manager-crash": 1}
CASES = (
    Case("unrecorded", MEDIA_SERVER, 0.002),
    Case("audio_outage", BOTH, 0.003, timers=WAITING),
    Case("unrecorded", {"recorder-media-crash": 1}, 0.006),
    Case("audio_outage", MEDIA_SERVER, 0.014),
    Case("audio_outage", MEDIA_SERVER, 0.014, TCP),
    Case("audio_outage", {"media-server-hang": 1}, 0.004, TCP),
    Case("unrecorded", SIP_SERVER, 0.006),
    Case("uncontrollable", SIP_SERVER, 0.02),
    Case("uncontrollable", {"host-loss": 1}, 0.012, timers=SWITCHOVER),
    Case("unrecorded", BOTH, 0.0008, timers=WAITING[1:]),
    Case("uncontrollable", MEDIA_SERVER, 0.004),
)
"""The rest of the vectors are those of random systems."""


def command(chosen: argparse.Namespace) -> int:
    """Compare so many vectors; 1 on a mismatch."""
    began = commit()
    if chosen.only:
        return _again(chosen, began)
    jobs = [(case, max(2, round(case.share * chosen.vectors))) for case in CASES]
    of_random = chosen.vectors - sum(count for _, count in jobs)
    cases: dict[str, Any] = {}
    sorts: Counter[str] = Counter()
    mismatches: list[str] = []
    with ProcessPoolExecutor(chosen.processes) as pool:
        running = [(case, pool.submit(compare, case, count)) for case, count in jobs]
        blocks = _blocks(pool, chosen.processes)
        seeds = 0
        while _compared(sorts) < of_random:
            found, wrong = next(blocks)
            sorts += found
            mismatches += wrong
            seeds += BLOCK
        blocks.close()
        for case, result in running:
            cases[case.name] = {"commit": began, **result.result()}
            mismatches += cases[case.name].pop("mismatches")
    compared = _compared(sorts) + sum(its["vectors"] for its in cases.values())
    kept = {
        "commit": began,
        "machine": machine(),
        "vectors": compared,
        "reference": cases,
        "random": {"seeds": [0, seeds], "sorts": dict(sorted(sorts.items()))},
        "mismatches": mismatches,
    }
    heads = ["of reference", "rows", "regions", "seconds", "vectors", "on a border", "left out"]
    keys = ("rows", "regions", "seconds", "vectors", "on_a_border", "left_out")
    lines = [
        [name, *(str(len(its[k]) if k == "rows" else its[k]) for k in keys)]
        for name, its in cases.items()
    ]
    print(table(heads, lines))
    print(table(["random systems", "vectors"], [[a, str(b)] for a, b in sorted(sorts.items())]))
    print(f"{compared} vectors, {len(mismatches)} mismatches; machine: {machine()}")
    if chosen.write:
        FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(mismatches))


def _again(chosen: argparse.Namespace, began: str) -> int:
    """Compare the vectors of some tables anew; the rest of what is committed stays."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    before, mismatches = kept["reference"], []
    for case in CASES:
        if case.name in chosen.only:
            found = compare(case, max(2, round(case.share * chosen.vectors)))
            mismatches += found.pop("mismatches")
            kept["vectors"] += found["vectors"] - before.get(case.name, {"vectors": 0})["vectors"]
            before[case.name] = {"commit": began, **found}
            print(f"{case.name}: {found['vectors']} vectors, {found['regions']} regions")
    print(f"{len(mismatches)} mismatches; machine: {machine()}")
    kept["reference"] = {case.name: before[case.name] for case in CASES if case.name in before}
    kept["mismatches"] += mismatches
    if chosen.write:
        FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(mismatches))


Sorts = tuple[Counter[str], list[str]]
COMPARED = ("ends", "endless", "never")
BLOCK = 10


def _compared(sorts: Counter[str]) -> int:
    return sum(sorts[each] for each in COMPARED)


def _blocks(pool: ProcessPoolExecutor, ahead: int) -> Generator[Sorts, None, None]:
    """Yield what random systems showed, block by block in the order of their seeds."""
    waiting = [pool.submit(compare_seeds, k * BLOCK) for k in range(ahead)]
    following = ahead
    try:
        while True:
            yield waiting.pop(0).result()
            waiting.append(pool.submit(compare_seeds, following * BLOCK))
            following += 1
    finally:
        for each in waiting:
            each.cancel()


def compare_seeds(first: int) -> tuple[Counter[str], list[str]]:
    """Compare a block of random systems."""
    sorts: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in range(first, first + BLOCK):
        try:
            sorts += compare_formula(seed, EACH)
        except AssertionError as error:
            wrong.append(f"seed {seed}: {error}"[:500])
    return sorts, wrong


def compare(case: Case, count: int) -> dict[str, Any]:
    """Work out a table of `reference`, and compare it with the engine at so many vectors."""
    deployment = load_deployment("reference", case.changes)
    budget, began = Budget(case.faults), time.perf_counter()
    found = loss_formula(
        deployment,
        case.what,
        budget,
        timers=case.timers,
        limits=LIMITS,
        regions=200,
    )
    seconds = time.perf_counter() - began
    chance = random.Random(case.name)  # noqa: S311 (nothing is secret)
    left_out = done = borders = 0
    mismatches: list[str] = []
    while done < count:
        on_border = bool(done % 2)
        point = _border(found, chance) if on_border else _near(found, chance)
        if point is None:
            continue
        row = found.table.row(point)
        worst, cut = _engine(deployment, case, found.table.names, point)
        if cut or row.sort is Sort.UNDETERMINED:
            left_out += 1
            continue
        if worst != (row.sort, found.table.worst(point)):
            mismatches.append(
                f"{case.name} at {point}: {worst}, the table has "
                f"{at_most(row, found.table.names, LIMITS)}"
            )
        done, borders = done + 1, borders + on_border
    names = list(short_names(found.table.names).values())
    return {
        "timers": list(found.table.names),
        "rows": [[where(row, names), at_most(row, names, LIMITS)] for row in found.table.rows],
        "regions": found.table.searched,
        "seconds": round(seconds, 1),
        "vectors": done,
        "on_a_border": borders,
        "left_out": left_out,
        "mismatches": mismatches,
    }


def page_rows(kept: dict[str, Any]) -> list[str]:
    """Return the rows of the page's table: what is lost, within which faults, where, at most."""
    found = []
    for case in CASES:
        faults = ", ".join(case.faults)
        ranges = [timer for timer in case.timers if "=" in timer]
        changes = [change.rpartition(".")[2] for change in case.changes]
        within = "; ".join((faults, *changes, *ranges))
        for place, most in kept["reference"][case.name]["rows"]:
            found.append(f"| {case.what} | {within} | {place} | {most} |")
    return found


def _engine(
    deployment: Deployment, case: Case, names: Sequence[str], point: Sequence[int]
) -> tuple[tuple[Sort, int | None], bool]:
    """Return what the engine finds at a vector, in the model that is built of plain numbers."""
    its = with_durations(deployment, dict(zip(names, point, strict=True)))
    system = with_causes(build_parts(its), system_of(its))
    limits = Limits(time=SECONDS)
    loss = worst_loss(system, lost_by(case.what, its), "call_1", Budget(case.faults), limits=limits)
    worst = loss.worst
    sort = Sort.NEVER if worst is None else Sort.ENDLESS if worst.why else Sort.ENDS
    return (sort, worst.ms if worst else None), loss.waits.cut is not None


def _near(found: LossFormula, chance: random.Random) -> tuple[int, ...]:
    """Return a vector of which each timer is a tenth to ten times what it is here."""
    return tuple(
        min(its.high, max(its.low, round(max(1, its.value) * math.exp(chance.uniform(-2.3, 2.3)))))
        for its in found.timers
    )


def _border(found: LossFormula, chance: random.Random) -> tuple[int, ...] | None:
    """
    Return a vector on a border or 1 ms beside one, within the ranges; None if it was not met.

    A border is where a condition of a row is just met, or the least that a timer can be.
    """
    point = list(_near(found, chance))
    forms = [form for row in found.table.rows for form in row.region.conditions]
    if forms and chance.random() < 0.8:
        form = chance.choice(forms)
        place = chance.choice([k for k, factor in enumerate(form[1:]) if factor])
        rest = evaluated(form, point) - form[place + 1] * point[place]
        point[place] = -(rest // form[place + 1]) + chance.randint(-1, 1)
    else:
        place = chance.randrange(len(point))
        if "gives_up" in found.timers[place].key:
            return None  # to give up at once, again and again, takes the engine too long
        point[place] = found.timers[place].low + chance.randint(0, 1)
    its = found.timers[place]
    return tuple(point) if its.low <= point[place] <= its.high else None
