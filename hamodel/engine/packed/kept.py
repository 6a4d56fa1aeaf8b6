"""
Checkpoints: a packed search in a file, from which another process goes on.

A file is, one after the other and with nothing between:

1. `hamodel checkpoint 1` and a newline: what it is, and the number of the format.
2. One line of JSON: `hamodel` (the version that wrote it), `search` (in words), `digest` (of the
   search, see `identity`), `words` (of a state), `levels`, `states`, `expanded` and `transitions`
   (how many of each).
3. The levels, int64: the number of the first state of each depth.
4. The states, uint64, in the order in which they were found, each `words` long.
5. The SHA-256 of all that, 32 bytes.

Numbers are little-endian. States up to `expanded` have been expanded; what these lead to is among
the states. The table of states is made anew, and no parent is needed (decision 0008). Nothing in
the file is run, and nothing is unpickled.

The file is written beside its place, forced to the disk, and then renamed: whenever a process is
killed, the file is the one before or the one after, whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from hamodel.engine.packed.guards import Ints
from hamodel.engine.packed.layout import Layout, Words
from hamodel.engine.packed.program import Program
from hamodel.engine.reference import Product
from hamodel.errors import InputError, SearchError, plural
from hamodel.version import __version__

MAGIC = b"hamodel checkpoint "
FORMAT = 1
HEADER_MAX = 1 << 16
CHECKSUM = 32
SHARE = 10
"""A search is kept after a level once so many times what keeping it took has gone by."""
COUNTS = ("words", "levels", "states", "expanded", "transitions")


@dataclass(frozen=True, slots=True)
class Identity:
    """
    Which search it is.

    Parameters
    ----------
    digest
        Of the layout, the initial state, the budget, the rules' names and the program.
    words
        How many words a state has.
    text
        The same for people, in a few words.
    """

    digest: str
    words: int
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """
    What is kept of a search.

    Parameters
    ----------
    levels
        The number of the first state of each depth.
    words
        Every state, in the order in which they were found.
    expanded, transitions
        How many states have been expanded, and how many steps lead from these.
    """

    levels: Ints
    words: Words
    expanded: int
    transitions: int


def identity(product: Product, layout: Layout, program: Program) -> Identity:
    """Return which search it is: with the same digest the same states are found, in one order."""
    rules = [action.rule.name for action in product.actions]
    places = [
        (name, [str(value) for value in place.var.values], place.word, place.shift, place.width)
        for name, place in layout.places.items()
    ]
    told = [places, layout.pack(product.initial), str(product.budget), rules]
    digest = hashlib.sha256(json.dumps(told).encode())
    for array in _arrays(program):
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    text = ", ".join(
        (
            product.system.name or "a system",
            plural(len(rules), "rule"),
            plural(len(places), "variable"),
            f"at most {product.budget}",
        )
    )
    return Identity(digest.hexdigest(), layout.words, text)


def _arrays(values: Any) -> Iterator[Any]:
    """Yield the arrays of named tuples, those within them included."""
    for value in values:
        if isinstance(value, tuple):
            yield from _arrays(value)
        else:
            yield value


class Keeper:
    """
    Keeps one search in one file.

    Parameters
    ----------
    path
        The file.
    search
        Which search it is.
    """

    def __init__(self, path: Path, search: Identity) -> None:
        self.path, self.search = path, search
        self._not_before = 0.0
        self._held: tuple[int, int] | None = None

    def keep(self, kept: Kept, *, at_last: bool = False) -> None:
        """
        Write what is kept, unless it was written just before; at last, unless the file has it.

        Raises
        ------
        InputError
            HA074 if it cannot be written; what was there stays.
        """
        begun = time.monotonic()
        if self._held == _extent(kept) or (not at_last and begun < self._not_before):
            return
        # A name of its own: whoever was killed may have left another process that still writes.
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                self._write(file, kept)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
            _force(self.path.parent)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise InputError(
                "HA074", f"{self.path} cannot be written: {error.strerror}; make room, and resume"
            ) from None
        self._has(kept, begun)

    def read(self) -> Kept:
        """
        Return what was kept; clear away what a process left that was killed while it wrote.

        Raises
        ------
        SearchError
            HA046, HA047, HA048.
        InputError
            HA074.
        """
        begun = time.monotonic()
        try:
            for part in self.path.parent.glob(f"{self.path.name}.*.part"):
                part.unlink(missing_ok=True)
            with self.path.open("rb") as file:
                kept = self._read(file)
        except OSError as error:
            raise InputError("HA074", f"{self.path} cannot be read: {error.strerror}") from None
        self._has(kept, begun)
        return kept

    def _has(self, kept: Kept, begun: float) -> None:
        """Note that the file has this, and how long it took."""
        self._held, now = _extent(kept), time.monotonic()
        self._not_before = now + SHARE * (now - begun)

    def _write(self, file: BinaryIO, kept: Kept) -> None:
        header = {
            "hamodel": __version__,
            "search": self.search.text,
            "digest": self.search.digest,
            "words": self.search.words,
            "levels": len(kept.levels),
            "states": len(kept.words),
            "expanded": kept.expanded,
            "transitions": kept.transitions,
        }
        levels, words = kept.levels.astype("<i8"), kept.words.astype("<u8", copy=False)
        checksum = hashlib.sha256()
        for part in (
            MAGIC + f"{FORMAT}\n".encode(),
            json.dumps(header).encode() + b"\n",
            levels.data,
            words.data,
        ):
            checksum.update(part)
            file.write(part)
        file.write(checksum.digest())

    def _read(self, file: BinaryIO) -> Kept:
        first = file.readline(64)
        if not (first.startswith(MAGIC) and first.endswith(b"\n")):
            raise self._unreadable(f"it begins with {first[:24]!r}, not with {MAGIC.decode()!r}")
        found = first[len(MAGIC) : -1].decode("ascii", "replace")
        if found != str(FORMAT):
            raise self._of_another_version(f"of format {found:.20}; this version reads {FORMAT}")
        line = file.readline(HEADER_MAX)
        header = self._header(line)
        sizes = [header[name] for name in COUNTS]
        words, levels, states, expanded, transitions = sizes
        whole = len(first) + len(line) + 8 * (levels + states * words) + CHECKSUM
        size = os.fstat(file.fileno()).st_size
        if size != whole:
            raise self._unreadable(f"it has {size:,} bytes of {whole:,}")
        checksum = hashlib.sha256(first + line)
        of_levels = self._filled(file, np.empty(levels, "<i8"), checksum)
        of_states = self._filled(file, np.empty((states, words), "<u8"), checksum)
        if file.read() != checksum.digest():
            raise self._unreadable("its checksum is not that of what it holds")
        if header["hamodel"] != __version__:
            raise self._of_another_version(
                f"of hamodel {header['hamodel']:.40}; this is hamodel {__version__}"
            )
        if header["digest"] != self.search.digest:
            raise SearchError(
                "HA048",
                f"{self.path} is of another search ({header['search']:.200}); this one is "
                f"{self.search.text:.200}; resume with the options of the run that wrote it, or "
                "take another folder",
            )
        return Kept(
            of_levels.astype(np.int64, copy=False),
            of_states.astype(np.uint64, copy=False),
            expanded,
            transitions,
        )

    def _header(self, line: bytes) -> dict[str, Any]:
        try:
            header = json.loads(line)
        except (ValueError, RecursionError):
            header = None
        if not isinstance(header, dict):
            raise self._unreadable("its second line is no header")
        for name in ("hamodel", "search", "digest"):
            if not isinstance(header.get(name), str):
                raise self._unreadable(f"its header lacks {name!r}")
        for name in COUNTS:
            value = header.get(name)
            if type(value) is not int or not 0 <= value < 1 << 48:
                raise self._unreadable(f"its header lacks {name!r}")
        return header

    def _filled(self, file: BinaryIO, array: Any, checksum: Any) -> Any:
        """Read an array."""
        view = memoryview(array).cast("B") if array.size else memoryview(b"")
        if array.size and file.readinto(view) != len(view):  # type: ignore[attr-defined]
            raise self._unreadable("it ends early")
        checksum.update(view)
        return array

    def _unreadable(self, why: str) -> SearchError:
        return SearchError(
            "HA046",
            f"{self.path} cannot be resumed: {why}; a checkpoint is whole and as it was written; "
            "remove it, and its search begins anew",
        )

    def _of_another_version(self, why: str) -> SearchError:
        return SearchError(
            "HA047",
            f"{self.path} is {why}; resume with the version that wrote it, or remove it, and its "
            "search begins anew",
        )


def _extent(kept: Kept) -> tuple[int, int]:
    """Return how far a search is: it only ever grows."""
    return kept.expanded, len(kept.words)


def _force(folder: Path) -> None:
    """Force a folder's entries to the disk, where a folder can be opened."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
