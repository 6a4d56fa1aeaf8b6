"""
Property-based tests of any system, by Hypothesis, stepping real `transitions` machines.

The only part of the library that imports hypothesis (the extra `test` brings it).
"""

from hamodel.testing.coverage import Coverage, rules_met_by
from hamodel.testing.running import run, seeds_are_fresh, suite_settings
from hamodel.testing.stateful import Refuted, Saving, SystemMachine, machine_for
from hamodel.testing.unmet import Gap, Unmet

__all__ = [
    "Coverage",
    "Gap",
    "Refuted",
    "Saving",
    "SystemMachine",
    "Unmet",
    "machine_for",
    "rules_met_by",
    "run",
    "seeds_are_fresh",
    "suite_settings",
]
