"""
SIP Server fails over while a call is recorded, and no media is lost (conflict X-6).

An order of events that the model has: so what DUP-7 says of SIP Server is not duplication's merit
where a call is recorded once.
"""

from collections.abc import Iterator

from hamodel import System, all_of, any_of, sometimes
from hamodel.guide import Parts, Promise
from hamodel.guide.parts import others
from hamodel.guide.promises.promise import ONE_FAULT
from hamodel.guide.vocabulary import SipServerState


def promises(parts: Parts, _system: System) -> Iterator[Promise]:
    """One SIP Server is down, the other serves, and the call is recorded as it was."""
    if len(parts.sip_servers) == 1:
        yield Promise("DUP-7", not_applicable="sip_server.pair is single")
        return
    after = (
        all_of(the.machine.is_(SipServerState.DOWN), parts.serves(peer), parts.recorded(call))
        for name, the in parts.sip_servers.items()
        for peer, _ in others(parts.sip_servers, name)
        for call in parts.calls
    )
    seen = sometimes(
        "a_recording_outlives_a_switchover", any_of(*after), claims=("DUP-7",), budget=ONE_FAULT
    )
    yield Promise("DUP-7", (seen,))
