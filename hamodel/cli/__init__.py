"""The command line: `hamodel check` and its neighbours; everything heavy is imported when used."""

from __future__ import annotations

GARBAGE = 100_000
"""
After how many new objects Python looks for cycles among them: 700 by default.

What is imported, models and states are millions of objects that stay, and have none.
"""


def main() -> None:
    """
    Run the command line with the arguments of the process; the process ends with its status.

    SIGTERM is taken as Ctrl-C: what is known is printed before the end.
    """
    import gc
    import signal

    from hamodel.cli.app import app

    gc.set_threshold(GARBAGE)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="hamodel")
