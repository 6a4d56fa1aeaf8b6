"""The manifest: every scenario run, and what differs from what it expects."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from hamodel.cli.regenerate import regenerated
from hamodel.guide.manifest import Expected, Scenario, read_manifest, write_manifest
from tests.benchmarks.tables import ROOT

FILE = ROOT / "hamodel" / "guide" / "manifest.toml"


def command(chosen: argparse.Namespace) -> int:
    """Run the scenarios, print the differences, write them if wanted; 1 if there are any."""
    return regenerate(FILE, tuple(chosen.only), write=chosen.write)


def regenerate(file: Path, only: tuple[str, ...] = (), *, write: bool = False) -> int:
    """
    Run the scenarios of a manifest, and print what differs.

    Parameters
    ----------
    file
        The manifest.
    only
        The names of the scenarios that are run; all for none.
    write
        Whether the manifest is to expect what was found; it is written after each scenario.
    """
    scenarios = list(read_manifest(file.read_text(encoding="utf-8"), str(file)))
    different = False
    for place, scenario in enumerate(scenarios):
        if only and scenario.name not in only:
            continue
        began = time.perf_counter()
        fresh = regenerated(scenario)
        lines = list(differences(scenario, fresh))
        different = different or bool(lines)
        print(f"{scenario.name}: {len(lines) or 'no'} differences")
        for line in lines:
            print(f"  {line}")
        print(f"[{time.perf_counter() - began:6.1f} s] {scenario.name}", file=sys.stderr)
        scenarios[place] = fresh
        if write and lines:
            file.write_text(write_manifest(scenarios), encoding="utf-8")
    return int(different)


def differences(before: Scenario, after: Scenario) -> Iterator[str]:
    """Yield a line for each expectation that is new, gone, or another."""
    old = {(each.claim, each.property): each for each in before.expect}
    new = {(each.claim, each.property): each for each in after.expect}
    for key in dict.fromkeys((*old, *new)):
        one, two = _said(old.get(key)), _said(new.get(key))
        if one != two:
            yield f"{' '.join(key).strip()}: {one} → {two}"


def _said(expected: Expected | None) -> str:
    if expected is None:
        return "–"
    parts = [expected.status]
    if expected.states is not None:
        parts.append(f"{expected.states:,} states, depth {expected.depth}")
    if expected.beyond:
        parts.append(f"beyond {expected.beyond}")
    return ", ".join(parts)
