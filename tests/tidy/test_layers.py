"""Imports point down only: command line → guide → language, command line → readings → language."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy.tree import imports, module_of, python_files

READINGS = {"engine", "export", "draw", "testing"}

BELOW = {
    "language": {"language"},
    "readings": {"language", "readings"},
    "guide": {"language", "guide", "face"},
    "face": {"language", "readings"},
    "cli": {"language", "readings", "guide", "cli", "face"},
}
"""
What each layer may import. The face, `hamodel/__init__.py`, offers the language and `check`; the
guide writes its models with the names that a user has.
"""


def layer_of(module: str) -> str:
    """Return the layer of a module of the library: `hamodel.engine.graph` is in the readings."""
    below = module.removeprefix("hamodel").removeprefix(".").split(".")[0]
    if below in READINGS:
        return "readings"
    return {"": "face", "guide": "guide", "cli": "cli", "__main__": "cli"}.get(below, "language")


@pytest.mark.parametrize("path", python_files("hamodel"), ids=module_of)
def test_imports_point_down(path: Path) -> None:
    """A module imports only from its own layer and from those below it."""
    layer = layer_of(module_of(path))
    known = {module_of(each) for each in python_files("hamodel")}

    for name in imports(path):
        if name.split(".")[0] != "hamodel":
            continue
        target = name if name in known else name.rpartition(".")[0]
        assert layer_of(target) in BELOW[layer], f"{module_of(path)} ({layer}) imports {name}"


@pytest.mark.parametrize(
    ("module", "layer"),
    [
        ("hamodel", "face"),
        ("hamodel.expr", "language"),
        ("hamodel.engine", "readings"),
        ("hamodel.draw.scene", "readings"),
        ("hamodel.guide.failures.crashes", "guide"),
        ("hamodel.cli.check", "cli"),
    ],
)
def test_every_module_has_a_layer(module: str, layer: str) -> None:
    """Files on the top of the library are language; the other layers are folders."""
    assert layer == layer_of(module)
