"""What the primary SIP Server tells its hot standby, call by call (SIP-1c)."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Rule, Set, all_of
from hamodel.guide.parts import Parts, others
from hamodel.guide.vocabulary import Session, SipServerState


def primary_copies_call(parts: Parts) -> Iterator[Rule]:
    """
    The primary copies what it knows of one call to the standby over the HA link.

    Calls in set-up are not copied (A-SETUP); a call that is being moved to
    another Media Server stays as it was copied last until it is joined again.

    Source: SIP-1c.  Assumes: A-REPLICATION.
    """
    for name, the in parts.sip_servers.items():
        for peer_name, peer in others(parts.sip_servers, name):
            for call in parts.calls:
                mine, its = the.record[call], peer.record[call]
                yield Rule(
                    f"{name} copies {call} to {peer_name}",
                    when=all_of(
                        the.machine.is_(SipServerState.ACTIVE),
                        peer.machine.is_(SipServerState.HOT_STANDBY),
                        mine.unsent.is_(True),
                    ),
                    sets=(
                        Set(its.session, mine.session, mine.session.is_not(Session.JOINED)),
                        Set(its.session, Session.BRIDGED, mine.session.is_(Session.JOINED)),
                        Set(its.recording, mine.recording),
                        Set(its.media_server, mine.media_server),
                        *(
                            [Set(its.duplicated, mine.duplicated)]
                            if its.duplicated is not None and mine.duplicated is not None
                            else []
                        ),
                        Set(mine.unsent, False),
                    ),
                    cite="A-REPLICATION",
                )


def hot_standby_becomes_synchronised(parts: Parts) -> Iterator[Rule]:
    """The standby has every call that the primary has: it is ready for a switchover.  SIP-1c."""
    for name, the in parts.sip_servers.items():
        for primary_name, primary in others(parts.sip_servers, name):
            yield Rule(
                f"{name} is synchronised with {primary_name}",
                when=all_of(
                    the.machine.is_(SipServerState.HOT_STANDBY),
                    the.synchronised.is_(False),
                    primary.machine.is_(SipServerState.ACTIVE),
                    *(primary.record[call].unsent.is_(False) for call in parts.calls),
                ),
                sets=(Set(the.synchronised, True),),
                cite="A-REPLICATION",
            )


RULES = (primary_copies_call, hot_standby_becomes_synchronised)
