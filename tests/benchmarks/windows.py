"""The campaign of windows: when a second fault must come, by classes of states and by ticks."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.agreement.windows import LEFT_OUT, compare_windows
from tests.benchmarks.timed import compared

FILE = Path(__file__).with_name("windows.json")


def command(chosen: argparse.Namespace) -> int:
    """Compare random systems until there were enough; 1 on a mismatch."""
    return compared(chosen, compare_windows, LEFT_OUT, FILE, "when the second fault must come")
