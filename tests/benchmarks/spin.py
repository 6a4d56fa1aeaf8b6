"""Running SPIN: the model made into a program, compiled, run, and what it prints read."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

OPTIONS = ("-O2", "-DSAFETY", "-DNOREDUCE")
SLOTS = 24
"""The table has 2 to this power slots unless it is said: that is SPIN's own choice."""
DEPTH = 10_000_000
"""How deep pan searches unless it is said: its stack takes some fifty bytes for each step."""
MEGABYTE = 1024 * 1024
NUMBERS = {
    "depth": re.compile(r"depth reached (\d+)"),
    "states": re.compile(r"^ *(\d+) states, stored", re.MULTILINE),
    "transitions": re.compile(r"^ *(\d+) transitions \(= stored\+matched\)", re.MULTILINE),
    "megabytes": re.compile(r"^ *([\d.]+)\ttotal actual memory usage", re.MULTILINE),
}
VECTOR = re.compile(r"^ \*     gcc .*(-DVECTORSZ=\d+)", re.MULTILINE)


class SpinError(Exception):
    """What SPIN says cannot be used, or contradicts what hamodel found."""


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a search found, and what it took.

    Attributes
    ----------
    states, transitions
        Distinct states; steps between them, loops included and the initial state not.
    depth
        How deep it came: breadth first the longest of the shortest runs, depth first its stack.
    seconds
        The search alone; with hamodel, the judging of the property too.
    whole
        From the model to the answer: with SPIN, its generator and the C compiler too; here, the
        start of Python and loading the compiled search.
    memory
        Bytes: all of pan's, or what the process grew by from before the search to its peak.
    errors
        What does not hold: assertions that fail, invalid end states.
    command
        How it was called.
    """

    states: int
    transitions: int
    depth: int
    seconds: float
    whole: float
    memory: float
    errors: tuple[str, ...] = ()
    command: str = ""


def missing() -> str:
    """Return the programs that are needed and not installed, in words; empty: all are there."""
    return ", ".join(name for name in ("spin", "gcc") if shutil.which(name) is None)


def versions() -> str:
    """Return which SPIN and which C compiler there are."""
    said = [
        output([name, option], Path()) for name, option in (("spin", "-V"), ("gcc", "--version"))
    ]
    return "; ".join(each.splitlines()[0].strip() for each in said)


def spin(
    text: str,
    *,
    flags: Sequence[str] = (),
    options: Sequence[str] = (),
    depth: int = DEPTH,
    slots: int = SLOTS,
    timeout: float | None = None,
) -> Found:
    """
    Return what SPIN finds in a model.

    Parameters
    ----------
    text
        The model.
    flags
        Options for SPIN itself: `-DN=8`.
    options
        Further options for the C compiler: `-DBFS`.
    depth, slots, timeout
        How deep it searches, the logarithm of the slots of its table, how long it searches.

    Raises
    ------
    SpinError
        If something goes wrong, or the search was not whole: pan itself ends with 0 all the same.
    """
    wide = VECTOR.findall(text)
    generate = ["spin", *flags, "-a", "model.pml"]
    compile_ = ["gcc", *OPTIONS, *options, *wide, "-o", "pan", "pan.c"]
    search = ["./pan", "-n", "-c0", f"-m{depth}", f"-w{slots}"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.pml").write_text(text, encoding="utf-8")
        began = time.perf_counter()
        output(generate, folder)
        output(compile_, folder)
        compiled = time.perf_counter()
        said = output(search, folder, timeout)
        ended = time.perf_counter()
    command = "; ".join(" ".join(each) for each in (generate, compile_, search))
    return read(said, ended - compiled, ended - began, command)


def output(command: Sequence[str], folder: Path, timeout: float | None = None) -> str:
    """Return what a command prints; SpinError, with all that it said, if it does not end with 0."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False
    )
    said = (done.stdout + done.stderr).strip()  # SPIN complains on stdout, gcc on stderr
    if done.returncode != 0:
        raise SpinError(f"{' '.join(command)} ends with {done.returncode}: {said[:2000]}")
    return done.stdout


def read(said: str, seconds: float, whole: float, command: str = "") -> Found:
    """Return what pan printed, as numbers."""
    found = {name: pattern.search(said) for name, pattern in NUMBERS.items()}
    if "max search depth too small" in said:
        raise SpinError("pan was not deep enough: its counts are too small; raise the depth")
    if not all(found.values()) or "out of memory" in said:
        raise SpinError(f"pan did not end its search: {said[:2000]}")
    depth, states, transitions, megabytes = (float(each[1]) for each in found.values() if each)
    errors = re.findall(r"^pan:\d+: (.+?) \(at depth", said, re.MULTILINE)
    return Found(
        int(states),
        int(transitions) - 1,
        int(depth),
        seconds,
        whole,
        megabytes * MEGABYTE,
        tuple(errors),
        command,
    )
