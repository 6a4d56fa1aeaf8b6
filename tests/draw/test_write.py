"""Scenes written to a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hamodel import InputError, ModelError
from hamodel.draw import write_all
from hamodel.draw.write import READING
from tests.draw.sample import dot_or_skip
from tests.draw.small import ALL, CHART, DRAWN, LADDER


def test_every_scene_is_written_in_every_form(tmp_path: Path) -> None:
    """Each scene gives DOT, Mermaid and SVG, in the order of the scenes, and then the index."""
    dot_or_skip()

    written = write_all(ALL, tmp_path / "new" / "folder")

    names = ["statechart-it", "topology", "story-it", "time-line-it"]
    assert written.missing is None
    assert (
        *(f"{name}.{ending}" for name in names for ending in ("dot", "mmd", "svg")),
        "index.md",
    ) == written.files
    assert set(written.files) == {path.name for path in (tmp_path / "new" / "folder").iterdir()}


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    """The same scenes give the same bytes."""
    write_all(ALL, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_all(ALL, tmp_path)

    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_without_dot_the_rest_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program `dot` there is DOT and Mermaid, and the result says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))

    written = write_all(ALL, tmp_path)

    assert written.missing is not None
    assert "HA084" == written.missing.code
    assert [] == list(tmp_path.glob("*.svg"))
    for path in DRAWN.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()
    assert "svg" not in (tmp_path / "index.md").read_text(encoding="utf-8")


def test_the_index_shows_the_pictures(tmp_path: Path) -> None:
    """The index has the deployment first, then all else by its sort, and links each file."""
    dot_or_skip()
    write_all((CHART, *ALL[1:]), tmp_path, "A house")

    assert f"""\
# A house

Drawn by `hamodel draw`; changes here are lost.

{READING}

## The deployment

### A house

![A house](topology.svg)

[DOT](topology.dot) · [Mermaid](topology.mmd) · [SVG](topology.svg)

## Components

### It &amp; &lt;its&gt; likes

![It &amp; &lt;its&gt; likes](statechart-it.svg)

[DOT](statechart-it.dot) · [Mermaid](statechart-it.mmd) · [SVG](statechart-it.svg)

## Stories

### It breaks

![It breaks](story-it.svg)

[DOT](story-it.dot) · [Mermaid](story-it.mmd) · [SVG](story-it.svg)

## Time lines

### It is dark

![It is dark](time-line-it.svg)

[DOT](time-line-it.dot) · [Mermaid](time-line-it.mmd) · [SVG](time-line-it.svg)
""" == (tmp_path / "index.md").read_text(encoding="utf-8")


def test_two_scenes_of_one_name(tmp_path: Path) -> None:
    """A scene does not silently take the place of another."""
    with pytest.raises(ModelError, match="HA013"):
        write_all([LADDER, LADDER], tmp_path)

    assert [] == list(tmp_path.iterdir())


def test_a_name_stays_in_the_folder(tmp_path: Path) -> None:
    """A name that would lead out of the folder is refused."""
    with pytest.raises(ModelError, match="HA001"):
        write_all([replace(LADDER, name="../story")], tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Where a file stands in the way, the error names it."""
    (tmp_path / "file").write_text("")

    with pytest.raises(InputError, match="HA074") as error:
        write_all([LADDER], tmp_path / "file")

    assert str(tmp_path / "file") == error.value.file
