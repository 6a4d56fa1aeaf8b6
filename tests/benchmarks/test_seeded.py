"""The bugs sown into the packed engine: each can be sown, and each was noticed."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks import seeded
from tests.benchmarks.seeded import BUGS, ENGINE, FILE, Bug, tried
from tests.benchmarks.tables import ROOT

KINDS = {
    "a dropped successor",
    "a wrong mask",
    "a lost copy",
    "a race",
    "a stale cache",
    "a wrong level",
}
"""What must be tried."""


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_can_be_sown(bug: Bug) -> None:
    """Its text stands once in the engine as it is, and something else stands there instead."""
    text = (ROOT / ENGINE / bug.file).read_text(encoding="utf-8")

    assert text != bug.sown(text)


def test_a_bug_whose_text_is_gone_is_told() -> None:
    """What the engine no longer has cannot be sown, and is not taken for noticed."""
    with pytest.raises(ValueError, match=r"'?it: its text is 0 times"):
        Bug("it", "a race", "crew.py", "gone", "new").sown("here")


def test_every_kind_is_sown() -> None:
    """Several of each kind that must be tried."""
    kinds = [bug.kind for bug in BUGS]

    assert 31 == len(BUGS)
    assert all(2 <= kinds.count(kind) for kind in KINDS)


def test_every_bug_was_noticed() -> None:
    """What is committed has each bug, with tests that there still are."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))["bugs"]

    assert [bug.name for bug in BUGS] == [each["name"] for each in kept]
    for each in kept:
        assert each["failed"], each["name"]
        for test in each["failed"]:
            path, _, name = test.partition("::")
            its = name.partition("[")[0]
            assert f"def {its}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_bug_is_noticed_again() -> None:
    """One of them, sown into a copy of the library, fails the test that it failed before."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))["bugs"]
    [failed] = [each["failed"] for each in kept if each["name"] == "a level ends a state early"]
    [bug] = [bug for bug in BUGS if bug.name == "a level ends a state early"]
    outcome = tried(bug, failed[:1])

    assert tuple(failed[:1]) == outcome.failed


def test_a_library_without_a_bug_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy with nothing wrong fails no test: what fails is because of the bug."""
    monkeypatch.setattr(seeded.Bug, "sow", lambda *_: None)
    outcome = tried(BUGS[0], ["tests/engine/packed/test_layout.py"])

    assert () == outcome.failed
    assert outcome.ended
