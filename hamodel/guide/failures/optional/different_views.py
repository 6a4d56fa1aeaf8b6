"""
Two Resource Managers have different views of one Media Server: an order of events, from the lab.

One has detected the failure; the request of the call goes through the other, which believes the
failed Media Server available, and asks it.
"""

from collections.abc import Iterator

from hamodel import System, all_of, any_of, sometimes
from hamodel.guide import Parts, Promise
from hamodel.guide.parts import others
from hamodel.guide.promises.promise import ONE_FAULT
from hamodel.guide.vocabulary import Request, ServerState


def promises(parts: Parts, _system: System) -> Iterator[Promise]:
    """A request to a failed Media Server is with the Resource Manager that does not know."""
    if parts.mode not in ("active-active-load-balancer", "active-active-sip-server"):
        yield Promise("MS-3", not_applicable="the Resource Managers are not both active")
        return
    ways = [
        all_of(
            parts.up(call),
            server.machine.is_(ServerState.DOWN),
            manager.believes[name].is_(True),
            any_of(
                *(peer.believes[name].is_(False) for _, peer in others(parts.resource_managers, rm))
            ),
            dialog.via.is_(rm),
            dialog.request.is_not(Request.NOTHING),
            manager.media_server_of[call].to.is_(name),
        )
        for rm, manager in parts.resource_managers.items()
        for call, dialog in parts.dialogs.items()
        for name, server in parts.media_servers.items()
    ]
    seen = sometimes(
        "a_request_goes_through_the_one_that_does_not_know",
        any_of(*ways),
        claims=("MS-3",),
        budget=ONE_FAULT,
    )
    yield Promise("MS-3", (seen,), weakness=True)
