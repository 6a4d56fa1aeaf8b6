"""
The active T-lib client dies between its stop and its start (FR-16): nobody starts again.

An order of events that the model has: the stop that it asked for is under way, and it is down.
"""

from collections.abc import Iterator

from hamodel import Budget, System, all_of, any_of, sometimes
from hamodel.guide import Parts, Promise
from hamodel.guide.vocabulary import Request, TLibClientState, View

RECORDER_AND_CLIENT = Budget({"recorder": 1, "t-lib-client-crash": 1})


def promises(parts: Parts, _system: System) -> Iterator[Promise]:
    """A stop is open that only a T-lib client asks for, and no client knows of the call."""
    if not parts.stops_and_starts:
        yield Promise("REC-6", not_applicable="no recorder group has the strategy stop-start")
        return
    clients = parts.t_lib_clients.values()
    down = any_of(*(client.machine.is_(TLibClientState.DOWN) for client in clients))
    ways = []
    for name, call in parts.calls.items():
        unknown = (client.view[name].is_(View.UNSEEN) for client in clients)
        assert call.control is not None, "a call can be stopped where clients stop and start"
        ways.append(all_of(parts.up(name), down, *unknown, call.control.is_(Request.STOP)))
    seen = sometimes(
        "a_stop_outlives_the_client_that_was_to_start",
        any_of(*ways),
        claims=("REC-6",),
        budget=RECORDER_AND_CLIENT,
    )
    yield Promise("REC-6", (seen,), weakness=True)
