"""
A Media Server is back before anyone has noticed that it was gone (FR-5): an order of events.

The model has it: a crash and a repair. It answers OPTIONS, and knows none of its calls; so nobody
tells SIP Server. The file adds no rule, it shows the state.
"""

from collections.abc import Iterator

from hamodel import System, all_of, any_of, sometimes
from hamodel.guide import Parts, Promise
from hamodel.guide.promises.promise import MEDIA_SERVER_AND_RETURN
from hamodel.guide.vocabulary import Conference, ServerState, Session


def promises(parts: Parts, _system: System) -> Iterator[Promise]:
    """A call is joined to a Media Server that is up, knows nothing of it, and is believed well."""
    ways = []
    for call in parts.calls:
        for name, server in parts.media_servers.items():
            relying = (
                parts.serves(sip)
                & the.record[call].media_server.is_(name)
                & the.record[call].session.is_(Session.BRIDGED)
                for sip, the in parts.sip_servers.items()
            )
            ways.append(
                all_of(
                    parts.up(call),
                    parts.joined(call, name),
                    server.machine.is_(ServerState.UP),
                    server.conference[call].is_(Conference.ABSENT),
                    any_of(*relying),
                    *(rm.believes[name].is_(True) for rm in parts.resource_managers.values()),
                )
            )
    seen = sometimes(
        "a_restart_goes_unnoticed",
        any_of(*ways),
        claims=("MS-2",),
        budget=MEDIA_SERVER_AND_RETURN,
    )
    yield Promise("MS-2", (seen,), weakness=True)
