"""Proof cards as pages: one in Markdown for each claim, and an index of claims × deployments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hamodel.cite import KINDS
from hamodel.cli.cards import Card, Flip
from hamodel.cli.explain_model import of_property
from hamodel.cli.words import plural, spoken
from hamodel.errors import among
from hamodel.guide import Promise, Status
from hamodel.guide.cards import Broken, Measured
from hamodel.trace import Trace

MADE = "*Made by `python -m hamodel.cli.cards docs/claims`; changes here are lost.*"
UNKNOWN = "not in the manifest"


def pages(cards: Sequence[Card]) -> Mapping[str, str]:
    """Return the text of each page by the name of its file: `index.md` and one for each claim."""
    made = {"index.md": _index(cards)}
    made |= {f"{card.source.id}.md": _page(card) for card in cards}
    return {name: "\n".join(lines) + "\n" for name, lines in made.items()}


# ---- the index


def _index(cards: Sequence[Card]) -> Iterator[str]:
    yield from ("# Proof cards", "", MADE, "")
    yield (
        f"{plural(len(cards), 'claim')} of the guide, each with a card: what is promised, how it"
        " is formalised, the verdicts, the shortest run in which its premise holds, what flips it,"
        " and which faults together break it. `hamodel explain MS-3` tells a card in a terminal."
        " Verdicts are those of the manifest, each promise within its own assumptions, one column a"
        f" shipped deployment; *{UNKNOWN}*: no scenario there expects it. *Controls* are the"
        " scenarios that give the claim another status. *Breaking sets* are the minimal ones of"
        " the scope that the card names, and of no other."
    )
    names = [each.deployment for each in cards[0].judged]
    yield from ("", "## Claims and deployments", "")
    yield from _table(
        (
            "claim",
            "kind",
            "strength",
            *(f"`{name}`" for name in names),
            "controls",
            "breaking sets",
        ),
        (
            (
                f"[{card.source.id}]({card.source.id}.md)",
                card.source.kind,
                card.source.strength or "–",
                *(_said(each.status) for each in card.judged),
                str(len({flip.scenario.name for flip in card.flips}) or "–"),
                _counted(card),
            )
            for card in cards
        ),
    )
    yield from ("", "## Totals by kind", "")
    kinds = [kind for kind in KINDS if any(card.source.kind == kind for card in cards)]
    yield from _table(
        ("kind", "claims", *(f"`{name}`" for name in names)),
        [_totals(kind, [card for card in cards if card.source.kind == kind]) for kind in kinds]
        + [_totals("all", cards)],
    )


def _totals(kind: str, cards: Sequence[Card]) -> tuple[str, ...]:
    cells = []
    for place in range(len(cards[0].judged)):
        found = [_said(card.judged[place].status) for card in cards]
        words = [*(status.value for status in Status), UNKNOWN]
        cells.append(", ".join(f"{found.count(word)} {word}" for word in words if word in found))
    return (kind, str(len(cards)), *cells)


def _said(status: Status | None) -> str:
    return UNKNOWN if status is None else status.value


def _counted(card: Card) -> str:
    """Return how many minimal sets of each size are known, and whether all are."""
    if not card.measured:
        searched = card.promise is not None and card.promise.properties
        return "not measured" if searched else "–"
    sets = [len(broken.faults) for each in card.measured for broken in each.minimal]
    sizes = (f"{sets.count(size)} of {plural(size, 'fault')}" for size in sorted(set(sets)))
    unknown = sum(len(each.undetermined) for each in card.measured)
    up_to = f"up to {plural(max(each.size_max for each in card.measured), 'fault')}"
    said = ", ".join(sizes) or f"none {up_to}"
    return f"{said}; {unknown} undetermined" if unknown else said


# ---- a card


def _page(card: Card) -> Iterator[str]:
    source = card.source
    yield from (f"# {source.id}: {source.heading}", "", MADE, "")
    yield f"> {source.text}"
    about = ", ".join(part for part in (source.kind, source.strength) if part)
    yield from ("", f"What it is: {about}. [All claims](index.md).")
    yield from ("", "## How it is formalised", "", *_formalised(card))
    yield from ("", "## Verdicts", "", *_verdicts(card))
    if any(each.status is Status.NEEDS_TIMERS for each in card.judged):
        yield from ("", "## By the timers", "", *_by_the_timers(card))
    if any(each.premise for each in card.measured):
        yield from ("", "## The shortest run in which the premise holds")
        for each in card.measured:
            if each.premise is not None:
                yield from ("", f"For `{each.prop}`, in {where(each)}:", "", *steps(each.premise))
    if card.promise is not None and (card.promise.properties or card.promise.structure):
        yield from ("", "## What flips it", "", *_flipped(card.flips))
    if card.promise is not None and card.promise.properties:
        yield from ("", "## Minimal breaking sets", "", *_breaking(card))


def _formalised(card: Card) -> Iterator[str]:
    yield card.source.formal or "It is not formalised."
    if card.source.ambiguities:
        yield from ("", "What the guide leaves open:", "")
        yield from (f"- {each}" for each in card.source.ambiguities)
    if card.promise is None or card.subject is None:
        if card.judged and all(each.status is Status.NOT_APPLICABLE for each in card.judged):
            yield from ("", "It applies to no deployment that is shipped.")
        return
    place = " with ".join((card.subject.where, ", ".join(card.subject.changes)))
    place = place.removesuffix(" with ")
    for prop in card.promise.properties:
        yield from ("", f"`{prop.name}`, in `{place}`:", "")
        yield from ("```", *of_property(prop, card.source.id, ()).lines, "```")
    if card.promise.structure:
        yield from ("", f"By the structure of the model, in `{place}`:", "")
        yield from (f"- {sentence}" for sentence, _ in card.promise.structure)
    yield from _assumed(card.promise)


def _assumed(promise: Promise) -> Iterator[str]:
    if promise.assumptions:
        yield from ("", f"Assumed: {'; '.join(promise.assumptions)}.")


def _verdicts(card: Card) -> Iterator[str]:
    yield from _table(
        ("deployment", "status", "property", "of it", "distinct states", "depth", "beyond"),
        (
            (f"`{each.deployment}`", _said(each.status), *cells)
            for each in card.judged
            for cells in (
                [
                    (
                        f"`{row.property}`" if row.property else "by structure",
                        row.status,
                        "–" if row.states is None else f"{row.states:,}",
                        "–" if row.depth is None else str(row.depth),
                        row.beyond or "–",
                    )
                    for row in each.rows
                ]
                or [("–",) * 5]
            )
        ),
    )
    if any(row.beyond for each in card.judged for row in each.rows):
        yield from ("", "*Beyond*: under the larger budget that is shown beside the verdict.")


def _by_the_timers(card: Card) -> Iterator[str]:
    """Yield what the trial found for one fault in each deployment that is shipped."""
    from hamodel.cli.trial import at_most, shipped
    from hamodel.cli.trial_page import anchor
    from hamodel.guide.trial import CASES

    yield (
        "NEEDS TIMERS is what a search without time can say. With the timers it is judged, for one"
        " Media Server that dies, with nothing changed;"
        " [the trial](../formula-on-trial.md) has more faults, and the runs:"
    )
    yield ""
    yield from _table(
        ("deployment", "lost at most", "to detect", "to fail over", "as a bound", "as an identity"),
        (
            (
                f"[`{case.deployment}`](../formula-on-trial.md#{anchor(case)})",
                at_most(its.lost),
                at_most(its.detection),
                at_most(its.failover),
                its.bound,
                its.identity,
            )
            for case, its in zip(CASES, shipped()[0], strict=True)
            if case.as_shipped
        ),
    )
    none = [each.deployment for each in card.judged if each.status is Status.NOT_APPLICABLE]
    if none:
        yield from ("", f"Not applicable in {among(f'`{name}`' for name in none)}.")


def _flipped(flips: Iterable[Flip]) -> Iterator[str]:
    flips = tuple(flips)
    if not flips:
        yield "No scenario of the manifest gives it another status."
    for each in flips:
        row = f"`{each.row.property}` is" if each.row.property else "it is"
        note = f" ({each.scenario.note})" if each.scenario.note else ""
        yield (
            f"- **{each.scenario.name}**{note}: {row} {each.row.status} instead of"
            f" {each.instead_of}: `{each.command}`"
        )


def _breaking(card: Card) -> Iterator[str]:
    if not card.measured:
        yield (
            "They are not measured for any scope that is shipped; `hamodel explain` searches them"
            " with `--search`, which may take long."
        )
    for number, each in enumerate(card.measured):
        yield from ("",) if number else ()
        yield from _of_property(each, each.prop in card.witnesses)


def _of_property(found: Measured, is_witness: bool) -> Iterator[str]:
    yield f"### {spoken(found.prop)}"
    yield from ("", summary(found, is_witness=is_witness))
    if found.minimal:
        yield ""
        yield from _table(
            ("faults", "steps", "order in the shortest run", "does the order matter?"),
            (
                (
                    together_said(each.faults),
                    str(len(each.run)),
                    in_time(each.happened),
                    order(each),
                )
                for each in found.minimal
            ),
        )
    if found.undetermined:
        yield from ("", "Cut short, so that of these and of what contains them nothing is known:")
        yield ""
        yield from (f"- {together_said(each)}" for each in found.undetermined)
    for each in found.minimal:
        if each.run.steps:
            yield from ("", f"#### {together_said(each.faults)}", "", *steps(each.run))


# ---- words that `explain` uses too


def where(found: Measured) -> str:
    """Return where something was searched, as code."""
    changes = ", ".join(f"`{change}`" for change in found.changes)
    return f"`{found.deployment}`" + (f" with {changes}" if changes else "")


def summary(found: Measured, *, is_witness: bool) -> str:
    """Return in a few sentences how far the sets of a property were searched, and how many."""
    repairs = "no repair" if not found.repairs else plural(found.repairs, "repair")
    one = len(found.minimal) == 1
    does = "with which it is found" if is_witness else f"that break{'s' if one else ''} it"
    number = f"{plural(len(found.minimal), 'minimal set')} {does}"
    known = ", of those not cut short" if found.undetermined else ""
    return (
        f"In {where(found)}, of every multiset of up to {plural(found.size_max, 'fault')}, "
        f"{repairs}: {number}{known}. It took {plural(found.searches, 'search')}, the largest of "
        f"{plural(found.states_max, 'state')}; a search is cut short beyond "
        f"{found.limit_states:,}. Within the claim's own assumptions the property is "
        f"{found.verdict} there ({plural(found.states, 'state')})."
    )


def together_said(faults: Sequence[str]) -> str:
    """Return a multiset of fault classes in words."""
    return " + ".join(faults) or "no fault at all"


def in_time(faults: Sequence[str]) -> str:
    """Return fault classes in the order in which they happen, in words."""
    return ", then ".join(faults) or "–"


def order(broken: Broken) -> str:
    """Return whether the order of a set's faults matters, and which orders break."""
    if len(broken.orders) == 1:
        return "there is one only"
    breaking = [in_time(order) for order, breaks in broken.orders if breaks]
    if any(breaks is None for _, breaks in broken.orders):
        return "not decided"
    if len(breaking) == len(broken.orders):
        return "no, each order breaks it"
    return f"yes, only: {'; or '.join(breaking)}"


def steps(run: Trace) -> Iterator[str]:
    """Yield the steps of a run as a numbered list, with what stands before and after them."""
    for place, step in enumerate(run.steps):
        before = run.before(place)
        yield f"{place + 1}. {f'({before}) ' if before else ''}{step.rule}"
    yield from ("",) if run.steps else ()
    yield f"⇒ {'; '.join(run.end)}."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '∣') for cell in row)} |"
