"""Mermaid of scenes; the texts of small ones are compared in `test_graphviz_dot.py`."""

from __future__ import annotations

import re

import pytest

from hamodel.draw import Ladder, Link, Place, Scene, mermaid, statechart, story, topology
from hamodel.draw.mermaid import _escaped, _ids
from hamodel.draw.scene import Divider, Node, Panel
from tests.draw.sample import lamps, run
from tests.draw.small import ALL


def test_what_is_mermaids_is_escaped() -> None:
    """Quotes, colons and brackets of a label are no marks of the language."""
    assert "a#58; #34;b#34; #60;c#62; 50#37; (d) [e] – f" == _escaped('a: "b" <c> 50% (d) [e] – f')


def test_identifiers_are_plain_and_distinct() -> None:
    """No identifier has a hyphen or is a word of Mermaid's, and no two are one."""
    names = ["hot-standby", "hot_standby", "end", "End", "2nd", "für"]

    ids = _ids(Node(name, (name,)) for name in names)

    assert ["hot_standby", "hot_standby_2", "n_end", "n_End", "n_2nd", "f_r"] == list(ids.values())


@pytest.mark.parametrize("scene", ALL, ids=lambda scene: scene.name)
def test_blocks_are_closed(scene: Scene) -> None:
    """Every frame, loop, tint and note of a text ends."""
    lines = [line.strip() for line in mermaid(scene).splitlines()]

    opened = [line for line in lines if re.match(r"(subgraph|loop|rect|note right)\b", line)]
    assert len(opened) == len([line for line in lines if line in {"end", "end note"}])


def test_meanings_are_said_in_words() -> None:
    """Where Mermaid cannot style a line, its label says that it is a failure or a repair."""
    text = mermaid(statechart(lamps(), "lamp_1"))

    assert "on --> broken : break, wear_out<br/>(failure)" in text
    assert "broken --> n_off : replace<br/>(repair)" in text


def test_a_story_is_a_sequence() -> None:
    """Steps are notes across, messages arrows, and what repeats is a loop."""
    lines = mermaid(story(lamps(), run(loop=1), "x")).splitlines()

    assert "sequenceDiagram" == lines[3]
    assert "    switch->>lamp_2: current (230)" in lines
    assert "    loop From here on, again and again" in lines
    assert "    Note over lamp_1,switch: 2. lamp_1 breaks (failure)" in lines


def test_a_step_with_nothing_to_draw() -> None:
    """A divider that repeats nothing is a note, as is a step in which nothing is said."""
    ladder = Ladder("x", "x", (Node("a", ("a",)),), (Panel(1, "waits"), Divider("so it stays")))

    assert [
        "    participant a as a",
        "    Note over a: 1. waits",
        "    Note over a: so it stays",
    ] == mermaid(ladder).splitlines()[4:]


def test_kinds_of_links_differ_by_their_patterns() -> None:
    """Each kind of link is named on it, and drawn in a pattern of its own."""
    links = [Link("a", "b", kind=kind) for kind in ("p", "q", "r", "s")]
    lines = mermaid(topology("x", [Place("a"), Place("b")], links)).splitlines()

    assert '    a ---|"p"| b' in lines
    assert [
        "    linkStyle 0 stroke:#1a1a1a",
        "    linkStyle 1 stroke:#1f5fa8,stroke-dasharray:8 4",
        "    linkStyle 2 stroke:#6a3d9a,stroke-dasharray:2 4",
        "    linkStyle 3 stroke:#1b7f3b,stroke-width:4px",
    ] == lines[-4:]


def test_a_story_without_anyone() -> None:
    """A ladder without lifelines is a diagram without steps: there is nothing to note them over."""
    assert mermaid(Ladder("x", "x", rows=(Panel(1, "x"),))).endswith("---\nsequenceDiagram\n")
