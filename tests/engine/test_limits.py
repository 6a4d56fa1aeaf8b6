"""A search that meets a limit, or the end of the memory, is undetermined and says how far it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hamodel import (
    FALSE,
    NO_FAULT,
    TRUE,
    UNDETERMINED,
    Budget,
    Property,
    SearchError,
    System,
    always,
    check,
    leads_to,
    sometimes,
)
from hamodel.engine import limits as module
from hamodel.engine.check import judge
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.explore import explore as explore_by_size
from hamodel.engine.limits import NO_LIMITS, Cut, Limits, Meter, resident, size_in_words
from hamodel.engine.packed import crew, explorer, graphs, table
from hamodel.engine.packed.explorer import PackedExploration, explore_packed
from hamodel.engine.packed.layout import Words
from hamodel.engine.packed.rows import zeros
from hamodel.engine.reference import Exploration, explore
from tests.engine.packed.compared import read
from tests.engine.test_transparency import ONE, crash_is_transparent
from tests.models import proxied, two_phase
from tests.tidy.tree import ROOT

ENGINES = pytest.mark.parametrize("search", [explore, explore_packed], ids=["reference", "packed"])
ELSEWHERE = "; the numbers are exact, but another run may stop elsewhere"


def passing(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the clock of the limits go on by so much each time that it is looked at."""
    now = [0.0]

    def monotonic() -> float:
        now[0] += seconds
        return now[0]

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=monotonic))


def growing(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let the process grow by so many bytes each time that its memory is looked at."""
    grown = [0]

    def bytes_of_the_process() -> int:
        grown[0] += size
        return grown[0]

    monkeypatch.setattr(module, "resident", bytes_of_the_process)


def is_a_part(cut: Any, system: System) -> bool:
    """Return whether all that a search that was cut short found is what the whole search found."""
    whole = explore(system)
    size, expanded = len(cut.states), len(cut.edges)
    return (
        list(cut.states) == whole.states[:size]
        and list(cut.depths) == whole.depths[:size]
        and list(cut.edges) == whole.edges[:expanded]
        and cut.transitions == sum(map(len, whole.edges[:expanded]))
    )


def test_limits_are_said_in_words() -> None:
    """Those that there are, in one order; none is said too."""
    assert "no limit" == str(NO_LIMITS)
    assert "1 state" == str(Limits(1))
    assert "9,000 states or 2.5 s" == str(Limits(9_000, time=2.5))
    assert "9 states, 4 GB of memory or 60 s" == str(Limits(9, 4 * 10**9, 60))


@ENGINES
def test_the_limit_on_time_cuts_between_batches(
    monkeypatch: pytest.MonkeyPatch, search: Callable[..., Any]
) -> None:
    """It stops at the third look at the clock; what is found until then is exact."""
    monkeypatch.setattr(crew, "BATCH", 64)
    passing(monkeypatch, 10.0)
    found = search(two_phase(4), limits=Limits(time=30))

    assert Cut.TIME is found.cut
    assert not found.complete
    assert 10 <= len(found.edges) < 1_568
    assert is_a_part(found, two_phase(4))


@ENGINES
def test_the_limit_on_memory_cuts_between_batches(
    monkeypatch: pytest.MonkeyPatch, search: Callable[..., Any]
) -> None:
    """It stops when the process is as large as the limit; what is found until then is exact."""
    monkeypatch.setattr(crew, "BATCH", 64)
    growing(monkeypatch, 1_000_000)
    found = search(two_phase(4), limits=Limits(memory=7_000_000))
    monkeypatch.undo()
    if isinstance(found, PackedExploration):
        found._meter = Meter(NO_LIMITS)  # so that its steps can be read

    assert Cut.MEMORY is found.cut
    assert 10 <= len(found.edges) < 1_568
    assert is_a_part(found, two_phase(4))


@ENGINES
def test_no_limit_is_met_by_a_whole_search(search: Callable[..., Any]) -> None:
    """A search within all its limits is whole, and as it is without them."""
    found = search(two_phase(3), limits=Limits(288, 1 << 50, 3600.0))

    assert found.complete
    assert found.cut is None
    assert read(explore(two_phase(3))) == read(found)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(100), "stopped at 101 states, depth 3, by the limit of 100 states"),
        (Limits(1), "stopped at 10 states, depth 1, by the limit of 1 state"),
        (Limits(time=1e-9), f"stopped at 1 state, depth 0, by the limit of 1e-09 s{ELSEWHERE}"),
        (
            Limits(memory=1),
            f"stopped at 1 state, depth 0, by the limit of 1 B of memory{ELSEWHERE}",
        ),
    ],
)
def test_a_limit_leaves_undetermined(limits: Limits, said: str) -> None:
    """The verdict says how many states there were, how deep, which limit, and if it is exact."""
    verdict = check(two_phase(4), always("true", TRUE), limits=limits)

    assert (UNDETERMINED, said) == (verdict.kind, verdict.why)


def test_a_limit_on_states_may_be_given_by_itself() -> None:
    """`limit_states=` is a short form, beside other limits too."""
    prop, limits = always("true", TRUE), Limits(time=3600)
    short = check(two_phase(4), prop, limits=limits, limit_states=100)

    assert check(two_phase(4), prop, limits=Limits(100)) == short


def test_what_was_found_before_a_limit_counts() -> None:
    """A run that refutes or a witness is one, though the search was cut short."""
    prop = sometimes("it_begins", TRUE)

    assert check(two_phase(4), prop, limits=Limits(time=1e-9))


def test_a_small_search_that_meets_a_limit_is_not_begun_anew() -> None:
    """Where time is up in the first search, the packed search does not begin."""
    found = explore_by_size(two_phase(5), limits=Limits(time=1e-9))

    assert isinstance(found, Exploration)
    assert Cut.TIME is found.cut


@pytest.mark.parametrize("resume", [False, True])
def test_a_packed_search_that_finds_no_room_to_begin_is_cut(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, resume: bool
) -> None:
    """What the first search found is there, though the second could not begin or go on."""

    def full(*_: object) -> None:
        raise MemoryError

    checkpoint = Checkpoint(tmp_path / "kept", resume)
    explore_packed(two_phase(5), limit_states=100, checkpoint=checkpoint)
    monkeypatch.setattr(explorer.PackedExploration, "__init__", full)
    found = explore_by_size(two_phase(5), limits=Limits(8_000), checkpoint=checkpoint)
    [verdict] = judge(found, [always("true", TRUE)])

    assert verdict.why.startswith("stopped at 50")
    assert verdict.why.endswith(f"by the memory that there is{ELSEWHERE}")


def test_both_engines_share_one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first search takes is counted against the limit of the second."""
    begun: list[float | None] = []
    real = explorer.explore_packed

    def noted(*its: Any, **more: Any) -> PackedExploration:
        begun.append(more["begun"])
        return real(*its, **more)

    monkeypatch.setattr(explorer, "explore_packed", noted)
    found = explore_by_size(two_phase(5), limits=Limits(time=3600))

    assert found.complete
    assert begun[0] is not None


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"states": 0}, "the limit is 0 states; it can be 1 or more"),
        ({"states": 1.5}, "the limit is 1.5 states; it can be 1 or more"),
        ({"memory": 0}, "the limit is 0 bytes of memory; it can be 1 or more"),
        ({"memory": "4GB"}, "the limit is 4GB bytes of memory; it can be 1 or more"),
        ({"time": 0}, "the limit is 0 seconds; it can be above 0"),
        ({"time": -1.0}, "the limit is -1.0 seconds; it can be above 0"),
        ({"time": float("nan")}, "the limit is nan seconds; it can be above 0"),
        ({"time": "soon"}, "the limit is soon seconds; it can be above 0"),
    ],
)
def test_a_wrong_limit_is_an_error_at_once(limits: dict[str, Any], said: str) -> None:
    """HA045 when the limits are made, not when they are met."""
    with pytest.raises(SearchError) as caught:
        Limits(**limits)

    assert f"HA045 {said}" == str(caught.value)


def test_limits_are_a_value() -> None:
    """They are equal if they are the same, and never change."""
    limits = Limits(1, 2, 3.0)

    assert Limits(1, 2, 3.0) == limits == limits.but(None)
    assert Limits(9, 2, 3.0) == limits.but(9)
    with pytest.raises(FrozenInstanceError):
        limits.states = 4  # type: ignore[misc]


def test_memory_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """More than Python itself takes; elsewhere the most it ever was; where unknown, no limit."""
    assert 5_000_000 < resident() < 1 << 40

    monkeypatch.setattr(module, "_STATM", tmp_path / "not there")
    pytest.importorskip("resource")
    assert 5_000_000 < resident() < 1 << 40

    monkeypatch.setitem(sys.modules, "resource", None)
    assert 0 == resident()
    with pytest.raises(SearchError, match=r"HA045 .* does not say how much a process takes"):
        Limits(memory=10**9)


def test_sizes_in_words() -> None:
    """Three digits and the largest unit that fits."""
    sizes = (1, 999, 1_000, 123_456_789, 4 * 10**9, 1_234 * 10**9)

    assert ["1 B", "999 B", "1 kB", "123 MB", "4 GB", "1.23 TB"] == list(map(size_in_words, sizes))


def scarce(most: int) -> Callable[[int], Words]:
    """Return what makes words that are 0 on a machine that has no room for more than some."""

    def made(count: int) -> Words:
        if count > most:
            raise MemoryError
        return zeros(count)

    return made


@pytest.mark.parametrize("most", [0, 1 << 14, 1 << 15, 1 << 16])
def test_a_table_that_finds_no_room_cuts_the_search(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """The smaller table is there again, and all that was found can be read."""
    monkeypatch.setattr(crew, "BATCH", 64)
    found = explorer.PackedExploration(explore_packed(two_phase(5)).product)
    with monkeypatch.context() as patch:
        patch.setattr(table, "zeros", scarce(most))
        found.expand()
    found.limits = Limits()
    [verdict] = judge(found, [always("true", TRUE)]) if most < 1 << 14 else [None]

    assert (Cut.EXHAUSTED if most < 1 << 14 else None) is found.cut
    assert is_a_part(found, two_phase(5))
    if verdict is not None:
        assert f"stopped at 1 state, depth 0, by the memory that there is{ELSEWHERE}" == verdict.why


def test_steps_that_find_no_room_leave_undetermined(monkeypatch: pytest.MonkeyPatch) -> None:
    """The states are all found; what needs their steps is not known, in the same words."""
    found = explore_packed(two_phase(5))
    prop, other = leads_to("it_ends", TRUE, FALSE), always("true", TRUE)

    def empty(shape: int, *its: Any) -> Any:
        if shape > 20_000:
            raise MemoryError
        return np.empty(shape, *its)

    numpy = SimpleNamespace(empty=empty, zeros=np.zeros)
    with monkeypatch.context() as patch:
        patch.setattr(explorer, "np", SimpleNamespace(**{**vars(np), **vars(numpy)}))
        kinds = [(verdict.kind.value, verdict.why) for verdict in judge(found, [prop, other])]

    said = f"stopped after all 8,832 states, depth 16, by the memory that there is{ELSEWHERE}"
    assert ("UNDETERMINED", said) == kinds[0]
    assert "PROVED" == kinds[1][0]
    assert "REFUTED" == judge(found, [prop])[0].kind.value


def test_graphs_that_find_no_room_leave_undetermined(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels on graphs raise MemoryError as NumPy does."""

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(graphs, "reach", full)
    [verdict] = judge(explore_packed(two_phase(3)), [leads_to("it_ends", TRUE, FALSE)])

    assert verdict.why.startswith("stopped after all 288 states, depth ")
    assert "by the memory that there is" in verdict.why


def test_steps_beyond_the_limit_on_memory_leave_undetermined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Steps that would take more than the limit are not laid out."""
    found = explore_packed(two_phase(3), limits=Limits(memory=10**13))
    monkeypatch.setattr(module, "resident", lambda: 10**13 - 1_000)
    [verdict] = judge(found, [leads_to("it_ends", TRUE, FALSE)])

    assert verdict.why.startswith("stopped after all 288 states, depth ")
    assert f"by the limit of 10 TB of memory{ELSEWHERE}" in verdict.why


def test_a_comparison_that_finds_no_room_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault is compared with its absence among all that follows, or not at all."""
    prop, system = crash_is_transparent(), proxied(1)
    found = explore_packed(system, ONE, limits=Limits(memory=10**13))
    [before] = judge(found, [prop])
    assert before.kind is not UNDETERMINED

    monkeypatch.setattr(found, "_edges", found.edges)
    monkeypatch.setattr(module, "resident", lambda: 10**13)
    [verdict] = judge(found, [prop])

    assert UNDETERMINED is verdict.kind
    assert "by the limit of 10 TB of memory" in verdict.why


JUDGED = [
    (two_phase(3), NO_FAULT, leads_to("it_ends", TRUE, FALSE)),
    (two_phase(3), NO_FAULT, leads_to("it_begins", TRUE, TRUE)),
    (proxied(2), ONE, crash_is_transparent()),
    (proxied(1), ONE, crash_is_transparent()),
]
"""A response and a comparison, each once refuted and once proved."""


@ENGINES
@pytest.mark.parametrize(("system", "budget", "prop"), JUDGED)
def test_judging_is_cut_by_the_time_wherever_it_is(
    monkeypatch: pytest.MonkeyPatch,
    search: Callable[..., Any],
    system: System,
    budget: Budget,
    prop: Property,
) -> None:
    """With time for one more look at the clock each: undetermined, until there is time enough."""
    found = search(system, budget)
    [expected] = judge(found, [prop])
    size, looks = len(found.states), 0
    while True:
        looks += 1
        found.limits = Limits(time=looks)
        with monkeypatch.context() as ticking:
            passing(ticking, 1.0)
            name = "_meter" if isinstance(found, PackedExploration) else "meter"
            ticking.setattr(found, name, Meter(found.limits, 0.0))
            [verdict] = judge(found, [prop])
        if verdict.kind is not UNDETERMINED:
            break
        said = f"stopped after all {size} states, depth {found.depth}, by the limit of {looks} s"
        assert f"{said}{ELSEWHERE}" == verdict.why

    assert expected == verdict
    assert 2 <= looks


@ENGINES
def test_what_is_read_off_states_is_judged_however_late(
    monkeypatch: pytest.MonkeyPatch, search: Callable[..., Any]
) -> None:
    """A response is given up when time is over, an invariant of the same search is not."""
    found = search(two_phase(3), limits=Limits(time=3600))
    passing(monkeypatch, 1e12)
    kinds = [each.kind.value for each in judge(found, [JUDGED[0][2], always("true", TRUE)])]

    assert ["UNDETERMINED", "PROVED"] == kinds


def test_the_reference_search_is_cut_by_the_memory_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A state that was half added is none; what was found before is exact."""
    real, calls = Exploration.add, [0]

    def add(self: Exploration, state: Any, *more: Any) -> int:
        calls[0] += 1
        if calls[0] == 200:
            self.states.append(tuple(state.values()))
            raise MemoryError
        return real(self, state, *more)

    with monkeypatch.context() as scarce:
        scarce.setattr(Exploration, "add", add)
        found = explore(two_phase(3))

    assert Cut.EXHAUSTED is found.cut
    assert len(found.states) == len(found.parents) == len(found.depths)
    assert is_a_part(found, two_phase(3))


def test_the_reference_comparison_that_finds_no_room_is_no_proof(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As that of the packed engine."""
    found = explore(proxied(1), Budget(1))

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Exploration, "_expand_next", full)
    [verdict] = judge(found, [crash_is_transparent()])

    assert UNDETERMINED is verdict.kind
    assert verdict.why.startswith(f"stopped after all {len(found.states)} states, depth ")


SCARCE = """
import resource
from hamodel import TRUE, Budget, always, check, never
from hamodel.engine.packed.explorer import explore_packed
from tests.cli.toy import endless_system
explore_packed(endless_system(), Budget(None, None), limit_states=1000)
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + 40_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
verdict = check(endless_system(), always("true", TRUE), Budget(None, None))
print(verdict.kind.value, verdict.distinct_states > 100_000, verdict.why)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory is not known here")
def test_memory_that_really_ends_leaves_undetermined() -> None:
    """In a process that may not grow by more than 40 MB a search of billions ends with words."""
    result = subprocess.run(
        [sys.executable, "-c", SCARCE], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (0, "") == (result.returncode, result.stderr)
    assert result.stdout.startswith("UNDETERMINED True stopped at ")
    assert f"by the memory that there is{ELSEWHERE}\n" in result.stdout
