"""The campaign of windows: when a second fault must come, by classes of states and by ticks."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from tests.agreement.windows import LEFT_OUT, compare_windows
from tests.benchmarks.timed import One, compared, one

FILE = Path(__file__).with_name("windows.json")


def compare_one(seed: int) -> One:
    """Compare the windows of a seed."""
    return one(seed, lambda: One(compare_windows(seed), Counter()))


def command(chosen: argparse.Namespace) -> int:
    """Compare random systems until there were enough; 1 on a mismatch."""
    return compared(chosen, compare_one, LEFT_OUT, FILE, "when the second fault must come")
