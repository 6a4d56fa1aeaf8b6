"""The commented file that `hamodel init` writes, made from the schema, so never stale."""

from __future__ import annotations

import textwrap
from collections.abc import Container, Iterator
from inspect import getdoc
from typing import Any

from msgspec import NODEFAULT
from msgspec.structs import fields

from hamodel.duration import duration_text
from hamodel.guide.deployment.decode import decode
from hamodel.guide.deployment.kinds import Kind
from hamodel.guide.deployment.media_tables import RecorderGroup
from hamodel.guide.deployment.remarks import idle_keys
from hamodel.guide.deployment.schema import Deployment
from hamodel.guide.deployment.shape import (
    Shape,
    possible,
    shape_of,
    table_shapes,
    toml_text,
)
from hamodel.guide.deployment.source import Key, parse
from hamodel.guide.deployment.tables import Table

_HEAD = """\
A deployment for hamodel: what is installed, how it behaves, and how much of it is searched.
Each key stands here with its default; what is left out keeps it. Behind a '#' without a space
stands what has no fixed default, can affect nothing unless another key is changed, or has no
effect. Durations are "10 s" or "250 ms". `hamodel check FILE` checks the
guide's promises for it, and `hamodel explain KEY` says more about a key: where a default comes
from (a claim such as RM-1; [V …] public material, [G] judgement, [NF] looked for and not found)."""

_WIDTH = 99
"""Columns of the file."""


def template() -> str:
    """Return a commented deployment file that loads and equals the defaults."""
    name = 'name = "my-deployment"'
    lines = [*_comment(_HEAD), "", name]
    plain, _ = decode(parse(name, "template"))
    idle = idle_keys(plain)
    for name, shape in table_shapes(Deployment).items():
        if name == "name":
            continue
        assert shape.about is not None
        if shape.about.example:
            lines += ["", *_comment(shape.about.text), f"#[{name}]", f"#{shape.about.example}"]
            continue
        table = shape.table or RecorderGroup
        is_off = shape.optional or bool(shape.about.no_effect)
        bracket = f"[[{name}]]" if shape.base is tuple else f"[{name}]"
        at = (name, 0) if shape.base is tuple else (name,)
        lines += ["", *_table(bracket, table, at, plain, idle, is_off=is_off)]
    return "\n".join(lines) + "\n"


def _table(
    bracket: str,
    table: type[Table],
    at: Key,
    plain: Deployment,
    idle: Container[Key],
    *,
    is_off: bool,
) -> Iterator[str]:
    yield from _comment((getdoc(table) or "").split("\n\n")[0])
    yield f"{'#' if is_off else ''}{bracket}"
    inner: list[tuple[str, type[Table]]] = []
    defaults = {field.name: field.default for field in fields(table)}
    for name, shape in table_shapes(table).items():
        if shape.table:
            inner.append((name, shape.table))
        else:
            off = is_off or (*at, name) in idle
            default = defaults[name]
            followed = _in_force(plain, (*at, name)) if default is NODEFAULT else default
            yield from _parameter(name, shape, default, followed, is_off=off)
    for name, below in inner:
        idle_table = all(s.about and s.about.no_effect for s in table_shapes(below).values())
        yield ""
        here = (*at, name)
        written = f"[{'.'.join(map(str, here))}]"
        yield from _table(written, below, here, plain, idle, is_off=is_off or idle_table)


def _in_force(plain: Deployment, key: Key) -> Any:
    """Return what a key is where it is left out; NODEFAULT if its table is left out, too."""
    its: Any = plain
    for part in key:
        try:
            its = its[part] if isinstance(part, int) else getattr(its, part)
        except (AttributeError, IndexError):
            return NODEFAULT
    return its


def _parameter(
    name: str, shape: Shape, default: Any, followed: Any, *, is_off: bool
) -> Iterator[str]:
    """Yield a parameter's lines, with its default or, if it has no fixed one, what follows here."""
    about = shape.about
    assert about is not None
    effect = f" It {about.no_effect}." if about.no_effect else ""
    source = f" ({about.source})" if about.source else ""
    # No number says "none", as "never" does of a duration.
    none = default is NODEFAULT or (default is None and shape.kind is not Kind.DURATION)
    hidden = is_off or about.no_effect or none
    is_name = shape.kind is Kind.NAME
    written = '"main"' if is_name else _written(followed, shape)
    line = f"{'' if is_name or not hidden else '#'}{name} = {written}"
    beside = f"{line:<40} # {possible(shape)}"
    if about.values:
        yield from _comment(about.text.rstrip(".") + source + "." + effect)
        for value, meaning in zip(shape.words, about.values, strict=True):
            yield from _comment(f"{value}: {meaning}", indent="   ")
        yield line
    elif len(beside) <= _WIDTH:
        yield from _comment(about.text.rstrip(".") + source + "." + effect)
        yield beside
    else:
        text = about.text.rstrip(".") + source + "." + effect
        yield from _comment(f"{text} Possible: {possible(shape)}.")
        yield line


def _written(default: Any, shape: Shape) -> str:
    if default is None and shape.kind is Kind.DURATION:
        return '"never"'
    if default is not None and default is not NODEFAULT:
        return toml_text(default, shape)
    if shape.words:
        return f'"{shape.words[0]}"'
    if shape.kind is Kind.DURATION:
        return f'"{duration_text(0)}"'
    return "2" if shape.base is int else str(shape_of(shape.hint).limits[0] or "")


def _comment(text: str, indent: str = "") -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += textwrap.wrap(
            paragraph,
            _WIDTH - 2,
            initial_indent=indent,
            subsequent_indent=indent and f"{indent}  ",
            break_on_hyphens=False,
        ) or [""]
    return [f"# {line}".rstrip() for line in lines]
