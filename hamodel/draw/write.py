"""Scenes written to a folder: DOT, Mermaid and SVG of each, and an index of them all."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hamodel.draw.graphviz_dot import dot, svg
from hamodel.draw.mermaid import mermaid
from hamodel.draw.scene import Graph, Ladder, Layout, Scene, TimeLine
from hamodel.errors import InputError, ModelError, among
from hamodel.expr import checked_name

INDEX = "index.md"
READING = (
    "How to read them: a black solid line is the system at work (protocol), a red dashed one"
    " something that breaks (failure), a green thick one something that comes back (repair), a"
    " blue dotted one what users do (environment). In a statechart an arrow is what moves a"
    " component from one state to another: its trigger, and below that what has to hold. A story"
    " goes from top to bottom, a numbered step at a time: arrows are messages, and a box says what"
    " changes in whoever stands above it. A time line goes from left to right, true to scale; what"
    " is too short to be read is drawn again below, enlarged."
)
"""The legend that all pictures have in common, in words."""

_HEADINGS = ("The deployment", "Components", "Stories", "Time lines")


@dataclass(frozen=True, slots=True)
class Written:
    """
    What was written to a folder.

    Parameters
    ----------
    files
        Names of files, in the order of the scenes, the index last.
    missing
        Why there is no SVG, and what to install (HA084); None when there is.
    """

    files: tuple[str, ...]
    missing: InputError | None = None


def write_all(scenes: Iterable[Scene], folder: Path | str, title: str = "Pictures") -> Written:
    """
    Write each scene as `.dot`, `.mmd` and, if `dot` is installed, `.svg`; and an index.

    The same scenes give the same files, byte for byte, but for the SVG, which
    is measured with the fonts of the machine. Files that are no scene's stay.

    Raises
    ------
    ModelError
        HA001: a scene's name is no file's; HA013: two scenes have one name.
    InputError
        HA074: the folder cannot be written to.
    """
    drawn = tuple(scenes)
    names = [checked_name(scene.name, "a picture") for scene in drawn]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ModelError("HA013", f"two pictures are named {among(sorted(twice))}; rename one")
    missing: InputError | None = None
    files: dict[str, str] = {}
    for scene in drawn:
        text = dot(scene)
        files[f"{scene.name}.dot"] = text
        files[f"{scene.name}.mmd"] = mermaid(scene)
        if missing is None:
            try:
                files[f"{scene.name}.svg"] = svg(text)
            except InputError as error:
                missing = error
    files[INDEX] = _index(drawn, title, files.keys())
    _write(Path(folder), files)
    return Written(tuple(files), missing)


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(
            "HA074",
            f"the pictures cannot be written there ({error.strerror}); name a folder that you "
            "may write to",
            file=str(folder),
        ) from None


def _index(scenes: Sequence[Scene], title: str, files: Iterable[str]) -> str:
    known = set(files)
    lines = [f"# {title}", "", "Drawn by `hamodel draw`; changes here are lost.", ""]
    lines += [READING, ""]
    for heading in _HEADINGS:
        if chosen := [scene for scene in scenes if _heading(scene) == heading]:
            lines += [f"## {heading}", ""]
            for scene in chosen:
                lines += _entry(scene, known)
    return "\n".join(lines)


def _heading(scene: Scene) -> str:
    match scene:
        case Ladder():
            return "Stories"
        case TimeLine():
            return "Time lines"
        case Graph(layout=Layout.TOPOLOGY):
            return "The deployment"
        case Graph():
            return "Components"


def _entry(scene: Scene, known: set[str]) -> Iterator[str]:
    title = html.escape(scene.title, quote=False)
    yield f"### {title}"
    yield ""
    if f"{scene.name}.svg" in known:
        yield f"![{title}]({scene.name}.svg)"
        yield ""
    kinds = [("dot", "DOT"), ("mmd", "Mermaid"), ("svg", "SVG")]
    yield " · ".join(
        f"[{word}]({scene.name}.{end})" for end, word in kinds if f"{scene.name}.{end}" in known
    )
    yield ""
