"""What the commands were asked for, as values; light, for `--help` reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hamodel.budget import Budget


LIMIT_STATES = 50_000_000
"""Where a search is cut short unless it is said; so are those behind the manifest."""


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
    limit_states: int = LIMIT_STATES
    jobs: int = 1
    verbose: bool = False


def read_format(text: str) -> Format:
    """Return what `--format` says; raise HA082 for anything else."""
    from hamodel.errors import InputError

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
    from hamodel.errors import InputError

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
