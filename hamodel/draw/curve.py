"""
Curves as SVG, by way of matplotlib: the only file that imports it.

It is not installed with hamodel but with its extra `plot`: Matplotlib is kept well and under a
licence like the BSD's, and some 90 MB with what it needs, for one picture of one command.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from hamodel.errors import InputError

INKS = ("#1f4e79", "#b3541e", "#3b7a57", "#7a3b69", "#8a6d1b", "#444444")
MARKERS = "osD^vP"
"""One and the other, so that lines differ in print too."""


@dataclass(frozen=True, slots=True)
class Line:
    """
    What was measured, point by point.

    Parameters
    ----------
    name
        What it is called.
    points
        Across and up, in the units of the axes; None for up: without end.
    """

    name: str
    points: tuple[tuple[float, float | None], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A title, what is across and what is up, and the lines."""

    title: str
    across: str
    up: str
    lines: tuple[Line, ...]


def curve_svg(curve: Curve) -> str:
    """
    Return curves as SVG, the same each time; each point is marked, as only they were measured.

    Raises
    ------
    InputError
        HA084: matplotlib is not installed.
    """
    check_drawable()
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "hamodel", "font.size": 10}):
        figure = Figure(figsize=(7.5, 4.5), layout="constrained")
        axes = figure.add_subplot()
        highest = max((up or 0 for line in curve.lines for _, up in line.points), default=0) or 1
        for place, line in enumerate(curve.lines):
            ink, marker = INKS[place % len(INKS)], MARKERS[place % len(MARKERS)]
            ends = [(x, up) for x, up in line.points if up is not None]
            endless = [x for x, up in line.points if up is None]
            if ends:
                axes.plot(
                    *zip(*_with_breaks(line), strict=True),
                    label=line.name,
                    linewidth=1.2,
                    markersize=3.5,
                    color=ink,
                    marker=marker,
                )
            if endless:
                axes.plot(
                    endless,
                    [1] * len(endless),  # above the scale: it has no height
                    label=f"{line.name}: without end",
                    linestyle="none",
                    markersize=7,
                    color=ink,
                    marker=r"$\infty$",
                    transform=axes.get_xaxis_transform(),
                    clip_on=False,
                )
        axes.set_title(curve.title, loc="left", fontsize=11)
        axes.set_xlabel(curve.across)
        axes.set_ylabel(curve.up)
        axes.set_ylim(0, 1.1 * highest)
        axes.grid(visible=True, color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="best", frameon=False, fontsize=9)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return re.sub(r"[ \t]+$", "", text.getvalue(), flags=re.MULTILINE)


def check_drawable() -> None:
    """Raise HA084 if matplotlib is not installed, before anything long is begun."""
    try:
        import matplotlib as mpl
    except ImportError:
        raise InputError(
            "HA084",
            "the package 'matplotlib' is not installed, and a curve needs it; the table does not; "
            "install it with: pip install 'hamodel[plot]'",
        ) from None
    del mpl


def _with_breaks(line: Line) -> list[tuple[float, float]]:
    """Return the points of a line; where one has no end the line is broken."""
    return [(x, float("nan") if up is None else up) for x, up in line.points]
