"""
SIP Server switches over while a call is on its way to another Media Server (FR-8).

An order of events that the model has: one endpoint is on the new Media Server, the other still on
the failed one, and the SIP Server that was moving them is down.
"""

from collections.abc import Iterator

from hamodel import System, all_of, any_of, sometimes
from hamodel.guide import Parts, Promise
from hamodel.guide.promises.promise import MEDIA_SERVER_AND_CONTROL
from hamodel.guide.vocabulary import ServerState, SipServerState


def promises(parts: Parts, _system: System) -> Iterator[Promise]:
    """A call is half-joined, and a SIP Server is down."""
    if not parts.has_pair or len(parts.media_servers) == 1:
        why = "sip_server.pair is single" if not parts.has_pair else "there is one media server"
        yield Promise("MS-3", not_applicable=why)
        return
    down = any_of(*(s.machine.is_(SipServerState.DOWN) for s in parts.sip_servers.values()))
    ways = []
    for call, the in parts.calls.items():
        for name, server in parts.media_servers.items():
            ways.append(
                all_of(
                    down,
                    parts.up(call),
                    server.machine.is_(ServerState.DOWN),
                    the.endpoint_b.is_(name),
                    the.endpoint_a.is_not(name),
                )
            )
    seen = sometimes(
        "a_switchover_finds_a_call_half_joined",
        any_of(*ways),
        claims=("MS-3",),
        budget=MEDIA_SERVER_AND_CONTROL,
    )
    yield Promise("MS-3", (seen,), weakness=True)
