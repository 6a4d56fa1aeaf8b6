"""`hamodel init`: a deployment file, or a rule file and its test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hamodel.cli.app import app
from hamodel.cli.rule_template import rule_file
from tests.tidy.tree import ROOT


def test_a_rule_file_and_its_test_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a name it is my_failure.py; and it says what to do next."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["init", "rule"])

    assert {"my_failure.py", "test_my_failure.py"} == {path.name for path in tmp_path.iterdir()}
    assert "--rules my_failure.py --diff" in result.stdout


@pytest.mark.parametrize("there", ["seen.py", "test_seen.py"])
def test_nothing_is_overwritten_unasked(tmp_path: Path, there: str) -> None:
    """If the file or its test is there, neither is written; --force writes both."""
    (tmp_path / there).write_text("mine", encoding="utf-8")
    words = ["init", "rule", str(tmp_path / "seen.py")]
    refused = CliRunner().invoke(app, words)

    assert (2, [there]) == (refused.exit_code, [path.name for path in tmp_path.iterdir()])
    assert "HA074" in refused.stderr
    assert 0 == CliRunner().invoke(app, [*words, "--force"]).exit_code


@pytest.mark.parametrize(
    "words", [("rule", "Seen.py"), ("rule", "seen"), ("a.toml", "b.toml"), ("rule", "a.py", "b.py")]
)
def test_what_is_no_name_is_said(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule file's name is a word with .py, and there is one file."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["init", *words])

    assert (2, []) == (result.exit_code, list(tmp_path.iterdir()))
    assert "HA082" in result.stderr


def test_what_is_written_type_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule file and its test are right for `mypy --strict`."""
    pytest.importorskip("mypy", reason="mypy is a tool of developers: .[dev]")
    monkeypatch.setenv("MYPYPATH", str(ROOT))
    names = ("seen.py", "test_seen.py")
    for name, text in zip(names, rule_file("seen"), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", *names]
    checked = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)

    assert "Success: no issues found in 2 source files\n" == checked.stdout
