"""
A Resource Manager sends an INVITE to one Media Server after the other, until one answers.

One that has not noticed that a Media Server failed sends the INVITE there, as it would if it were
alive. What its probes find meanwhile does not call the INVITE back: it is out until its transaction
times out, and then goes to the next. RFC 3261 sections 16.6 (targets one by one, each transaction
completed before the next begins) and 17.1.1.2 (timer B).  A-SERIAL.
"""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Expr, Rule, Set, all_of, at
from hamodel.guide.parts import Parts
from hamodel.guide.procedures.proxying import goes_to, has_room
from hamodel.guide.vocabulary import DialogState, Request


def resource_manager_forwards_invite(parts: Parts) -> Iterator[Rule]:
    """
    Resource Manager sends the INVITE of a call to the Media Server whose turn it is.

    Enabled iff it believes that one available and the INVITE was not there yet; its affinity goes
    first.  Source: RM-3, RFC 3261 section 16.6.  Assumes: A-SERIAL, A-PLACEMENT.
    """
    for rm, manager in parts.resource_managers.items():
        for call, dialog in parts.dialogs.items():
            if dialog.tries is None:
                continue
            family = _targets(parts, rm, call)
            to = manager.media_server_of[call].to
            passed_over = at(to, {name: ~can for name, can in family.items()})
            for name in parts.media_servers:
                yield Rule(
                    f"{rm} sends the invite for {call} to {name}",
                    when=all_of(
                        dialog.machine.is_(DialogState.PROXIED),
                        dialog.via.is_(rm),
                        dialog.request.is_(Request.PLACE),
                        manager.answers,
                        dialog.tries.is_(None),
                        goes_to(parts, rm, call, name, family, passed_over),
                    ),
                    sets=(Set(dialog.tries, name),),
                    group=f"{rm} sends the invite for {call}",
                    cite="A-SERIAL",
                )


def resource_manager_tries_next(parts: Parts) -> Iterator[Rule]:
    """
    The INVITE that a Media Server does not answer times out, and is free for the next.

    Its time is counted from when nobody answers it: that is when it was sent, but for a Media
    Server that fails with the INVITE in hand, an exchange later at most.
    Source: RFC 3261 sections 16.6 and 17.1.1.2.  Assumes: A-SERIAL, A-TIMEOUT.
    """
    for rm, manager in parts.resource_managers.items():
        for call, dialog in parts.dialogs.items():
            if dialog.tries is None:
                continue
            for name, server in parts.media_servers.items():
                yield Rule(
                    f"{rm} gets no answer from {name} for {call} and tries the next",
                    when=all_of(
                        dialog.machine.is_(DialogState.PROXIED),
                        dialog.via.is_(rm),
                        manager.answers,
                        dialog.tries.is_(name),
                        ~server.answers,
                    ),
                    sets=(Set(dialog.tries, None), Set(dialog.tried[name], True)),
                    cite="A-TIMEOUT",
                )


def _targets(parts: Parts, rm: str, call: str) -> dict[str, Expr]:
    """Return for each Media Server the guard that this instance can send the INVITE there."""
    believes, tried = parts.resource_managers[rm].believes, parts.dialogs[call].tried
    return {
        name: all_of(believes[name].is_(True), tried[name].is_(False), has_room(parts, name, call))
        for name in parts.media_servers
    }


RULES = (resource_manager_forwards_invite, resource_manager_tries_next)
