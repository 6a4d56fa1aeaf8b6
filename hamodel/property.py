"""
Properties: what is to be proved, refuted or witnessed.

`always`, `never` and `sometimes` speak of reachable states, `leads_to` of
runs that obey the fairness groups, `transparent` of what observers can
tell apart after a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from hamodel.budget import NO_FAULT, Budget
from hamodel.duration import duration_text, exact_ms
from hamodel.errors import ModelError
from hamodel.expr import TRUE, Expr, Var, checked_guard, checked_name
from hamodel.rule import Message


class Modality(Enum):
    """What a property says about runs."""

    ALWAYS = "always"
    NEVER = "never"
    SOMETIMES = "sometimes"
    LEADS_TO = "leads-to"
    TRANSPARENT = "transparent"


class Strength(Enum):
    """The guide's will and must, should, and can or may."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


@dataclass(frozen=True, slots=True)
class Property:
    """
    A statement to be judged; see `always`, `never`, `sometimes`, `leads_to`, `transparent`.

    Parameters
    ----------
    name
        A sentence that is true when all is well, in words joined by `_`.
    modality
        What it says about runs.
    expr
        The guard that must hold always, never, sometimes, or in the end.
    given
        The premise. Only states where it holds are judged; a proof names one.
    also
        `leads_to` only: further premises, each with its conclusion; all of them must hold.
    fault
        `transparent` only: the names of the failure rules that must be transparent.
    observers
        `transparent` only: the components that must not be able to tell.
    within
        `leads_to` only: how soon the conclusion has to hold after the premise, in ms, both ends
        included; None for in the end. Such a property is judged in time (`check_in_time`).
    hide
        `transparent` only: variables of the observers that are not compared.
    idempotent
        `transparent` only: kinds of message that are not heard when they change nothing.
    unheard
        `transparent` only: what a message can be about and is not heard then, such as another call.
    fair
        Names of fairness groups assumed beyond the protocol's.
    strength, claims, why
        How strong the promise is, the claims that it formalises, and one line of story.
    budget
        The fault budget that it is judged under, when it has one of its own.
    beyond
        A larger budget, shown beside the verdict, that never changes the outcome.
    """

    name: str
    modality: Modality
    expr: Expr = TRUE
    given: Expr = TRUE
    also: tuple[tuple[Expr, Expr], ...] = ()
    fault: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    idempotent: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    fair: tuple[str, ...] = ()
    strength: Strength = Strength.MUST
    claims: tuple[str, ...] = ()
    why: str = ""
    budget: Budget | None = None
    beyond: Budget | None = None
    within: int | None = None

    def __post_init__(self) -> None:
        checked_name(self.name, "a property")
        checked_guard(self.expr, f"the property {self.name}")
        checked_guard(self.given, f"the premise of {self.name}")
        for case in self.also:
            for guard in case:
                checked_guard(guard, f"the property {self.name}")
        for name in ("fault", "observers", "hide", "idempotent", "unheard", "fair", "claims"):
            words = getattr(self, name)
            object.__setattr__(self, name, (words,) if isinstance(words, str) else tuple(words))
        if self.modality is Modality.TRANSPARENT and not (self.fault and self.observers):
            raise ModelError(
                "HA021",
                f"{self.name} has faults {self.fault} and observers {self.observers}; "
                "transparent needs at least one of each",
            )
        self._check_within()

    def _check_within(self) -> None:
        if self.within is None:
            return
        if self.modality is not Modality.LEADS_TO:
            raise ModelError(
                "HA021",
                f"{self.name} is of the kind {self.modality.value} and has within={self.within}; "
                "only leads_to has: leave it out, or say what leads to what",
            )
        if not isinstance(self.within, int) or isinstance(self.within, bool) or self.within < 0:
            raise ModelError(
                "HA021",
                f"{self.name} has within={self.within!r:.40}; it can be a whole number of ms, 0 or "
                'more, or a duration such as "40 s" or "250 ms"',
            )

    @property
    def cases(self) -> tuple[tuple[Expr, Expr], ...]:
        """Every premise with its conclusion."""
        return (self.given, self.expr), *self.also

    def hears(self, message: Message) -> bool:
        """Return whether an observer hears a message: it is for one, and not about what is not."""
        return message.receiver in self.observers and not any(
            item in self.unheard for item in message.data if not isinstance(item, Var)
        )

    def judged_under(self, default: Budget = NO_FAULT) -> Budget:
        """Return its own budget, or the default."""
        return default if self.budget is None else self.budget

    def __str__(self) -> str:
        premise = "" if self.given == TRUE else f"given {self.given}: "
        match self.modality:
            case Modality.LEADS_TO:
                soon = "" if self.within is None else f" within {duration_text(self.within)}"
                return "; ".join(f"{given} leads to {expr}{soon}" for given, expr in self.cases)
            case Modality.TRANSPARENT:
                return f"{premise}{' or '.join(self.fault)} is transparent to " + ", ".join(
                    self.observers
                )
            case _:
                return f"{premise}{self.modality.value} {self.expr}"


def always(name: str, expr: Expr, *, given: Expr = TRUE, **settings: Any) -> Property:
    """Return the property that `expr` holds in every reachable state where `given` does."""
    return Property(name, Modality.ALWAYS, expr, given, **settings)


def never(name: str, expr: Expr, *, given: Expr = TRUE, **settings: Any) -> Property:
    """Return the property that `expr` holds in no reachable state where `given` does."""
    return Property(name, Modality.NEVER, expr, given, **settings)


def sometimes(name: str, expr: Expr, *, given: Expr = TRUE, **settings: Any) -> Property:
    """Return the property that some reachable state has both `expr` and `given`: a witness."""
    return Property(name, Modality.SOMETIMES, expr, given, **settings)


def leads_to(
    name: str, given: Expr, expr: Expr, *, within: int | str | None = None, **settings: Any
) -> Property:
    """
    Return the property that whenever `given` holds, `expr` holds then or later.

    `also=((given, expr), …)` adds further pairs of which the same is said, such as one an instance.

    Judged over runs that obey weak fairness of every protocol group, and of
    the groups named in `fair=`. With `within`, a duration such as `"40 s"` or whole ms, judged in
    time (`check_in_time`): no more than that passes until `expr` holds.
    """
    ms: Any = within
    if isinstance(within, str) and (exact := exact_ms(within)) is not None:
        ms = exact
    return Property(name, Modality.LEADS_TO, expr, given, within=ms, **settings)


def transparent(
    name: str,
    *,
    fault: tuple[str, ...],
    observers: tuple[str, ...],
    given: Expr = TRUE,
    **settings: Any,
) -> Property:
    """
    Return the property that no observer can tell whether the fault happened.

    For every reachable step s → t of such a fault where `given` holds in s:
    s with that fault withdrawn from the budget, and t, are divergence-preserving
    branching bisimilar in what the observers have and hear (van Glabbeek and
    Weijland 1996); only loops that obey the fairness groups count as divergence.
    """
    return Property(
        name,
        Modality.TRANSPARENT,
        given=given,
        fault=fault,
        observers=observers,
        **settings,
    )
