"""In time an INVITE to a recorder that does not answer is out until it times out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hamodel import Budget
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.timed.search import waits
from hamodel.guide.loss import with_causes
from hamodel.guide.recorder_search import ANEW, ANSWERS, ASKS, NEXT, with_recorder_search
from hamodel.guide.vocabulary import RecordingSessionState
from tests.guide.test_balancing import SINGLE, asks, balance
from tests.guide.test_recording import FAMILY, finds
from tests.stories.telling import CALL, MANAGER, RECORDER, SERVER, Situation, deployed, established

NO_RETRY = "recorder_group.main.retry_on_timeout=false"
OTHER = "recorder_2"
TIMES_OUT = f"{MANAGER} gets no answer from {RECORDER} for {CALL} on {SERVER} and tries the next"
FAILS = f"{MANAGER} gets no answer from {RECORDER} for {CALL} on {SERVER}"
TURNS = balance("round-robin")


def in_time(*changes: str) -> Situation:
    """Return the situation in which an INVITE is at Resource Manager, and a recorder crashed."""
    its = deployed(*SINGLE, TURNS, *changes)
    its = replace(its, system=with_recorder_search(its.parts, its.system))
    return established(its).after(*asks(CALL), f"{RECORDER} crashes")


def sent_to(name: str) -> str:
    """Return the step by which the INVITE goes to a recorder that does not answer."""
    return f"{MANAGER} sends the invite for {CALL} on {SERVER} to silent {name}"


def test_the_invite_goes_to_the_recorder_whose_turn_it_is() -> None:
    """Silent or not: it is not known that it is silent."""
    call = in_time()

    assert [] == call.choices(FAMILY)
    assert [sent_to(RECORDER)] == call.choices(ASKS)


def test_it_stays_out_though_the_failure_is_noticed() -> None:
    """What probes find does not call the INVITE back (A-SERIAL)."""
    out = in_time().after(sent_to(RECORDER), f"{MANAGER} notices that {RECORDER} failed")

    assert [] == out.choices(FAMILY)
    assert [] == out.choices(ASKS)
    assert [TIMES_OUT] == out.choices(NEXT)


def test_then_the_next_recorder_gets_it() -> None:
    """With `retry_on_timeout`; what was tried is forgotten when one accepts."""
    late = in_time().after(sent_to(RECORDER), TIMES_OUT)
    tried = f"recording_session_of_{CALL}_on_{SERVER}.tried_{RECORDER}"

    assert [finds(OTHER, SERVER, MANAGER, CALL)] == late.choices(FAMILY)
    assert "yes" == late[tried]
    assert "no" == late.after(finds(OTHER, SERVER, MANAGER, CALL))[tried]


def test_without_retry_the_recording_session_fails_when_it_times_out() -> None:
    """REC-7 (FR-26): not before, though the failure is noticed."""
    out = in_time(NO_RETRY).after(sent_to(RECORDER), f"{MANAGER} notices that {RECORDER} failed")

    assert [FAILS] == out.choices("recorder_is_silent")
    assert [] == out.choices(FAMILY)
    assert "absent" == out.after(FAILS)[f"recording_session_of_{CALL}_on_{SERVER}"]


def test_a_recorder_that_is_back_takes_the_invite() -> None:
    """It is sent again until it times out (A-RETRANSMIT)."""
    back = in_time().after(sent_to(RECORDER), f"{RECORDER} returns")
    [answers] = back.choices(ANSWERS)

    assert [] == back.choices(NEXT)
    assert [finds(RECORDER, SERVER, MANAGER, CALL)] == back.after(answers).choices(FAMILY)


def test_when_all_are_silent_they_are_asked_anew() -> None:
    """Each INVITE of the next round is out for as long again."""
    other = TIMES_OUT.replace(RECORDER, OTHER)
    none = in_time().after(f"{OTHER} crashes", sent_to(RECORDER), TIMES_OUT, sent_to(OTHER), other)
    [anew] = none.choices(ANEW)

    assert [] == none.choices(ASKS)
    assert 1 == len(none.after(anew).choices(ASKS))


def test_a_resource_manager_that_dies_has_it_no_longer() -> None:
    """What it had tried is not known to whoever gets the INVITE next."""
    dead = in_time().after(sent_to(RECORDER), f"{MANAGER} crashes")
    again = dead.after(f"the invite of {SERVER} for {CALL} is sent again")

    assert [] == dead.choices(NEXT)
    assert "none" == again[f"recording_session_of_{CALL}_on_{SERVER}.out_at"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), 32_000 + 100),
        (("network.gives_up=8 s",), 8_000 + 100),
        (("network.gives_up=8 s", "recorder_group.main.count=1"), None),
        ((NO_RETRY,), 32_000 + 50),
        ((NO_RETRY, "resource_manager.timer_step=63 ms"), 32_000 + 50),
    ],
)
def test_a_silent_recorder_costs_its_time_out(
    changes: tuple[str, ...], expected: int | None
) -> None:
    """The recorder fails an exchange later at most; then timer B, and an exchange with the next."""
    its = deployed(*SINGLE, TURNS, *changes)
    session = its.parts.recording_sessions[CALL, SERVER].machine
    there = session.is_(RecordingSessionState.PROXIED)
    system = with_causes(its.parts, its.system)
    found = waits(system, there, ~there, Budget({"recorder-crash": 1}))
    assert found.worst is not None

    assert expected == found.worst.ms


@pytest.mark.parametrize("changes", [(), (NO_RETRY,)])
def test_without_recorder_faults_nothing_is_added(changes: tuple[str, ...]) -> None:
    """As many states as without: no recorder is silent."""
    its = deployed(*SINGLE, *changes)
    system = with_recorder_search(its.parts, its.system)
    faults = Budget({"resource-manager-crash": 1})

    before, after = (len(explore_packed(each, faults).states) for each in (its.system, system))
    assert 100 < before == after
