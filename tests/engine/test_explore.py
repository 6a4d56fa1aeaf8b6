"""Which engine searches: the reference what is small or too wide, the packed one the rest."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import pytest

from hamodel import NO_FAULT, Component, Rule, SearchError, Set, System, Var, next_of, sometimes
from hamodel.engine import explore as module
from hamodel.engine import reference
from hamodel.engine.check import check
from hamodel.engine.explore import SMALL, SMALL_WHEN_LOADED, explore, prepare
from hamodel.engine.packed import kernels, loading
from hamodel.engine.packed.explorer import PackedExploration
from hamodel.engine.reference import Exploration
from tests.engine.packed.compared import read, widened
from tests.models import ring, two_phase


def too_wide() -> System:
    """Return a system of 1,024 states, each of which takes more words than there may be."""
    digits = [Var(f"digit_{i}", range(4)) for i in range(5)]
    rules = tuple(Rule(f"{var.name} turns", sets=(Set(var, next_of(var)),)) for var in digits)
    return widened(System((Component("box", variables=tuple(digits)),), rules), 5)


def test_a_small_system_is_searched_by_the_reference() -> None:
    """RING(4) has 432 states, fewer than it takes to put a system into arrays."""
    found = explore(ring(4))

    assert isinstance(found, Exploration)
    assert 432 == len(found.states) < SMALL_WHEN_LOADED


def test_a_larger_system_is_searched_by_the_packed_engine() -> None:
    """TP(4) has 1,568 states: where kernels are loaded they search it from the start."""
    found = explore(two_phase(4))

    assert isinstance(found, PackedExploration)
    assert 1_568 == len(found.states)
    assert found.complete


def test_kernels_are_not_loaded_for_what_is_not_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Numba is imported the reference goes by itself up to some thousand states."""
    monkeypatch.delitem(sys.modules, "numba")
    found = explore(two_phase(4))

    assert isinstance(found, Exploration)
    assert 1_568 == len(found.states) < SMALL
    assert "numba" not in sys.modules


def test_what_is_too_wide_goes_on_by_the_reference() -> None:
    """It goes on where it was, to the end or to the limit."""
    whole, cut = explore(too_wide()), explore(too_wide(), limit_states=700)

    assert isinstance(whole, Exploration)
    assert whole.complete
    assert 1_024 == len(whole.states)
    assert isinstance(cut, Exploration)
    assert not cut.complete
    assert 701 <= len(cut.states) <= 706
    assert list(whole.states[:701]) == list(cut.states[:701])


def test_what_is_wide_is_not_tried_by_the_reference_first() -> None:
    """Fewer states than the reference searches by itself, but of 64 bits: packed at once."""
    narrow, wide = ring(3), widened(ring(3), 2)
    found = [explore(each, limit_states=limit) for each in (narrow, wide) for limit in (None, 500)]

    assert [len(each.states) for each in found] == [108] * 4
    assert [isinstance(each, PackedExploration) for each in found] == [False, False, True, False]
    assert read(reference.explore(wide)) == read(found[2])


def test_what_is_wide_is_searched_without_what_is_not_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before Numba is imported the reference goes first, however wide a state is."""
    monkeypatch.delitem(sys.modules, "numba")

    assert isinstance(explore(widened(ring(3), 2)), Exploration)
    assert "numba" not in sys.modules


@pytest.mark.parametrize("limit", [1, 100, 500, 501, 1_000, 1_567, 1_568])
def test_a_limit_cuts_at_one_state_whichever_engine_searches(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """As many states by either engine, and as many of them expanded."""
    found = explore(two_phase(4), limit_states=limit)
    monkeypatch.setattr(module, "SMALL_WHEN_LOADED", 1_000_000)
    by_reference = explore(two_phase(4), limit_states=limit)

    assert (limit <= SMALL_WHEN_LOADED) == isinstance(found, Exploration)
    assert isinstance(by_reference, Exploration)
    assert (limit == 1_568) == found.complete
    assert read(by_reference) == read(found)


@pytest.mark.parametrize("limit", [0, -3, 1e6, "many"])
@pytest.mark.parametrize("system", [ring(2), two_phase(4)], ids=["small", "large"])
def test_a_wrong_limit_is_an_error_for_any_system(system: System, limit: object) -> None:
    """HA045, whether the system is small or large."""
    with pytest.raises(SearchError) as caught:
        explore(system, limit_states=limit)  # type: ignore[arg-type]

    assert f"HA045 the limit is {limit} states; it can be 1 or more" == str(caught.value)


def test_a_verdict_is_one_whichever_engine_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same verdict with the same witness, states, steps and depth."""
    system = two_phase(4)
    prop = sometimes("it_commits", system.variables["messages.commit"].is_(True))
    packed = check(system, prop)
    monkeypatch.setattr(module, "SMALL_WHEN_LOADED", 1_000_000)

    assert packed == check(system, prop)
    assert 1_568 == packed.distinct_states


def prepared(monkeypatch: pytest.MonkeyPatch, *systems: System) -> list[list[int]]:
    """Return for each time that kernels are loaded how many variables each search has."""
    loaded: list[list[int]] = []

    def noted(searched: Iterable[tuple[Var[int], ...]], say: object) -> None:
        del say
        loaded.append([len(variables) for variables in searched])

    monkeypatch.setattr(loading, "load", noted)
    prepare([(system, NO_FAULT) for system in systems], lambda _: None)
    return loaded


def test_nothing_is_prepared_for_small_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """No system, or only such as the reference searches."""
    assert [] == prepared(monkeypatch)
    assert [] == prepared(monkeypatch, ring(2), two_phase(4))


def test_kernels_are_loaded_before_a_large_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """TP(5) has 8,832 states; all searches are prepared for, small ones among them."""
    assert [[4, 18]] == prepared(monkeypatch, ring(3), two_phase(5))


def test_kernels_are_loaded_for_what_is_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a search that shows whether it is large."""
    assert 1 == len(prepared(monkeypatch, widened(ring(3), 2)))


@pytest.mark.parametrize("cached", [True, False])
def test_it_is_said_when_the_search_is_compiled(
    monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    """Once after an installation; later, when machine code is cached, nothing is said."""
    said: list[str] = []
    monkeypatch.setattr(kernels, "cached", lambda: cached)
    prepare([(two_phase(5), NO_FAULT)], said.append)

    assert cached == (said == [])
    assert all(each.startswith("compiling the search: once ") for each in said)


def test_what_is_too_wide_is_prepared_for_without_a_search() -> None:
    """Kernels are loaded for no number of words; nothing is raised."""
    said: list[str] = []
    loading.load([tuple(too_wide().variables.values())], said.append)

    assert [] == said
