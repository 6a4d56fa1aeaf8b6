"""The command line: `hamodel check` and its neighbours; everything heavy is imported when used."""

from __future__ import annotations


def main() -> None:
    """
    Run the command line with the arguments of the process; the process ends with its status.

    SIGTERM is taken as Ctrl-C: what is known is printed before the end.
    """
    import signal

    from hamodel.cli.app import app

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="hamodel")
