"""`hamodel draw`: the pictures of a deployment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hamodel.cli.output import make_folder, say
from hamodel.cli.subject import read_subject


def run(where: str, out: Path, changes: Sequence[str], rule_files: Sequence[Path]) -> None:
    """Draw a deployment into a folder."""
    subject = read_subject(where, changes, rule_files)
    make_folder(out)
    say(f"{subject.name} has {len(subject.system.components)} components")
