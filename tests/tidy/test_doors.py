"""Each third-party package is imported by one file or folder of the library: its door."""

from __future__ import annotations

import sys
import tomllib

from tests.tidy.tree import LIBRARY, ROOT, imports, python_files

DOORS: dict[str, str | tuple[str, ...]] = {
    "graphviz": "draw/",
    "hypothesis": "testing/",
    "llvmlite": "engine/packed/compiling.py",
    "matplotlib": "draw/curve.py",
    "msgspec": "guide/deployment",
    "networkx": "engine/graph.py",
    "numba": "engine/packed/compiling.py",
    "numpy": ("engine/packed/", "engine/timed/"),
    "rich": "cli/",
    "transitions": "engine/machines.py",
    "typer": "cli/",
}
"""Package → the file, or the beginning of the paths, that may import it."""

NOT_A_RUNTIME_DEPENDENCY = {"hypothesis", "matplotlib"}
"""What only users of the stateful tests or of curves need; the extras `test` and `plot` have it."""


def test_every_package_has_one_door() -> None:
    """Nothing outside its door imports a third-party package, and no package is without a door."""
    for path in python_files("hamodel"):
        place = path.relative_to(LIBRARY).as_posix()
        for name in imports(path):
            package = name.split(".")[0]
            if package in sys.stdlib_module_names or package == "hamodel":
                continue
            assert package in DOORS, f"{place} imports {package}, which has no door"
            assert place.startswith(DOORS[package]), f"{place} imports {package}: {DOORS[package]}"


def test_runtime_dependencies_are_those_with_doors() -> None:
    """What pyproject.toml asks for is what the library imports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {requirement.split(">=")[0] for requirement in project["dependencies"]}

    assert DOORS.keys() - NOT_A_RUNTIME_DEPENDENCY == asked
