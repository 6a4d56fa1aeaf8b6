"""The durations of a deployment, to be read and to be put into it by their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from hamodel.guide.deployment.kinds import WEEK_MS, Kind
from hamodel.guide.deployment.schema import Deployment
from hamodel.guide.deployment.shape import Shape, parameters, shape_of, table_shapes
from hamodel.guide.deployment.tables import Table

STEP = "timer_step"


@dataclass(frozen=True, slots=True)
class Duration:
    """
    A duration of a deployment.

    Parameters
    ----------
    key
        How it is written: `network.exchange`.
    value
        What it is here, in ms.
    low, high
        The least and the most that it can be, in ms.
    """

    key: str
    value: int
    low: int
    high: int


def durations(deployment: Deployment) -> tuple[Duration, ...]:
    """
    Return the durations that a deployment has, in the order of the file.

    Not those that are "never", nor those of one recorder group among several, which no key names,
    nor the step of a clock, in which others are counted.
    """
    return tuple(_durations(deployment))


def _durations(deployment: Deployment) -> Iterator[Duration]:
    for parameter in parameters():
        *above, name = parameter.key.split(".")
        owner: Any = deployment
        for each in above:
            owner = getattr(owner, each, None)
            if isinstance(owner, tuple):
                owner = owner[0] if len(owner) == 1 else None
        if not isinstance(owner, Table):
            continue
        shape, value = table_shapes(type(owner))[name], getattr(owner, name)
        if shape.kind is Kind.DURATION and value is not None and name != STEP:
            low, high = shape.limits
            yield Duration(parameter.key, value, low or 0, WEEK_MS if high is None else high)


def duration_shape(key: str) -> Shape:
    """Return the shape of what stands at a key, for reading a value of it."""
    *above, name = key.split(".")
    table: type[Table] = Deployment
    for each in above:
        shape = table_shapes(table)[each]
        inner = shape.table or shape_of(shape.items).table
        assert inner is not None, f"{each} is a table"
        table = inner
    return table_shapes(table)[name]


def with_durations(deployment: Deployment, values: Mapping[str, int]) -> Deployment:
    """Return a deployment with other durations, by their keys, in ms; as long as they can be."""
    changed: Any = deployment
    for key, value in values.items():
        changed = _with(changed, key.split("."), value)
    assert isinstance(changed, Deployment)
    return changed


def _with(owner: Any, key: list[str], value: int) -> Any:
    if isinstance(owner, tuple):
        [only] = owner
        return (_with(only, key, value),)
    name, *below = key
    return replace(owner, **{name: _with(getattr(owner, name), below, value) if below else value})
