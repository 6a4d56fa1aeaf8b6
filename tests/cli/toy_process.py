"""
`python -m tests.cli.toy_process [endless | long HOW MANY] …`: the command line over a toy.

`long` has a search of 216,000 states, which says after each batch how far it is. It stands still
for ever when it has said that it has so many `states`, or, where it is kept after every level,
before its files are forced to the disk for so manieth a time (`writes`); with `states 0` never.
"""

from __future__ import annotations

import os
import re
import sys
from unittest.mock import patch

from hamodel.cli import check, main, progress
from hamodel.cli.output import say
from tests.cli.toy import (
    endless_promises,
    endless_system,
    long_promises,
    long_system,
    toy_subject,
)

STANDS_STILL = "stands still"


def stand_still() -> None:
    """Say so, and wait for ever."""
    sys.stderr.write(STANDS_STILL + "\n")
    sys.stderr.flush()
    sys.stdin.read()


def slowly(how: str, many: int) -> None:
    """Let the search say how far it is after each batch, and stand still when it is so far."""
    from hamodel.engine.packed import explorer, kept

    fsync, writes = os.fsync, [0]

    def said(text: str) -> None:
        say(text)
        found = re.search(r": ([\d,]+) states", text)
        if how == "states" and many and found and int(found[1].replace(",", "")) >= many:
            stand_still()

    def forced(descriptor: int) -> None:
        writes[0] += 1
        if how == "writes" and writes[0] == many:
            stand_still()
        fsync(descriptor)

    with (
        patch.object(progress, "INTERVAL_S", 0),
        patch.object(progress, "say", said),
        patch.object(explorer, "TOLD", 1),
        patch.object(os, "fsync", forced),
        patch.object(kept, "SHARE", 0 if how == "writes" else kept.SHARE),
    ):
        main()


if __name__ == "__main__":
    subject = toy_subject()
    mode = sys.argv[1] if sys.argv[1:] else ""
    if mode == "endless":
        del sys.argv[1]
        subject = toy_subject(None, endless_promises(), endless_system())
    if mode == "long":
        how, many = sys.argv[2:4]
        del sys.argv[1:4]
        subject = toy_subject(None, long_promises(), long_system())
    with patch.object(check, "read_subject", lambda *_: subject):
        if mode == "long":
            slowly(how, int(many))
        else:
            main()
