"""Guards rewritten: with some variables known, with `Not` innermost, or without some variables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import is_

from hamodel.expr import (
    FALSE,
    TRUE,
    And,
    Expr,
    Is,
    Not,
    Or,
    Same,
    Value,
    all_of,
    any_of,
    variables_of,
)


def settled(guard: Expr, values: Mapping[str, Value]) -> Expr:
    """Return what is left of a guard where some variables have these values, by name."""
    match guard:
        case Is():
            known = guard.var.name in values
            return (TRUE if guard(values) else FALSE) if known else guard
        case Same():
            return _settled_pair(guard, values)
        case Not():
            return negated(settled(guard.part, values))
        case And() | Or():
            return _settled_parts(guard, values)
    raise AssertionError(f"{guard!r} is not one of the five nodes")


def _settled_parts(guard: And | Or, values: Mapping[str, Value]) -> Expr:
    decides = FALSE if isinstance(guard, And) else TRUE
    parts = []
    for part in guard.parts:
        parts.append(settled(part, values))
        if parts[-1] == decides:
            return decides
    if all(map(is_, parts, guard.parts)):
        return guard
    return all_of(*parts) if isinstance(guard, And) else any_of(*parts)


def _settled_pair(guard: Same, values: Mapping[str, Value]) -> Expr:
    known, other = guard.left, guard.right
    if known.name not in values:
        known, other = other, known
    return settled(other.is_(values[known.name]), values) if known.name in values else guard


def normal(guard: Expr) -> Expr:
    """Return a guard with `Not` before nothing but `Is` and `Same`."""
    match guard:
        case Not():
            return negated(guard.part)
        case And():
            return all_of(*map(normal, guard.parts))
        case Or():
            return any_of(*map(normal, guard.parts))
    return guard


def negated(guard: Expr) -> Expr:
    """Return a guard's negation, with `Not` before nothing but `Is` and `Same`."""
    match guard:
        case Not():
            return normal(guard.part)
        case And():
            return any_of(*map(negated, guard.parts))
        case Or():
            return all_of(*map(negated, guard.parts))
    return Not(guard)


def weakened(guard: Expr, names: Collection[str]) -> Expr:
    """Return a guard that reads none of these variables, and holds wherever the guard does."""

    def without(part: Expr) -> Expr:
        match part:
            case And():
                parts = [without(each) for each in part.parts]
                return FALSE if FALSE in parts else all_of(*parts)
            case Or():
                return any_of(*map(without, part.parts))
        return TRUE if any(var.name in names for var in variables_of(part)) else part

    return without(normal(guard))


def options(guard: Expr, groups: Sequence[Collection[str]]) -> Iterator[Expr]:
    """
    Yield guards of which one holds iff this one does, which is normal.

    A disjunction that reads variables of several of these groups is taken apart, and so is one
    within a conjunction: what each option says is about one group, where that can be.
    """
    match guard:
        case Or() if _reads_several(guard, groups):
            for part in guard.parts:
                yield from options(part, groups)
        case And():
            for place, part in enumerate(guard.parts):
                if isinstance(part, Or) and _reads_several(part, groups):
                    before, after = guard.parts[:place], guard.parts[place + 1 :]
                    for option in part.parts:
                        yield from options(all_of(*before, option, *after), groups)
                    return
            yield guard
        case _:
            yield guard


def _reads_several(guard: Expr, groups: Sequence[Collection[str]]) -> bool:
    names = {var.name for var in variables_of(guard)}
    return sum(not names.isdisjoint(group) for group in groups) > 1


def either(*guards: Expr) -> Expr:
    """Return the guard that one of these holds, with what they share said once."""
    parts = [_parts_of(guard, And) for guard in guards]
    shared = [part for part in parts[0] if all(part in its for its in parts)]
    rests = (all_of(*(part for part in its if part not in shared)) for its in parts)
    ways = dict.fromkeys(way for rest in rests for way in _parts_of(rest, Or))
    takes = {way: set(_parts_of(way, And)) for way in ways}
    least = (way for way in ways if not any(takes[other] < takes[way] for other in ways))
    return all_of(*shared, any_of(*least))


def _parts_of(guard: Expr, kind: type[And | Or]) -> tuple[Expr, ...]:
    return guard.parts if isinstance(guard, kind) else (guard,)
