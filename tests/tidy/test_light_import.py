"""`import hamodel` stays light: what is heavy is imported when it is used."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.tidy.tree import ROOT

HEAVY = {
    "graphviz",
    "hypothesis",
    "msgspec",
    "networkx",
    "llvmlite",
    "matplotlib",
    "numba",
    "numpy",
    "rich",
    "tomlkit",
    "transitions",
    "typer",
}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter has loaded after the statement."""
    script = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name.split(".")[0] for name in json.loads(result.stdout)}


def test_import_hamodel_is_light() -> None:
    """Importing the library, all its public names included, loads no third-party package."""
    loaded = loaded_by("import hamodel")

    assert "hamodel" in loaded
    assert set() == HEAVY & loaded
