"""
The smallest scene of each sort that has one of everything, and what they are drawn as.

`python -m tests.draw.small` draws them anew; look at the difference before it is kept.
"""

from __future__ import annotations

from pathlib import Path

from hamodel.draw import Link, Place, Scene, Shape, dot, mermaid, topology
from hamodel.draw.scene import (
    FAILURE,
    PROTOCOL,
    REPAIR,
    Divider,
    Edge,
    Graph,
    Ladder,
    Lane,
    Layout,
    Mark,
    Node,
    Note,
    Panel,
    Span,
    TimeLine,
    Tone,
)

CHART = Graph(
    "statechart-it",
    "It & <its> likes",
    Layout.STATECHART,
    nodes=(
        Node("start", (), Shape.START),
        Node("hot-standby", ("hot-standby",), Shape.STATE),
        Node("end", ("end",), Shape.STATE),
    ),
    edges=(
        Edge("start", "hot-standby"),
        Edge("hot-standby", "end", ("crash", "[x is yes]"), FAILURE),
        Edge("end", "hot-standby", ("return",), REPAIR),
    ),
    legend=(FAILURE, REPAIR),
    caption=("It also remembers:", "", "• x: no, yes"),
)
MAP = topology(
    "A house",
    [Place("plant", shape=Shape.PARTY), Place("lamp-1", "lamp", "hall"), Place("lamp_1", "lamp")],
    [Link("plant", "lamp-1", "230 V", "power"), Link("lamp-1", "lamp_1", "spare")],
)
LADDER = Ladder(
    "story-it",
    "It breaks",
    lifelines=(Node("it", ("it",)), Node("its heir", ("its heir",))),
    rows=(
        Panel(1, "it speaks", PROTOCOL, (Edge("it", "its heir", ("a: b",)), Edge("it", "it"))),
        Divider("again:", repeats=True),
        Panel(2, "it breaks", FAILURE, (), (Note("it", ("up → down", "x: yes → no")),)),
    ),
    legend=(FAILURE,),
    caption=("So it goes.",),
)
LINE = TimeLine(
    "time-line-it",
    "It is dark",
    lanes=(
        Lane(
            "its light: on & <off>",
            (
                Span(None, 0, Tone.GOOD, "two lamps", "it breaks"),
                Span(0, 5_000, Tone.LESS, "one lamp", "its heir breaks"),
                Span(5_000, 40_000, Tone.LOST, "unseen", "a person comes"),
                Span(40_000, 40_250, Tone.LOST, "screwing", "it is replaced"),
                Span(40_250, 40_252, Tone.LOST, "glowing", "it is lit"),
                Span(40_252, None, Tone.GOOD, "one lamp"),
            ),
        ),
        Lane("the door", (Span(None, None, Tone.ASIDE, "shut"),)),
    ),
    marks=(Mark(0, "it breaks", FAILURE), Mark(40_250, "it is replaced", REPAIR)),
    caption=("So it goes.",),
)
ALL: tuple[Scene, ...] = (CHART, MAP, LADDER, LINE)

DRAWN = Path(__file__).parent / "drawn"


def drawn() -> dict[str, str]:
    """Return the text of every scene in every language, by the name of its file."""
    return {
        f"{scene.name}.{ending}": renderer(scene)
        for scene in ALL
        for ending, renderer in (("dot", dot), ("mmd", mermaid))
    }


if __name__ == "__main__":
    for name, text in drawn().items():
        (DRAWN / name).write_text(text, encoding="utf-8")
