"""`hamodel init`: a commented deployment file to start from."""

from __future__ import annotations

from pathlib import Path

from hamodel.cli.output import emit, write_file
from hamodel.errors import InputError
from hamodel.guide.deployment import template


def run(file: Path, *, force: bool) -> None:
    """
    Write the template: to stdout for `-`, otherwise to a file, and say so.

    Raises
    ------
    InputError
        HA074: there is something already and it was not forced, or it cannot be written.
    """
    if str(file) == "-":
        emit(template())
        return
    if file.exists() and not force:
        raise InputError("HA074", "it is there already; --force overwrites it", file=str(file))
    write_file(file, template())
    emit(f"wrote {file}; `hamodel check {file}` checks it\n")
