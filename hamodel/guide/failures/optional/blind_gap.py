"""
A recorder dies while no T-lib client is active (FR-17): the backup never hears of its calls.

An order of events that the model has: the backup is active, and knows nothing of a call whose
recorder writes nothing.
"""

from collections.abc import Iterator

from hamodel import Budget, System, all_of, any_of, sometimes
from hamodel.guide import Parts, Promise
from hamodel.guide.vocabulary import Recording, RecordingSessionState, View

RECORDER_AND_CLIENT = Budget({"recorder": 1, "t-lib-client-crash": 1})


def promises(parts: Parts, _system: System) -> Iterator[Promise]:
    """A client is active that has not seen a call, which is to be recorded and is not."""
    if len(parts.t_lib_clients) < 2:
        yield Promise("TLIB-2", not_applicable="there is no T-lib client with a backup")
        return
    ways = []
    for name, call in parts.calls.items():
        stands = any_of(
            *(
                session.machine.is_(RecordingSessionState.ESTABLISHED)
                & any_of(
                    *(
                        session.recorder.is_(r) & ~each.answers
                        for r, each in parts.recorders.items()
                    )
                )
                for _, _, session in parts.sessions_of(name)
            )
        )
        blind = any_of(
            *(
                client.active & client.view[name].is_(View.UNSEEN)
                for client in parts.t_lib_clients.values()
            )
        )
        wanted = all_of(parts.up(name), call.told.is_(Recording.ON), stands)
        ways.append(all_of(wanted, blind, ~parts.recorded(name)))
    seen = sometimes(
        "a_recorder_fails_in_the_blind_gap",
        any_of(*ways),
        claims=("TLIB-2",),
        budget=RECORDER_AND_CLIENT,
    )
    yield Promise("TLIB-2", (seen,), weakness=True)
