"""How names, budgets and numbers become words."""

from __future__ import annotations

from hamodel.budget import ANY, Budget
from hamodel.errors import nearest, plural

INTERRUPTED = "Interrupted: what is above was searched, and nothing else."
"""What ends a report that Ctrl-C has cut short."""

__all__ = ["INTERRUPTED", "allowed", "nearest", "plural", "spoken"]


def spoken(name: str) -> str:
    """Return a property's name as a sentence without a stop: `hot standby takes over`."""
    return name.replace("_", " ")


def allowed(budget: Budget) -> str:
    """Return a fault budget in words: `1 fault`, `media-server=1, hang=1; 2 repairs`."""
    if budget.faults is None:
        faults = "unlimited faults"
    else:
        known = budget.allowances
        plain = len(known) == 1 and known[0].pattern == ANY
        faults = plural(known[0].limit, "fault") if plain else ", ".join(map(str, known))
    if budget.repairs == 0:
        return faults or "no fault"
    repairs = "unlimited repairs" if budget.repairs is None else plural(budget.repairs, "repair")
    return f"{faults or 'no fault'}; {repairs}"
