"""Ten failures written as a user would, from the how-to alone: each is one file, and works."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from hamodel import PROVED, REFUTED, Budget, parse_budget
from hamodel.cli.rule_files import load_rule_file
from hamodel.cli.subject import read_subject
from hamodel.engine.check import check
from hamodel.verdict import VerdictKind
from tests.tidy.tree import ROOT, imports

FILES = sorted((Path(__file__).parent / "rules").glob("*.py"))

BOXES = ("recorder_group.main.separated=false", "t_lib_client.backup=false")
PLAIN = (*BOXES, "recorder_group.main.strategies=[]")
SINGLE = ("sip_server.pair=single", "resource_manager.mode=single", "recording.pausable=false")
TWO_MEDIA_SERVERS = ("scope.recorders=1", *SINGLE, *PLAIN)
ONE_OF_EACH = ("scope.media_servers=1", *TWO_MEDIA_SERVERS)
MEDIA_SERVER = "media-server-crash=1,"

WHERE: Mapping[str, tuple[Sequence[str], str]] = {
    "address_stuck": (tuple(c for c in ONE_OF_EACH if "pair" not in c), ""),
    "capacity_storm": (TWO_MEDIA_SERVERS, MEDIA_SERVER + "capacity-storm=1"),
    "common_host": (
        ("scope.media_servers=1", *SINGLE, *PLAIN, "duplication.requested_by=sip-server"),
        "",
    ),
    "delayed_replication": (tuple(c for c in ONE_OF_EACH if "mode" not in c), ""),
    "front_end_answers": (ONE_OF_EACH, MEDIA_SERVER + "front-end-error=1"),
    "graceful_drain": (TWO_MEDIA_SERVERS, MEDIA_SERVER + "media-server-drain=1"),
    "hang_of_one_kind": (TWO_MEDIA_SERVERS, MEDIA_SERVER + "media-server-deaf=1"),
    "licence_expires": (TWO_MEDIA_SERVERS, ""),
    "message_loss": (TWO_MEDIA_SERVERS, MEDIA_SERVER + "message-loss=1"),
    "unplugged_client": (
        (
            "scope.media_servers=1",
            *SINGLE,
            *BOXES,
            'recorder_group.main.strategies=["stop-start"]',
        ),
        "",
    ),
}
"""The smallest deployment that shows each, and the budget where the promise's own does not do."""


def verdicts(path: Path, claim: str, *, without_rules: bool) -> list[VerdictKind]:
    """Return the verdict on each property of a claim."""
    changes, faults = WHERE[path.stem]
    subject = read_subject("reference", changes, [path], without_rules=without_rules)
    budget: Budget | None = parse_budget(faults) if faults else None
    if budget is not None:
        budget = budget.suited(subject.system.fault_classes)
    return [
        check(subject.system, prop, budget, in_cones=True).kind
        for promise in subject.promises
        if promise.claim == claim
        for prop in promise.properties
    ]


def declared(path: Path, name: str) -> tuple[str, ...]:
    """Return a tuple of claims that a file declares, FLIPS or KEEPS; empty if it does not."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            found: tuple[str, ...] = ast.literal_eval(node.value)
            return found
    return ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_failure_does_what_it_says(path: Path) -> None:
    """What it flips is proved without it and refuted with it; what it keeps is proved with it."""
    flips, keeps = declared(path, "FLIPS"), declared(path, "KEEPS")

    assert flips or keeps
    for claim in flips:
        assert {PROVED} == set(verdicts(path, claim, without_rules=True))
        assert REFUTED in verdicts(path, claim, without_rules=False)
    for claim in keeps:
        assert {PROVED} == set(verdicts(path, claim, without_rules=False))


def test_there_are_ten_and_each_is_short() -> None:
    """Ten files, with the lines of code that each took; no rule file is longer than a screen."""
    lines = {
        path.stem: sum(bool(line.strip()) for line in path.read_text("utf-8").splitlines())
        for path in FILES
    }
    print(*(f"{name}: {number} lines" for name, number in lines.items()), sep="\n")

    assert 10 == len(lines)
    assert set(WHERE) == set(lines)
    assert max(lines.values()) <= 45


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_they_use_what_the_how_to_names(path: Path) -> None:
    """A user's file imports the two packages of the how-to, and nothing from inside of them."""
    assert {"collections.abc", "hamodel", "hamodel.guide"} >= {
        name.rpartition(".")[0] if re.search(r"\.[A-Z]\w*$", name) else name
        for name in imports(path)
    }
    assert load_rule_file(path).touches is not None


def test_the_library_knows_none_of_them() -> None:
    """No line of the library was changed for them: none of their assumptions stands in it."""
    own = [source.id for path in FILES for source in load_rule_file(path).assumptions]
    library = "\n".join(p.read_text("utf-8") for p in (ROOT / "hamodel").rglob("*.py"))

    assert 10 == len(own)
    assert [] == [name for name in own if f'"{name}"' in library]


def test_init_rule_writes_a_file_and_a_test_that_pass(tmp_path: Path) -> None:
    """`hamodel init rule` writes two files; the test passes as it was written."""
    command = [sys.executable, "-m"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(
        [*command, "hamodel", "init", "rule", "seen.py"], cwd=tmp_path, check=True, env=environment
    )
    tested = subprocess.run(
        [*command, "pytest", "-q", "-p", "no:cacheprovider", "test_seen.py"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )

    assert {"seen.py", "test_seen.py"} == {path.name for path in tmp_path.iterdir()}
    assert "2 passed" in tested.stdout
