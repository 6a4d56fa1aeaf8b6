"""SPIN beside hamodel in paired rounds: the same distinct states and steps, and what they take."""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.compared_models import BY_HAND, MODELS
from tests.benchmarks.searching import searched
from tests.benchmarks.spin import Found, SpinError, missing, spin, versions
from tests.benchmarks.tables import commit, machine, table, today

FILE = Path(__file__).with_name("spin.json")
SCHEMA = 1
ONE, TWO = "hamodel, one thread", "hamodel, two threads"
DEPTH_FIRST, BREADTH_FIRST = "SPIN, depth first", "SPIN, breadth first"
HAND = "SPIN by hand, depth first"
AT_LEAST = {"guide": 2.5}
"""How many times SPIN's speed one thread is to have, of what is not 5 times."""
SPARE = 10
"""How much deeper than needed SPIN may search: what it allots for each step it also clears."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What every way to search one model found, round by round.

    Attributes
    ----------
    name, size, title
        The model.
    prop
        The property that is judged meanwhile, in words.
    commit, date, machine, versions
        When, where and with what it was measured.
    found
        By the name of the way, a search for each round.
    left_out
        What was not run, and why.
    """

    name: str
    size: int
    title: str
    prop: str
    commit: str
    date: str
    machine: str
    versions: str
    found: Mapping[str, Sequence[Found]]
    left_out: Mapping[str, str]

    @property
    def sizes(self) -> tuple[int, int]:
        """The distinct states and the steps, on which all ways agree."""
        its = next(iter(self.found.values()))[0]
        return its.states, its.transitions


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times faster one is than another: a value for each round, and what is wanted."""

    what: str
    values: tuple[float, ...]
    at_least: float

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        """Whether the median is what is wanted."""
        return self.median >= self.at_least


def ratios(comparison: Comparison) -> tuple[Ratio, ...]:
    """Return the ratios of speeds in a comparison, each of searches of one round."""
    found = comparison.found
    floor = AT_LEAST.get(comparison.name, 5.0)
    ways: list[tuple[str, str, tuple[str, ...], float]] = [
        ("hamodel's one thread to SPIN's faster order", ONE, (DEPTH_FIRST, BREADTH_FIRST), floor),
        ("hamodel's two threads to its one", TWO, (ONE,), 1.5),
        ("SPIN on the exported model to SPIN by hand", DEPTH_FIRST, (HAND,), 0.9),
    ]
    made = []
    for what, way, others, at_least in ways:
        if all(each in found for each in (way, *others)):
            best = [min(each.seconds for each in its) for its in _paired(found, others)]
            pairs = zip(best, found[way], strict=True)
            made.append(Ratio(what, tuple(slow / fast.seconds for slow, fast in pairs), at_least))
    return tuple(made)


def _paired(
    found: Mapping[str, Sequence[Found]], ways: Iterable[str]
) -> Iterable[tuple[Found, ...]]:
    return zip(*(found[way] for way in ways), strict=True)


def slots_for(states: int) -> int:
    """Return the logarithm of the slots of SPIN's table: the fewest that are one a state."""
    return max(4, (states - 1).bit_length())


Way = Callable[[], Found]


def compared(name: str, size: int, rounds: int) -> Comparison:
    """
    Search a model in every way, a round after another.

    First each way goes once, not measured: counts are compared, and SPIN learns how deep it has to
    go, for its stack is made and cleared before it begins. No run without a repeated state is
    longer than there are states: that deep it goes then.

    Raises
    ------
    SpinError
        If two counts differ, a property does not hold, or a search was not whole.
    """
    model = MODELS[name]
    its = model.make(size)
    states = _whole(name, size, 1).states
    first = {way: search() for way, search in _ways(name, size, its.exported, states, {}).items()}
    _agree(first, model.distinct(size))
    depths = {way: each.depth for way, each in first.items()}
    found = in_turns(_ways(name, size, its.exported, states, depths), rounds)
    for searches in zip(*found.values(), strict=True):
        _agree(dict(zip(found, searches, strict=True)), model.distinct(size))
    left_out = {} if model.most else {HAND: "nobody has written it"}
    return _measured_here(name, size, its.prop.name, versions(), found, left_out)


def _measured_here(
    name: str,
    size: int,
    prop: str,
    versions: str,
    found: Mapping[str, Sequence[Found]],
    left_out: Mapping[str, str],
) -> Comparison:
    """Return a comparison that was made now, on this machine."""
    made = commit(), today(), machine(), versions
    return Comparison(name, size, MODELS[name].named(size), prop, *made, found, left_out)


def in_turns(ways: Mapping[str, Way], rounds: int) -> dict[str, list[Found]]:
    """Return what each way finds in each round; who goes first changes, as machines get hot."""
    found: dict[str, list[Found]] = {way: [] for way in ways}
    names = list(ways)
    for number in range(rounds):
        turn = number % len(names)
        for way in [*names[turn:], *names[:turn]]:
            found[way].append(ways[way]())
    return found


def _ways(
    name: str, size: int, exported: str, states: int, depths: Mapping[str, int]
) -> dict[str, Way]:
    """Return how a model of so many states is searched; depths are those that SPIN went to."""
    ways: dict[str, Way] = {
        ONE: partial(_whole, name, size, 1),
        TWO: partial(_whole, name, size, 2),
    }
    texts: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
        DEPTH_FIRST: (exported, (), ()),
        BREADTH_FIRST: (exported, (), ("-DBFS",)),
    }
    if MODELS[name].most:
        by_hand = (BY_HAND / f"{name}.pml").read_text(encoding="utf-8")
        texts[HAND] = (by_hand, (f"-DN={size}", "-o3"), ())
    for way, (text, flags, options) in texts.items():
        depth = depths[way] + SPARE if depths else states + 100
        ways[way] = partial(
            spin, text, flags=flags, options=options, depth=depth, slots=slots_for(states)
        )
    return ways


def _whole(name: str, size: int, threads: int) -> Found:
    ended = searched(name, size, threads)
    if ended.cut:
        raise SpinError(f"{name} {size} was {ended.cut}")
    return ended.found


def _agree(found: Mapping[str, Found], distinct: int | None) -> None:
    """Raise SpinError unless all have found the same, what is published, and nothing wrong."""
    counts = {way: (its.states, its.transitions) for way, its in found.items()}
    if len(set(counts.values())) != 1:
        raise SpinError(f"the counts differ: {counts}")
    [(states, _)] = set(counts.values())
    if distinct not in (None, states):
        raise SpinError(f"{states:,} states were found, and {distinct:,} are published")
    wrong = {way: its.errors for way, its in found.items() if its.errors}
    if wrong:
        raise SpinError(f"what should hold does not: {wrong}")


def beside_python(
    name: str, rounds: int, python: str, size: int | None = None
) -> Comparison | None:
    """
    Return hamodel and the checkers written in Python on the small size of a model; None: it has no.

    They count states only.

    Raises
    ------
    SpinError
        If the states differ, or a property does not hold.
    """
    model = MODELS[name]
    size = model.small if size is None else size
    if not size:
        return None
    its = model.make(size)
    ways: dict[str, Way] = {ONE: partial(_whole, name, size, 1)}
    left_out, names = {}, []
    for peer in peers.PEERS:
        version, why = peers.about(peer, python)
        if why:
            left_out[peer] = why
        else:
            names.append(version)
            ways[peer] = partial(peers.searched, peer, name, size, python)
    for search in ways.values():
        search()
    found = in_turns(ways, rounds)
    states = {each.states for searches in found.values() for each in searches}
    if len(states) != 1 or states != {model.distinct(size)}:
        raise SpinError(f"{model.named(size)}: the states differ: {states}")
    return _measured_here(name, size, its.prop.name, "; ".join(names), found, left_out)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is in the file: comparisons by model, with SPIN and with checkers in Python."""

    spin: Mapping[str, Comparison]
    python: Mapping[str, Comparison]


def read_comparisons(text: str) -> Kept:
    """Return the comparisons in a text."""
    its = json.loads(text)
    if its.pop("schema") != SCHEMA:
        raise SpinError(f"{FILE.name} is of another version; measure again with --write")
    return Kept(*({name: _read(each) for name, each in its[part].items()} for part in its))


def _read(its: Mapping[str, object]) -> Comparison:
    found = its["found"]
    assert isinstance(found, dict), "a search for each round, by way"
    ways = {
        way: [Found(**{**each, "errors": tuple(each["errors"])}) for each in searches]
        for way, searches in found.items()
    }
    return Comparison(**{**its, "found": ways})  # type: ignore[arg-type]


def write_comparisons(kept: Kept) -> str:
    """Return comparisons as text; models are in the order in which they are declared."""
    parts = {
        part: {name: asdict(its[name]) for name in MODELS if name in its}
        for part, its in (("spin", kept.spin), ("python", kept.python))
    }
    return json.dumps({"schema": SCHEMA, **parts}, indent=1) + "\n"


def committed() -> Kept:
    """Return what was measured last; nothing if nothing was."""
    if not FILE.exists():
        return Kept({}, {})
    return read_comparisons(FILE.read_text(encoding="utf-8"))


def joined(before: Kept, now: Kept) -> Kept:
    """Return what was measured before, with what was measured now in its place."""
    return replace(before, spin={**before.spin, **now.spin}, python={**before.python, **now.python})


def command(chosen: argparse.Namespace) -> int:
    """Compare the models, print a table, and return 1 if a count differs, 2 without SPIN."""
    names = chosen.only or list(MODELS)
    if chosen.export is not None:
        return _export(chosen.export, names, quick=chosen.quick)
    if lacking := missing():
        print(f"error: not installed: {lacking}; on Debian: apt-get install spin gcc")
        return 2
    for name in names:
        model = MODELS[name]
        size = model.quick if chosen.quick else model.size
        try:
            now = _measured(name, size, chosen)
        except SpinError as error:
            print(f"error: {model.named(size)}: {error}")
            return 1
        print(report(now))
        if chosen.write:
            FILE.write_text(write_comparisons(joined(committed(), now)), encoding="utf-8")
    print(f"machine: {machine()}")
    return 0


def _measured(name: str, size: int, chosen: argparse.Namespace) -> Kept:
    with_spin = compared(name, size, chosen.rounds)
    small = size if chosen.quick and MODELS[name].small else None
    with_python = beside_python(name, chosen.rounds, chosen.peers_python, small)
    return Kept({name: with_spin}, {} if with_python is None else {name: with_python})


def _export(folder: Path, names: Sequence[str], *, quick: bool) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        model = MODELS[name]
        path = folder / f"{name}.pml"
        path.write_text(model.make(model.quick if quick else model.size).exported, encoding="utf-8")
        print(f"wrote {path}")
    return 0


HEADS = (
    *("model", "searched by", "states", "transitions", "states/s", "transitions/s"),
    *("search s", "spread", "whole s", "bytes a state"),
)


def rows(comparison: Comparison) -> list[list[str]]:
    """Return a row for each way to search a model: medians over the rounds."""
    made = []
    for way, found in comparison.found.items():
        seconds = [each.seconds for each in found]
        middle = statistics.median(seconds)
        its = found[0]
        made.append(
            [
                comparison.title,
                way,
                f"{its.states:,}",
                f"{its.transitions:,}" if its.transitions else "",
                f"{its.states / middle:,.0f}",
                f"{its.transitions / middle:,.0f}" if its.transitions else "",
                f"{middle:.3f}",
                f"{min(seconds):.3f} to {max(seconds):.3f}",
                f"{statistics.median(each.whole for each in found):.2f}",
                _bytes(found),
            ]
        )
    return made


def _bytes(found: Sequence[Found]) -> str:
    """Return the bytes a state; empty where they were not measured."""
    middle = statistics.median(each.memory / each.states for each in found)
    return f"{middle:.1f}" if middle else ""


def report(kept: Kept) -> str:
    """Return tables, ratios and what was left out, to be printed."""
    lines = []
    for comparison in (*kept.spin.values(), *kept.python.values()):
        lines.append(table(HEADS, rows(comparison)))
        for each in ratios(comparison):
            least, most = min(each.values), max(each.values)
            judged = "met" if each.met else "missed"
            wanted = f"wanted {each.at_least:g} or more: {judged}"
            lines.append(f"{each.what}: {each.median:.2f} ({least:.2f} to {most:.2f}); {wanted}")
        lines += [f"left out: {way}, because {why}" for way, why in comparison.left_out.items()]
        lines.append(f"commands: {_commands(comparison)}")
        lines.append("")
    return "\n".join(lines)


def _commands(comparison: Comparison) -> str:
    said = {way: found[0].command for way, found in comparison.found.items()}
    return " | ".join(f"{way}: {command}" for way, command in said.items() if command)
