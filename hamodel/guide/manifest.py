"""
The manifest: what each scenario is expected to show, as data.

A scenario is a deployment with changes and, if it widens one, a fault budget. Scenarios that must
fail are as much a part of it as those that must not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeVar

from hamodel.errors import InputError, among

SCHEMA = 1
STATUSES = (
    "PROVED",
    "REFUTED",
    "UNDETERMINED",
    "WITNESSED",
    "NEEDS TIMERS",
    "NOT A PROMISE",
    "NOT APPLICABLE",
)
_SCENARIO = ("name", "deployment", "set", "faults", "repairs", "claims", "note", "expect")
_EXPECT = ("claim", "property", "status", "states", "depth", "beyond")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Expected:
    """
    What is expected of one claim and property.

    Parameters
    ----------
    claim, property
        Which; the property is empty for a claim that is judged without a search.
    status
        One of `STATUSES`.
    states, depth
        Distinct states of the search, and how far the farthest is; None without a search.
    beyond
        The verdict under the larger budget; empty if there is none.
    """

    claim: str
    property: str
    status: str
    states: int | None = None
    depth: int | None = None
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    A run of `hamodel check`, and what it is to show.

    Parameters
    ----------
    name, note
        What it is called, and why it is here.
    deployment, changes
        A shipped deployment, and the changes as `--set` takes them.
    faults, repairs
        As `--faults` and `--repairs` take them; empty for the promises' own.
    claims
        Only these; all for none.
    expect
        In the order of the rows.
    """

    name: str
    deployment: str
    changes: tuple[str, ...] = ()
    faults: str = ""
    repairs: str = ""
    claims: tuple[str, ...] = ()
    note: str = ""
    expect: tuple[Expected, ...] = ()

    def is_run(
        self, deployment: str, changes: Sequence[str], faults: str = "", repairs: str = ""
    ) -> bool:
        """Return whether this is the scenario of such a run; the order of changes is no matter."""
        mine = (self.deployment, sorted(map(_squeezed, self.changes)), self.faults, self.repairs)
        return mine == (deployment, sorted(map(_squeezed, changes)), faults, repairs)


def _squeezed(change: str) -> str:
    return "=".join(part.strip() for part in change.split("=", 1))


def read_manifest(text: str, file: str = "manifest.toml") -> tuple[Scenario, ...]:
    """
    Return the scenarios that a manifest's TOML text describes.

    Raises
    ------
    InputError
        HA085 for anything that is not a manifest, HA043 for an unknown schema.
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError("HA085", f"it is not TOML ({error})", file=file) from None
    reader = _Reader(file)
    schema = table.get("schema")
    if schema != SCHEMA:
        raise InputError(
            "HA043", f"it is of schema {schema!r}; this version reads {SCHEMA}", file=file
        )
    reader.keys(table, "the manifest", ("schema", "scenario"))
    scenarios = tuple(reader.scenario(entry) for entry in reader.tables(table, "scenario", "it"))
    reader.distinct("scenario", [scenario.name for scenario in scenarios])
    return scenarios


def shipped_manifest() -> tuple[Scenario, ...]:
    """Return the scenarios of the manifest that is shipped; none if there is no such file."""
    file = resources.files("hamodel.guide").joinpath("manifest.toml")
    return read_manifest(file.read_text(encoding="utf-8")) if file.is_file() else ()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads tables strictly, and knows the file for its complaints."""

    file: str

    def fail(self, message: str) -> InputError:
        return InputError("HA085", message, file=self.file)

    def keys(self, entry: Mapping[str, object], what: str, possible: Sequence[str]) -> None:
        for key in entry:
            if key not in possible:
                raise self.fail(f"{what} has the key {key!r}; possible are {among(possible)}")

    def distinct(self, what: str, names: Sequence[str]) -> None:
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise self.fail(f"there is more than one {what} {among(twice)}; keep one")

    def tables(
        self, entry: Mapping[str, object], key: str, what: str
    ) -> Iterable[Mapping[str, Any]]:
        found = entry.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.fail(f"{key!r} of {what} is no list of tables; write [[{key}]]")
        return found

    def value(self, entry: Mapping[str, Any], key: str, what: str, kind: type[T], default: T) -> T:
        found = entry.get(key, default)
        if not isinstance(found, kind) or isinstance(found, bool):
            raise self.fail(f"{key!r} of {what} is {found!r:.60}; it must be a {kind.__name__}")
        return found

    def words(self, entry: Mapping[str, Any], key: str, what: str) -> tuple[str, ...]:
        found: list[Any] = self.value(entry, key, what, list, [])
        if not all(isinstance(each, str) for each in found):
            raise self.fail(f"{key!r} of {what} is {found!r:.60}; it must be a list of texts")
        return tuple(found)

    def scenario(self, entry: Mapping[str, Any]) -> Scenario:
        name = self.value(entry, "name", "a scenario", str, "")
        what = f"the scenario {name!r}"
        self.keys(entry, what, _SCENARIO)
        deployment = self.value(entry, "deployment", what, str, "")
        if not name or not deployment:
            raise self.fail(f"{what} lacks {'a name' if not name else 'a deployment'}")
        repairs = entry.get("repairs", "")
        if repairs not in {"unlimited", ""}:
            repairs = str(self.value(entry, "repairs", what, int, 0))
        expect = tuple(
            self.expected(each, f"{what}, expect {number}")
            for number, each in enumerate(self.tables(entry, "expect", what), start=1)
        )
        self.distinct(
            f"expectation of {what} about", [f"{e.claim} {e.property}".strip() for e in expect]
        )
        return Scenario(
            name,
            deployment,
            self.words(entry, "set", what),
            self.value(entry, "faults", what, str, ""),
            repairs,
            self.words(entry, "claims", what),
            self.value(entry, "note", what, str, ""),
            expect,
        )

    def expected(self, entry: Mapping[str, Any], what: str) -> Expected:
        self.keys(entry, what, _EXPECT)
        claim = self.value(entry, "claim", what, str, "")
        status = self.value(entry, "status", what, str, "")
        beyond = self.value(entry, "beyond", what, str, "")
        if not claim:
            raise self.fail(f"{what} names no claim")
        for key, given in (("status", status), ("beyond", beyond or "PROVED")):
            if given not in STATUSES:
                raise self.fail(f"{key!r} of {what} is {given!r}; possible are {among(STATUSES)}")
        numbers = {
            key: self.value(entry, key, what, int, 0) if key in entry else None
            for key in ("states", "depth")
        }
        return Expected(
            claim, self.value(entry, "property", what, str, ""), status, **numbers, beyond=beyond
        )


def write_manifest(scenarios: Iterable[Scenario]) -> str:
    """Return the TOML text of a manifest; reading it gives the same scenarios."""
    head = (
        "# What each scenario is expected to show. Names, deployments and notes are written by\n"
        "# hand; the expectations by `python -m hamodel.cli.regenerate`, to be read before they\n"
        "# are committed: a new number is explained in the commit.\n"
        f"schema = {SCHEMA}\n"
    )
    return head + "".join(map(_scenario_text, scenarios))


def _scenario_text(scenario: Scenario) -> str:
    lines = ["", "", "[[scenario]]", f"name = {_text(scenario.name)}"]
    lines.append(f"deployment = {_text(scenario.deployment)}")
    if scenario.changes:
        lines.append(f"set = {_list(scenario.changes)}")
    if scenario.faults:
        lines.append(f"faults = {_text(scenario.faults)}")
    if scenario.repairs:
        repairs = scenario.repairs
        lines.append(f"repairs = {repairs if repairs.isdecimal() else _text(repairs)}")
    if scenario.claims:
        lines.append(f"claims = {_list(scenario.claims)}")
    if scenario.note:
        lines.append(f"note = {_text(scenario.note)}")
    for each in scenario.expect:
        lines += ["", "[[scenario.expect]]", f"claim = {_text(each.claim)}"]
        if each.property:
            lines.append(f"property = {_text(each.property)}")
        lines.append(f"status = {_text(each.status)}")
        lines += [f"states = {each.states}"] if each.states is not None else []
        lines += [f"depth = {each.depth}"] if each.depth is not None else []
        lines += [f"beyond = {_text(each.beyond)}"] if each.beyond else []
    return "\n".join(lines[1:]) + "\n"


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, words))}]"


def _text(value: str) -> str:
    """Return a TOML basic string."""
    said = value.replace("\\", "\\\\").replace('"', '\\"')
    controls = {chr(i): f"\\u{i:04x}" for i in (*range(32), 127)}
    return '"' + "".join(controls.get(char, char) for char in said) + '"'
