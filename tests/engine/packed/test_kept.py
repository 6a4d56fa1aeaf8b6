"""A search that goes on from a checkpoint finds what it would have found without one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hamodel import Budget, HamodelError, InputError, SearchError, System
from hamodel.engine import explore as by_size
from hamodel.engine.check import judge
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.limits import Cut, Limits
from hamodel.engine.packed import kept as module
from hamodel.engine.packed.explorer import PackedExploration, explore_packed
from hamodel.engine.packed.kept import Keeper, Kept, identity
from hamodel.engine.reference import Exploration, Product
from tests.agreement.random_systems import seeded_system
from tests.engine.packed.compared import guide_searches, read, widened
from tests.engine.test_explore import too_wide
from tests.models import ring, two_phase
from tests.tidy.tree import ROOT

Search = Callable[..., PackedExploration]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Keep every file that a search would overwrite, and keep the search after every level."""
    written: list[Path] = []
    real = Keeper.keep

    def keep(self: Keeper, kept: Kept, *, at_last: bool = False) -> None:
        real(self, kept, at_last=at_last)
        copy = tmp_path / f"{len(written)}.copy"
        os.link(self.path, copy)
        written.append(copy)

    monkeypatch.setattr(Keeper, "keep", keep)
    monkeypatch.setattr(module, "SHARE", 0)
    return written


def kept_at_every_level(files: list[Path], path: Path, *its: Any) -> PackedExploration:
    """Return a search, all of whose files are in a list now."""
    del files[:]
    for copy in path.parent.glob("*.copy"):
        copy.unlink()
    return explore_packed(*its, checkpoint=Checkpoint(path))


def resumed(path: Path, *its: Any, **more: Any) -> PackedExploration:
    """Go on with a search."""
    return explore_packed(*its, checkpoint=Checkpoint(path, resume=True), **more)


def test_random_systems_go_on_from_every_level(files: list[Path], tmp_path: Path) -> None:
    """Equal states, steps, depths and runs, whichever level they are gone on from."""
    searched = levels = 0
    for seed in range(25):
        system, budget = seeded_system(seed, most_rules=24)
        try:
            if not explore_packed(system, budget, limit_states=400).complete:
                continue
        except SearchError:
            continue
        whole = kept_at_every_level(files, tmp_path / "kept", system, budget)
        expected, last = read(whole), len(whole.states) - 1
        assert whole.depth + 2 == len(files)
        for file in list(files):
            found = resumed(file, system, budget)
            assert expected == read(found)
            assert whole.run_to(last) == found.run_to(last)
            levels += 1
        searched += 1

    assert 14 <= searched
    assert 90 <= levels


def test_a_scenario_of_the_guide_goes_on_from_every_level(
    files: list[Path], tmp_path: Path
) -> None:
    """Equal verdicts, with their traces, of every promise that the search judges."""
    searched, props = next(
        each for each in guide_searches("single-sip-server") if "loss" not in str(each[0].budget)
    )
    its = searched.system, searched.budget
    small = Limits(3_000)
    del files[:]
    whole = explore_packed(*its, limits=small, checkpoint=Checkpoint(tmp_path / "kept"))
    expected, verdicts = read(whole), judge(whole, props)

    assert 8 <= len(files)
    for number, file in enumerate(list(files)):
        found = resumed(file, *its, limits=small)
        assert expected == read(found)
        if number % 8 == 1:
            assert verdicts == judge(found, props)


def test_states_of_several_words_go_on(files: list[Path], tmp_path: Path) -> None:
    """Three words a state: the same from every level."""
    system = widened(two_phase(3), 3)
    whole = kept_at_every_level(files, tmp_path / "kept", system)

    assert 3 == whole.layout.words
    assert all(read(whole) == read(resumed(file, system)) for file in list(files))


@pytest.mark.parametrize("limit", [1, 100, 287, 3_000, 8_831])
def test_a_search_that_was_cut_goes_on_with_a_larger_limit(tmp_path: Path, limit: int) -> None:
    """It is kept where it was cut, in the midst of a level, and found again whole."""
    path = tmp_path / "kept"
    cut = explore_packed(two_phase(5), limit_states=limit, checkpoint=Checkpoint(path))
    again = resumed(path, two_phase(5), limit_states=limit)

    assert Cut.STATES is cut.cut is again.cut
    assert read(cut) == read(again)
    assert read(explore_packed(two_phase(5))) == read(resumed(path, two_phase(5)))


def test_what_was_cut_by_time_goes_on(tmp_path: Path) -> None:
    """A search that may only look at the clock once comes to its end all the same, resumed."""
    path = tmp_path / "kept"
    cut = explore_packed(two_phase(5), limits=Limits(time=1e-9), checkpoint=Checkpoint(path))

    assert Cut.TIME is cut.cut
    assert read(explore_packed(two_phase(5))) == read(resumed(path, two_phase(5)))


def test_a_whole_search_need_not_be_searched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its checkpoint has all states; nothing is expanded to go on from it, or written."""
    path = tmp_path / "kept"
    whole = explore_packed(two_phase(4), checkpoint=Checkpoint(path))
    monkeypatch.setattr(PackedExploration, "_batch", None)
    monkeypatch.setattr(Keeper, "_write", None)

    assert len(whole.states) == len(resumed(path, two_phase(4)).states)


def error_of(system: System, budget: Budget, checkpoint: Checkpoint) -> str:
    """Return the error that a search raises, or goes on to; empty for none."""
    try:
        explore_packed(system, budget, limit_states=400, checkpoint=checkpoint)
    except SearchError as error:
        return str(error)
    return ""


def test_an_error_of_the_model_is_met_again(tmp_path: Path) -> None:
    """HA040 with the same run, from the file that the search left."""
    told = []
    for seed in range(40):
        system, budget = seeded_system(seed, most_rules=24)
        checkpoint = Checkpoint(tmp_path / str(seed), resume=True)
        first, again = (error_of(system, budget, checkpoint) for _ in range(2))
        assert first == again
        told += [first] if first else []

    assert 5 <= len(told)
    assert all(each.startswith("HA040 ") for each in told)


def test_keeping_takes_a_share_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search is not kept after a level before ten times what it took has gone by."""
    now = [0.0]

    def monotonic() -> float:
        now[0] += 1.0
        return now[0]

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=monotonic))
    times: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda _: times.append(int(now[0])))
    explore_packed(two_phase(5), checkpoint=Checkpoint(tmp_path / "kept"))

    assert [1, 12, 20] == sorted(set(times))


def test_a_disk_that_is_full_leaves_the_file_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HA074; the file of before is whole, and no other is left."""
    path = tmp_path / "kept"
    explore_packed(two_phase(5), limit_states=100, checkpoint=Checkpoint(path))
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(InputError) as caught:
            resumed(path, two_phase(5))

    said = f"HA074 {path} cannot be written: No space left on device; make room, and resume"
    assert said == str(caught.value)
    assert [path] == list(tmp_path.iterdir())
    assert before == path.read_bytes()
    assert resumed(path, two_phase(5)).complete


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    """A file that was half written is no checkpoint, and goes when the search goes on."""
    path = tmp_path / "kept"
    explore_packed(two_phase(4), limit_states=100, checkpoint=Checkpoint(path))
    half = tmp_path / "kept.4711.part"
    half.write_bytes(path.read_bytes()[:50])
    found = resumed(path, two_phase(4))

    assert found.complete
    assert [path] == list(tmp_path.iterdir())


def test_without_a_file_a_search_begins(tmp_path: Path) -> None:
    """To resume what was killed before it was kept is to begin; so is not to resume."""
    path = tmp_path / "kept"
    begun = resumed(path, two_phase(4))
    explore_packed(ring(3), checkpoint=Checkpoint(path))

    assert begun.complete
    with pytest.raises(HamodelError, match="HA048"):
        resumed(path, two_phase(4))


def test_a_small_search_is_not_kept(tmp_path: Path) -> None:
    """What the reference search does by itself is done again as soon; what is too wide, too."""
    for system in (ring(3), too_wide()):
        found = by_size.explore(system, checkpoint=Checkpoint(tmp_path / "kept"))
        assert isinstance(found, Exploration)
        assert found.complete

    assert [] == list(tmp_path.iterdir())


def test_a_larger_search_is_kept_and_gone_on_with(tmp_path: Path) -> None:
    """By whichever engine: where there is a file, the packed engine goes on from it at once."""
    path = tmp_path / "kept"
    cut = by_size.explore(two_phase(5), limit_states=5_000, checkpoint=Checkpoint(path))
    found = by_size.explore(two_phase(5), checkpoint=Checkpoint(path, resume=True))

    assert not cut.complete
    assert isinstance(found, PackedExploration)
    assert read(explore_packed(two_phase(5))) == read(found)


def test_the_copy_that_transparency_makes_is_not_kept(tmp_path: Path) -> None:
    """States that no run need lead to are not in the file."""
    path = tmp_path / "kept"
    found = explore_packed(two_phase(3), checkpoint=Checkpoint(path))
    before = path.read_bytes()
    found.extended(~found.words[:1] & found.layout.mask(found.product.names))

    assert before == path.read_bytes()


DIGEST = """
from hamodel.engine.packed.explorer import PackedExploration
from hamodel.engine.packed.kept import identity
from hamodel.engine.reference import Product
from tests.engine.packed.compared import guide_searches
searched, _ = guide_searches("single-sip-server")[0]
its = PackedExploration(Product(searched.system, searched.budget))
print(identity(its.product, its.layout, its.program).digest)
"""


def test_a_digest_is_that_of_every_process() -> None:
    """It does not depend on how a process orders its sets."""
    found = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert 1 == len(found)


def test_a_digest_is_that_of_one_search() -> None:
    """Another system or budget, and it is another; the same once more, and it is the same."""

    def of(system: System, budget: Budget) -> str:
        its = PackedExploration(Product(system, budget))
        return identity(its.product, its.layout, its.program).digest

    system, budget = seeded_system(3)
    digests = [of(ring(2), Budget(0)), of(ring(3), Budget(0)), of(system, budget)]

    assert len(digests) == len(set(digests))
    assert of(ring(2), Budget(0)) == digests[0]
