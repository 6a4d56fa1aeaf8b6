"""Pictures of a system: statecharts, topologies, stories, time lines; as DOT, Mermaid and SVG."""

from hamodel.draw.graphviz_dot import dot, svg
from hamodel.draw.mermaid import mermaid
from hamodel.draw.scene import Graph, Ladder, Lane, Mark, Scene, Shape, Span, TimeLine, Tone
from hamodel.draw.statechart import statechart, statecharts
from hamodel.draw.story import story
from hamodel.draw.topology import Link, Place, topology
from hamodel.draw.write import Written, write_all

__all__ = [
    "Graph",
    "Ladder",
    "Lane",
    "Link",
    "Mark",
    "Place",
    "Scene",
    "Shape",
    "Span",
    "TimeLine",
    "Tone",
    "Written",
    "dot",
    "mermaid",
    "statechart",
    "statecharts",
    "story",
    "svg",
    "topology",
    "write_all",
]
