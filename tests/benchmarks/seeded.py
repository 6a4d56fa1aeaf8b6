"""Bugs sown into the packed engine, one at a time, and which tests notice each."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.tables import ROOT, commit, machine, table

FILE = Path(__file__).with_name("seeded.json")
ENGINE = Path("hamodel/engine/packed")
TESTS = ("tests/engine/packed", "tests/agreement", "tests/engine/test_limits.py")
"""What is run on an engine with a bug; the tests that compare it with the reference search."""
ENOUGH = 5
"""After how many failed tests a run ends."""
TIMEOUT_S = 900
COPIED = ("hamodel", "properties", "tests", "docs", "diagrams", "pyproject.toml", "README.md")


@dataclass(frozen=True, slots=True)
class Bug:
    """
    One wrong line.

    Parameters
    ----------
    name, kind
        What is wrong; and what sort of bug that is.
    file, old, new
        Where, of the engine's files; the text, which occurs there once; what stands there instead.
    """

    name: str
    kind: str
    file: str
    old: str
    new: str

    def sow(self, root: Path) -> None:
        """Put the bug into a copy of the library."""
        path = root / ENGINE / self.file
        path.write_text(self.sown(path.read_text(encoding="utf-8")), encoding="utf-8")

    def sown(self, text: str) -> str:
        """Return the file's text with the bug; ValueError if it is not to be found there once."""
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.name}: its text is {text.count(self.old)} times in {self.file}"
            )
        return text.replace(self.old, self.new)


BUGS = (
    Bug(
        "the fourth new successor of a share is lost",
        "a dropped successor",
        "numbering.py",
        "    for j in range(new):\n",
        "    for j in range(new - (new > 3)):\n",
    ),
    Bug(
        "every seventh action never happens",
        "a dropped successor",
        "kernels.py",
        "if clauses_hold(dims, program.guards, action, state):\n                    moved =",
        "if action % 7 < 6 and clauses_hold(dims, program.guards, action, state):\n"
        "                    moved =",
    ),
    Bug(
        "the table forgets its states when it grows",
        "a dropped successor",
        "table.py",
        "            if len(self.slots):\n",
        "            if len(self.slots) < 64:\n",
    ),
    Bug(
        "a step is taken for one that changes nothing if the first word stays",
        "a dropped successor",
        "kernels.py",
        "        differs |= word ^ state[w]\n",
        "        differs |= word ^ state[w] if w == 0 else ZERO\n",
    ),
    Bug(
        "an effect leaves the highest bit of its variable",
        "a wrong mask",
        "program.py",
        "keep[place.word] &= ~(place.mask << place.shift)",
        "keep[place.word] &= ~(place.mask >> 1 << place.shift)",
    ),
    Bug(
        "a cube looks at the lowest bit of a variable alone",
        "a wrong mask",
        "guards.py",
        "            masks[word] |= mask\n",
        "            masks[word] |= mask & -mask\n",
    ),
    Bug(
        "a chunk is read without its highest bit",
        "a wrong mask",
        "guards.py",
        "np.array([(1 << chunk.width) - 1 for chunk in used], np.uint64)",
        "np.array([(1 << chunk.width >> 1) - (chunk.width > 0) for chunk in used], np.uint64)",
    ),
    Bug(
        "a copy from another word is lost",
        "a lost copy",
        "kernels.py",
        "        read = state[",
        "        if program.move_from[move] != program.move_to[move]:\n            continue\n"
        "        read = state[",
    ),
    Bug(
        "a copy reads the state after the step",
        "a lost copy",
        "kernels.py",
        "        read = state[",
        "        read = after[",
    ),
    Bug(
        "the first condition of all is not looked at",
        "a lost copy",
        "kernels.py",
        "if when >= 0 and not clauses_hold",
        "if when > 0 and not clauses_hold",
    ),
    Bug(
        "a step one beyond the range goes through",
        "a lost copy",
        "kernels.py",
        "if code < 0 or code >= program.move_size[move]:",
        "if code < 0 or code > program.move_size[move]:",
    ),
    Bug(
        "two threads keep what is new in one list",
        "a race",
        "crew.py",
        "self.fresh = np.empty(room, np.int64)",
        'self.fresh = kernels.__dict__.setdefault(f"fresh {room}", np.empty(room, np.int64))',
    ),
    Bug(
        "a share that another thread is at is not waited for",
        "a race",
        "crew.py",
        "                        begun[number].result()",
        "                        break",
    ),
    Bug(
        "a worker is given a share before what it found in the last is taken",
        "a race",
        "crew.py",
        "jobs[len(begun) : number + ahead]",
        "jobs[len(begun) : number + ahead + 1]",
    ),
    Bug(
        "a successor is taken for the last of the same place in memory",
        "a stale cache",
        "numbering.py",
        "again = before < k and same(dims, wanted, before * words, wanted, k * words)",
        "again = before < k and mixed[before] & kept == mixed[k] & kept",
    ),
    Bug(
        "a successor is taken for the same one of the share before",
        "a stale cache",
        "numbering.py",
        "again = before < k and same(",
        "again = before != k and same(",
    ),
    Bug(
        "a state that is being inserted is read",
        "a race",
        "numbering.py",
        "number <= whole and same(",
        "same(",
    ),
    Bug(
        "what a thread finds no slot for in its part of the table nobody adds",
        "a race",
        "table.py",
        "its[:count]",
        "its[:0]",
    ),
    Bug(
        "values are covered as those of another variable were",
        "a stale cache",
        "guards.py",
        "covers = _covers(codes, len(place.var.values), place.width)",
        "covers = _masked.__dict__.setdefault(\n"
        "            min(codes), _covers(codes, len(place.var.values), place.width)\n        )",
    ),
    Bug(
        "a conjunct of the same text has the table of another system",
        "a stale cache",
        "guards.py",
        "    return np.asarray(_worked_out(part)[index], np.bool_)",
        "    return _row.__dict__.setdefault(\n"
        "        str(part), np.asarray(_worked_out(part)[index], np.bool_)\n    )",
    ),
    Bug(
        "a clause lies where it lay in another system",
        "a stale cache",
        "guards.py",
        "cache(lambda part: _clause(part, layout.places_of(_read(part)), layout.words))",
        "cache(lambda part: _clause.__dict__.setdefault(\n"
        "        part, _clause(part, layout.places_of(_read(part)), layout.words)\n    ))",
    ),
    Bug(
        "a level ends a state early",
        "a wrong level",
        "explorer.py",
        "self._levels.append(self._size)",
        "self._levels.append(self._size - (self._size > self._levels[-1] + 1))",
    ),
    Bug(
        "a search that goes on has a level too many",
        "a wrong level",
        "explorer.py",
        "self._levels, self._edges = kept.levels.tolist(), None",
        "self._levels, self._edges = [*kept.levels.tolist(), kept.expanded], None",
    ),
    Bug(
        "a search is cut a state early",
        "a wrong level",
        "numbering.py",
        "            if size > limit:\n                break",
        "            if size >= limit:\n                break",
    ),
    Bug(
        "the run to a state begins at the first of its level",
        "a wrong run",
        "kernels.py",
        "                    return i, action\n",
        "                    return begin, action\n",
    ),
    Bug(
        "of two slots that say the same the second is not looked at",
        "a wrong table",
        "numbering.py",
        "        while like != ZERO:\n",
        "        if like != ZERO:\n",
    ),
    Bug(
        "a slot is said to say all of a state that has a bit too many",
        "a wrong table",
        "table.py",
        "<= WORD + 1",
        "<= WORD + 2",
    ),
    Bug(
        "a step back within a part is not seen",
        "a wrong loop",
        "graphs.py",
        "low[i] = min(low[i], order[target])",
        "pass",
    ),
    Bug(
        "a fair group is content with a step that leaves the part",
        "a wrong loop",
        "graphs.py",
        "            if group >= 0 and inside:",
        "            if group >= 0:",
    ),
    Bug(
        "a run that stays for ever is like one that goes on",
        "a wrong comparison",
        "refinement.py",
        "        if stays[node]:",
        "        if stays[node] and node < 0:",
    ),
    Bug(
        "what a silent step leads to is not seen",
        "a wrong comparison",
        "refinement.py",
        "                if marked[other] != node:",
        "                if marked[other] != node and node < 0:",
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What noticed a bug: the tests that failed first, in how many seconds; none if nothing did."""

    name: str
    kind: str
    failed: tuple[str, ...]
    seconds: float
    ended: bool


def tried(bug: Bug, tests: Sequence[str] = TESTS, timeout: float = TIMEOUT_S) -> Outcome:
    """Return which tests fail on a copy of the library with a bug in it."""
    with tempfile.TemporaryDirectory(prefix="hamodel-seeded-") as name:
        root = Path(name)
        for each in COPIED:
            copy = shutil.copytree if (ROOT / each).is_dir() else shutil.copy
            copy(ROOT / each, root / each)
        for kept in root.glob("hamodel/**/__pycache__"):
            shutil.rmtree(kept)
        bug.sow(root)
        command = [sys.executable, "-m", "pytest", "-q", "-rf", f"--maxfail={ENOUGH}"]
        command += ["-p", "no:cacheprovider", *tests]
        began = time.perf_counter()
        ended = True
        with (root / "said.txt").open("w+", encoding="utf-8") as file:
            try:
                subprocess.run(
                    command,
                    cwd=root,
                    check=False,
                    timeout=timeout,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "PYTHONPATH": str(root)},
                )
            except subprocess.TimeoutExpired:
                ended = False
            seconds = time.perf_counter() - began
            file.seek(0)
            said = file.read()
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    if not failed and not re.search(r"^\d+ passed", said.splitlines()[-1] if said else ""):
        ended = False
    return Outcome(bug.name, bug.kind, tuple(failed[:ENOUGH]), round(seconds, 1), ended)


def command(chosen: argparse.Namespace) -> int:
    """
    Sow each bug, print which tests noticed it, and return 1 if nothing noticed one.

    What was written of bugs that are not tried now is kept.
    """
    bugs = [bug for bug in BUGS if not chosen.only or any(each in bug.name for each in chosen.only)]
    found = list(_outcomes(bugs, chosen.processes))
    rows = [[each.kind, each.name, _noticed(each), f"{each.seconds:.0f}"] for each in found]
    print(table(["kind", "bug", "noticed by", "s"], rows))
    missed = [each.name for each in found if not each.failed]
    print(f"{len(found)} bugs, {len(missed)} not noticed; machine: {machine()}")
    if chosen.write:
        tried_now = {each.name: asdict(each) for each in found}
        known = json.loads(FILE.read_text(encoding="utf-8"))["bugs"] if FILE.exists() else []
        every = {each["name"]: each for each in known} | tried_now
        kept: dict[str, Any] = {"commit": commit(), "machine": machine()}
        kept["bugs"] = [every[bug.name] for bug in BUGS if bug.name in every]
        FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(missed))


def _outcomes(bugs: Sequence[Bug], processes: int) -> Iterator[Outcome]:
    with ThreadPoolExecutor(processes) as pool:
        for outcome in pool.map(tried, bugs):
            print(f"{outcome.name}: {_noticed(outcome)}", file=sys.stderr, flush=True)
            yield outcome


def _noticed(outcome: Outcome) -> str:
    if outcome.failed:
        first = outcome.failed[0].rpartition("/")[2]
        return f"{first} and {len(outcome.failed) - 1} more"
    return "nothing" if outcome.ended else "nothing; the run did not end"
