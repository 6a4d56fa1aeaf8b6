"""Plain tables, and what a measurement says of where it was made."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return lines with columns of equal width; a column of numbers is set to the right."""
    widths = [max(map(len, cells)) for cells in zip(heads, *rows, strict=True)]
    right = [all(_is_number(row[i]) for row in rows) for i in range(len(heads))]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").isdecimal()


def machine() -> str:
    """Return what kind of machine this is: processors, memory, Python; never its name."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.machine()


def commit() -> str:
    """Return the commit that is checked out, and whether files of the library differ from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--", "hamodel")
    return f"{head} with changes" if changed else head


def _git(*arguments: str) -> str:
    command = ["git", "-c", "safe.directory=*", *arguments]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return found.stdout.strip()


def today() -> str:
    """Return the date, in UTC."""
    return datetime.now(UTC).date().isoformat()
