"""What lies where, and what is written how."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from hamodel.errors import CODES
from tests.tidy.tree import LIBRARY, ROOT, module_of, parsed, python_files

AT_THE_TOP = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "diagrams",
    "docs",
    "hamodel",
    "properties",
    "pyproject.toml",
    "tests",
}

LINES_MAX = 450

TEST_COMMAND = re.compile(r"^python3 -m venv .*pytest.*$", re.MULTILINE)


def names_at_the_top() -> set[str]:
    """Return what lies on the top level and is kept in the repository."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name.split("/")[0] for name in listed.split("\0") if name}


def text_files() -> list[Path]:
    """Return the files that people write."""
    folders = (".ci", "docs", "hamodel", "properties", "tests")
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*"))]
    top = [ROOT / name for name in ("README.md", "CHANGELOG.md", "pyproject.toml")]
    return top + [
        path for path in found if path.is_file() and path.suffix in {"", ".md", ".py", ".toml"}
    ]


def test_the_top_level_holds_what_the_design_names() -> None:
    """Nothing lies on the top level that no one expects there."""
    if os.environ.get("CI") != "true" and not (shutil.which("git") and (ROOT / ".git").exists()):
        pytest.skip("this tree is no git clone: which files belong to it is not known")

    assert set() == names_at_the_top() - AT_THE_TOP


@pytest.mark.parametrize("path", python_files("hamodel"), ids=module_of)
def test_no_file_is_too_long_to_read(path: Path) -> None:
    """A file of the library fits a reader's head."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_MAX


def test_nothing_is_left_to_be_done() -> None:
    """What is not done is an issue, not a word in a comment."""
    words = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")

    for path in text_files():
        assert not words.search(path.read_text(encoding="utf-8")), path


def test_nothing_names_the_machine_it_was_written_on() -> None:
    """No file names a path that only one machine has."""
    paths = re.compile(r"(?<![\w.$\"}])/(?:work|home|root|Users)/")

    for path in text_files():
        found = paths.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found}"


@pytest.mark.parametrize("path", python_files("tests"), ids=module_of)
def test_every_test_states_its_fact(path: Path) -> None:
    """Every test function has a docstring."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_every_error_code_is_used() -> None:
    """A code that nothing raises is not a code."""
    others = [path for path in python_files("hamodel") if path != LIBRARY / "errors.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in others)
    unused = {code for code in CODES if code not in text}

    assert set() == unused


def test_only_known_error_codes_are_used() -> None:
    """A code that the library raises is in the list of codes."""
    for path in python_files("hamodel"):
        found = set(re.findall(r"\bHA\d{3}\b", path.read_text(encoding="utf-8")))
        assert found <= CODES.keys(), path


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    """The README has one test command, and continuous integration runs just that."""
    [promised] = TEST_COMMAND.findall((ROOT / "README.md").read_text(encoding="utf-8"))

    assert promised in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_changelog_knows_the_version() -> None:
    """The version of the package is released in the changelog, or what is new is listed there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"## [{project['version']}]" in changelog or "## [Unreleased]" in changelog
