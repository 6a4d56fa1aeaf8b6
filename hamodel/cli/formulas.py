"""How much is lost at worst, as a function of the timers of a deployment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hamodel import Budget
from hamodel.cli.losses import part_of
from hamodel.cli.output import say
from hamodel.cli.subject import system_of
from hamodel.duration import duration_text
from hamodel.engine.limits import Limits
from hamodel.engine.reference import Product
from hamodel.engine.timed.covering import timers_read
from hamodel.engine.timed.formula import Formula, Question, Row, formula
from hamodel.engine.timed.linear import NotLinearError, Vector
from hamodel.errors import InputError, among, nearest
from hamodel.guide import Deployment, build_parts
from hamodel.guide.deployment.spelling import SpellingError, milliseconds
from hamodel.guide.deployment.timer_names import ALSO, keys_meant
from hamodel.guide.deployment.timers import Duration, duration_shape, durations, with_durations
from hamodel.guide.loss import Lost, lost_named, with_causes

TIMERS_MAX = 12
"""So many factors go into a word with room to spare."""


@dataclass(frozen=True, slots=True)
class LossFormula:
    """
    How much is lost at worst within a budget of faults, as a function of timers.

    Attributes
    ----------
    lost, call, budget
        What, of which call, and within which faults.
    timers
        What it is a function of, each with the range that it was asked for.
    table
        The rows; the names are those of the timers, shortened as far as each is still the only one.
    """

    lost: Lost
    call: str
    budget: Budget
    timers: tuple[Duration, ...]
    table: Formula


def loss_formula(
    deployment: Deployment,
    what: str,
    budget: Budget,
    *,
    rule_files: Sequence[Path] = (),
    timers: Sequence[str] = (),
    limits: Limits,
    regions: int,
    tell: Callable[[Row, int], None] | None = None,
) -> LossFormula:
    """
    Return how long something can be lost, as a function of timers.

    Parameters
    ----------
    what
        A name of `LOSSES`.
    timers
        Of which timers: `exchange`, or `timeout=1 s..60 s`. By default all that the loss can
        depend on within the budget, each over all that it can be, but for those of which rules take
        a quotient. Others stay what they are.

    Raises
    ------
    HamodelError
        HA082 for what is no timer or cannot be lost; HA089.
    """
    known = durations(deployment)
    chosen = _chosen(known, timers)
    ask = _asking(deployment, what, budget, rule_files)
    while True:
        vector = Vector({each.key: each.value for each in chosen})
        try:
            its = ask(vector)
            break
        except NotLinearError as error:
            if timers:
                raise
            say(f"{among(error.names)}: left as they are, for rules take a quotient of them")
            chosen = tuple(each for each in chosen if each.key not in error.names)
    read = timers_read(
        Product(its.system, its.budget), (its.since, its.begin, its.end), vector, limits
    )
    if timers and len(read) < len(chosen):
        unread = [each.key for each in chosen if each.key not in read]
        raise InputError(
            "HA082",
            f"--timers: {what} does not depend on {among(unread)} within these faults; it can on "
            f"{among(read) or 'none of those'}",
        )
    if len(read) > TIMERS_MAX:
        raise InputError(
            "HA082",
            f"{what} depends on {len(read)} timers within these faults ({among(read)}); choose at "
            f"most {TIMERS_MAX} with --timers",
        )
    used = tuple(each for each in chosen if each.key in read)
    table = formula(
        ask,
        {each.key: (each.low, each.high) for each in used},
        {each.key: min(max(each.value, each.low), each.high) for each in used},
        limits=limits,
        regions=regions,
        tell=tell,
    )
    parts = build_parts(deployment)
    call = next(iter(parts.calls))
    return LossFormula(lost_by(what, deployment), call, budget, used, table)


def lost_by(what: str, deployment: Deployment) -> Lost:
    """Return what can be lost of the first call by a name; HA082 if it cannot here."""
    parts = build_parts(deployment)
    return lost_named(what, parts, next(iter(parts.calls)))


def _asking(
    deployment: Deployment, what: str, budget: Budget, rule_files: Sequence[Path]
) -> Callable[[Vector], Question]:
    """Return how to ask what is lost at a vector: in the model of a deployment with its timers."""

    def ask(vector: Vector) -> Question:
        its = with_durations(deployment, {name: vector.timer(name) for name in vector.values})
        lost = lost_by(what, its)
        system = with_causes(build_parts(its), system_of(its, rule_files))
        part, suited = part_of(system, lost, budget)
        return Question(part, lost.since, lost.begin, lost.end, suited)

    return ask


def _chosen(known: Sequence[Duration], wanted: Iterable[str]) -> tuple[Duration, ...]:
    """Return the timers that are named, with the ranges that are given; all if none is."""
    found = [_with_range(known, text) for text in wanted]
    if len({each.key for each in found}) < len(found):
        raise InputError("HA082", "--timers names a timer twice")
    return tuple(sorted(found, key=lambda each: [its.key for its in known].index(each.key))) or (
        tuple(known)
    )


def _with_range(known: Sequence[Duration], text: str) -> Duration:
    name, ranged, given = text.partition("=")
    keys = {each.key: each for each in known}
    meant = keys_meant(name.strip(), keys)
    if not meant:
        also = (other for other, key in ALSO.items() if key in keys)
        near = nearest(name.strip(), [*keys, *also], "hamodel timers lists them")
        raise InputError("HA082", f"--timers has {name!r:.60}, which is no timer here; {near}")
    if len(meant) > 1:
        raise InputError("HA082", f"--timers has {name!r:.60}; it can be {among(meant)}")
    its = keys[meant[0]]
    if not ranged:
        return its
    ends = re.split(r"\.\.", given)
    try:
        # As --sweep has it, the space may be left out.
        spaced = [re.sub(r"(?<=\d)(?=m?s$)", " ", end.strip()) for end in ends]
        low, high = (milliseconds(end, duration_shape(its.key)) for end in spaced)
    except (SpellingError, ValueError):
        low = high = None
    if low is not None and high is not None and low > high:
        turned = f"{its.key}={duration_text(high)}..{duration_text(low)}"
        raise InputError(
            "HA082", f"--timers has {text!r:.80}; a range begins with the shorter: {turned}"
        )
    if low is None or high is None or not its.low <= low <= high <= its.high:
        raise InputError(
            "HA082",
            f"--timers has {text!r:.80}; a range is written {its.key}=1 s..60 s, within "
            f"{duration_text(its.low)} to {duration_text(its.high)}",
        )
    return Duration(its.key, its.value, low, high)


def short_names(keys: Sequence[str]) -> Mapping[str, str]:
    """Return for each key the shortest end of it that no other has: `interval`."""
    found = {}
    for key in keys:
        parts = key.split(".")
        ends = [".".join(parts[k:]) for k in range(len(parts) - 1, -1, -1)]
        others = [f".{other}" for other in keys if other != key]
        found[key] = next(
            end for end in ends if not any(other.endswith(f".{end}") for other in others)
        )
    return found
