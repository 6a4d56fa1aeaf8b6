"""`hamodel loss --advice`: which timer shortens the worst loss most, which reading changes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.cli.loss import LossOptions, asked_for, at_most, story_of
from hamodel.cli.losses import Loss, Measuring
from hamodel.cli.output import say, table_width
from hamodel.cli.readings import Reading, open_readings
from hamodel.cli.subject import load_deployment
from hamodel.cli.words import allowed, plural
from hamodel.errors import InputError, among, seconds
from hamodel.guide.deployment import Deployment, parameters, values_of
from hamodel.guide.deployment.timer_names import timers_of, whole_key

SHORTER_MS = 1_000
"""By how much a timer is made shorter, if its range allows."""
TOLD = 10
"""After how many changes it is told how many were tried."""


@dataclass(frozen=True, slots=True)
class Shorter:
    """
    A timer that was made shorter, or a count that was made less by one, and what came of it.

    Parameters
    ----------
    key
        As `--set` takes it.
    before, after
        In ms, or times.
    is_duration
        Whether they are ms.
    loss
        What is lost at worst then.
    """

    key: str
    before: int
    after: int
    is_duration: bool
    loss: Loss

    @property
    def change(self) -> str:
        """As `--set` takes it."""
        return f"{self.key}={self.after} ms" if self.is_duration else f"{self.key}={self.after}"

    @property
    def said(self) -> str:
        """What was done, in words; and if it could not be more, that."""
        if not self.is_duration:
            return f"{self.before} → {self.after}"
        whole = self.before - self.after == SHORTER_MS
        all_ = "" if whole else ", all that its range allows"
        return f"{seconds(self.before)} → {seconds(self.after)}{all_}"


@dataclass(frozen=True, slots=True)
class Advice:
    """
    What would change a loss, by having tried it.

    Parameters
    ----------
    loss
        The loss: that of which `hamodel loss` tells the story.
    timers
        Those that change it, the one that shortens it most first; what is a number of times last.
    readings
        Those that change it, each with what it is then; the shortest first.
    idle
        What was tried and changes nothing, as `--set` takes it.
    left_out
        What was not tried, with the reason.
    """

    loss: Loss
    timers: tuple[Shorter, ...]
    readings: tuple[tuple[Reading, Loss], ...]
    idle: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON: times in whole ms; null for nothing lost, or without end."""
        return {
            "what": self.loss.lost.name,
            "budget": allowed(self.loss.budget),
            "worst": _worst(self.loss),
            "best": None if self.best is None else self.best.key,
            "timers": [
                {
                    "timer": each.key,
                    "unit": "ms" if each.is_duration else "times",
                    "before": each.before,
                    "after": each.after,
                    "worst": _worst(each.loss),
                    "less_by_ms": _less(self.loss, each.loss),
                }
                for each in self.timers
            ],
            "readings": [
                {"key": each.key, "value": each.value, "worst": _worst(loss)}
                for each, loss in self.readings
            ],
            "idle": list(self.idle),
            "left_out": [{"change": change, "why": why} for change, why in self.left_out],
        }

    @property
    def best(self) -> Shorter | None:
        """The timer that shortens it most if it is 1 s shorter, or as much as its range allows."""
        durations = [each for each in self.timers if each.is_duration]
        shorter = [each for each in durations if _size(each.loss) < _size(self.loss)]
        return shorter[0] if shorter else None

    def print(self, console: Console, *, verbose: bool) -> None:
        """Print what shortens it, and what it depends on; verbose: what does not, too."""
        title = f"{self.loss.lost.name} within {allowed(self.loss.budget)}: {at_most(self.loss)}"
        console.print()
        console.print(Text.assemble(("What would change it: ", ""), (title, "bold")))
        console.print()
        best = self.best
        if best is None:
            console.print(Text("No timer that is 1 s shorter shortens it."))
        else:
            most = f"{at_most(self.loss)} → {at_most(best.loss)}"
            console.print(Text(f"Most by a timer: {best.key}, {best.said}: {most}."))
        console.print()
        if self.timers:
            table = _table("a timer, shorter", "from → to", "at most", "less by")
            for each in self.timers:
                less = _less(self.loss, each.loss)
                by = "" if less is None else seconds(less)
                table.add_row(each.key, each.said, at_most(each.loss), by)
            console.print(table, width=table_width(console))
            console.print()
        if self.readings:
            table = _table("read otherwise", "at most")
            for reading, loss in self.readings:
                table.add_row(reading.change, at_most(loss))
            console.print(table, width=table_width(console))
        else:
            console.print(Text("No other reading changes it."))
        console.print()
        if verbose:
            console.print(Text(f"Tried, and changes nothing: {among(self.idle, 100)}."))
            for change, why in self.left_out:
                console.print(Text(f"Not tried: {change}, {why}."))
        else:
            idle = plural(len(self.idle), "change")
            console.print(Text(f"{idle} tried that make no difference (-v names them)."))


def advised(options: LossOptions, found: Sequence[Loss]) -> Advice | None:
    """
    Return what would change the worst loss, each change tried alone; None where nothing is lost.

    Parameters
    ----------
    found
        What `losses` has found; the advice is about the loss of which a story is told.
    """
    about = story_of(found)
    if not about:
        return None
    [loss, *_] = about
    deployment = load_deployment(options.deployment, options.changes)
    groups = tuple(group.name for group in deployment.recorder_group)
    shorter, others = list(_shorter(deployment)), list(_readings(deployment))
    trial = _Trial(options, loss, Measuring(), groups, len(shorter) + len(others))
    timers, readings = [], []
    idle: list[str] = []
    left_out: list[tuple[str, str]] = []
    say(f"{plural(trial.number, 'change')}, each tried alone; those that make a difference:")
    for key, before, after, is_duration in shorter:
        each = Shorter(key, before, after, is_duration, loss)
        then = trial.with_change(each.change, left_out)
        if then is not None and _differs(then, loss):
            timers.append(replace(each, loss=then))
        elif then is not None:
            idle.append(each.change)
    for reading in others:
        then = trial.with_change(reading.change, left_out)
        if then is not None and _differs(then, loss):
            readings.append((reading, then))
        elif then is not None:
            idle.append(reading.change)
    timers.sort(key=lambda each: (not each.is_duration, *_size(each.loss)))
    readings.sort(key=lambda each: _size(each[1]))
    return Advice(loss, tuple(timers), tuple(readings), tuple(idle), tuple(left_out))


@dataclass(slots=True)
class _Trial:
    options: LossOptions
    loss: Loss
    measuring: Measuring
    groups: tuple[str, ...]
    number: int
    tried: int = 0

    def with_change(self, change: str, left_out: list[tuple[str, str]]) -> Loss | None:
        """Return the loss after a change; None, and the reason, if the deployment forbids it."""
        key = change.partition("=")[0]
        kept = [c for c in self.options.changes if self._key(c) != key]
        changes = (*kept, change)
        try:
            read = load_deployment(self.options.deployment, changes)
        except InputError as error:
            left_out.append((change, error.message.rstrip(".")))
            return None
        why = [each.text for each in read.warnings if each.key == key]
        if why:
            left_out.append((change, why[0].rstrip(".")))
            return None
        what = (self.loss.lost.name,)
        asked = asked_for(replace(self.options, what=what, changes=changes))
        [lost] = asked.losts
        budget = self.loss.budget.suited(asked.system.fault_classes)
        found = self.measuring.worst_loss(
            asked.system, lost, asked.call, budget, self.options.limits
        )
        self.tried += 1
        if _differs(found, self.loss):
            say(f"{change}: {at_most(found)}")
        elif self.tried % TOLD == 0:
            say(f"{self.tried} of {self.number} tried")
        return found

    def _key(self, change: str) -> str:
        """Return the key that a change of the user's is about."""
        return whole_key(change.partition("=")[0], self.groups).strip()


def _shorter(deployment: Deployment) -> Iterator[tuple[str, int, int, bool]]:
    """Yield each timer here with its value, what it is made, and whether that is in ms."""
    for timer in timers_of(deployment):
        its = timer.parameter
        if timer.value is not None:
            by = SHORTER_MS if its.is_duration else 1
            after = max(its.limits[0] or 0, timer.value - by)
            if after < timer.value:
                yield timer.key, timer.value, after, its.is_duration


def _readings(deployment: Deployment) -> Iterator[Reading]:
    """Yield the other values of what says how time goes by, and of what the guide leaves open."""
    for parameter in parameters():
        if parameter.timer and parameter.values:
            [now] = (value.strip('"') for value in values_of(deployment, parameter.key))
            for word, _ in parameter.values:
                if word != now:
                    yield Reading(parameter.key, parameter.key, word)
    yield from open_readings(deployment)


def _differs(one: Loss, other: Loss) -> bool:
    return _size(one) != _size(other) or one.waits.cut is not other.waits.cut


def _size(loss: Loss) -> tuple[bool, int]:
    """Return what losses are ordered by: nothing, then by length, without end last."""
    if loss.worst is None:
        return False, -1
    return loss.worst.ms is None, loss.worst.ms or 0


def _worst(loss: Loss) -> dict[str, Any] | None:
    return None if loss.worst is None else {"ms": loss.worst.ms, "why": loss.worst.why}


def _less(before: Loss, after: Loss) -> int | None:
    """Return by how many ms less is lost; None if one is without end."""
    ms = [0 if each.worst is None else each.worst.ms for each in (before, after)]
    return None if ms[0] is None or ms[1] is None else ms[0] - ms[1]


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for name in names:
        table.add_column(name, justify="left" if "→" in name or name == names[0] else "right")
    return table
