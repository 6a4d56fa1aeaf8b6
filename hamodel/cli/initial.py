"""`hamodel init`: a commented deployment file to start from."""

from __future__ import annotations

from pathlib import Path

from hamodel.cli.output import say, write_file
from hamodel.errors import InputError
from hamodel.guide.deployment import template


def run(file: Path, *, force: bool) -> None:
    """Write the template; HA074 if there is something already and it was not forced."""
    if file.exists() and not force:
        raise InputError("HA074", "it is there already; --force overwrites it", file=str(file))
    write_file(file, template())
    say(f"wrote {file}; `hamodel check {file}` checks it")
