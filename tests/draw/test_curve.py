"""Curves as SVG: the same each time, with what was measured; a clear error without matplotlib."""

from __future__ import annotations

import sys
from xml.etree import ElementTree as ET

import pytest

from hamodel.draw.curve import Curve, Line, curve_svg
from hamodel.errors import InputError

ENDLESS = Line("host lost", ((1, 2.0), (2, None), (3, 4.0)))
STRAIGHT = Line("one fault", ((1, 8.4), (2, 11.4), (3, 14.4)))


def test_a_curve_is_svg_with_its_words() -> None:
    """Title, axes and lines stand in it as text, and what is without end has a mark of its own."""
    pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    drawn = curve_svg(Curve("lost at worst", "interval", "at most", (STRAIGHT, ENDLESS)))
    words = "".join(ET.fromstring(drawn).itertext())  # noqa: S314 (our own)

    for word in ("lost at worst", "interval", "at most", "one fault", "host lost: without end"):
        assert word in words
    assert "one fault: without end" not in words


def test_a_curve_is_the_same_each_time() -> None:
    """No date, no chance, no version."""
    pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    curve = Curve("a", "b", "c", (STRAIGHT,))

    assert curve_svg(curve) == curve_svg(curve)
    assert "20" + "26-" not in curve_svg(curve)


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"HA084 .*pip install 'hamodel\[plot\]'"):
        curve_svg(Curve("a", "b", "c", (STRAIGHT,)))
