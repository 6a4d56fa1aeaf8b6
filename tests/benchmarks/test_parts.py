"""The campaign of parts: what is committed has enough of every sort, and no mismatch."""

from __future__ import annotations

import argparse
import json

import pytest

from tests.benchmarks.parts import FILE, command


def test_enough_was_decided_in_each_way() -> None:
    """Each kind of verdict, and each way to it, often enough to tell."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    sorts = kept["sorts"]

    assert [] == kept["mismatches"]
    assert 1_000 <= kept["systems"]
    assert 1_000 <= sorts["by parts at rest"]
    assert 500 <= sorts["by parts freed"]
    assert 50 <= sorts["by parts retraced"]
    assert 1_000 <= sorts["seen: by parts unseen"]
    assert 100 <= sorts["seen alike: by parts unseen"]
    for kind in ("always", "never", "sometimes", "leads-to", "seen: transparent"):
        assert all(sorts[f"{kind} {verdict}"] >= 20 for verdict in ("PROVED", "REFUTED"))


def test_a_few_are_compared_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written unless it is asked for."""
    before = FILE.read_bytes()

    assert 0 == command(argparse.Namespace(systems=5, write=False))
    assert "0 mismatches" in capsys.readouterr().out
    assert before == FILE.read_bytes()
