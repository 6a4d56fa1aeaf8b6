"""Models for checkers written in Python: the same states, and properties that can fail."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from tests.benchmarks import peers
from tests.benchmarks.compared_models import MODELS
from tests.benchmarks.peers import WRITTEN, State, Written


def reached(its: Written) -> set[State]:
    """Return every state that can be reached."""
    found, waiting = {its.initial}, [its.initial]
    while waiting:
        state = waiting.pop()
        for action in its.actions:
            if action.guard(state) and (after := action.effect(state)) not in found:
                found.add(after)
                waiting.append(after)
    return found


@pytest.mark.parametrize(("model", "size"), [("ring", 5), ("philosophers", 6), ("two_phase", 3)])
def test_models_have_the_published_counts(model: str, size: int) -> None:
    """In all their states the property holds; only philosophers come to a stop."""
    its = WRITTEN[model](size)
    states = reached(its)

    assert MODELS[model].distinct(size) == len(states)
    assert all(its.holds(state) for state in states)
    stuck = {state for state in states if not any(each.guard(state) for each in its.actions)}
    assert stuck == {state for state in states if its.stops(state)}
    assert (model == "philosophers") == bool(stuck)


@pytest.mark.parametrize(
    ("model", "state"),
    [
        ("ring", (2, 2, 0)),
        ("philosophers", (2, 2, 1, 1)),
        ("two_phase", (2, 3, 1, 1, 1, 1, 1, 1, 0)),
    ],
)
def test_properties_can_fail(model: str, state: State) -> None:
    """A state that nobody reaches contradicts each of them."""
    assert not WRITTEN[model](2).holds(state)


def test_what_is_not_there_is_left_out_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not installed, or it needs another Python."""
    monkeypatch.setitem(peers.PYTHON, "nobody", (3, 99))
    version, why = peers.about("nobody")
    assert ("", True) == (version, why.startswith("it needs Python 3.99, and this is 3."))

    monkeypatch.setitem(peers.PYTHON, "nobody", (3, 9))
    assert ("", "it is not installed; pip install minicheck musil") == peers.about("nobody")


@pytest.mark.parametrize("peer", list(peers.PEERS))
def test_a_peer_that_is_there_finds_the_states(peer: str) -> None:
    """In a process of its own."""
    if sys.version_info < peers.PYTHON[peer] or importlib.util.find_spec(peer) is None:
        pytest.skip(f"{peer} is not there: {peers.about(peer)[1]}")

    assert 728 == peers.searched(peer, "philosophers", 6).states
