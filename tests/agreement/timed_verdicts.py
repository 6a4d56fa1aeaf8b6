"""Properties judged in time by classes of states, and tick by tick, on one random system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hamodel import (
    PROVED,
    REFUTED,
    Property,
    SearchError,
    TimedVerdict,
    always,
    check_in_time,
    leads_to,
    never,
    sometimes,
)
from hamodel.engine.judged_by_ticks import judged_by_ticks, shown_by
from hamodel.engine.ticks import waits as waits_by_ticks
from tests.agreement.timed_systems import TimedDrawing, stretched, timed_drawing

TICKS = 4_000
"""A system with more timed states than this is left out."""
LONGER = 1_000
"""How many ticks each becomes, to see that the unit makes no difference."""


def properties(drawn: TimedDrawing) -> Iterator[Property]:
    """
    Yield what is judged of a drawing: each modality; `within` about the borders of its wait.

    A wait that takes w at worst is judged within w, w - 1 and 0.
    """
    its = drawn.begin, drawn.end, drawn.since
    yield never("never", its[0], given=its[1])
    yield never("never_given", its[1], given=its[2] & ~its[0])
    yield always("always", its[0] | its[1])
    yield sometimes("sometimes", its[0] & ~its[1], given=its[2])
    yield leads_to("leads_to", its[0], its[1])
    yield leads_to("leads_to_both", its[0], its[1], also=((its[2], its[0]),))
    longest = waits_by_ticks(drawn.system, its[0], its[1], drawn.budget, limit_states=TICKS)
    worst = 3 if longest.worst is None else longest.worst
    for within in {0, worst, max(0, worst - 1)}:
        yield leads_to(f"leads_to_within_{within}", its[0], its[1], within=within)
    both = ((its[2], its[0]),)
    yield leads_to("leads_to_both_within", its[0], its[1], also=both, within=worst)


def compare_verdicts(seed: int) -> Counter[str]:
    """
    Return how many properties of a seed's system had each verdict, by modality.

    Empty if the system was left out: beyond a range, or with too many ticks.

    Raises
    ------
    AssertionError
        If the verdicts differ; if a run that shows one cannot happen or shows nothing; or if 1,000
        ticks for each make another verdict, or another search.
    """
    found: Counter[str] = Counter()
    try:
        drawn = timed_drawing(seed)
        for prop in properties(drawn):
            expected = judged_by_ticks(drawn.system, prop, drawn.budget, limit_states=TICKS)
            if expected is None:
                return Counter()
            actual = check_in_time(drawn.system, prop, drawn.budget)
            assert expected is actual.kind, f"{prop.name}: {expected}, {actual}"
            assert_shown(drawn, actual)
            _assert_same_in_another_unit(drawn, actual)
            within = " within" if prop.within is not None else ""
            found[f"{prop.modality.value}{within} {actual.kind.value}"] += 1
    except SearchError:
        return Counter()
    return found


def assert_shown(drawn: TimedDrawing, verdict: TimedVerdict) -> None:
    """Assert that each run of a verdict can happen tick by tick, and shows what it is to show."""
    prop = verdict.property
    shows = {PROVED} if prop.modality.value == "sometimes" else {REFUTED}
    if verdict.kind in shows and prop.modality.value != "sometimes":
        assert verdict.run is not None
    if verdict.run is not None:
        assert verdict.kind in shows
        assert verdict.until is not None
        run = [(step.rule, step.at) for step in verdict.run]
        wrong = shown_by(drawn.system, prop, drawn.budget, run, verdict.until)
        assert not wrong, f"{prop.name}: {wrong}"
    assert (verdict.kind is PROVED) == (verdict.witness is not None)
    if verdict.witness is not None:
        run = [(step.rule, step.at) for step in verdict.witness]
        premises = [given for given, _ in prop.cases]
        last = run[-1][1] if run else 0
        assert any(
            not shown_by(drawn.system, sometimes("premise", each), drawn.budget, run, last)
            for each in premises
        )


def _assert_same_in_another_unit(drawn: TimedDrawing, verdict: TimedVerdict) -> None:
    longer, prop = stretched(drawn, LONGER), verdict.property
    withins: list[int | None] = [None]
    if prop.within is not None:
        # What takes whole ticks and more than so many takes at least one more.
        withins = [LONGER * prop.within, LONGER * prop.within + LONGER - 1]
    for within in withins:
        again = check_in_time(longer.system, replace(prop, within=within), drawn.budget)
        assert (verdict.kind, verdict.states, verdict.classes) == (
            again.kind,
            again.states,
            again.classes,
        )
