"""
SIP Server takes a repeated notice for a new one: it is not idempotent (the laboratory).

A notice that was sent again on the way arrives after the call has moved; SIP Server then gives up
the Media Server that the call is on now, which is well.
"""

from collections.abc import Iterator

from hamodel import Kind, Property, Rule, Set, all_of, any_of, at, never
from hamodel.guide import Parts
from hamodel.guide.promises.promise import ONE_FAULT
from hamodel.guide.vocabulary import Session

ASSUMPTIONS = {
    "A-REPEATED": "A notice may arrive twice, the second time after it was acted on, and SIP "
    "Server may have a defect: it reads which call it is about, and not which Media Server."
}
FLIPS = ("MS-3",)
TOUCHES = ("sip_server",)


def rules(parts: Parts) -> Iterator[Rule]:
    """A notice about a Media Server that the call has left makes it leave the next."""
    for sip, the in parts.sip_servers.items():
        for call, record in the.record.items():
            for old, server in parts.media_servers.items():
                if len(parts.media_servers) == 1:
                    continue
                yield Rule(
                    f"{sip} hears again that {old} failed for {call}",
                    Kind.FAILURE,
                    when=all_of(
                        parts.serves(sip),
                        ~server.answers,
                        record.media_server.is_not(old),
                        record.media_server.is_not(None),
                        record.session.is_(Session.BRIDGED),
                    ),
                    sets=(Set(record.session, Session.LOST), Set(record.unsent, parts.has_pair)),
                    cost={"message-duplicate": 1},
                    cite="A-REPEATED",
                )


def properties(parts: Parts) -> Iterator[Property]:
    """No call leaves a Media Server that answers."""
    left = (
        parts.up(call)
        & parts.serves(sip)
        & record.session.is_(Session.LOST)
        & at(record.media_server, {n: each.answers for n, each in parts.media_servers.items()})
        for sip, the in parts.sip_servers.items()
        for call, record in the.record.items()
    )
    yield never(
        "no_call_leaves_a_media_server_that_answers",
        any_of(*left),
        claims=("MS-3",),
        budget=ONE_FAULT,
    )
