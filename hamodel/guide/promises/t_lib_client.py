"""Failure of a T-lib client: TLIB-1 and TLIB-2."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Budget, Expr, Property, System, all_of, always, any_of, never, sometimes
from hamodel.guide.components.call import Call
from hamodel.guide.parts import Parts, others
from hamodel.guide.promises.promise import FAIR, Case, Promise, each_leads_to
from hamodel.guide.vocabulary import CallState, Recording, Request, TLibClientState, View

T_LIB_CLIENT_FAULT = Budget({"t-lib-client-crash": 1})
"""One crash of a T-lib client."""
CLIENT = "one T-lib client crashes; no other fault"
"""`T_LIB_CLIENT_FAULT` in words."""
NO_BACKUP = "there is no T-lib client with a backup"


def _has_backup(parts: Parts) -> bool:
    return len(parts.t_lib_clients) > 1


def backup_t_lib_client_takes_over(parts: Parts, system: System) -> Iterator[Promise]:
    """
    TLIB-1: one failed, the backup is there; then one is active, and alone.

    The one that failed, if it came back before the backup took over: a pair is one client.
    """
    if not _has_backup(parts):
        yield Promise("TLIB-1", not_applicable=NO_BACKUP)
        return
    cases = []
    some = any_of(*(client.active for client in parts.t_lib_clients.values()))
    for name, client in parts.t_lib_clients.items():
        failed = client.machine.in_(TLibClientState.DOWN, TLibClientState.HUNG)
        for _, peer in others(parts.t_lib_clients, name):
            ready = peer.machine.is_(TLibClientState.BACKUP)
            cases.append((failed & ready, some))
    started = [
        (call.machine.is_(CallState.SET_UP), call.told.is_(Recording.ON) | _over(call))
        for call in parts.calls.values()
    ]
    yield Promise(
        "TLIB-1",
        (
            *_processing(parts, started),
            each_leads_to(
                "backup_t_lib_client_takes_over",
                cases,
                claims=("TLIB-1",),
                budget=T_LIB_CLIENT_FAULT,
            ),
            never(
                "at_most_one_t_lib_client_is_active",
                all_of(*(client.active for client in parts.t_lib_clients.values())),
                claims=("TLIB-1",),
                budget=T_LIB_CLIENT_FAULT,
            ),
        ),
        assumptions=(CLIENT, FAIR),
    )


def _processing(parts: Parts, started: list[Case]) -> Iterator[Property]:
    """Yield that what the T-lib client is there for is done in the end: each call is recorded."""
    if parts.deployment.recording.start == "t-lib":
        yield each_leads_to(
            "recording_of_each_call_is_started",
            started,
            claims=("TLIB-1",),
            budget=T_LIB_CLIENT_FAULT,
        )


def _over(call: Call) -> Expr:
    """Return the guard that a call is over, or about to be."""
    return call.machine.is_(CallState.ENDED) | call.request.is_(Request.HANG_UP)


def backup_t_lib_client_is_blind(parts: Parts, system: System) -> Iterator[Promise]:
    """
    TLIB-2: a backup acts on no event; so what happens until it is active can pass it by.

    The second is a weakness of the literal reading: resynchronising or a shared store mends it.
    """
    if not _has_backup(parts):
        yield Promise("TLIB-2", not_applicable=NO_BACKUP)
        return
    clients = parts.t_lib_clients
    acting = {
        rule.name
        for rule in system.rules
        if any(message.sender in clients for message in rule.says)
    }
    facts = (
        (
            "each T-lib client has a connection of its own",
            len({client.connection.name for client in clients.values()}) == len(clients),
        ),
        ("of T-lib clients only one that is active asks SIP Server", _only_active(parts, acting)),
    )
    properties = []
    if parts.t_lib_store is None:
        standing_by = (TLibClientState.BACKUP, TLibClientState.TAKING_OVER)
        seen = any_of(
            *(
                client.machine.in_(*standing_by) & view.is_not(View.UNSEEN)
                for client in clients.values()
                for view in client.view.values()
            )
        )
        properties.append(
            always(
                "backup_t_lib_client_observes_nothing",
                ~seen,
                given=any_of(*(each.machine.in_(*standing_by) for each in clients.values())),
                claims=("TLIB-2",),
                budget=T_LIB_CLIENT_FAULT,
            )
        )
    the = parts.deployment.t_lib_client
    if parts.t_lib_store is None and the is not None and not the.resync_on_activate:
        properties.append(
            sometimes(
                "an_event_passes_the_t_lib_clients_by",
                any_of(
                    *(
                        parts.up(call) & client.active & client.view[call].is_(View.UNSEEN)
                        for client in clients.values()
                        for call in parts.calls
                    )
                ),
                claims=("TLIB-2",),
                budget=T_LIB_CLIENT_FAULT,
            )
        )
    yield Promise("TLIB-2", tuple(properties), structure=facts, assumptions=(CLIENT,))


def _only_active(parts: Parts, acting: set[str]) -> bool:
    return all(any(name.startswith(client) for client in parts.t_lib_clients) for name in acting)


PROMISES = (backup_t_lib_client_takes_over, backup_t_lib_client_is_blind)
