"""A small subject: one pair whose replication lags, with a promise of every status."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from hamodel import (
    Arrow,
    Budget,
    Component,
    Kind,
    Message,
    Rule,
    Set,
    System,
    Var,
    all_of,
    leads_to,
    never,
    next_of,
    sometimes,
)
from hamodel.cli.subject import Subject
from hamodel.guide import Promise, Status
from hamodel.guide.deployment import Note
from hamodel.guide.sources import guide_catalogue


class Primary(Enum):
    """The instance that begins as primary."""

    ACTIVE = "active"
    DOWN = "down"


class Standby(Enum):
    """The instance that begins as hot standby."""

    HOT_STANDBY = "hot-standby"
    ACTIVE = "active"
    DOWN = "down"


HAS = Var("sip_server_1.has_call", bool)
KNOWS = Var("sip_server_2.knows_call", bool)
PRIMARY = Component(
    "sip_server_1",
    Primary,
    (
        Arrow("crash", Primary.ACTIVE, Primary.DOWN),
        Arrow("restart", Primary.DOWN, Primary.ACTIVE),
    ),
    (HAS,),
)
STANDBY = Component(
    "sip_server_2",
    Standby,
    (
        Arrow("take_over", Standby.HOT_STANDBY, Standby.ACTIVE),
        Arrow("crash", (Standby.HOT_STANDBY, Standby.ACTIVE), Standby.DOWN),
    ),
    (KNOWS,),
)
CRASH = {"sip-server-crash": 1}
RULES = (
    Rule(
        "call_1 starts",
        Kind.ENVIRONMENT,
        all_of(PRIMARY.is_(Primary.ACTIVE), HAS.is_(False)),
        sets=(Set(HAS, True),),
        says=(Message("INVITE", "caller", "sip_server_1"),),
        cite="SIP-1a",
    ),
    Rule(
        "sip_server_1 replicates",
        when=all_of(PRIMARY.is_(Primary.ACTIVE), HAS.is_(True), KNOWS.is_(False)),
        sets=(Set(KNOWS, True),),
        cite="SIP-1c",
    ),
    Rule(
        "sip_server_1 crashes",
        Kind.FAILURE,
        fires=(PRIMARY.fires("crash"),),
        cost=CRASH,
        cite="SIP-1b",
        family="sip_server_crashes",
    ),
    Rule(
        "sip_server_2 crashes",
        Kind.FAILURE,
        fires=(STANDBY.fires("crash"),),
        cost=CRASH,
        cite="SIP-1b",
        family="sip_server_crashes",
    ),
    Rule(
        "sip_server_2 takes over",
        when=PRIMARY.is_(Primary.DOWN),
        fires=(STANDBY.fires("take_over"),),
        cite="SIP-1b",
    ),
    Rule("sip_server_1 restarts", Kind.REPAIR, fires=(PRIMARY.fires("restart"),), cite="SIP-1b"),
)


CLOCKS: tuple[Var[Any], ...] = tuple(Var(f"clock_{number}.hand", range(200)) for number in range(4))
TICKS = tuple(
    Rule(
        f"clock_{number} ticks",
        Kind.FAILURE,
        sets=(Set(hand, next_of(hand)),),
        cost={"clock-tick": 1},
        cite="SIP-1b",
    )
    for number, hand in enumerate(CLOCKS)
)
"""Under an unlimited budget these have 1.6 billion states; under the others they never tick."""


def toy_system(more: tuple[Rule, ...] = ()) -> System:
    """Return the pair, with further rules."""
    return System((PRIMARY, STANDBY), (*RULES, *more), guide_catalogue(), "toy")


def endless_system() -> System:
    """Return the pair beside clocks, which no search within a budget of none comes to an end of."""
    clocks = tuple(
        Component(f"clock_{number}", variables=(hand,)) for number, hand in enumerate(CLOCKS)
    )
    return System((PRIMARY, STANDBY, *clocks), (*RULES, *TICKS), guide_catalogue(), "endless")


ONE, TWO = Budget(CRASH), Budget({"sip-server-crash": 2})
TAKES_OVER = leads_to(
    "hot_standby_takes_over",
    PRIMARY.is_(Primary.DOWN),
    STANDBY.is_(Standby.ACTIVE) | PRIMARY.is_(Primary.ACTIVE),
    budget=ONE,
    beyond=TWO,
    why="a primary that fails is followed by its standby",
)
KNOWS_ALL = never(
    "new_primary_knows_every_session",
    all_of(HAS.is_(True), KNOWS.is_(False)),
    given=STANDBY.is_(Standby.ACTIVE),
    budget=ONE,
)
SPOF = sometimes(
    "primary_is_down_with_a_call", all_of(HAS.is_(True), PRIMARY.is_(Primary.DOWN)), budget=ONE
)
SPOF_TOLD = sometimes(
    "a_replicated_call_is_cut",
    all_of(STANDBY.is_(Standby.ACTIVE), KNOWS.is_(True)),
    budget=ONE,
)


def toy_promises() -> tuple[Promise, ...]:
    """Return a promise of every status."""
    return (
        Promise("META-1", (), status=Status.NOT_A_PROMISE),
        Promise("SIP-1b", (TAKES_OVER,), assumptions=("the management layer lives",)),
        Promise("SIP-1c", (KNOWS_ALL,)),
        Promise("RM-1", (), structure=(("no media runs through a Resource Manager", True),)),
        Promise("MS-1", (SPOF,), weakness=True),
        Promise("MS-5", (), status=Status.NEEDS_TIMERS),
        Promise("REC-4", (), not_applicable="recorder_group.strategies has no signaling-backup"),
    )


def endless_promises() -> tuple[Promise, ...]:
    """Return a promise that is soon judged, and one that never is."""
    late = all_of(*(hand.is_(199) for hand in CLOCKS))
    for_ever = never("clocks_stop", late, budget=Budget(None, None))
    return (Promise("SIP-1b", (TAKES_OVER,)), Promise("RM-2", (for_ever,)))


LONG: tuple[Var[Any], ...] = tuple(Var(f"clock_{number}.hand", range(60)) for number in range(3))


def long_system() -> System:
    """Return the pair beside clocks, which have 216,000 states in many levels."""
    clocks = tuple(
        Component(f"clock_{number}", variables=(hand,)) for number, hand in enumerate(LONG)
    )
    ticks = tuple(
        Rule(
            f"clock_{number} ticks",
            Kind.FAILURE,
            sets=(Set(hand, next_of(hand)),),
            cost={"clock-tick": 1},
            cite="SIP-1b",
        )
        for number, hand in enumerate(LONG)
    )
    return System((PRIMARY, STANDBY, *clocks), (*RULES, *ticks), guide_catalogue(), "long")


def long_promises() -> tuple[Promise, ...]:
    """Return a promise that is soon judged, one that is refuted late, and one that is proved."""
    late = all_of(*(hand.is_(59) for hand in LONG))
    never_late = never("clocks_stop", late, budget=Budget(None, None))
    told = never("clocks_go", ~(late | ~late), given=late, budget=Budget(None, None))
    return (Promise("SIP-1b", (TAKES_OVER,)), Promise("RM-2", (never_late, told)))


LATER = ((3, "later"), (4, "much.later"))
"""Lines and keys of the toy's file that have no effect yet."""


def toy_subject(
    accept: Mapping[str, str] | None = None,
    promises: tuple[Promise, ...] | None = None,
    system: System | None = None,
) -> Subject:
    """Return the pair as what is to be assessed."""
    return Subject(
        where="toy",
        changes=(),
        rule_files=(),
        name="toy",
        scope="1 call, 1 of 2 pairs",
        notes=tuple(
            Note(file="toy.toml", line=line, key=key, text="it awaits timers")
            for line, key in LATER
        ),
        warnings=("toy.toml:2 [sip_server.vip_move]: it can affect nothing here",),
        accept=accept or {},
        system=system or toy_system(),
        promises=toy_promises() if promises is None else promises,
    )
