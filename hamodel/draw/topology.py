"""Topologies: what runs where, and what is connected to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hamodel.draw.scene import (
    Edge,
    Graph,
    Group,
    Layout,
    Line,
    Node,
    Shape,
    Style,
    legend_of,
    slug,
)
from hamodel.errors import ModelError, among

_LINKS = (
    ("#1a1a1a", Line.SOLID),
    ("#1f5fa8", Line.DASHED),
    ("#6a3d9a", Line.DOTTED),
    ("#1b7f3b", Line.BOLD),
)


@dataclass(frozen=True, slots=True)
class Place:
    """
    Something that is installed.

    Parameters
    ----------
    name
        Unique in the picture.
    kind
        What it is, in words, said below its name; may be empty.
    cluster
        Where it runs: places of one cluster share a frame; empty for none.
    shape
        A box, a store of data, or a party outside.
    """

    name: str
    kind: str = ""
    cluster: str = ""
    shape: Shape = Shape.BOX


@dataclass(frozen=True, slots=True)
class Link:
    """
    A connection of two places, drawn from `a` onwards to `b`.

    Links of one kind are drawn alike and named in the legend; up to four kinds
    differ without colour. Two places of one kind stand side by side.
    """

    a: str
    b: str
    label: str = ""
    kind: str = ""


def topology(
    title: str,
    places: Iterable[Place],
    links: Iterable[Link],
    *,
    name: str = "topology",
    caption: Iterable[str] = (),
) -> Graph:
    """
    Return the picture of places, framed by where they run, and of what connects them.

    Raises
    ------
    ModelError
        HA013: two places have one name; HA014: a link names a place that is not there.
    """
    placed, linked = tuple(places), tuple(links)
    names = [place.name for place in placed]
    if twice := {each for each in names if names.count(each) > 1}:
        raise ModelError("HA013", f"two places are named {among(sorted(twice))}; rename one")
    for link in linked:
        if missing := [end for end in (link.a, link.b) if end not in names]:
            raise ModelError("HA014", f"a link joins {among(missing)}; it can join {among(names)}")
    styles = _styles(link.kind for link in linked)
    kinds = {place.name: place.kind or place.name for place in placed}
    clusters = dict.fromkeys(place.cluster for place in placed if place.cluster)
    return Graph(
        slug(name),
        title,
        Layout.TOPOLOGY,
        nodes=tuple(
            Node(each.name, tuple(filter(None, (each.name, each.kind))), each.shape, each.cluster)
            for each in placed
        ),
        edges=tuple(_edge(link, styles, kinds) for link in linked),
        groups=tuple(Group(cluster, cluster) for cluster in clusters),
        legend=legend_of(style for kind, style in styles.items() if kind),
        caption=tuple(caption),
    )


def _edge(link: Link, styles: Mapping[str, Style], kinds: Mapping[str, str]) -> Edge:
    return Edge(
        link.a,
        link.b,
        (link.label,) if link.label else (),
        styles[link.kind],
        arrow=False,
        beside=kinds[link.a] == kinds[link.b],
    )


def _styles(kinds: Iterable[str]) -> dict[str, Style]:
    """Return a pattern for each kind of link, in order; a kind's name is always its legend's."""
    return {
        kind: Style(kind or "link", *_LINKS[place % len(_LINKS)])
        for place, kind in enumerate(dict.fromkeys(kinds))
    }
