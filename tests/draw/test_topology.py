"""Topologies: places, where they run, and the links between them."""

from __future__ import annotations

import pytest

from hamodel import ModelError
from hamodel.draw.scene import Edge, Graph, Group, Layout, Line, Node, Shape, Style
from hamodel.draw.topology import Link, Place, topology

POWER = Style("power", "#1a1a1a", Line.SOLID)
WIRE = Style("wire", "#1f5fa8", Line.DASHED)


def test_a_topology_is_a_value() -> None:
    """Places become nodes in the frames of their clusters, links become edges by their kind."""
    scene = topology(
        "A house",
        [
            Place("plant", "power plant", shape=Shape.PARTY),
            Place("lamp_1", "lamp", "hall"),
            Place("lamp_2", "lamp", "hall"),
        ],
        [Link("plant", "lamp_1", "230 V", "power"), Link("lamp_1", "lamp_2", kind="wire")],
        caption=["Not to scale."],
    )

    assert (
        Graph(
            "topology",
            "A house",
            Layout.TOPOLOGY,
            nodes=(
                Node("plant", ("plant", "power plant"), Shape.PARTY),
                Node("lamp_1", ("lamp_1", "lamp"), Shape.BOX, "hall"),
                Node("lamp_2", ("lamp_2", "lamp"), Shape.BOX, "hall"),
            ),
            edges=(
                Edge("plant", "lamp_1", ("230 V",), POWER, arrow=False),
                Edge("lamp_1", "lamp_2", (), WIRE, arrow=False, beside=True),
            ),
            groups=(Group("hall", "hall"),),
            legend=(POWER, WIRE),
            caption=("Not to scale.",),
        )
        == scene
    )


def test_up_to_four_kinds_of_link_differ_without_colour() -> None:
    """Each of four kinds has a pattern of its own."""
    places = [Place("a"), Place("b")]
    scene = topology("x", places, [Link("a", "b", kind=kind) for kind in ("p", "q", "r", "s")])

    assert 4 == len({edge.style.line for edge in scene.edges})


def test_a_link_without_a_kind_needs_no_legend() -> None:
    """Only named kinds are explained."""
    scene = topology("x", [Place("a"), Place("b")], [Link("a", "b")])

    assert () == scene.legend


def test_two_places_of_one_name() -> None:
    """A name stands for one place."""
    with pytest.raises(ModelError, match="HA013"):
        topology("x", [Place("a"), Place("a")], [])


def test_a_link_to_nowhere() -> None:
    """A link joins places that are there."""
    with pytest.raises(ModelError, match="HA014"):
        topology("x", [Place("a")], [Link("a", "b")])
