"""The plain twins of kernels: the same functions, run by Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from hamodel.engine.packed import graphs, kernels, numbering, refinement

PARTS = (
    (kernels, ("same", "clauses_hold", "row_of", "look_up", "put_constants", "put_moves")),
    (numbering, ("hashed", "same", "tag", "home", "probe", "put", "approach")),
    (graphs, ("enabled_groups",)),
    (refinement, ("grown", "distinct", "equal")),
)
"""The functions that kernels call, by their module."""


@contextmanager
def plainly() -> Iterator[None]:
    """
    Let the plain twins of kernels call plain twins alone.

    Nothing may be compiled meanwhile: call each kernel first, then its twin.
    """
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):
        for module, names in PARTS:
            for name in names:
                patch.setattr(module, name, getattr(module, name).py_func)
        yield


def twin(kernel: Any) -> Any:
    """Return the plain twin of a kernel."""
    return kernel.py_func
