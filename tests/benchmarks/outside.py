"""The campaign `outside`: waits that storm measures too, on what `hamodel.export.prism` writes."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.agreement.outside import cases, missing, row, solved
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("outside.json")


def kept() -> dict[str, Any]:
    """Return what is committed."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def command(chosen: argparse.Namespace) -> int:
    """Compare every case; 1 on a mismatch, 2 without stormpy."""
    if lacking := missing(chosen.stormpy_python):
        print(f"not installed: {lacking}; the campaign is about it")
        return 2
    made_on = commit()
    all_ = list(cases())
    version, answers = solved([case.text for case in all_], chosen.stormpy_python)
    rows, mismatches = [], []
    for case, answer in zip(all_, answers, strict=True):
        try:
            rows.append(row(case, answer))
        except AssertionError as error:
            mismatches.append(f"{case.name}: {error}"[:500])
    sorts = Counter(sort_of(each) for each in rows)
    print(table(["longest wait", "cases"], [[a, str(b)] for a, b in sorted(sorts.items())]))
    for each in rows:
        if not each["name"].startswith("seed"):
            said = "without end" if each["endless"] else f"{each['worst']} ms"
            print(f"{each['name']}: {said}; storm: {each['storm']}, a tick is {each['tick']} ms")
    for mismatch in mismatches:
        print(mismatch)
    print(f"{len(rows)} cases agree, {len(mismatches)} mismatches; stormpy {version}; {machine()}")
    if chosen.write:
        result = {
            "commit": made_on,
            "machine": machine(),
            "stormpy": version,
            "mismatches": mismatches,
            "cases": rows,
        }
        FILE.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(mismatches))


def sort_of(each: dict[str, Any]) -> str:
    """Return how a case's longest wait ends."""
    if each["endless"]:
        return "without end"
    if each["worst"] is None:
        return "none ends"
    return "some time" if each["worst"] else "no time"
