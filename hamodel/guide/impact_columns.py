"""
What is asked of a scene: a column of `hamodel impact` each, as properties that are searched.

A column is a function of a scene and of someone who judges properties over it. It says what the
failures do in the words of the guide, how bad that is, and which verdict shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from hamodel import Expr, Property, Var, all_of, always, any_of, leads_to, never, sometimes
from hamodel.guide.impact import ASKED, FILES_MAX, Scene, Stage, copies_at_least
from hamodel.guide.vocabulary import CallState, Request
from hamodel.verdict import PROVED, UNDETERMINED, Verdict

Ask = Callable[[Property], Verdict]
"""Judges a property over a scene."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What failures do to one column.

    Parameters
    ----------
    said
        In words.
    rank
        How bad it is: 0 is nothing, more is worse; None if it is not known.
    shown_by
        The verdict whose trace shows it.
    """

    said: str
    rank: int | None
    shown_by: Verdict | None = None


class UnknownError(Exception):
    """A verdict is undetermined, and so is the outcome; it says why."""


def conversation(scene: Scene, ask: Ask) -> Outcome:
    """Whether the parties hear each other after the failures: both on one Media Server that is."""
    flows = {call: _flows(scene, call) for call in scene.parts.calls}
    goes_on = _known(
        ask(always("conversation_goes_on", all_of(*flows.values()), given=scene.failed))
    )
    if goes_on:
        return Outcome("goes on", 0)
    ended = any_of(*(the.machine.is_(CallState.ENDED) for the in scene.parts.calls.values()))
    kept = _known(ask(never("call_is_kept", ended, given=scene.failed)))
    if not kept:
        return Outcome("can be dropped", 3, kept)
    back = _known(ask(_then("conversation_comes_back", scene, flows.values())))
    if back:
        return Outcome("interrupted, comes back", 1, goes_on)
    return Outcome("can be interrupted for good", 2, back)


def _flows(scene: Scene, call: str) -> Expr:
    servers = scene.parts.media_servers
    joined = (scene.parts.joined(call, name) & the.answers for name, the in servers.items())
    direct = [scene.direct[call].is_(True)] if call in scene.direct else []
    return all_of(scene.parts.up(call), any_of(*joined, *direct))


def copies(scene: Scene, ask: Ask) -> Outcome:
    """How many copies are recorded at every moment after the failures, and how many in the end."""
    wanted = _copies_wanted(scene)
    least, short = _most(wanted, lambda n: ask(_kept(scene, n)))
    if least == wanted:
        return Outcome(f"{wanted} {_go(wanted)} on", 0)
    later, never_back = _most(
        wanted, lambda n: ask(_then(f"at_least_{n}_recorded_again", scene, _each_has(scene, n)))
    )
    now = f"{least} {_go(least)} on" if least else "none goes on"
    if later > least:
        said = f"{now}; {later} again later"
        said += "" if later == wanted else f", not always {wanted}"
    else:
        said = f"{now}, and it can stay so"
    shown = short if later == wanted else never_back
    return Outcome(said, (wanted - later) * 10 + wanted - least, shown)


def _go(number: int) -> str:
    return "goes" if number == 1 else "go"


def _copies_wanted(scene: Scene) -> int:
    return len(scene.parts.legs) // len(scene.parts.calls)


def _each_has(scene: Scene, number: int) -> list[Expr]:
    return [copies_at_least(scene.parts, call, number) for call in scene.parts.calls]


def _kept(scene: Scene, number: int) -> Property:
    name = f"at_least_{number}_recorded_at_every_moment"
    return always(name, all_of(*_each_has(scene, number)), given=scene.failed)


def _most(wanted: int, judged: Callable[[int], Verdict]) -> tuple[int, Verdict | None]:
    """Return the largest number for which it is proved, 0 if none; and what refutes one more."""
    refuted = None
    for number in range(wanted, 0, -1):
        verdict = _known(judged(number))
        if verdict:
            return number, refuted
        refuted = refuted or verdict
    return 0, refuted


def sessions(scene: Scene, ask: Ask) -> Outcome:
    """How many recording sessions recorders end up with: files, their identifiers, and where."""
    found = {leg: _files(scene, ask, leg) for leg in scene.files}
    worst = max(found.values(), key=lambda each: each[1])
    said = {text for text, _, _ in found.values()}
    if len(said) == 1:
        return Outcome(f"{worst[0]}{', each' if len(found) > 1 else ''}", *worst[1:])
    text = "; ".join(f"{leg}: {its}" for leg, (its, _, _) in found.items())
    return Outcome(text, *worst[1:])


def _files(scene: Scene, ask: Ask, leg: str) -> tuple[str, int, Verdict | None]:
    """Return how many files there are of a recording session, how bad it is, what shows it."""
    files = scene.files[leg]
    high, shown = 1, None
    for number in range(2, FILES_MAX + 1):
        verdict = _seen(scene, ask, f"{leg}_has_{number}_files", files.at_least(number))
        if verdict is not None:
            high, shown = number, verdict
    low = 1 + sum(
        bool(_known(ask(_then(f"{leg}_gets_{n}_files", scene, [files.at_least(n)]))))
        for n in range(2, high + 1)
    )
    at = {name: scene.at[leg, name] for name in scene.parts.recorders}
    where = [n for n, var in at.items() if _seen(scene, ask, f"{leg}_is_at_{n}", var.is_(True))]
    apart = _two(scene, ask, f"{leg}_is_at_two_recorders", at.values())
    many = f"{low} to {high}" if low < high else str(high)
    words = [
        f"{many}{' or more' if high == FILES_MAX else ''} file{'' if high == 1 else 's'}",
        *([_identifiers(scene, ask, leg)] if high > 1 else []),
        "on " + (" and " if apart else " or ").join(where),
    ]
    return ", ".join(words), high - 1, shown


def _identifiers(scene: Scene, ask: Ask, leg: str) -> str:
    """Return whether there can be two identifiers: supplied, it stays; else each server's own."""
    by = [var for (its, _), var in scene.by.items() if its == leg]
    supplied = scene.parts.deployment.recording.record_id == "supplied"
    two = not supplied and _two(scene, ask, f"{leg}_has_two_identifiers", by)
    return "different identifiers" if two else "one identifier"


def _two(scene: Scene, ask: Ask, name: str, these: Iterable[Var[bool]]) -> bool:
    both = (one.is_(True) & other.is_(True) for one, other in combinations(these, 2))
    return bool(_seen(scene, ask, name, any_of(*both)))


def control(scene: Scene, ask: Ask) -> Outcome:
    """Whether hold, pause and stop that are asked for after the failures are carried out."""
    found: dict[str, list[str]] = {}
    worst, shown = 0, None
    pausable = scene.parts.deployment.recording.pausable
    for request in ASKED:
        if request is Request.PAUSE and not pausable:
            continue
        rank, verdict = _carried_out(scene, ask, request)
        found.setdefault(("possible", "can fail", "impossible")[rank], []).append(request.value)
        if rank > worst:
            worst, shown = rank, verdict
    if len(found) == 1:
        return Outcome(next(iter(found)), worst, shown)
    said = "; ".join(f"{', '.join(requests)} {how}" for how, requests in found.items())
    return Outcome(said, worst, shown)


def _carried_out(scene: Scene, ask: Ask, request: Request) -> tuple[int, Verdict | None]:
    """Return how bad it is with a request, and what shows it."""
    word = request.value
    asked = {call: var.is_(request) for call, var in scene.asked.items()}
    lost = {
        call: any_of(scene.refused[call].is_(True), the.machine.is_(CallState.ENDED))
        for call, the in scene.parts.calls.items()
    }
    open_ = {call: the.request.is_(request) for call, the in scene.parts.calls.items()}
    refused = any_of(*(asked[call] & lost[call] for call in asked))
    kept = _known(ask(never(f"{word}_is_not_refused", refused, given=any_of(*asked.values()))))
    (one, over), *also = [(open_[call] & asked[call], ~open_[call]) for call in asked]
    answered = _known(ask(leads_to(f"{word}_is_answered", one, over, also=tuple(also))))
    if kept and answered:
        return 0, None
    done = (asked[call] & ~open_[call] & ~lost[call] for call in asked)
    possible = _seen(scene, ask, f"{word}_is_carried_out", any_of(*done))
    return 1 if possible else 2, answered if kept else kept


def new_calls(scene: Scene, ask: Ask) -> Outcome:
    """Whether a call that is made after the failures is established, and recorded as deployed."""
    parts = scene.parts
    serves = parts.some_sip_server_serves()
    waits = _known(ask(_then("some_sip_server_serves", scene, [serves])))
    up = any_of(*map(parts.up, parts.calls))
    if not _seen(scene, ask, "call_is_established", up):
        return Outcome("none", 4, waits if not waits else _set_up(scene, ask))
    if not waits:
        return Outcome("can find no SIP Server", 3, waits)
    established = _set_up(scene, ask)
    if not established:
        return Outcome("can fail", 3, established)
    wanted = _copies_wanted(scene)

    def recorded(number: int) -> Verdict:
        has = _each_has(scene, number)
        (one, its), *also = [
            (parts.up(call), so) for call, so in zip(parts.calls, has, strict=True)
        ]
        return ask(leads_to(f"new_call_is_recorded_{number}_times", one, its, also=tuple(also)))

    number, short = _most(wanted, recorded)
    if number < wanted:
        said = f"established, not always recorded{' twice' if wanted > 1 else ''}"
        return Outcome(said, 2, short)
    at_once = _known(ask(always("sip_server_serves_at_once", serves, given=scene.failed)))
    if not at_once:
        return Outcome("established, once another SIP Server serves", 1, at_once)
    return Outcome("established and recorded", 0)


def _set_up(scene: Scene, ask: Ask) -> Verdict:
    (one, its), *also = [
        (call.machine.is_(CallState.SET_UP), scene.parts.up(name))
        for name, call in scene.parts.calls.items()
    ]
    return _known(ask(leads_to("new_call_is_established", one, its, also=tuple(also))))


COLUMNS: Mapping[str, tuple[Stage, Callable[[Scene, Ask], Outcome]]] = {
    "conversation": (Stage.TALKING, conversation),
    "recording copies": (Stage.TALKING, copies),
    "control": (Stage.ASKING, control),
    "new calls": (Stage.CALLING, new_calls),
    "recording sessions": (Stage.TALKING, sessions),
}
"""Each column: its scene, and the question."""


def outcome(column: str, scene: Scene, ask: Ask) -> Outcome:
    """Return what a column says of a scene; rank None where a search was cut short."""
    try:
        return COLUMNS[column][1](scene, ask)
    except UnknownError as unknown:
        return Outcome(f"UNDETERMINED: {unknown}", None)


def _then(name: str, scene: Scene, conclusions: Iterable[Expr]) -> Property:
    """Return the property that after the failures each of these follows, and follows again."""
    first, *rest = conclusions
    also = tuple((scene.failed, each) for each in rest)
    return leads_to(name, scene.failed, first, also=also)


def _seen(scene: Scene, ask: Ask, name: str, guard: Expr) -> Verdict | None:
    """Return the verdict that shows it in some run after the failures; None if no run does."""
    verdict = _known(ask(sometimes(name, guard, given=scene.failed)))
    return verdict or None


def _known(verdict: Verdict) -> Verdict:
    if verdict.kind is UNDETERMINED:
        raise UnknownError(verdict.why)
    assert (verdict.kind is PROVED) == bool(verdict)
    return verdict
