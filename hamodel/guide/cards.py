"""
What was measured for the proof cards: minimal breaking sets and premises, kept beside the guide.

`python -m hamodel.cli.cards DOCS --search` measures and writes `breaking.json`; reading it searches
nothing. Each scope says on which deployment a claim was searched, and how far: a card says no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any

from hamodel.errors import InputError
from hamodel.trace import Trace, TraceStep

SCHEMA = 1
FILE = "breaking.json"


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Where the breaking sets of some claims are searched.

    Parameters
    ----------
    deployment, changes
        A shipped deployment, and the changes as `--set` takes them.
    claims
        Which claims.
    size_max
        How many faults a set has at most.
    limit_states
        Where each search is cut short.
    """

    deployment: str
    changes: tuple[str, ...]
    claims: tuple[str, ...]
    size_max: int
    limit_states: int


_FIXED = ("recording.pausable=false",)
_ONE_MANAGER = (*_FIXED, "resource_manager.mode=single", "scope.recorders=1")
_ONE_SERVER = (*_FIXED, "scope.media_servers=1", "scope.recorders=1")
_ONE_OF_EACH = (
    *_FIXED,
    "resource_manager.mode=single",
    "sip_server.pair=single",
    "scope.media_servers=1",
)
_UNITS = (*_ONE_OF_EACH, "recorder_group.main.separated=true")
_ALONE = (*_ONE_OF_EACH[:2], *_ONE_SERVER[1:])
_ACTIVE_MANAGERS = (*_ONE_SERVER, "sip_server.pair=single")
_SIGNALING = (*_UNITS, 'recorder_group.main.strategies=["signaling-backup"]')
_MEDIA = (*_UNITS, 'recorder_group.main.strategies=["media-backup"]')
_STOP_START = (
    *_ONE_OF_EACH,
    'recorder_group.main.strategies=["stop-start"]',
    "t_lib_client.backup=true",
)
_TWICE = (*_ONE_OF_EACH, "duplication.requested_by=sip-server")

SIZE = 3
"""How many faults a set has at most."""
_AT_ONCE = SIZE, 50_000_000
"""One search finds every multiset that breaks what fails in a state."""
_EACH = SIZE, 1_000_000
"""What must be transparent is searched for every multiset by itself."""

SCOPES = (
    Scope("reference", _ONE_MANAGER, ("SIP-1a", "SIP-1b", "SIP-1c"), *_AT_ONCE),
    Scope("reference", _ALONE, ("SIP-2",), *_EACH),
    Scope("reference", _ONE_SERVER, ("RM-2",), *_AT_ONCE),
    Scope("reference", _ACTIVE_MANAGERS, ("RM-3",), *_AT_ONCE),
    Scope("reference", _ACTIVE_MANAGERS, ("RM-4",), *_EACH),
    Scope("reference", _ONE_MANAGER, ("MS-1", "MS-2", "MS-3", "MS-4"), *_AT_ONCE),
    Scope("reference", _SIGNALING, ("REC-4",), *_EACH),
    Scope("reference", _MEDIA, ("REC-5",), *_AT_ONCE),
    Scope("reference", _STOP_START, ("REC-6", "REC-7", "TLIB-1", "TLIB-2"), *_AT_ONCE),
    Scope("reference", _TWICE, ("DUP-1", "DUP-3", "DUP-4", "DUP-5c", "DUP-6", "DUP-7"), *_AT_ONCE),
    Scope("reference", _ONE_OF_EACH[1:], ("COMPLIANCE",), *_AT_ONCE),
)
"""The scopes that are measured: small ones, as three faults multiply what can happen."""


@dataclass(frozen=True, slots=True)
class Broken:
    """
    A minimal breaking set.

    Parameters
    ----------
    faults
        Its fault classes.
    orders
        Each order of them, and whether it breaks the property too; None: not decided.
    run
        The shortest run that shows it.
    happened
        The fault classes in the order of that run.
    """

    faults: tuple[str, ...]
    orders: tuple[tuple[tuple[str, ...], bool | None], ...]
    run: Trace
    happened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """
    What was found about one property of a claim.

    Parameters
    ----------
    deployment, changes, claim, prop
        What was searched.
    size_max, repairs, limit_states, searches, states_max
        How far: as `hamodel.engine.breaking.BreakingSets` has it.
    minimal, undetermined
        The sets that break it, and those about which nothing is known.
    verdict, states
        The verdict within the claim's own assumptions there, and the distinct states it took.
    premise
        The shortest run to where the premise holds, if that verdict has one.
    """

    deployment: str
    changes: tuple[str, ...]
    claim: str
    prop: str
    size_max: int
    repairs: int
    limit_states: int
    searches: int
    states_max: int
    minimal: tuple[Broken, ...]
    undetermined: tuple[tuple[str, ...], ...]
    verdict: str
    states: int
    premise: Trace | None

    @property
    def where(self) -> str:
        """The deployment and its changes, in words."""
        return " with ".join(part for part in (self.deployment, ", ".join(self.changes)) if part)


def bare(trace: Trace) -> Trace:
    """Return a trace without what its steps change and say: its rules tell the story."""
    steps = tuple(TraceStep(rule) for rule in trace.rules)
    return Trace(steps, trace.loop, trace.fork, trace.note)


def shipped_measurements() -> tuple[Measured, ...]:
    """Return what is shipped; nothing if there is no such file."""
    file = resources.files("hamodel.guide").joinpath(FILE)
    return read_measurements(file.read_text(encoding="utf-8")) if file.is_file() else ()


def read_measurements(text: str, file: str = FILE) -> tuple[Measured, ...]:
    """
    Return what the JSON text of such a file says.

    Raises
    ------
    InputError
        HA043 for another schema, HA085 for anything that is no such file.
    """
    try:
        table = json.loads(text)
        schema = table["schema"]
        if schema != SCHEMA:
            raise InputError(
                "HA043", f"it is of schema {schema!r}; this version reads {SCHEMA}", file=file
            )
        return tuple(_measured(entry) for entry in table["measured"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"it is no file of measurements ({error!r:.80}); write it anew with "
        raise InputError(
            "HA085", f"{said}`python -m hamodel.cli.cards DOCS --search`", file=file
        ) from None


def _measured(entry: Mapping[str, Any]) -> Measured:
    found = dict(entry)
    found["changes"] = tuple(entry["changes"])
    found["undetermined"] = tuple(map(tuple, entry["undetermined"]))
    found["minimal"] = tuple(map(_broken, entry["minimal"]))
    found["premise"] = None if entry["premise"] is None else _run(entry["premise"])
    return Measured(**found)


def _broken(entry: Mapping[str, Any]) -> Broken:
    orders = tuple((tuple(order), breaks) for order, breaks in entry["orders"])
    return Broken(tuple(entry["faults"]), orders, _run(entry["run"]), tuple(entry["happened"]))


def _run(entry: Mapping[str, Any]) -> Trace:
    steps = tuple(TraceStep(str(rule)) for rule in entry["rules"])
    return Trace(steps, entry["loop"], entry["fork"], entry["note"])


def write_measurements(found: Iterable[Measured]) -> str:
    """Return the JSON text of these; reading it gives the same."""
    table = {"schema": SCHEMA, "measured": [_entry(each) for each in found]}
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def _entry(found: Measured) -> dict[str, Any]:
    entry: dict[str, Any] = {each.name: getattr(found, each.name) for each in fields(found)}
    entry["minimal"] = [
        {
            "faults": each.faults,
            "orders": each.orders,
            "happened": each.happened,
            "run": _run_entry(each.run),
        }
        for each in found.minimal
    ]
    entry["premise"] = None if found.premise is None else _run_entry(found.premise)
    return entry


def _run_entry(trace: Trace) -> dict[str, Any]:
    return {
        "rules": trace.rules,
        "loop": trace.loop,
        "fork": trace.fork,
        "note": trace.note,
    }
