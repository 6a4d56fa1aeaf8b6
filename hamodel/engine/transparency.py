"""Transparency of a fault: divergence-preserving branching bisimulation (being written)."""

from __future__ import annotations

from hamodel.engine.reference import Exploration
from hamodel.property import Property
from hamodel.verdict import UNDETERMINED, Finding


def compare(exploration: Exploration, prop: Property) -> Finding:
    """Return whether the observers of a property can tell its fault."""
    return Finding(UNDETERMINED, "not compared")
