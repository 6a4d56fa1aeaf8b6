"""Whether guards can hold together: exact, by choosing values variable by variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hamodel.expr import And, Expr, Is, Not, Or, Same, Value, Var, variables_of


def can_hold(*guards: Expr) -> bool:
    """
    Return whether some valuation of the variables makes all these guards true.

    Exact: chooses values variable by variable, and drops a choice as soon as
    a conjunct is false under it.
    """
    conjuncts = list(_conjuncts(guards))
    names = {var.name: var for guard in conjuncts for var in variables_of(guard)}
    return _extend({}, list(names.values()), conjuncts)


def _conjuncts(guards: Iterable[Expr]) -> Iterator[Expr]:
    for guard in guards:
        if isinstance(guard, And):
            yield from _conjuncts(guard.parts)
        else:
            yield guard


def _extend(chosen: dict[str, Value], free: list[Var[Any]], guards: list[Expr]) -> bool:
    verdicts = [_partial(guard, chosen) for guard in guards]
    if False in verdicts:
        return False
    if all(verdicts):
        return True
    open_ = [guard for guard, verdict in zip(guards, verdicts, strict=True) if verdict is None]
    var, rest = free[0], free[1:]
    return any(_extend({**chosen, var.name: value}, rest, open_) for value in var.values)


def _partial(guard: Expr, chosen: Mapping[str, Value]) -> bool | None:
    """Return the guard's value where only some variables have one; None while it is open."""
    match guard:
        case Is():
            return chosen[guard.var.name] == guard.value if guard.var.name in chosen else None
        case Same():
            both = guard.left.name in chosen and guard.right.name in chosen
            return chosen[guard.left.name] == chosen[guard.right.name] if both else None
        case Not():
            part = _partial(guard.part, chosen)
            return None if part is None else not part
        case And():
            return _settled((_partial(part, chosen) for part in guard.parts), False)
        case Or():
            return _settled((_partial(part, chosen) for part in guard.parts), True)
    raise AssertionError(f"{guard!r} is not one of the five nodes")


def _settled(verdicts: Iterator[bool | None], deciding: bool) -> bool | None:
    seen = set(verdicts)
    if deciding in seen:
        return deciding
    return None if None in seen else not deciding
