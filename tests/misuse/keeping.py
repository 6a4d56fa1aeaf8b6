"""Checkpoints to be refused: a small search that was kept, and what may become of its file."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from hamodel import NO_FAULT, Budget, System
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.packed.explorer import PackedExploration, explore_packed
from tests.models import ring

CHECKSUM = 32
Change = Callable[[bytes], bytes]


def kept(path: Path) -> bytes:
    """Keep the search of RING(2), and return what the file has."""
    explore_packed(ring(2), checkpoint=Checkpoint(path))
    return path.read_bytes()


def resumed(
    path: Path, system: System | None = None, budget: Budget = NO_FAULT
) -> PackedExploration:
    """Go on with a search from a file."""
    return explore_packed(system or ring(2), budget, checkpoint=Checkpoint(path, resume=True))


def resumed_after(change: Change, system: System | None = None) -> PackedExploration:
    """Go on with a search from a file that has been changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search-1.checkpoint"
        path.write_bytes(change(kept(path)))
        return resumed(path, system)


def sealed(data: bytes) -> bytes:
    """Return a file with the checksum that it should have."""
    return data[:-CHECKSUM] + hashlib.sha256(data[:-CHECKSUM]).digest()


def with_header(**changes: object) -> Change:
    """Return how to change a header so that only what it says is wrong; None leaves a key out."""

    def change(data: bytes) -> bytes:
        first, line, rest = data.split(b"\n", 2)
        header = {**json.loads(line), **changes}
        its = {key: value for key, value in header.items() if value is not None}
        return sealed(b"\n".join((first, json.dumps(its).encode(), rest)))

    return change


def of_format(number: str) -> Change:
    """Return how to change a file so that it is of another format."""
    return lambda data: sealed(data.replace(b"checkpoint 1\n", f"checkpoint {number}\n".encode()))
