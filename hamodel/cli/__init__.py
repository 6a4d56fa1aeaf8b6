"""The command line: `hamodel check` and its neighbours; everything heavy is imported when used."""

from __future__ import annotations


def main() -> None:
    """Run the command line with the arguments of the process; the process ends with its status."""
    from hamodel.cli.app import app

    app(prog_name="hamodel")
