"""What the schema's types say to people: the fields of a table, and what a value may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import getdoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta
from msgspec.structs import fields

from hamodel.duration import duration_text
from hamodel.errors import among
from hamodel.guide.deployment.kinds import STRATEGIES, About, Kind, Read
from hamodel.guide.deployment.schema import Deployment
from hamodel.guide.deployment.tables import Table


@dataclass(frozen=True, slots=True)
class Shape:
    """
    One type of the schema, taken apart.

    Parameters
    ----------
    hint
        The type as it is written in the schema, for msgspec.
    base
        The plain type: `int`, `bool`, `str`, `tuple`, `Mapping`, a `Table`, or `Literal`.
    items
        The type of what it holds: of a list's elements, of a mapping's values.
    keys
        The type of a mapping's keys.
    words
        The words of a `Literal`.
    kind
        What text stands for, when it is not just text.
    limits
        The smallest and largest number, or length.
    optional
        Whether it may be left out; a duration is then also `"never"`.
    about
        What stands beside it in the schema.
    """

    hint: Any
    base: Any
    items: Any = None
    keys: Any = None
    words: tuple[str, ...] = ()
    kind: Kind | None = None
    limits: tuple[int | None, int | None] = (None, None)
    optional: bool = False
    about: About | None = None

    @property
    def table(self) -> type[Table] | None:
        """The table's class, when this is a table."""
        is_table = isinstance(self.base, type) and issubclass(self.base, Table)
        return self.base if is_table else None


def shape_of(hint: Any) -> Shape:
    """Return a type of the schema taken apart."""
    whole = hint
    kind: Kind | None = None
    about: About | None = None
    low: float | None = None
    high: float | None = None
    optional = False
    while True:
        if get_origin(hint) is Annotated:
            hint, *extras = get_args(hint)
            for extra in extras:
                match extra:
                    case Kind():
                        kind = extra
                    case About():
                        about = extra
                    case Meta():
                        low = extra.ge if extra.ge is not None else extra.min_length
                        high = extra.le if extra.le is not None else extra.max_length
        elif get_origin(hint) in (Union, UnionType):
            (hint,) = (part for part in get_args(hint) if part is not NoneType)
            optional = True
        else:
            break
    limits = (_whole(low), _whole(high))
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return Shape(whole, Literal, None, None, parts, kind, limits, optional, about)
    if origin is not None:
        items, keys = (parts[1], parts[0]) if issubclass(origin, Mapping) else (parts[0], None)
        return Shape(whole, origin, items, keys, (), kind, limits, optional, about)
    return Shape(whole, hint, None, None, (), kind, limits, optional, about)


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


@cache
def table_shapes(table: type[Table]) -> Mapping[str, Shape]:
    """Return the keys that a table of the file can have, each with its shape."""
    hints = get_type_hints(table, include_extras=True)
    shapes = {field.name: shape_of(hints[field.name]) for field in fields(table)}
    return {name: shape for name, shape in shapes.items() if shape.about}


def possible(shape: Shape) -> str:
    """Return what a value may be, as the end of a sentence that begins "possible: "."""
    low, high = shape.limits
    if shape.words:
        return among(shape.words)
    if shape.table:
        return f"a table with {among(table_shapes(shape.table))}"
    match shape.kind:
        case Kind.DURATION:
            never = ', or "never"' if shape.optional else ""
            return f"{duration_text(low or 0)} to {duration_text(high or 0)}{never}"
        case Kind.NAME:
            return f"1 to {high} letters, digits, '_', '.', '-' and single spaces"
        case Kind.STRATEGY:
            return f"{among(STRATEGIES)}, or module:name of your own"
        case None:
            return _possible_plain(shape)


def _possible_plain(shape: Shape) -> str:
    low, high = shape.limits
    if shape.base is bool:
        return "true or false"
    if shape.base is int:
        return f"a whole number from {low} to {high}"
    if shape.base is str:
        return f"a text of 1 to {high} characters"
    inner = possible(shape_of(shape.items))
    if issubclass(shape.base, Mapping):
        return f"a table whose values are each {inner}"
    if low == high:
        return f"a list of {low}, each {inner}" if low else f"a list, each {inner}"
    many = f"{low or 0} to {high}" if high else f"at least {low}"
    return f"a list of {many}, each {inner}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    One parameter of a deployment, for `explain`, the template and the documentation.

    Parameters
    ----------
    key
        How it is written: `resource_manager.monitor.interval`.
    text
        What it means.
    possible
        What it may be.
    default
        What it is when left out, as it is written; empty where there is no fixed default.
    source
        Where it comes from.
    no_effect
        That it has no effect, and why, in words; empty if it is read.
    timer
        Whether it makes a difference to time alone.
    values
        Each of its words with its meaning; none if it takes no words.
    limits
        The smallest and largest number, in ms for a duration; or length.
    is_duration
        Whether it is one.
    """

    key: str
    text: str
    possible: str
    default: str
    source: str
    no_effect: str
    timer: bool = False
    values: tuple[tuple[str, str], ...] = ()
    limits: tuple[int | None, int | None] = (None, None)
    is_duration: bool = False


@dataclass(frozen=True, slots=True)
class TableOfFile:
    """
    One table that the file of a deployment can have.

    Parameters
    ----------
    key
        How it is written: `resource_manager.monitor`.
    text
        What it is about.
    parameters
        What can stand in it.
    example
        A line of it, where the keys are a user's own.
    """

    key: str
    text: str
    parameters: tuple[Parameter, ...]
    example: str = ""


@cache
def parameters() -> tuple[Parameter, ...]:
    """Return every parameter that a deployment can have, in the order of the file."""
    return tuple(_parameters(Deployment, "", ""))


def _parameters(table: type[Table], prefix: str, above: str) -> Iterator[Parameter]:
    defaults = {field.name: field.default for field in fields(table)}
    for name, shape in table_shapes(table).items():
        assert shape.about is not None
        no_effect = shape.about.no_effect or above
        inner = shape.table or (shape_of(shape.items).table if shape.items else None)
        if inner:
            yield from _parameters(inner, f"{prefix}{_named(name, shape)}.", no_effect)
            continue
        default = defaults[name]
        written = "" if default in (NODEFAULT, None) else toml_text(default, shape)
        if default is None and shape.kind is Kind.DURATION:
            written = '"never"'
        yield Parameter(
            key=prefix + _named(name, shape),
            text=shape.about.text,
            possible=possible(shape),
            default=written,
            source=shape.about.source,
            no_effect=no_effect,
            timer=shape.about.read is Read.TIME,
            values=tuple(zip(shape.words, shape.about.values, strict=True)),
            limits=shape.limits,
            is_duration=shape.kind is Kind.DURATION,
        )


def values_of(deployment: Deployment, key: str) -> tuple[str, ...]:
    """Return what a parameter is in a deployment, as it is written; of each table that has it."""
    name = key.rpartition(".")[2]
    owners = _owners(deployment, key)
    return tuple(
        toml_text(getattr(owner, name), table_shapes(type(owner))[name]) for owner in owners
    )


def numbers_of(deployment: Deployment, key: str) -> tuple[int | None, ...]:
    """Return what a number is in a deployment, in ms for a duration; of each table that has it."""
    name = key.rpartition(".")[2]
    return tuple(getattr(owner, name) for owner in _owners(deployment, key))


def _owners(deployment: Deployment, key: str) -> list[Table]:
    """Return the tables of a deployment that have a parameter."""
    above = key.split(".")[:-1]
    owners: list[Table] = [deployment]
    for each in above:
        inner = [getattr(owner, each) for owner in owners]
        flat = [its if isinstance(its, tuple) else (its,) for its in inner]
        owners = [owner for its in flat for owner in its if owner is not None]
    return owners


def tables() -> tuple[TableOfFile, ...]:
    """Return every table that the file of a deployment can have, in the order of the file."""
    return tuple(_tables(Deployment, ""))


def _tables(table: type[Table], prefix: str) -> Iterator[TableOfFile]:
    for name, shape in table_shapes(table).items():
        assert shape.about is not None
        key = prefix + name
        inner = shape.table or (shape_of(shape.items).table if shape.items else None)
        if not (inner or shape.keys):
            continue
        text = shape.about.text or (getdoc(inner) or "").split("\n\n")[0]
        within = tuple(each for each in parameters() if each.key.startswith(f"{key}."))
        yield TableOfFile(key, text, within, shape.about.example)
        if shape.table:
            yield from _tables(shape.table, f"{key}.")


def _named(name: str, shape: Shape) -> str:
    """Return a key, with NAME behind it where a user's own names stand."""
    return f"{name}.NAME" if shape.keys else name


def toml_text(value: Any, shape: Shape) -> str:
    """Return a default as it is written in TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() if shape.kind is Kind.DURATION:
            return f'"{duration_text(value)}"'
        case int():
            return str(value)
        case str():
            return f'"{value}"'
        case tuple():
            inner = shape_of(shape.items)
            return "[" + ", ".join(toml_text(item, inner) for item in value) + "]"
    return ""
