"""
Explicit-state checkers written in Python, on small models: minicheck and musil.

Both take states as tuples, and steps as guards and effects that are functions; here are the three
models with published counts as somebody writes them so, each with its property. A checker runs in
a process of its own (`python -m tests.benchmarks.peers …`), which times it, and which needs no
hamodel: it may be of another Python. Neither counts steps.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.spin import Found, SpinError, output
from tests.benchmarks.tables import ROOT

State = tuple[int, ...]
STATES_MAX = 1_000_000
"""Where a peer gives up; the small models have fewer states."""
PYTHON = {"minicheck": (3, 9), "musil": (3, 12)}
"""The oldest Python that each one runs on."""


@dataclass(frozen=True, slots=True)
class Action:
    """A step: enabled where the guard holds, and leading to where the effect says."""

    name: str
    guard: Callable[[State], bool]
    effect: Callable[[State], State]


@dataclass(frozen=True, slots=True)
class Written:
    """A model as functions over tuples; `stops` are the states in which nothing need follow."""

    initial: State
    actions: tuple[Action, ...]
    holds: Callable[[State], bool]
    stops: Callable[[State], bool] = lambda _: False


def _with(state: State, *changes: tuple[int, int]) -> State:
    """Return a state with these places changed."""
    values = list(state)
    for place, value in changes:
        values[place] = value
    return tuple(values)


def _step(name: str, guard: Callable[[State], bool], *changes: tuple[int, int]) -> Action:
    """Return an action that sets these places to these values."""
    return Action(name, guard, lambda s: _with(s, *changes))


def _ring(n: int) -> Written:
    """Return RING(n): place i is a member, and the last place the token."""

    def member(i: int) -> Iterator[Action]:
        yield _step(f"asks {i}", lambda s: s[i] == 0, (i, 1))
        yield _step(f"enters {i}", lambda s: s[i] == 1 and s[n] == i, (i, 2))
        leaves = f"leaves {i}"
        yield Action(leaves, lambda s: s[i] == 2, lambda s: _with(s, (i, 3), (n, (s[n] + 1) % n)))
        yield _step(f"rests {i}", lambda s: s[i] == 3, (i, 0))

    actions = tuple(each for i in range(n) for each in member(i))
    return Written((0,) * (n + 1), actions, lambda s: s[:n].count(2) <= 1)


def _philosophers(n: int) -> Written:
    """Return PHIL(n): place i is a philosopher, and place n + i the fork to the left."""

    def person(i: int) -> Iterator[Action]:
        left, right = n + i, n + (i + 1) % n
        yield _step(f"takes left {i}", lambda s: s[i] == 0 and s[left] == 0, (left, 1), (i, 1))
        yield _step(f"takes right {i}", lambda s: s[i] == 1 and s[right] == 0, (right, 1), (i, 2))
        yield _step(f"drops left {i}", lambda s: s[i] == 2, (left, 0), (i, 3))
        yield _step(f"drops right {i}", lambda s: s[i] == 3, (right, 0), (i, 0))

    actions = tuple(each for i in range(n) for each in person(i))
    return Written(
        (0,) * (2 * n),
        actions,
        lambda s: not any(s[i] == 2 == s[(i + 1) % n] for i in range(n)),
        lambda s: s[:n].count(1) == n,
    )


def _two_phase(n: int) -> Written:
    """Return TP(n): places for the managers, what was sent, what is known; three for the rest."""
    tm, commit, abort = 3 * n, 3 * n + 1, 3 * n + 2

    def manager(i: int) -> Iterator[Action]:
        sent, known = n + i, 2 * n + i
        yield _step(f"hears {i}", lambda s: s[tm] == 0 and s[sent] == 1, (known, 1))
        yield _step(f"prepares {i}", lambda s: s[i] == 0, (i, 1), (sent, 1))
        yield _step(f"chooses abort {i}", lambda s: s[i] == 0, (i, 3))
        yield _step(f"commits {i}", lambda s: s[commit] == 1, (i, 2))
        yield _step(f"aborts {i}", lambda s: s[abort] == 1, (i, 3))

    everyone = (1,) * n
    actions = (
        _step("commits", lambda s: s[tm] == 0 and s[2 * n : tm] == everyone, (tm, 1), (commit, 1)),
        _step("aborts", lambda s: s[tm] == 0, (tm, 2), (abort, 1)),
        *(each for i in range(n) for each in manager(i)),
    )
    return Written((0,) * (tm + 3), actions, lambda s: not (2 in s[:n] and 3 in s[:n]))


WRITTEN: Mapping[str, Callable[[int], Written]] = {
    "ring": _ring,
    "philosophers": _philosophers,
    "two_phase": _two_phase,
}


def about(peer: str, python: str = sys.executable) -> tuple[str, str]:
    """Return which version of a peer an interpreter has, or why it has none: one is empty."""
    version, here = json.loads(output([python, "-c", ABOUT, peer], ROOT))
    if version:
        return f"{peer} {version} on Python {'.'.join(map(str, here))}", ""
    if tuple(here) < PYTHON[peer]:
        needed, its = (".".join(map(str, each)) for each in (PYTHON[peer], here))
        return "", f"it needs Python {needed}, and this is {its}; see --peers-python"
    return "", "it is not installed; pip install minicheck musil"


ABOUT = """
import importlib.metadata, json, sys
try:
    version = importlib.metadata.version(sys.argv[1])
except importlib.metadata.PackageNotFoundError:
    version = ""
print(json.dumps([version, sys.version_info[:3]]))
"""


def searched(peer: str, model: str, size: int, python: str = sys.executable) -> Found:
    """Return what a peer finds, in a process of its own of that interpreter."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "found.json"
        command = [python, "-m", "tests.benchmarks.peers", peer, model, str(size), str(out)]
        began = time.perf_counter()
        output(command, ROOT)
        whole = time.perf_counter() - began
        states, seconds, holds = json.loads(out.read_text(encoding="utf-8"))
    if not holds:
        raise SpinError(f"{peer} says that the property of {model} does not hold")
    return Found(states, 0, 0, seconds, whole, 0.0)


def _minicheck(its: Written) -> Callable[[], tuple[int, bool]]:
    minicheck: Any = importlib.import_module("minicheck")
    fields = tuple(f"place_{i}" for i in range(len(its.initial)))
    protocol = minicheck.Protocol(
        name="model",
        candidate=False,
        fields=fields,
        initial=its.initial,
        transitions=lambda s: [(a.name, a.effect(s)) for a in its.actions if a.guard(s)],
        invariants={"holds": lambda named: its.holds(tuple(named.values()))},
    )

    def search() -> tuple[int, bool]:
        found = minicheck.check_safety(protocol, max_states=STATES_MAX)
        return found["reachable_states"], found["properties"]["holds"]["holds"] is True

    return search


def _musil(its: Written) -> Callable[[], tuple[int, bool]]:
    musil: Any = importlib.import_module("musil")
    model = musil.Model(
        init=[its.initial],  # a tuple by itself would be many initial states
        actions=[musil.Action(a.name, a.guard, a.effect) for a in its.actions],
        invariants={"holds": its.holds},
        terminal=its.stops,
    )

    def search() -> tuple[int, bool]:
        found = musil.check(model, max_states=STATES_MAX)
        return found.states_explored, bool(found.ok) and not found.truncated

    return search


PEERS: Mapping[str, Callable[[Written], Callable[[], tuple[int, bool]]]] = {
    "minicheck": _minicheck,
    "musil": _musil,
}


def main() -> None:
    """Search, and write the states, the seconds, and whether the property holds, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=list(PEERS))
    parser.add_argument("model", choices=list(WRITTEN))
    parser.add_argument("size", type=int)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    search = PEERS[chosen.peer](WRITTEN[chosen.model](chosen.size))
    began = time.perf_counter()
    states, holds = search()
    seconds = time.perf_counter() - began
    chosen.out.write_text(json.dumps([states, seconds, holds]), encoding="utf-8")


if __name__ == "__main__":
    main()
