"""Loading the kernels before searches are shared out."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable
from typing import Any

import pytest

from hamodel import System, Var
from hamodel.engine.check import judge
from hamodel.engine.packed import graphs, kernels, refinement
from hamodel.engine.packed import loading as module
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.packed.loading import load


def test_kernels_are_loaded_for_every_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each number of words once; what is too wide or small is left out; said only if compiled."""
    widths: list[int] = []

    def noted(system: System, *settings: Any) -> Any:
        found = explore_packed(system, *settings)
        widths.append(found.layout.words)
        return found

    def variables(bytes_: int) -> Iterable[Var[int]]:
        return tuple(Var(f"v{i}", range(256)) for i in range(bytes_))

    searched = [tuple(variables(n)) for n in (2, 3, 9, 33, 8)]
    said: list[str] = []
    monkeypatch.setattr(module, "explore_packed", noted)
    for cached in (True, False):
        monkeypatch.setattr(kernels, "cached", lambda cached=cached: cached)
        load(searched, said.append)

    assert [1, 2, 1, 2] == widths
    assert ["compiling the search: once after an installation, some ten seconds"] == said


def test_judging_calls_no_kernel_that_is_not_compiled_beside() -> None:
    """What a process compiles meanwhile has the very types that judging calls it with."""
    others = (*vars(graphs).values(), *vars(refinement).values())
    called = [each for each in others if hasattr(each, "signatures")]

    def signatures() -> list[list[Any]]:
        return [list(each.signatures) for each in called]

    module.call_judging()
    before = signatures()
    for width in (1, 2):
        judge(module.search(width), module.PROPERTIES)

    assert before == signatures()


def test_what_goes_on_beside_ends_with_an_error() -> None:
    """No process outlives the one that compiles: Ctrl-C ends both."""
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), module._beside([lambda: time.sleep(60)]):
        raise KeyboardInterrupt

    assert [] == multiprocessing.active_children()
    assert 30 > time.monotonic() - began
