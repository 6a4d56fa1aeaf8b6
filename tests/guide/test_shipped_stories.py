"""The shipped stories are runs of the model, as short as can be, and drawn in /diagrams."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hamodel.cli.pictures import shipped_ladder, topology_of
from hamodel.cli.subject import load_deployment, system_of
from hamodel.cli.tell import found, saved
from hamodel.cli.trial import time_lines
from hamodel.draw import Scene, statecharts
from hamodel.draw.graphviz_dot import dot
from hamodel.guide.stories import STORIES, Story
from hamodel.trace import dump_trace, load_trace, trace_of

DIAGRAMS = Path(__file__).parents[2] / "diagrams"
LARGE = ("notice-forgotten", "duplicated-round-robin-pair")
"""Scenarios whose stories are replayed, but not searched for again here."""
BY_NAME = [pytest.param(story, id=story.name) for story in STORIES]


def test_the_stories_of_the_issue_are_there() -> None:
    """Each weakness that has to be found is told: by claim, in the order of the guide."""
    sip_server = {"SIP-1b", "SIP-1c", "SIP-2"}
    second = {"DUP-1", "DUP-6", "DUP-7", "COMPLIANCE"}
    others = {"RM-2", "RM-3", "RM-4", "MS-1", "MS-2", "MS-3", "REC-2", "REC-6", "TLIB-1"}

    assert 24 == len(STORIES)
    assert sip_server | others | second == {story.claim for story in STORIES}


@pytest.mark.parametrize("story", BY_NAME)
def test_a_story_is_a_run(story: Story) -> None:
    """A shipped trace replays on its model, and says the same changes and messages."""
    file = load_trace(story.text)
    system = system_of(load_deployment(file.model, file.settings))
    trace = trace_of(system, file.rules, loop=file.loop, fork=file.fork, note=file.note)

    assert len(json.loads(story.text)["steps"]) == len(trace)
    assert story.text == dump_trace(trace, file.model, file.settings)


@pytest.mark.parametrize(
    "story",
    [story for story in STORIES if story.scenario not in LARGE],
    ids=lambda story: story.name,
)
def test_a_story_is_what_the_search_finds(story: Story) -> None:
    """A shipped trace is the one that its scenario's search finds today, breadth first."""
    assert story.text == saved(story, found(story))


def _pictures() -> list[Scene]:
    deployment = load_deployment("reference")
    ladders = [shipped_ladder(story) for story in STORIES]
    charts = statecharts(system_of(deployment))
    return [topology_of(deployment), *charts, *ladders, *time_lines()]


def test_the_pictures_are_drawn_as_the_model_is() -> None:
    """The DOT text of every committed picture is what the model gives now."""
    pictures = _pictures()
    committed = {file.stem for file in DIAGRAMS.glob("*.dot")}

    assert committed == {scene.name.replace("_", "-") for scene in pictures}
    for scene in pictures:
        assert (DIAGRAMS / f"{scene.name}.dot").read_text(encoding="utf-8") == dot(scene), (
            scene.name
        )
