"""DOT of scenes, and SVG of DOT."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from hamodel import InputError
from hamodel.draw import Ladder, Scene, TimeLine, dot, statechart, story, svg
from hamodel.draw.ladder_plan import COLUMN, STEPS, plan
from hamodel.draw.scene import FAILURE, Edge, Node, Note, Panel
from tests.draw.sample import dot_or_skip, lamps, run
from tests.draw.small import ALL, DRAWN, LADDER, drawn


@pytest.mark.parametrize("name", drawn())
def test_scenes_are_drawn_as_they_were(name: str) -> None:
    """The text of a small scene of each sort is the one that a person has looked at."""
    assert (DRAWN / name).read_text(encoding="utf-8") == drawn()[name]


def test_equal_scenes_are_equal_texts() -> None:
    """Nothing but the scene decides its text."""
    assert dot(statechart(lamps(), "lamp_1")) == dot(statechart(lamps(), "lamp_1"))
    assert dot(story(lamps(), run(), "x")) == dot(story(lamps(), run(), "x"))


@pytest.mark.parametrize("scene", ALL, ids=lambda scene: scene.name)
def test_dot_draws_every_scene(scene: Scene) -> None:
    """`dot` takes the text, and its SVG says every name, and nothing of what drew it when."""
    dot_or_skip()

    picture = svg(dot(scene))

    said = html.unescape("".join(re.findall(r">([^<]+)<", picture)))
    match scene:
        case Ladder():
            names = [node.lines[0] for node in scene.lifelines]
        case TimeLine():
            names = [span.label for lane in scene.lanes for span in lane.spans]
        case _:
            names = [node.lines[0] for node in scene.nodes if node.lines]
    assert all(name in said for name in names)
    assert picture.startswith("<?xml")
    assert "<!--" not in picture
    assert "graphviz version" not in picture


def test_svg_needs_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program `dot`, the error says what is missing and how it is installed."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InputError, match="HA084") as error:
        svg("digraph {}")

    assert "apt-get install graphviz" in error.value.message


def test_failures_are_dashed_as_well_as_red() -> None:
    """Without colours, failures can still be told from the rest, and repairs too."""
    text = (DRAWN / "statechart-it.dot").read_text(encoding="utf-8")

    [crash] = [line for line in text.splitlines() if "<b>crash</b>" in line]
    [repair] = [line for line in text.splitlines() if "<b>return</b>" in line]
    assert "style=dashed" in crash
    assert "arrowhead=empty" in repair
    assert "penwidth=2.6" in repair


def long_ladder() -> Ladder:
    """Return forty steps over ten lifelines, with long names."""
    names = [f"resource_manager_{i}" for i in range(10)]
    rows = tuple(
        Panel(
            i + 1,
            f"{names[i % 10]} tells {names[(i * 3 + 1) % 10]} of media_server_2",
            messages=(Edge(names[i % 10], names[(i * 3 + 1) % 10], ("NOTIFY (media_server_2)",)),),
            notes=(Note(names[i % 10], ("believes_media_server_2: yes → no",) * (i % 3 + 1)),),
        )
        for i in range(40)
    )
    return Ladder("long", "Long", tuple(Node(name, (name,)) for name in names), rows)


def test_nothing_overlaps_in_a_long_ladder() -> None:
    """Of forty steps over ten lifelines, no two boxes with text cover each other."""
    boxes = [box for box in plan(long_ladder()).boxes if box.lines]

    for i, one in enumerate(boxes):
        for two in boxes[:i]:
            assert (
                one.x + one.width <= two.x
                or two.x + two.width <= one.x
                or one.y + one.height <= two.y
                or two.y + two.height <= one.y
            ), (one, two)


def test_a_long_ladder_names_its_lifelines_twice() -> None:
    """Whoever reads the last steps sees the names again; in a short ladder they stand once."""
    lines = [line for box in plan(long_ladder()).boxes for line in box.lines]

    assert 2 == lines.count("resource_manager_9")
    assert 1 == [line for box in plan(LADDER).boxes for line in box.lines].count("it")


def test_lines_of_a_ladder_fit_their_boxes() -> None:
    """No line of text is wider than the box that it stands in."""
    for box in plan(long_ladder()).boxes:
        assert all(len(line) * 5.2 <= box.width for line in box.lines)


def test_a_ladder_is_as_wide_as_its_lifelines() -> None:
    """There is a column for the steps and one for each lifeline; none at all is drawn too."""
    assert STEPS + 10 * COLUMN == plan(long_ladder()).width
    assert STEPS + 2 * COLUMN == plan(Ladder("x", "x", rows=(Panel(1, "x", FAILURE),))).width
