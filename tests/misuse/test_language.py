"""Every way to write a model down wrongly has a code, and says what was found and is possible."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from hamodel import (
    TRUE,
    And,
    Arrow,
    Budget,
    Catalogue,
    Component,
    HamodelError,
    Is,
    Kind,
    Message,
    ModelError,
    Not,
    Or,
    Property,
    Rule,
    Same,
    SearchError,
    Set,
    System,
    Var,
    all_of,
    always,
    any_of,
    check,
    check_in_time,
    dump_trace,
    instances,
    leads_to,
    load_trace,
    never,
    parse_budget,
    read_catalogue,
    sometimes,
    step,
    trace_of,
    transparent,
)
from hamodel.engine.limits import Limits
from hamodel.engine.reference import explore
from hamodel.errors import _EXPORT, _LANGUAGE, _SEARCH, CODES, ExportError
from hamodel.export import promela
from hamodel.testing import Coverage
from tests.misuse.keeping import of_format, resumed_after


class Lamp(Enum):
    """A lamp."""

    DARK = "dark"
    LIT = "lit"


class Empty(Enum):
    """An Enum without members."""


COUNT: Var[int] = Var("count", range(3))
OTHER: Var[int] = Var("other", range(3))
FLAG: Var[bool] = Var("flag", bool)
WIDE: Var[int] = Var("wide", range(5))
STRAY: Var[bool] = Var("stray", bool)
SWITCH = (Arrow("switch", Lamp.DARK, Lamp.LIT), Arrow("switch", Lamp.LIT, Lamp.DARK))
LAMP = Component("lamp", Lamp, SWITCH, (COUNT, OTHER, FLAG, WIDE))
FUSE = Component("fuse", Lamp)
TURN = Rule("lamp turns", fires=(LAMP.fires("switch"),))
FAIL = Rule("lamp fails", Kind.FAILURE, sets=(Set(FLAG, True),), cost={"lamp-crash": 1})
SYSTEM = System((LAMP, FUSE), (TURN, FAIL))
CATALOGUE = Catalogue("A lamp", "1", "the ceiling", ())
HEAD = 'title = "A lamp"\nedition = "1"\naddress = "the ceiling"\n'
ANY: Any = None


def wrong(value: object) -> Any:
    """Return a value whose type a checker would refuse where it goes."""
    return value


def rule(**settings: Any) -> Rule:
    """Return a rule that does something, with these settings."""
    return Rule("it happens", **{"sets": (Set(COUNT, 1),), **settings})


def system(*rules: Rule, sources: Catalogue | None = None) -> System:
    """Return the lamp's system with other rules."""
    return System((LAMP, FUSE), rules, sources)


CASES: list[tuple[str, Callable[[], object]]] = [
    # Names
    ("HA001", lambda: Var("", range(2))),
    ("HA001", lambda: Var("a  b", range(2))),
    ("HA001", lambda: Var("ü", range(2))),
    ("HA001", lambda: Var(f"{'a' * 60},", range(2))),  # at once: no backtracking
    ("HA001", lambda: Var(wrong(7), range(2))),
    ("HA001", lambda: Component(" lamp", Lamp)),
    ("HA001", lambda: Arrow("switch!", Lamp.DARK, Lamp.LIT)),
    ("HA001", lambda: Rule("it\nhappens", sets=(Set(COUNT, 1),))),
    ("HA001", lambda: always("", TRUE)),
    ("HA001", lambda: instances("s1", "")),
    # Domains and values
    ("HA002", lambda: Var("x", range(0))),
    ("HA002", lambda: Var("x", range(10**12))),
    ("HA002", lambda: Var("x", Empty)),
    ("HA002", lambda: Var("x", int)),
    ("HA002", lambda: Var("x", wrong([1, 2]))),
    ("HA002", lambda: Var("x", instances("s1", "s1"))),
    ("HA003", lambda: Var("x", range(3), 3)),
    ("HA003", lambda: Var("x", Lamp, "dark")),
    ("HA003", lambda: Set(COUNT, 3)),
    ("HA003", lambda: Set(COUNT, True)),
    ("HA003", lambda: Set(FLAG, None)),
    ("HA003", lambda: COUNT.at_least(9)),
    ("HA003", lambda: Component("lamp", Lamp, initial=wrong("lit"))),
    ("HA004", lambda: COUNT.same_as(WIDE)),
    ("HA004", lambda: Same(COUNT, FLAG)),
    ("HA004", lambda: Set(COUNT, WIDE)),
    ("HA004", lambda: Set(COUNT, step(WIDE, 1))),
    ("HA004", lambda: system(rule(sets=(Set(Var("count", range(9)), 1),)))),
    # Guards
    ("HA005", lambda: COUNT.is_(1) and COUNT.is_(2)),
    ("HA005", lambda: not COUNT.is_(1)),
    ("HA005", lambda: 1 if TRUE else 2),
    ("HA006", lambda: Rule("it happens", when=wrong(lambda state: True), sets=(Set(COUNT, 1),))),  # noqa: ARG005
    ("HA006", lambda: Arrow("switch", Lamp.DARK, Lamp.LIT, wrong("count is 1"))),
    ("HA006", lambda: always("p", wrong(True))),
    ("HA006", lambda: never("p", TRUE, given=ANY)),
    ("HA006", lambda: Set(COUNT, 1, wrong(True))),
    ("HA006", lambda: Set(wrong("count"), 1)),
    ("HA006", lambda: all_of(COUNT.is_(1), wrong(COUNT))),
    ("HA006", lambda: any_of(wrong(None))),
    ("HA006", lambda: COUNT.is_(1) & wrong(1)),
    ("HA006", lambda: Not(wrong(FLAG))),
    ("HA006", lambda: And((TRUE, wrong(1)))),
    ("HA006", lambda: Or((wrong(1),))),
    ("HA006", lambda: Is(wrong("count"), 1)),
    ("HA006", lambda: COUNT.same_as(wrong(1))),
    # Components
    ("HA007", lambda: Component("lamp", Lamp, (*SWITCH, Arrow("switch", Lamp.LIT, Lamp.LIT)))),
    (
        "HA007",
        lambda: Component(
            "lamp",
            Lamp,
            (
                Arrow("go", (Lamp.DARK, Lamp.LIT), Lamp.LIT, COUNT.at_least(1)),
                Arrow("go", Lamp.LIT, Lamp.DARK, ~COUNT.is_(2)),
            ),
        ),
    ),
    ("HA008", lambda: LAMP.fires("swich")),
    ("HA008", lambda: FUSE.fires("switch")),
    ("HA008", lambda: SYSTEM["lmap"]),
    ("HA008", lambda: System((FUSE,), (TURN,))),
    ("HA012", lambda: LAMP.is_("lit")),
    ("HA012", lambda: LAMP.in_(Lamp.LIT, None)),
    ("HA012", lambda: COUNT.is_(7)),
    ("HA012", lambda: Component("lamp", None, SWITCH)),
    ("HA012", lambda: Component("mains", variables=(COUNT,)).is_(Lamp.LIT)),
    ("HA012", lambda: Component("lamp", Lamp, (Arrow("go", Lamp.DARK, wrong("lit")),))),
    ("HA012", lambda: Component("lamp", Lamp, (Arrow("go", wrong("dark"), Lamp.LIT),))),
    ("HA012", lambda: Component("lamp", Lamp, (Arrow("go", wrong(5), Lamp.LIT),))),
    ("HA013", lambda: Component("lamp", Lamp, (), (Var("lamp", bool),))),
    ("HA013", lambda: Component("lamp", None, (), (COUNT, Var("count", bool)))),
    ("HA013", lambda: System((LAMP, LAMP), ())),
    ("HA013", lambda: System((LAMP, Component("mains", variables=(COUNT,))), ())),
    ("HA013", lambda: system(TURN, TURN)),
    # Rules
    ("HA009", lambda: rule(fires=(LAMP.fires("switch"), LAMP.fires("switch")))),
    ("HA010", lambda: rule(sets=(Set(COUNT, 1), Set(COUNT, 2)))),
    ("HA010", lambda: rule(sets=(Set(COUNT, 1, FLAG.is_(True)), Set(COUNT, 2, WIDE.is_(1))))),
    ("HA011", lambda: system(rule(sets=(Set(wrong(LAMP.main), Lamp.LIT),)))),
    ("HA017", lambda: rule(cost={"lamp": 1})),
    ("HA017", lambda: rule(cost={"lamp-crash": 0})),
    ("HA017", lambda: rule(cost={"lamp-crash": True})),
    ("HA017", lambda: rule(cost={"lamp-crash": 1.5})),
    ("HA017", lambda: rule(cost={1: 1})),
    ("HA017", lambda: rule(cost="lamp-crash")),
    ("HA018", lambda: Rule("it happens")),
    ("HA018", lambda: Rule("it happens", when=COUNT.is_(1), cost={"lamp-crash": 1})),
    ("HA019", lambda: rule(takes=(5, 4))),
    ("HA019", lambda: rule(takes=(-1, None))),
    ("HA019", lambda: rule(takes=(0.5, 1))),
    ("HA019", lambda: rule(takes=(None, 1))),
    ("HA019", lambda: rule(takes=5)),
    ("HA019", lambda: rule(takes=(0, 10**12 + 1))),
    ("HA019", lambda: rule(takes=(10**30, None))),
    ("HA019", lambda: rule(takes=(10**30, 10**4000))),
    ("HA019", lambda: rule(takes=(1, 2, 3))),
    ("HA019", lambda: rule(takes=(False, True))),
    ("HA023", lambda: rule(sets=(COUNT.is_(1),))),
    ("HA023", lambda: rule(sets=COUNT)),
    ("HA023", lambda: rule(sets=None)),
    ("HA023", lambda: rule(fires="switch")),
    ("HA023", lambda: rule(fires=LAMP.fires)),
    ("HA023", lambda: rule(says=("INVITE",))),
    ("HA023", lambda: Component("lamp", Lamp, wrong("switch"))),
    ("HA023", lambda: Component("lamp", Lamp, (), wrong(range(3)))),
    ("HA023", lambda: System(wrong((LAMP, COUNT)), ())),
    ("HA023", lambda: System((LAMP,), wrong([LAMP.fires("switch")]))),
    # Systems
    ("HA014", lambda: system(rule(when=STRAY.is_(True)))),
    ("HA014", lambda: system(rule(sets=(Set(STRAY, True),)))),
    ("HA014", lambda: system(rule(sets=(Set(FLAG, STRAY),)))),
    ("HA014", lambda: system(rule(sets=(Set(FLAG, True, STRAY.is_(True)),)))),
    ("HA014", lambda: system(rule(says=(Message("BYE", "a", "b", (STRAY,)),)))),
    ("HA014", lambda: LAMP["brightness"]),
    ("HA014", lambda: SYSTEM.rule("lamp sings")),
    ("HA014", lambda: check(SYSTEM, always("p", STRAY.is_(True)))),
    ("HA014", lambda: check(SYSTEM, always("p", TRUE, given=STRAY.is_(True)))),
    ("HA015", lambda: system(rule(cite="L-1"), sources=CATALOGUE)),
    (
        "HA015",
        lambda: check(
            System((LAMP,), (), CATALOGUE), always("p", COUNT.is_(0), claims=("L-1", "L-2"))
        ),
    ),
    ("HA016", lambda: system(rule(), sources=CATALOGUE)),
    # Properties
    (
        "HA014",
        lambda: check(
            SYSTEM, transparent("p", fault=("lamp fails",), observers=("fuse",), hide=("x",))
        ),
    ),
    ("HA020", lambda: check(SYSTEM, transparent("p", fault=("lamp fails",), observers=("eye",)))),
    ("HA021", lambda: never("p", TRUE, within=5)),
    ("HA021", lambda: leads_to("p", TRUE, TRUE, within=-1)),
    ("HA021", lambda: leads_to("p", TRUE, TRUE, within=True)),
    ("HA021", lambda: leads_to("p", TRUE, TRUE, within="40s")),
    ("HA021", lambda: leads_to("p", TRUE, TRUE, within="never")),
    ("HA021", lambda: leads_to("p", TRUE, TRUE, within=wrong(0.5))),
    ("HA028", lambda: check(SYSTEM, leads_to("p", TRUE, TRUE, within="40 s"))),
    ("HA028", lambda: check_in_time(SYSTEM, leads_to("p", TRUE, TRUE, fair=("lamp turns",)))),
    (
        "HA028",
        lambda: check_in_time(SYSTEM, transparent("p", fault=("lamp fails",), observers=("fuse",))),
    ),
    ("HA014", lambda: check_in_time(SYSTEM, always("p", STRAY.is_(True)))),
    ("HA021", lambda: transparent("p", fault=(), observers=("fuse",))),
    ("HA021", lambda: transparent("p", fault=("lamp fails",), observers=())),
    ("HA021", lambda: check(SYSTEM, transparent("p", fault=("it rains",), observers=("fuse",)))),
    ("HA021", lambda: check(SYSTEM, transparent("p", fault=("lamp turns",), observers=("fuse",)))),
    ("HA021", lambda: check(SYSTEM, leads_to("p", TRUE, TRUE, fair=("luck",)))),
    # Catalogues (tests/test_cite.py has the rest)
    ("HA022", lambda: read_catalogue("title")),
    ("HA022", lambda: read_catalogue(HEAD + "[claim]\n")),
    # Budgets
    ("HA017", lambda: parse_budget("lamp")),
    ("HA017", lambda: Budget(-1)),
    ("HA017", lambda: Budget(201)),
    ("HA017", lambda: Budget(True)),
    ("HA017", lambda: Budget({"lamp": -1})),
    ("HA017", lambda: Budget({"": 1})),
    ("HA017", lambda: Budget({"lamp+": 1})),
    ("HA017", lambda: Budget({wrong(1): 1})),
    ("HA017", lambda: Budget(wrong("lamp=1"))),
    ("HA017", lambda: Budget(1, -1)),
    ("HA017", lambda: Budget(1, wrong("2"))),
    # Searches and traces
    ("HA040", lambda: check(system(rule(sets=(Set(COUNT, step(COUNT, 1)),))), always("p", TRUE))),
    ("HA041", lambda: trace_of(SYSTEM, ["lamp sings"])),
    ("HA041", lambda: trace_of(system(rule(when=COUNT.is_(1))), ["it happens"])),
    ("HA042", lambda: load_trace("no trace")),
    ("HA043", lambda: load_trace(dump_trace(trace_of(SYSTEM, []), "lamp").replace("1", "99"))),
    ("HA044", lambda: check(SYSTEM, sometimes("p", TRUE), Budget({"lamp-hang": 1}))),
    ("HA044", lambda: check(System((LAMP,), (TURN,)), always("p", TRUE), Budget({"lamp": 1}))),
    ("HA045", lambda: check(SYSTEM, always("p", TRUE), limit_states=0)),
    ("HA045", lambda: check(SYSTEM, always("p", TRUE), limit_states=wrong(1.5))),
    ("HA045", lambda: Limits(time=0)),
    # Checkpoints (tests/misuse/test_checkpoints.py has the rest)
    ("HA046", lambda: resumed_after(lambda data: data[:-1])),
    ("HA047", lambda: resumed_after(of_format("0"))),
    ("HA048", lambda: resumed_after(lambda data: data, SYSTEM)),
    # Runs beside a search
    ("HA049", lambda: Coverage(names=("rain",)).unmet(explore(SYSTEM))),
    ("HA049", lambda: Coverage({(2,)}).unmet(explore(SYSTEM))),
    # Exports
    ("HA050", lambda: promela(SYSTEM, props=[leads_to("p", TRUE, TRUE)])),
    ("HA050", lambda: promela(SYSTEM, props=[sometimes("p", TRUE)])),
    (
        "HA050",
        lambda: promela(
            SYSTEM, props=[transparent("p", fault=("lamp fails",), observers=("fuse",))]
        ),
    ),
]


@pytest.mark.parametrize(
    ("code", "misuse"), CASES, ids=[f"{code}-{i}" for i, (code, _) in enumerate(CASES)]
)
def test_a_mistake_is_an_error_with_its_code(code: str, misuse: Callable[[], object]) -> None:
    """It is raised when the value is built or the search begins, and is no AttributeError."""
    with pytest.raises(HamodelError) as caught:
        misuse()

    assert code == caught.value.code
    assert f"{code} {caught.value.message}" == str(caught.value)
    kind = ModelError if code < "HA040" else SearchError if code < "HA050" else ExportError
    assert isinstance(caught.value, kind)
    assert 20 < len(caught.value.message) < 600


def test_every_code_of_the_language_has_a_misuse() -> None:
    """No code of the language, the search or the exports is without a case here."""
    assert 24 == len(_LANGUAGE)
    assert 10 == len(_SEARCH)
    assert 1 == len(_EXPORT)
    assert {*_LANGUAGE, *_SEARCH, *_EXPORT} == {code for code, _ in CASES}


def test_codes_are_numbered_in_blocks_and_say_what_they_mean() -> None:
    """HA001… language, 040… search, 050… export, 060… input, 080… command; one line each."""
    assert sorted(CODES) == list(CODES)
    assert len(set(CODES.values())) == len(CODES)
    for code, meaning in CODES.items():
        assert len(code) == 5
        assert meaning.strip() == meaning != ""


@pytest.mark.parametrize(
    ("misuse", "said"),
    [
        (
            lambda: Var("sip a!", range(2)),
            (
                "HA001 a variable is named 'sip a!'; a name is letters, digits and '_', joined by "
                "'.', '-' or one space"
            ),
        ),
        (
            lambda: Var("x", int),
            (
                "HA002 the domain of x is <class 'int'>; it can be an Enum with members, a range "
                "that is not empty, bool, or instances(…) with distinct names"
            ),
        ),
        (
            lambda: Var("x", range(10**6)),
            "HA002 the domain of x has 1,000,000 values; it can have 65,536",
        ),
        (lambda: Set(COUNT, 3), "HA003 count is never '3'; it can be 0, 1, 2"),
        (
            lambda: Var("x", Lamp, "dark"),
            "HA003 x is never 'dark'; it can be dark, lit; what was given is a str, give a Lamp",
        ),
        (
            lambda: COUNT.same_as(WIDE),
            (
                "HA004 count (0, 1, 2) cannot be compared with wide (0, 1, 2, 3, 4); the domains "
                "must be one"
            ),
        ),
        (
            lambda: Set(COUNT, FLAG),
            "HA004 flag (no, yes) cannot be copied to count (0, 1, 2); the domains must be one",
        ),
        (
            lambda: COUNT.is_(1) or COUNT.is_(2),
            (
                "HA005 'count is 1' stands where Python wants yes or no; write & for and, | for "
                "or, ~ for not, or call it with a state"
            ),
        ),
        (
            lambda: never("p", wrong("count is 1")),
            (
                "HA006 the property p has 'count is 1' where a guard belongs; write one with "
                "var.is_(…), in_, same_as, &, | and ~"
            ),
        ),
        (
            lambda: Component("lamp", Lamp, (*SWITCH, Arrow("switch", Lamp.LIT, Lamp.LIT))),
            (
                "HA007 lamp has two arrows 'switch' from lit, when always and when always; make "
                "the guards disjoint, or name two triggers"
            ),
        ),
        (lambda: LAMP.fires("swich"), "HA008 lamp has no trigger 'swich'; it has switch"),
        (lambda: FUSE.fires("switch"), "HA008 fuse has no trigger 'switch'; it has none"),
        (
            lambda: rule(fires=(LAMP.fires("switch"), LAMP.fires("switch"))),
            (
                "HA009 'it happens' fires two arrows of lamp; a component moves once in a step: "
                "write two rules, or one trigger with two arrows"
            ),
        ),
        (
            lambda: rule(sets=(Set(COUNT, 1), Set(COUNT, 2, FLAG.is_(True)))),
            (
                "HA010 'it happens' assigns count twice (count := 1; count := 2 if flag is yes); "
                "keep one, or give them guards that exclude each other"
            ),
        ),
        (
            lambda: system(rule(sets=(Set(wrong(LAMP.main), Lamp.LIT),))),
            (
                "HA011 the rule 'it happens' assigns the main state of lamp; fire one of its "
                "arrows: switch"
            ),
        ),
        (lambda: LAMP.is_("donw"), "HA012 lamp is never 'donw'; it can be dark, lit"),
        (
            lambda: system(TURN, TURN),
            "HA013 there is more than one rule named lamp turns; rename one",
        ),
        (
            lambda: system(rule(when=STRAY.is_(True))),
            (
                "HA014 the rule 'it happens' names the variable stray, which no component owns; "
                "give it to one, or use one of lamp, count, other, flag, wide, fuse"
            ),
        ),
        (
            lambda: system(rule(), sources=CATALOGUE),
            "HA016 the rule 'it happens' cites nothing; name its claim or its assumption",
        ),
        (
            lambda: rule(cost={"lamp": 1}),
            (
                "HA017 'it happens' costs 'lamp': 1; a cost is role-mode: a whole number above "
                "zero, such as {'media-server-crash': 1}"
            ),
        ),
        (
            lambda: Budget({"lamp": 201}),
            "HA017 the budget says lamp=201; it takes 0 to 200, or unlimited",
        ),
        (
            lambda: Rule("it happens"),
            "HA018 'it happens' does nothing; give it fires=, sets= or says=",
        ),
        (
            lambda: rule(takes=(5, 4)),
            (
                "HA019 'it happens' takes (5, 4) ms; it must be two whole numbers, 0 ≤ earliest ≤ "
                "latest ≤ 1,000,000,000,000, or None for no latest"
            ),
        ),
        (
            lambda: check(SYSTEM, transparent("p", fault=("lamp fails",), observers=("eye",))),
            "HA020 p is observed by eye; it can be lamp, fuse",
        ),
        (
            lambda: transparent("p", fault=(), observers=("fuse",)),
            "HA021 p has faults () and observers ('fuse',); transparent needs at least one of each",
        ),
        (
            lambda: check(SYSTEM, leads_to("p", TRUE, TRUE, fair=("luck",))),
            "HA021 p assumes luck fair; groups are lamp turns, lamp fails",
        ),
        (
            lambda: rule(sets=(COUNT,)),
            (
                "HA023 sets= of 'it happens' has Var(name='count', domain=range(0, 3), initial=0, "
                "volatile=False), which is no Set; give a Set, or a tuple of them"
            ),
        ),
        (
            lambda: check(SYSTEM, always("p", TRUE), Budget({"lamp-hang": 1})),
            (
                "HA044 the budget names lamp-hang, near to it: lamp-crash, lamp; a role or a mode "
                "alone is the sum of its classes"
            ),
        ),
        (
            lambda: Coverage({(2,)}).unmet(explore(SYSTEM)),
            (
                "HA049 the runs met states that the search, which was whole, did not find; give "
                "the search of the same system under the same budget"
            ),
        ),
    ],
    ids=lambda value: value[:5] if isinstance(value, str) else "",
)
def test_an_error_says_what_was_found_what_is_possible_and_what_to_do(
    misuse: Callable[[], object], said: str
) -> None:
    """The whole text of an error, once for most codes."""
    with pytest.raises(HamodelError) as caught:
        misuse()

    assert said == str(caught.value)


def test_fairness_groups_are_named_once_in_an_error() -> None:
    """Each group stands once, in the order of the rules, however many rules it has."""
    rules = [Rule(f"turn {i}", sets=(Set(COUNT, 1),), group=f"group {i % 2}") for i in range(4)]
    prop = leads_to("p", TRUE, TRUE, fair=("luck",))

    with pytest.raises(ModelError) as caught:
        check(system(*rules), prop)

    assert "HA021 p assumes luck fair; groups are group 0, group 1" == str(caught.value)


def test_a_property_of_each_modality_is_checked_against_its_system() -> None:
    """None of the ways to write a property lets a stray variable through."""
    stray = STRAY.is_(True)
    props: list[Property] = [
        always("p", stray),
        never("p", stray),
        sometimes("p", stray),
        leads_to("p", TRUE, stray),
        leads_to("p", stray, TRUE),
        transparent("p", fault=("lamp fails",), observers=("fuse",), given=stray),
    ]

    for prop in props:
        with pytest.raises(ModelError, match="HA014"):
            check(SYSTEM, prop)
