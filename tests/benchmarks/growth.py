"""How a search in time grows: with calls, with Media Servers, and with faults."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hamodel.budget import Budget, parse_budget
from hamodel.cli.losses import worst_loss
from hamodel.engine.limits import Limits
from hamodel.guide import build, build_parts, load
from hamodel.guide.loss import unrecorded, with_causes
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("growth.json")
CLASSES = 50_000_000
"""Where a search is cut short."""
ONE = "media-server-crash=1"
FAULTS = (
    "0",
    ONE,
    f"{ONE},resource-manager-crash=1",
    f"{ONE},sip-server-crash=1",
    "media-server-crash=2",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a search is, and what it found."""

    calls: int
    media_servers: int
    faults: str
    worst_ms: int | None
    endless: bool
    states: int
    classes: int
    cut: bool
    seconds: float


def sizes() -> Iterator[tuple[int, int, str]]:
    """Yield calls, Media Servers and faults of each search."""
    for servers in (2, 3, 4):
        for faults in FAULTS:
            yield 1, servers, faults
    for faults in FAULTS[:2]:
        yield 2, 2, faults


def measured(calls: int, servers: int, faults: str, classes: int = CLASSES) -> Size:
    """Return how large the search is for the longest time that a call goes unrecorded."""
    changes = (
        f"scope.calls={calls}",
        f"media_server.count={servers}",
        f"scope.media_servers={servers}",
    )
    deployment = load("reference", changes)
    parts = build_parts(deployment)
    system = with_causes(parts, build(deployment))
    lost = unrecorded(parts, "call_1")
    budget = Budget() if faults == "0" else parse_budget(faults)
    began = time.perf_counter()
    found = worst_loss(system, lost, "call_1", budget, limits=Limits(states=classes)).waits
    return Size(
        calls,
        servers,
        faults,
        None if found.worst is None else found.worst.ms,
        found.worst is not None and found.worst.ms is None,
        found.states,
        found.classes,
        found.cut is not None,
        round(time.perf_counter() - began, 1),
    )


def kept() -> dict[str, Any]:
    """Return what is committed."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def rows(found: list[dict[str, Any]]) -> list[list[str]]:
    """Return a row of words for each search."""
    return [
        [
            str(row["calls"]),
            str(row["media_servers"]),
            "none" if row["faults"] == "0" else row["faults"],
            _at_most(row),
            f"{row['states']:,}",
            f"{row['classes']:,}",
            f"{row['seconds']:.1f}",
        ]
        for row in found
    ]


def _at_most(row: dict[str, Any]) -> str:
    if row["cut"]:
        return "not known: cut short"
    if row["endless"]:
        return "without end"
    return "nothing" if row["worst_ms"] is None else f"{row['worst_ms'] / 1_000:g} s"


HEADINGS = ["calls", "Media Servers", "faults", "unrecorded at most", "states", "classes", "s"]


def command(chosen: argparse.Namespace) -> int:
    """Measure every size."""
    made_on, found = commit(), []
    for size in sizes():
        found.append(asdict(measured(*size)))
        print(table(HEADINGS, rows(found[-1:])), flush=True)
    if chosen.write:
        whole = {"commit": made_on, "machine": machine(), "sizes": found}
        FILE.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0
