"""A Resource Manager takes a Media Server that is well for failed (FR-6): its OPTIONS were lost."""

from collections.abc import Iterator

from hamodel import Kind, Property, Rule, Set, any_of, never
from hamodel.guide import Parts
from hamodel.guide.procedures.media_server_failover import owes_notice
from hamodel.guide.promises.promise import ONE_FAULT

ASSUMPTIONS = {
    "A-FALSE-ALARM": "Enough OPTIONS in a row may be lost that a Resource Manager takes a Media "
    "Server for failed that answers; it sees it again with the next answer."
}
FLIPS = ("MS-2",)
TOUCHES = ("resource_manager",)


def rules(parts: Parts) -> Iterator[Rule]:
    """A Resource Manager gives a Media Server up that answers, and owes SIP Server a notice."""
    for rm, manager in parts.resource_managers.items():
        for name, server in parts.media_servers.items():
            notices = (e for call in parts.calls for e in owes_notice(parts, manager, call, name))
            yield Rule(
                f"{rm} takes {name} for failed",
                Kind.FAILURE,
                when=manager.answers & server.answers & manager.believes[name].is_(True),
                sets=(Set(manager.believes[name], False), *notices),
                cost={"media-server-alarm": 1},
                cite="A-FALSE-ALARM",
            )


def properties(parts: Parts) -> Iterator[Property]:
    """There is no false alarm: whoever is taken for failed does not answer."""
    alarms = (
        server.answers & manager.believes[name].is_(False)
        for manager in parts.resource_managers.values()
        for name, server in parts.media_servers.items()
    )
    yield never(
        "no_media_server_is_taken_for_failed_that_answers",
        any_of(*alarms),
        claims=("MS-2",),
        budget=ONE_FAULT,
    )
