"""How names become words, and which known word an unknown one may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from hamodel.budget import ANY, Budget
from hamodel.errors import among


def spoken(name: str) -> str:
    """Return a property's name as a sentence without a stop: `hot standby takes over`."""
    return name.replace("_", " ")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return what an unknown word may have meant: `near to it: SIP-1a, SIP-1b`."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(word.casefold()[:200], folded, n=5, cutoff=0.5)
    if close:
        return f"near to it: {', '.join(folded[each] for each in close)}"
    return f"known are {among(folded.values(), 40)}"


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


def plural(number: int, noun: str) -> str:
    """Return `1 state`, `1,234 states`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
