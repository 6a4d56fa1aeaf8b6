"""Whether guards can hold together: exact, by choosing values variable by variable."""

from __future__ import annotations

from functools import lru_cache

from hamodel.expr import Expr, all_of, variables_of
from hamodel.rewriting import settled


def can_hold(*guards: Expr) -> bool:
    """
    Return whether some valuation of the variables makes all these guards true.

    Exact: chooses values variable by variable; what is left of the guards after some choices is
    judged once, however it came about.
    """
    return _can_hold(all_of(*guards))


@lru_cache(maxsize=100_000)
def _can_hold(guard: Expr) -> bool:
    var = next(variables_of(guard), None)
    if var is None:
        return guard({})
    return any(_can_hold(settled(guard, {var.name: value})) for value in var.values)
