"""What the commands were asked for, as values; light, for `--help` reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from hamodel.engine.limits import Limits
from hamodel.errors import InputError

if TYPE_CHECKING:
    from hamodel.budget import Budget


LIMIT_STATES = 50_000_000
"""Where a search is cut short unless it is said; so are those behind the manifest."""


DEFAULT_LIMITS = Limits(LIMIT_STATES)
SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([kKMGT])(i?)B", re.ASCII)


class Format(Enum):
    """How a report is written down."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Budgets:
    """
    What the command line puts in the place of the promises' own budgets.

    Parameters
    ----------
    faults
        The budget of `--faults`, repairs included; None to keep the promises' own.
    repairs
        The repairs of `--repairs` alone; None for no limit.
    only_repairs
        Whether `--repairs` was given without `--faults`.
    faults_text, repairs_text
        As they were written, to be found again in the manifest.
    """

    faults: Budget | None = None
    repairs: int | None = None
    only_repairs: bool = False
    faults_text: str = ""
    repairs_text: str = ""

    @property
    def given(self) -> bool:
        """Whether anything is replaced; what lies beyond is not searched then."""
        return self.faults is not None or self.only_repairs


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What `hamodel check` was asked for, an option each."""

    deployment: str = "reference"
    claims: tuple[str, ...] = ()
    budgets: Budgets = Budgets()
    changes: tuple[str, ...] = ()
    rule_files: tuple[Path, ...] = ()
    expect: bool = False
    form: Format = Format.TEXT
    out: Path | None = None
    traces: Path | None = None
    limits: Limits = DEFAULT_LIMITS
    checkpoint: Path | None = None
    resume: bool = False
    jobs: int = 1
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Searching:
    """What `hamodel explain --search` searches: sets of so many faults, each within the limits."""

    size_max: int
    limits: Limits


def refuse_checkpoints(options: CheckOptions, wanted: str) -> None:
    """Raise HA082 if checkpoints are asked for where there are none."""
    if options.checkpoint is not None or options.resume:
        raise InputError(
            "HA082", f"--checkpoint does not go with {wanted}, whose searches are many and small"
        )


def read_limits(states: int, memory: str, time_s: float | None) -> Limits:
    """
    Return what the options that begin with `--limit` say; empty: no limit.

    Raises
    ------
    HamodelError
        HA045, HA082.
    """
    return Limits(states, read_size(memory) if memory else None, time_s)


def read_size(text: str) -> int:
    """Return how many bytes `4GB`, `512 MB` or `1.5GiB` are; raise HA082 for anything else."""
    match = SIZE.fullmatch(text.strip())
    if match is None:
        raise InputError(
            "HA082",
            f"--limit-memory is {text!r:.60}; it can be a number with kB, MB, GB or TB, such as "
            "4GB, or with KiB, MiB, GiB or TiB",
        )
    number, prefix, binary = match.groups()
    power = "kMGT".index("k" if prefix == "K" else prefix) + 1
    return int(Decimal(number) * (1024 if binary else 1000) ** power)


def read_format(text: str) -> Format:
    """Return what `--format` says; raise HA082 for anything else."""
    known = {form.value: form for form in Format}
    if text.casefold() not in known:
        possible = ", ".join(known)
        raise InputError("HA082", f"--format is {text!r:.60}; it can be {possible}")
    return known[text.casefold()]


def split(words: Iterable[str]) -> tuple[str, ...]:
    """Return words that may have been joined by commas: `SIP-1b,SIP-1c`."""
    return tuple(part.strip() for word in words for part in word.split(","))


def read_budgets(faults: str, repairs: str) -> Budgets:
    """
    Return what `--faults` and `--repairs` say; empty text: not given.

    Raises
    ------
    HamodelError
        HA017, HA082.
    """
    from hamodel.budget import parse_budget

    faults, repairs = faults.strip(), repairs.strip()
    plain = repairs.isascii() and repairs.isdecimal() and len(repairs) <= 3
    if repairs and repairs != "unlimited" and not plain:
        raise InputError("HA082", f"--repairs is {repairs!r:.60}; it can be 0 to 200, or unlimited")
    number = None if repairs == "unlimited" else int(repairs or 0)
    if not faults:
        if number is not None and number > 200:
            raise InputError("HA082", f"--repairs is {number}; it can be 0 to 200, or unlimited")
        return Budgets(None, number, bool(repairs), "", repairs)
    try:
        return Budgets(parse_budget(faults, number), None, False, faults, repairs)
    except ValueError:
        raise InputError(
            "HA082", f"--faults is {faults!r:.60}; it takes whole numbers from 0 to 200"
        ) from None
