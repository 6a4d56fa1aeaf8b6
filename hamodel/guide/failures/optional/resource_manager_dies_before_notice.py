"""
A Resource Manager dies before it has told SIP Server of a Media Server's failure (FR-7).

An order of events that the model has: whether it had noticed by then died with it. What is left is
a call on a failed Media Server, a SIP Server that does not know, and one Resource Manager.
"""

from collections.abc import Iterator

from hamodel import System, all_of, any_of, sometimes
from hamodel.guide import Parts, Promise
from hamodel.guide.parts import others
from hamodel.guide.promises.promise import MEDIA_SERVER_AND_CONTROL
from hamodel.guide.vocabulary import ResourceManagerState, ServerState, Session


def promises(parts: Parts, _system: System) -> Iterator[Promise]:
    """One Resource Manager is down, the other owes no notice yet, and SIP Server knows nothing."""
    if len(parts.resource_managers) == 1:
        yield Promise("MS-2", not_applicable="resource_manager.mode is single")
        return
    ways = []
    for name, manager in parts.resource_managers.items():
        down = manager.machine.is_(ResourceManagerState.DOWN)
        for call in parts.calls:
            owed = (
                peer.notice[call].is_(None) for _, peer in others(parts.resource_managers, name)
            )
            for on, server in parts.media_servers.items():
                ways.append(
                    all_of(
                        down,
                        *owed,
                        parts.up(call),
                        parts.joined(call, on),
                        server.machine.is_(ServerState.DOWN),
                        any_of(
                            *(
                                parts.serves(sip) & the.record[call].session.is_(Session.BRIDGED)
                                for sip, the in parts.sip_servers.items()
                            )
                        ),
                    )
                )
    seen = sometimes(
        "a_resource_manager_dies_before_its_notice",
        any_of(*ways),
        claims=("MS-2",),
        budget=MEDIA_SERVER_AND_CONTROL,
    )
    yield Promise("MS-2", (seen,), weakness=True)
