"""
Traces: runs that can be read, saved and replayed.

A trace names rules and values; it never names code, and reading one
imports nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hamodel.errors import SearchError, among, nearest
from hamodel.expr import State, Value, word
from hamodel.rule import Message
from hamodel.system import System

SCHEMA = 1
LOOP = "from here on, again and again:"
STAYS = "and here it stays, for ever"
FORK = "here the runs with the failure and without it part; this is one of them:"


@dataclass(frozen=True, slots=True)
class Change:
    """A variable that a step changed: its name, and the words of its values before and after."""

    var: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.var}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class TraceStep:
    """
    One step of a run: the rule, what it changed, and what was heard.

    In time also `at`: when it happens, in ms from the beginning.
    """

    rule: str
    changes: tuple[Change, ...] = ()
    messages: tuple[str, ...] = ()
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """
    A run from the initial state.

    Parameters
    ----------
    steps
        In order.
    loop
        For a run without end: the index of the step that it repeats from, for ever;
        equal to the number of steps when it stays in its last state. None otherwise.
    fork
        For two continuations of one run: the index of the first step of the continuation.
    note
        What the run shows, in one line.
    in_time
        Whether it is a run of the model in time, which can have other rules than the one without.
    """

    steps: tuple[TraceStep, ...] = ()
    loop: int | None = None
    fork: int | None = None
    note: str = ""
    in_time: bool = False

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        """Return its steps, numbered, each with what is heard and what changes."""
        lines = []
        for place, step in enumerate(self.steps):
            if before := self.before(place):
                lines.append(f"— {before}")
            lines.append(f"{place + 1:3}. {step.rule}")
            lines += [f"       » {message}" for message in step.messages]
            lines += [f"       {change}" for change in step.changes]
        return "\n".join([*lines, *(f"⇒ {line}." for line in self.end)])

    def before(self, place: int) -> str:
        """Return what is to be said before the step at an index; empty if nothing is."""
        return LOOP if self.loop == place else FORK if self.fork == place else ""

    @property
    def end(self) -> tuple[str, ...]:
        """What is to be said after the last step, a line each; the note is the last."""
        lines = [] if self.steps else ["this is the initial state; no step is needed"]
        if self.loop is not None:
            stays = self.loop == len(self.steps)
            lines.insert(0, STAYS if stays else f"and so on from step {self.loop + 1}")
        return (*lines, self.note) if self.note else tuple(lines)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of its rules, in order."""
        return tuple(step.rule for step in self.steps)


def changes_between(before: State, after: State) -> tuple[Change, ...]:
    """Return what differs between two states, in the order of the variables."""
    return tuple(
        Change(name, word(value), word(after[name]))
        for name, value in before.items()
        if after[name] != value or type(after[name]) is not type(value)
    )


def trace_of(
    system: System,
    rules: Iterable[str],
    *,
    loop: int | None = None,
    note: str = "",
    fork: int | None = None,
) -> Trace:
    """
    Run these rules from the initial state, and return the trace.

    Raises
    ------
    SearchError
        HA041: a rule is unknown, or not enabled where it stands.
    """
    return trace_and_end(system, rules, loop=loop, note=note, fork=fork)[0]


def trace_and_end(
    system: System,
    rules: Iterable[str],
    *,
    loop: int | None = None,
    note: str = "",
    fork: int | None = None,
) -> tuple[Trace, dict[str, Value]]:
    """Run these rules as `trace_of` does; return the trace and the state that it ends in."""
    by_name = {rule.name: rule for rule in system.rules}
    state: dict[str, Value] = system.initial
    steps = []
    for place, name in enumerate(rules, start=1):
        rule = by_name.get(name)
        if rule is None:
            raise SearchError(
                "HA041",
                f"step {place} is {name!r}, which is no rule of the system; "
                f"{nearest(name, by_name)}",
            )
        guard, effects = system.flattened(rule)
        if not guard(state):
            failing = [str(part) for part in getattr(guard, "parts", (guard,)) if not part(state)]
            can = [each.name for each in system.rules if system.flattened(each)[0](state)]
            raise SearchError(
                "HA041",
                f"step {place}, {name!r}, is not enabled there; it needs {among(failing)}; "
                f"what can happen there is {among(can, 5) or 'nothing'}",
            )
        after = dict(state)
        after.update((e.var.name, e.value(state)) for e in effects if e.when(state))
        heard = tuple(str(message.heard(state)) for message in rule.says)
        steps.append(TraceStep(name, changes_between(state, after), heard))
        state = after
    return Trace(tuple(steps), loop, fork, note), state


def with_dates(trace: Trace, dates: Sequence[int]) -> Trace:
    """Return a trace in which it stands when each step happens, in ms; as it is without dates."""
    if not dates:
        return trace
    steps = zip(trace.steps, dates, strict=True)
    return replace(trace, steps=tuple(replace(step, at=at) for step, at in steps), in_time=True)


def heard_in(rule_says: Iterable[Message], before: State) -> tuple[Message, ...]:
    """Return the messages of a rule with their data as of the state before it."""
    return tuple(message.heard(before) for message in rule_says)


@dataclass(frozen=True, slots=True)
class TraceFile:
    """
    A saved trace: what it was run on, and its rules.

    In time also `at`: when each step happens, in ms from the beginning; empty if that is not known.
    """

    model: str
    settings: tuple[str, ...]
    rules: tuple[str, ...]
    loop: int | None = None
    fork: int | None = None
    note: str = ""
    rule_files: tuple[str, ...] = field(default=())
    at: tuple[int, ...] = ()
    in_time: bool = False


def dump_trace(
    trace: Trace, model: str, settings: Iterable[str] = (), rule_files: Iterable[str] = ()
) -> str:
    """Return the JSON text of a trace: schema, model, settings, and each step for a reader too."""
    steps = [
        {
            "rule": step.rule,
            "changes": [[c.var, c.before, c.after] for c in step.changes],
            "messages": list(step.messages),
        }
        | ({} if step.at is None else {"ms": step.at})
        for step in trace.steps
    ]
    value = {
        "schema": SCHEMA,
        "model": model,
        "settings": list(settings),
        "rule_files": list(rule_files),
        "note": trace.note,
        "loop": trace.loop,
        "fork": trace.fork,
        "steps": steps,
    }
    if trace.in_time:
        value["in_time"] = True
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def load_trace(text: str) -> TraceFile:
    """
    Return what a trace's JSON text says; the system that replays it checks the rest.

    Raises
    ------
    SearchError
        HA042 for what is not a trace, HA043 for an unknown schema.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SearchError("HA042", f"it is not JSON ({error}); give a file of hamodel's") from None
    if not isinstance(value, Mapping) or "schema" not in value:
        raise SearchError("HA042", "this JSON has no 'schema'; give a trace file of hamodel's")
    if value["schema"] != SCHEMA or value["schema"] is True:
        raise SearchError(
            "HA043", f"the trace is of schema {value['schema']!r}; this version reads {SCHEMA}"
        )
    try:
        return TraceFile(
            _of(str, value["model"]),
            tuple(_of(str, item) for item in _of(list, value.get("settings", []))),
            tuple(_of(str, _of(dict, item)["rule"]) for item in _of(list, value["steps"])),
            None if value.get("loop") is None else _of(int, value["loop"]),
            None if value.get("fork") is None else _of(int, value["fork"]),
            _of(str, value.get("note", "")),
            tuple(_of(str, item) for item in _of(list, value.get("rule_files", []))),
            _dates(value["steps"]),
            _of(bool, value.get("in_time", False)),
        )
    except (KeyError, TypeError) as error:
        raise SearchError("HA042", f"the trace lacks or misuses {error}; save it again") from None


def _dates(steps: list[Mapping[str, Any]]) -> tuple[int, ...]:
    """Return when each step happens: of all of them, never backwards; or of none."""
    dates = [_of(int, step["ms"]) for step in steps if step.get("ms") is not None]
    if dates and (len(dates) < len(steps) or dates != sorted(dates) or dates[0] < 0):
        raise TypeError("'ms', which every step has or none, and no step less than one before it")
    return tuple(dates)


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{value!r:.60}, which should be a {kind.__name__}")
    return value
