"""The table of mutants as committed data, and as columns to be read."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from tests.benchmarks.mutants import Noticed, Outcome, from_record, to_record
from tests.benchmarks.mutation import Mutant, Part
from tests.benchmarks.tables import table

FILE = Path(__file__).with_name("mutants.toml")
FIXED = 20
"""How many mutants a test tries again."""

_HEAD = """\
# What notices each mutant of the guide's model; see docs/how-to/measure.md.
# Written by `python -m tests.benchmarks mutants --write`, all but the exemptions: those are
# rule families without a mutant that a verdict notices, each with the reason why that is right.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """
    A campaign's result.

    Parameters
    ----------
    commit
        What it ran on.
    outcomes
        In the order of the model's rules.
    fixed
        The mutants that a test tries again.
    exemptions
        By family, why no mutant of it is noticed by a verdict.
    """

    commit: str
    outcomes: Mapping[Mutant, Outcome]
    fixed: tuple[Mutant, ...] = ()
    exemptions: Mapping[str, str] = field(default_factory=dict)

    @property
    def families(self) -> dict[str, Counter[Noticed]]:
        """How many mutants of each family are noticed by what."""
        found: dict[str, Counter[Noticed]] = {}
        for mutant, outcome in self.outcomes.items():
            found.setdefault(mutant.family, Counter())[outcome.noticed] += 1
        return found

    @property
    def lacking(self) -> list[str]:
        """The families without a mutant that a verdict notices."""
        return [name for name, found in self.families.items() if not found[Noticed.VERDICT]]

    @property
    def complaints(self) -> list[str]:
        """What is wrong: a family that lacks both, or an exemption that is not needed."""
        bare = [name for name in self.lacking if name not in self.exemptions]
        idle = [name for name in self.exemptions if name not in self.lacking]
        return [
            *(
                f"{name}: no mutant of it is noticed by a verdict, and no reason why"
                for name in bare
            ),
            *(f"{name}: it is exempt, and need not be" for name in idle),
        ]


def read_table(text: str) -> Table:
    """Return the table that a TOML text describes."""
    data = tomllib.loads(text)
    names = data["searches"]
    records = [
        {**record, "tried": [names[place] for place in record["tried"]]}
        for record in data["mutants"]
    ]
    outcomes = dict(map(from_record, records))
    fixed = tuple(
        mutant
        for (mutant, _), record in zip(outcomes.items(), records, strict=True)
        if record.get("fixed")
    )
    return Table(data["commit"], outcomes, fixed, data["exemptions"])


def committed() -> Table | None:
    """Return the table that is committed; None if there is none yet."""
    return read_table(FILE.read_text(encoding="utf-8")) if FILE.is_file() else None


def write_table(result: Table) -> str:
    """Return the TOML text of a table; reading it gives the same."""
    tried = (name for outcome in result.outcomes.values() for name in outcome.tried)
    names = list(dict.fromkeys(tried))
    lines = [_HEAD, f"commit = {_said(result.commit)}", "", "# What `tried` counts, from 0."]
    lines += ["searches = [", *(f"  {_said(name)}," for name in names), "]", "", "[totals]"]
    totals = Counter(outcome.noticed for outcome in result.outcomes.values())
    lines += [f"{_said(each.value)} = {totals[each]}" for each in Noticed]
    lines += ["", "[exemptions]"]
    lines += [f"{name} = {_said(reason)}" for name, reason in result.exemptions.items()]
    for mutant, outcome in result.outcomes.items():
        record = to_record(mutant, outcome)
        record["tried"] = [names.index(name) for name in outcome.tried]
        lines += ["", "[[mutants]]"]
        lines += [f"{key} = {_said(each)}" for key, each in record.items()]
        lines += ["fixed = true"] if mutant in result.fixed else []
    return "\n".join(lines) + "\n"


def _said(value: object) -> str:
    """Return a TOML value: a string of printable characters, or a list of them."""
    return json.dumps(value, ensure_ascii=False)


def chosen_to_be_fixed(
    outcomes: Mapping[Mutant, Outcome], states: Mapping[str, int], number: int = FIXED
) -> tuple[Mutant, ...]:
    """
    Return mutants that are quick to try again: of every part in turn, each of another family.

    Parameters
    ----------
    outcomes
        Of a campaign.
    states
        How many states each search has, by its name.
    number
        How many are wanted.
    """
    quick = sorted(
        (each for each, outcome in outcomes.items() if outcome.tried),
        key=lambda each: sum(states[name] for name in outcomes[each].tried),
    )
    by_part = [
        [each for each in quick if each.part is part and outcomes[each].noticed is noticed]
        for noticed in (Noticed.VERDICT, Noticed.COUNT, Noticed.NOT, Noticed.REFUSED)
        for part in Part
    ]
    fixed: dict[Mutant, None] = {}
    families: Counter[str] = Counter()
    for layer in zip_longest(*by_part):
        for each in layer:
            if each is not None and not families[each.family] and len(fixed) < number:
                families[each.family] += 1
                fixed[each] = None
    return tuple(each for each in outcomes if each in fixed)


def columns(outcomes: Mapping[Mutant, Outcome]) -> str:
    """Return a line for each family, with how many of its mutants what notices, and totals."""
    found: dict[str, Counter[Noticed]] = {}
    for mutant, outcome in outcomes.items():
        found.setdefault(mutant.family, Counter())[outcome.noticed] += 1
    rows = [[name, *(str(counts[each]) for each in Noticed)] for name, counts in found.items()]
    totals = sum(found.values(), Counter[Noticed]())
    rows.append(["in all", *(str(totals[each]) for each in Noticed)])
    heads = {
        Noticed.VERDICT: "by a verdict",
        Noticed.COUNT: "only by a count or depth",
        Noticed.NOT: "not at all",
        Noticed.REFUSED: "refused (no model)",
        Noticed.NEVER_FIRES: "never fires",
    }
    return table(["family", *(heads[each] for each in Noticed)], rows)


def survivors(outcomes: Mapping[Mutant, Outcome], noticed: Iterable[Noticed]) -> Iterator[str]:
    """Yield a line for each mutant that no verdict noticed, and what did."""
    wanted = tuple(noticed)
    for mutant, outcome in outcomes.items():
        if outcome.noticed in wanted:
            yield f"{outcome.noticed.value:11}  {mutant}  ({outcome.how or 'no difference'})"


def differences(before: Mapping[Mutant, Outcome], after: Mapping[Mutant, Outcome]) -> Iterator[str]:
    """Yield a line for each mutant that is new, gone, or noticed by something else."""
    for mutant in dict.fromkeys((*before, *after)):
        one, two = (
            each[mutant].noticed.value if mutant in each else "–" for each in (before, after)
        )
        if one != two:
            yield f"{mutant}: {one} → {two}"


def spread(items: Sequence[str], limit: int = 40) -> Iterator[str]:
    """Yield the first of these lines, and how many more there are."""
    yield from items[:limit]
    if len(items) > limit:
        yield f"… and {len(items) - limit} more"
