"""
In time, a request that got lost is sent again when its timer says so, and at no other moment.

Without time a request reaches a Resource Manager as soon as one takes it. In time it is lost if
none does, and so is one that a Resource Manager has in hand when it fails. Whoever sent it sends it
again after T1, and then after twice as long each time: an INVITE six times, until it has timed out
(timers A and B, RFC 3261 section 17.1.1.2), anything else after T2 at most (timer E, 17.1.2.2).
What has timed out is begun anew. All of these count from the sending. But of what is no INVITE and
was out at a silent Media Server for long when its Resource Manager failed it is not known how often
it was sent: it is due again at any time within T2, and has timed out at any within timer F.

An INVITE that was answered with 100 Trying is not sent again (17.1.1.2), and RFC 3261 has no timer
for its client: a SIP Server and a Media Server have one of their own each, and begin anew then
(`sip_server.trying_timeout`, `media_server.proceeding_timeout`). Resource Manager says so at once
or, as it must, when there is no answer for 200 ms (17.2.1): while it is out at somebody silent
(`resource_manager.trying`). Where SIP Server is the load balancer, what it sends again goes to the
instance that it was sent to first, so that only its next transaction finds the other (A-SS-LB). A
load balancer may pass it to an instance that failed and that it still believes up (A-LB), and until
it gives that one up passes it there each time.  A-RETRANSMIT, A-TIMEOUT, A-TRYING.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Any

from hamodel import FALSE, TRUE, Component, Expr, Rule, Set, System, Var, all_of, any_of, at
from hamodel.guide.deployment import Network
from hamodel.guide.parts import Parts
from hamodel.guide.recorder_search import invites
from hamodel.guide.vocabulary import DialogState, RecordingSessionState, Request

LOST, AGAIN, ANEW = "request_gets_lost", "lost_request_is_sent_again", "request_is_begun_anew"
OUT_LONG, T1_OVER, GIVEN_UP = "request_is_out_long", "t1_of_request_is_over", "request_is_given_up"
ADDED: Mapping[str, str] = MappingProxyType(
    {
        LOST: "No Resource Manager takes a request that is sent to one, or a load balancer passes "
        "it to one that failed (A-RETRANSMIT, A-LB).",
        AGAIN: "A request that no Resource Manager took is sent again: after T1, then after twice "
        "as long each time; anything but an INVITE after T2 at most (A-RETRANSMIT).",
        ANEW: "A request has timed out, or was given up: it is begun anew (A-TIMEOUT).",
        OUT_LONG: "A Resource Manager has a request out at somebody who does not answer, and has "
        "said 100 Trying to it if it is an INVITE (A-TRYING).",
        T1_OVER: "T1 after it was sent, the Resource Manager that has a request does not answer "
        "(A-RETRANSMIT).",
        GIVEN_UP: "Whoever sent a request that a Resource Manager has in hand waited as long as "
        "it does: until its transaction times out, or after a 100 Trying (A-TIMEOUT, A-TRYING).",
    }
)
"""The families of rules that are added, and what they do."""
IN_HAND = ("request_is_sent_again", "invite_is_sent_again")
"""The families by which one is sent again that a Resource Manager had in hand when it failed."""
PHASES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys((T1_OVER, AGAIN), "sending again"),
        **dict.fromkeys((OUT_LONG, GIVEN_UP, ANEW), "giving up"),
    }
)
"""By the family of the rule that time passes for, what that time is called."""
_REACHES = ("request_reaches_resource_manager", "invite_reaches_resource_manager")
_TAKEN_IN_TURN = "active-active-sip-server"
_BACK = "retransmit"
_GOES_ON = ("proxy", "execute", "refuse", "accept", _BACK)
"""What happens to a request that is still the same one after it."""
TIMES = 7
"""How often an INVITE is sent: 63·T1 after the first time it is once more, at 64·T1 timed out."""
DUE, LONG = 1, TIMES + 1
"""
What `in_vain` says beyond numbers: of a request in hand, it is to be sent again; of one on its way,
it was sent any number of times before its Resource Manager failed.
"""
TRYING = 200
"""After how many ms without an answer a proxy says 100 Trying; RFC 3261 section 17.2.1."""


class Stage(Enum):
    """How far the waiting for an answer of a request in hand has come."""

    NEW = "new"
    OUT_LONG = "out-long"
    """It was out at somebody silent for as long as `TRYING`."""
    OVER = "over"
    """Whoever sent it has waited as long as it does."""


@dataclass(frozen=True, slots=True)
class _Request:
    """
    What is sent through a Resource Manager: for a call, or the INVITE of a recording session.

    Parameters
    ----------
    name
        What it is called in rules.
    machine
        The component whose events are its stages.
    waits, invite, sender
        It has yet to reach a Resource Manager; it is an INVITE; whoever sent it is there.
    via
        Which Resource Manager has it in hand, up or not.
    silent
        It is in hand, and out at somebody who does not answer.
    patience
        How long, in ms, whoever sent it waits after a 100 Trying.
    astray
        A load balancer may pass it to a Resource Manager that failed.
    """

    name: str
    machine: Component
    waits: Expr
    invite: Expr
    sender: Expr
    via: Var[str]
    silent: Expr
    patience: int
    astray: Expr

    @property
    def variables(self) -> tuple[Var[Any], ...]:
        """What is known of it."""
        return self.in_vain, self.stage

    @property
    def in_hand(self) -> Expr:
        """The guard that a Resource Manager has it, up or not."""
        return self.via.is_not(None)

    @property
    def in_vain(self) -> Var[int]:
        """How often it was sent in vain, or `LONG`; of one in hand 0 or `DUE`."""
        return Var(f"{self.machine.name}.sent_in_vain", range(LONG + 1))

    @property
    def stage(self) -> Var[Stage]:
        """How far somebody's waiting for an answer of it has come, while it is in hand."""
        return Var(f"{self.machine.name}.stage", Stage)

    def sent_again(self, taken: Expr, *times: int) -> tuple[Set, ...]:
        """Return the effects of its being sent once more: in vain, or not."""
        heard = self.heard(taken)
        more = (Set(self.in_vain, n + 1, self.in_vain.is_(n) & ~heard) for n in times if n < TIMES)
        return Set(self.in_vain, 0, heard), *more

    def lost(self) -> tuple[Set, ...]:
        """Return the effects of its being lost by whoever has it in hand."""
        return Set(self.in_vain, 1), Set(self.stage, Stage.NEW)

    def heard(self, taken: Expr) -> Expr:
        """Return the guard that it is heard when it is sent again, if Resource Managers take it."""
        return taken & ~self.astray


def with_resending(parts: Parts, system: System) -> System:
    """Return the model in which a request that got lost is sent again when its timer says so."""
    requests = {each.machine.name: each for each in _requests(parts)}
    taken = {name: _taken(system, name) for name in requests}
    turns = _turns(parts, requests)
    rules: list[Rule] = []
    for rule in system.rules:
        fired = {each.component: each.trigger for each in rule.fires if each.component in requests}
        its = [requests[name] for name in fired]
        if rule.family in _REACHES:
            rules.append(replace(rule, when=rule.when & its[0].in_vain.is_(0)))
        elif rule.family in IN_HAND:
            rules += _in_hand(parts, its[0], rule, taken[its[0].machine.name])
        else:
            over = [requests[name] for name, how in fired.items() if how not in _GOES_ON]
            over += [turns[rule.name]] if rule.name in turns else []
            more = [Set(var, var.initial) for each in over for var in each.variables]
            # A message that a rule file loses: its sender has to find out, too.
            back = [requests[name] for name, how in fired.items() if how == _BACK]
            more += [effect for each in back for effect in each.lost()]
            rules.append(replace(rule, sets=(*rule.sets, *more)) if more else rule)
    for name, request in requests.items():
        rules += _on_its_way(parts, request, taken[name])
    known = Component(
        "requests_on_their_way",
        variables=tuple(var for each in requests.values() for var in each.variables),
    )
    return replace(system, components=(*system.components, known), rules=tuple(rules))


def _taken(system: System, machine: str) -> Expr:
    """Return the guard that some Resource Manager takes what is sent to one."""
    return any_of(
        *(
            rule.when
            for rule in system.rules
            if rule.family in _REACHES and rule.fires[0].component == machine
        )
    )


def _requests(parts: Parts) -> Iterator[_Request]:
    """Yield what is sent through a Resource Manager."""
    for call, dialog in parts.dialogs.items():
        yield _Request(
            f"the request for {call}",
            dialog.machine,
            waits=dialog.machine.is_(DialogState.REQUESTED),
            invite=dialog.request.is_(Request.PLACE),
            sender=at(dialog.owner, parts.serves),
            via=dialog.via,
            silent=_silent(parts, call),
            patience=parts.deployment.sip_server.trying_timeout,
            astray=_astray(parts, dialog.route),
        )
    for its in invites(parts):
        out = any_of(*(var.is_not(var.initial) for var in its.variables))
        yield _Request(
            f"the invite of {its.server} for {its.leg}",
            its.session.machine,
            waits=its.session.machine.is_(RecordingSessionState.INVITED),
            invite=TRUE,
            sender=parts.media_servers[its.server].answers,
            via=its.session.via,
            silent=out,
            patience=parts.deployment.media_server.proceeding_timeout,
            astray=_astray(parts, None),
        )


def _silent(parts: Parts, call: str) -> Expr:
    """Return the guard that a call's request in hand is at a Media Server that does not answer."""
    dialog = parts.dialogs[call]
    silent = {name: ~server.answers for name, server in parts.media_servers.items()}
    known = {
        rm: at(manager.media_server_of[call].to, silent)
        for rm, manager in parts.resource_managers.items()
    }
    ways = [at(dialog.via, known), *(var.is_(True) for var in dialog.tried.values())]
    return any_of(*ways, *([] if dialog.tries is None else [at(dialog.tries, silent)]))


def _astray(parts: Parts, route: Var[str] | None) -> Expr:
    """Return the guard that a load balancer believes a Resource Manager up that has failed."""
    if parts.mode != "active-active-load-balancer":
        return FALSE
    goes = {
        rm: TRUE if route is None else any_of(route.is_(None), route.is_(rm))
        for rm in parts.resource_managers
    }
    return any_of(
        *(
            all_of(parts.balancer.believes[rm].is_(True), ~manager.answers, goes[rm])
            for rm, manager in parts.resource_managers.items()
        )
    )


def _turns(parts: Parts, requests: Mapping[str, _Request]) -> Mapping[str, _Request]:
    """Return by its name what each rule begins anew by which SIP Server tries the next."""
    return {
        f"{sip} gets no answer from {rm} for {call} and tries the next": requests[
            dialog.machine.name
        ]
        for sip in parts.sip_servers
        for rm in parts.resource_managers
        for call, dialog in parts.dialogs.items()
    }


def _in_hand(parts: Parts, its: _Request, rule: Rule, taken: Expr) -> Iterator[Rule]:
    """Yield when one is due again, or given up, that a Resource Manager has in hand."""
    network, down, trying = parts.deployment.network, rule.when, _trying(parts, its)
    known = its.in_hand & its.in_vain.is_(0)
    over = Set(its.stage, Stage.OVER)
    yield Rule(
        f"{its.name} is out at somebody silent for {TRYING} ms",
        when=all_of(known, its.silent, ~down, its.stage.is_(Stage.NEW)),
        sets=Set(its.stage, Stage.OUT_LONG),
        takes=(TRYING, TRYING),
        cite="A-TRYING",
        family=OUT_LONG,
    )
    yield Rule(
        f"the sender of {its.name} waits no longer after a 100 Trying",
        when=known & trying,
        sets=over,
        takes=(its.patience, its.patience + network.exchange),
        cite="A-TRYING",
        family=GIVEN_UP,
    )
    done = (*rule.sets, Set(its.stage, Stage.NEW))
    yield replace(
        rule,
        name=f"{its.name} is given up with its resource manager",
        when=down & its.stage.is_(Stage.OVER),
        sets=(*done, Set(its.in_vain, 0)),
        cite="A-TIMEOUT",
        family=ANEW,
    )
    if parts.mode == _TAKEN_IN_TURN:
        # What is sent again goes to the same instance, as SIP Server is the load balancer.
        yield Rule(
            f"{its.name} has timed out with its resource manager",
            when=all_of(known, ~trying, its.stage.is_not(Stage.OVER)),
            sets=over,
            takes=(network.gives_up, network.gives_up),
            cite="A-TIMEOUT",
            family=GIVEN_UP,
        )
        return
    if its.invite != TRUE:
        yield replace(
            rule,
            name=f"{its.name} is sent again after T2 at most",
            when=all_of(down, its.in_vain.is_(0), its.stage.is_(Stage.OUT_LONG), ~its.invite),
            sets=(*done, Set(its.in_vain, LONG, ~its.heard(taken))),
            takes=(0, network.t2),
            family=AGAIN,
        )
    if its.invite != TRUE or not _says_at_once(parts):
        yield Rule(
            f"T1 of {its.name} is over",
            when=_counted(parts, its),
            sets=Set(its.in_vain, DUE, down),
            takes=(network.t1, network.t1),
            cite="A-RETRANSMIT",
            family=T1_OVER,
        )
        again = down & its.in_vain.is_(DUE)
        yield replace(rule, when=again, sets=(*done, *its.sent_again(taken, DUE)))


def _trying(parts: Parts, its: _Request) -> Expr:
    """Return the guard that 100 Trying was said to its sender, who waits."""
    stages = (Stage.NEW, Stage.OUT_LONG) if _says_at_once(parts) else (Stage.OUT_LONG,)
    return its.invite & its.stage.in_(*stages)


def _counted(parts: Parts, its: _Request) -> Expr:
    """Return the guard that one in hand is sent again by a timer that counts from its sending."""
    kinds = ~its.invite if _says_at_once(parts) else TRUE
    return all_of(its.in_hand, its.in_vain.is_(0), its.stage.is_(Stage.NEW), kinds)


def _says_at_once(parts: Parts) -> bool:
    return parts.deployment.resource_manager.trying == "at-once"


def _on_its_way(parts: Parts, its: _Request, taken: Expr) -> Iterator[Rule]:
    """Yield how one gets lost that no Resource Manager takes, and is sent again."""
    network = parts.deployment.network
    waits = its.waits & its.sender
    yield Rule(
        f"{its.name} gets lost",
        when=all_of(waits, its.in_vain.is_(0), ~taken | its.astray),
        sets=Set(its.in_vain, 1),
        cite="A-RETRANSMIT",
        family=LOST,
    )
    for words, when, times, pause in _pauses(its, network):
        yield Rule(
            f"{its.name} is sent again after {words}",
            when=waits & when,
            sets=its.sent_again(taken, *times),
            takes=(pause, pause),
            cite="A-RETRANSMIT",
            family=AGAIN,
        )
    # It has been sent for the second time: T1 of timer B or F is over.
    left = max(0, network.gives_up - network.t1)
    yield Rule(
        f"{its.name} has timed out and is begun anew",
        when=waits & its.in_vain.in_(*range(2, LONG)),
        sets=Set(its.in_vain, 0),
        takes=(left, left),
        cite="A-TIMEOUT",
        family=ANEW,
    )
    if its.invite == TRUE:
        return
    yield Rule(
        f"{its.name} times out after long and is begun anew",
        when=waits & its.in_vain.is_(LONG),
        sets=Set(its.in_vain, 0),
        takes=(0, network.gives_up),
        cite="A-TIMEOUT",
        family=ANEW,
    )


def _pauses(its: _Request, network: Network) -> Iterator[tuple[str, Expr, Sequence[int], int]]:
    """Yield when one is sent again: in words, when that is so, sent how often then, and in ms."""
    for n in range(1, TIMES + 1):
        words = f"{2 ** (n - 1)} T1" if n > 1 else "T1"
        if n < TIMES:
            yield words, its.in_vain.is_(n), (n,), 2 ** (n - 1) * network.t1
        elif its.invite != TRUE:
            yield words, its.in_vain.is_(n) & ~its.invite, (n,), 2 ** (n - 1) * network.t1
    if its.invite != TRUE:
        yield "T2", its.in_vain.is_not(0) & ~its.invite, range(1, TIMES + 1), network.t2
