"""The campaign `ticks`: what a call loses in every deployment that is shipped, tick by tick too."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tests.agreement.timed_deployments import (
    Compared,
    Setting,
    compare_setting,
    lost_in_ms,
    settings,
)
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("ticks.json")
STATES = 300_000
"""A setting with more timed states than this is cut; a cut one is no agreement."""
CLASSES = 3
"""One with more than a third as many classes is not begun: mostly a class is up to four states."""
WHOLE = 60_000_000
"""Within so many classes, what is lost is looked for with a deployment's own timers."""


def kept() -> dict[str, Any]:
    """Return what is committed."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def command(chosen: argparse.Namespace) -> int:
    """Compare every setting, print how many agree and which were cut; 1 on a mismatch."""
    rows: list[dict[str, Any]] = []
    mismatches: list[str] = []
    made_on = commit()
    for each in _asked_for(chosen):
        began = time.perf_counter()
        try:
            setting, found, alike = _compare(each, chosen.states)
            smaller = setting.changes[len(each.changes) :]
        except AssertionError as error:
            mismatches.append(f"{each}: {error}"[:500])
            print(mismatches[-1])
            continue
        row = asdict(each) | {"smaller": smaller, "alike": alike} | asdict(found)
        rows.append(row | {"limit": chosen.states, "commit": made_on})
        how = "cut" if found.cut else f"{found.ticks} timed states, {found.classes} classes"
        seconds = time.perf_counter() - began
        print(f"[{seconds:5.1f} s] {setting}: {how}", file=sys.stderr, flush=True)
        if chosen.write:
            _write(rows[-1:], [])
    _print(rows)
    print(f"{len(mismatches)} mismatches; machine: {machine()}")
    if chosen.write:
        _write([], mismatches)
    return int(bool(mismatches))


def _asked_for(chosen: argparse.Namespace) -> list[Setting]:
    """Return the settings of the deployments that are asked for; of these, what was cut if so."""
    found = list(settings(chosen.only))
    if not chosen.cut:
        return found
    known = {asked_of(row): row["cut"] for row in _written()["settings"]}
    return [each for each in found if known.get(each, True)]


def _write(rows: list[dict[str, Any]], mismatches: list[str]) -> None:
    """Write some settings, in the place of what was known of them; all others stay."""
    before = _written()
    settings = {str(asked_of(row)): row for row in (*before["settings"], *rows)}
    result = {
        "machine": machine(),
        "mismatches": [*before["mismatches"], *mismatches],
        "settings": [settings[place] for place in sorted(settings)],
    }
    FILE.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


Alike = dict[str, int | bool | None] | None


def _compare(setting: Setting, limit_states: int) -> tuple[Setting, Compared, Alike]:
    """
    Return what a setting came to; if it was cut, the first that is smaller and was not.

    What is smaller stands for it only if it loses the same, in ms, with its own timers: that is
    returned too.
    """
    limits = limit_states, limit_states // CLASSES
    whole = compare_setting(setting, *limits)
    if not whole.cut:
        return setting, whole, None
    its = lost_in_ms(setting, WHOLE)
    for each in setting.smaller():
        if its is not None and lost_in_ms(each, limit_states) == its:
            found = compare_setting(each, *limits)
            if not found.cut:
                return each, found, its
    return setting, whole, None


def _written() -> dict[str, Any]:
    return kept() if FILE.exists() else {"mismatches": [], "settings": []}


def asked_of(row: dict[str, Any]) -> Setting:
    """Return the setting that a row is about."""
    names = row["deployment"], row["lost"], row["fault"]
    return Setting(*names, tuple(row["changes"]), row["repairs"])


def setting_of(row: dict[str, Any]) -> Setting:
    """Return the setting that was compared for it, which may be smaller."""
    asked = asked_of(row)
    return replace(asked, changes=(*asked.changes, *row["smaller"]))


def _print(rows: list[dict[str, Any]]) -> None:
    agreed = Counter((row["deployment"], bool(row["smaller"])) for row in rows if not row["cut"])
    cut = Counter(row["deployment"] for row in rows if row["cut"])
    names = dict.fromkeys(row["deployment"] for row in rows)
    lines = [
        [name, str(agreed[name, False]), str(agreed[name, True]), str(cut[name])] for name in names
    ]
    print(table(["deployment", "agree", "agree, smaller", "cut"], lines))
    verdicts = Counter(kind for row in rows for kind in row["verdicts"].values())
    print(f"properties judged in time: {dict(sorted(verdicts.items()))}")
    for row in rows:
        if row["cut"]:
            print(f"cut: {setting_of(row)}, beyond {max(row['states'], row['ticks'])} states")
