"""When the steps of a run happen, if it is to take as long as it can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hamodel.engine.reference import Product


@dataclass(frozen=True, slots=True)
class Dated:
    """A step of a run: the name of its rule, and when it happens, in ms from the beginning."""

    rule: str
    at: int


@dataclass(frozen=True, slots=True)
class Zeno:
    """
    A loop in which time stands still.

    Attributes
    ----------
    rules
        The rules of a shortest such loop, in order.
    run
        A run to its first state, as soon as can be.
    forced
        Whether all of them take no time: a fault of the model.
    leaves
        Whether steps that take no time lead from it to where time goes on. Otherwise nothing ends
        it, unless a rule that takes some time had been enabled for long enough before.
    """

    rules: tuple[str, ...]
    run: tuple[Dated, ...]
    forced: bool
    leaves: bool

    def __str__(self) -> str:
        """Return what happens again and again, and whether it ends."""
        how = "it need not end" if self.leaves else "nothing that takes no time leads out of it"
        rules = ", ".join(self.rules)
        return f"time stands still while these happen again and again: {rules}; {how}"


def dated(
    product: Product, actions: Sequence[int], begins: int, *, longest: bool
) -> tuple[Dated, ...]:
    """
    Return when each step of a run happens, so that its end is as long after a step as can be.

    Parameters
    ----------
    actions
        The steps, by their places in the product. They can happen in this order.
    begins
        The step after which time is measured: so many happen before; 0 is the beginning.
    longest
        Whether it is to be long; otherwise as short as can be.

    Every condition on such a run is a bound on a difference of two dates, so the longest is a
    shortest path (Bellman and Ford), and in whole numbers if the bounds are.
    """
    bounds, last = bounds_of(product, actions), len(actions)
    if not longest:
        early = _latest([(j, i, most) for i, j, most in bounds], last, begins)
        shortest = -early[last]
        bounds += [(last, begins, shortest), (begins, last, -shortest)]
    # Everything as late as can be: what is before the wait close to it.
    dates = _latest(bounds, last, begins)
    return _with_dates(product, actions, dates)


def overdue(
    product: Product, actions: Sequence[int], begins: int, ms: int
) -> tuple[tuple[Dated, ...], int]:
    """
    Return when each step of a run happens, and the moment so many ms after a step.

    Nothing more has happened until then. As `dated`; the run can stay for so long where it ends.
    """
    last = len(actions) + 1
    bounds = bounds_of(product, actions, stays=True)
    bounds += [(last, begins, ms), (begins, last, -ms)]
    dates = _latest(bounds, last, begins)
    assert dates[last] == ms, "the run can stay where it ends"
    return _with_dates(product, actions, dates), ms - dates[0]


def _with_dates(
    product: Product, actions: Sequence[int], dates: Sequence[int]
) -> tuple[Dated, ...]:
    names = [product.actions[place].rule.name for place in actions]
    return tuple(Dated(name, dates[k] - dates[0]) for k, name in enumerate(names, start=1))


def bounds_of(
    product: Product, actions: Sequence[int], *, stays: bool = False
) -> list[tuple[int, int, int]]:
    """
    Return the conditions (i, j, most): step i happens at most so much later than step j.

    With `stays` a moment later than the last step, at which nothing happens, is one of them.
    """
    takes = [action.rule.bounds for action in product.actions]
    state = product.initial
    since: dict[int, int] = {}
    bounds: list[tuple[int, int, int]] = []
    for k in range(len(actions) + 1):
        steps = dict(product.steps(state))
        fired = actions[k - 1] if k else None
        since = {p: since[p] if p in since and p != fired else k for p in steps}
        if k == len(actions) and not stays:
            break
        bounds.append((k, k + 1, 0))
        for place, began in since.items():
            latest = takes[place][1]
            if latest is not None:
                bounds.append((k + 1, began, latest))
        if k == len(actions):
            break
        bounds.append((since[actions[k]], k + 1, -takes[actions[k]][0]))
        state = steps[actions[k]]
    return bounds


def _latest(bounds: Sequence[tuple[int, int, int]], last: int, begins: int) -> list[int]:
    """Return for each step the most that it can be later than `begins`; capped where none is."""
    cap = 1 + sum(abs(most) for *_, most in bounds)
    dates = [cap] * (last + 1)
    dates[begins] = 0
    for _ in range(last + 2):
        before = list(dates)
        for i, j, most in bounds:
            dates[i] = min(dates[i], dates[j] + most)
        if dates == before:
            return dates
    raise AssertionError("the run can happen in this order")


def gaps(
    product: Product,
    actions: Sequence[int],
    between: tuple[int, int],
    begins: int,
    exceeds: int | None,
) -> tuple[int, int | None] | None:
    """
    Return how long after one step of a run another can happen, if its end is late enough.

    Parameters
    ----------
    between
        The two steps; so many happen up to and with each.
    begins, exceeds
        The end is more than so long after this step; None: it need not be.

    Returns
    -------
    tuple
        The shortest and the longest in halves of the unit; None: no limit. A time that is not
        whole in the unit stands for all times between those beside it that are. Instead of both
        None if the end is never so late.
    """
    bounds = [(i, j, 2 * most) for i, j, most in bounds_of(product, actions)]
    if exceeds is not None:
        bounds.append((begins, len(actions), -2 * exceeds - 1))
    first, second = between
    later, earlier = _most(bounds, first, len(actions)), _most(bounds, second, len(actions))
    if later is None or earlier is None:
        return None
    return -earlier[first], later.get(second)


def _most(bounds: Sequence[tuple[int, int, int]], other: int, last: int) -> dict[int, int] | None:
    """Return the most that each step can be later than another; None if they contradict."""
    dates = {other: 0}
    for _ in range(last + 2):
        changed = False
        for i, j, most in bounds:
            if j in dates and (i not in dates or dates[j] + most < dates[i]):
                dates[i] = dates[j] + most
                changed = True
        if not changed:
            return dates
    return None
