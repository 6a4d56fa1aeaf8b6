"""The Hypothesis machine of a system: its rules, its story, its trace, its coverage."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from hamodel import (
    Arrow,
    Budget,
    Component,
    Kind,
    Message,
    ModelError,
    Property,
    Rule,
    SearchError,
    Set,
    System,
    Var,
    always,
    check,
    leads_to,
    load_trace,
    never,
    sometimes,
    step,
    trace_of,
)
from hamodel.engine.reference import explore
from hamodel.testing import (
    Coverage,
    Refuted,
    Saving,
    SystemMachine,
    machine_for,
    rules_met_by,
    run,
    seeds_are_fresh,
    suite_settings,
)
from tests.agreement.handmade import philosophers
from tests.models import Member, ring


class Role(Enum):
    """A server's role."""

    ACTIVE = "active"
    STANDBY = "hot-standby"
    DOWN = "down"


def pair(*, told: bool = True) -> System:
    """Return two servers and a replicated session; with `told=False` nobody replicates it."""
    servers = [
        Component(
            f"server_{i}",
            Role,
            (
                Arrow("crash", (Role.ACTIVE, Role.STANDBY), Role.DOWN),
                Arrow("restart", Role.DOWN, Role.STANDBY),
                Arrow("take over", Role.STANDBY, Role.ACTIVE),
            ),
            (Var(f"server_{i}.knows", bool, volatile=True),),
            initial,
        )
        for i, initial in ((1, Role.ACTIVE), (2, Role.STANDBY))
    ]
    call: Var[bool] = Var("call", bool)
    rules = []
    for me, peer in (servers, servers[::-1]):
        mine, its = me["knows"], peer["knows"]
        invite = Message("INVITE", "phone", me.name, (call,))
        rules += [
            Rule(
                f"{me.name} answers",
                Kind.ENVIRONMENT,
                me.is_(Role.ACTIVE) & call.is_(False),
                sets=(Set(call, True), Set(mine, True)),
                says=(invite,),
            ),
            Rule(
                f"{me.name} crashes",
                Kind.FAILURE,
                ~mine.is_(True) | its.is_(True) if told else peer.is_not(Role.DOWN),
                fires=(me.fires("crash"),),
                sets=(Set(mine, False),),
                cost={"server-crash": 1},
            ),
            Rule(f"{me.name} takes over", when=peer.is_(Role.DOWN), fires=(me.fires("take over"),)),
            Rule(f"{me.name} restarts", Kind.REPAIR, fires=(me.fires("restart"),)),
        ]
        if told:
            rules.append(
                Rule(
                    f"{me.name} replicates",
                    when=mine.is_(True) & peer.is_(Role.STANDBY) & its.is_(False),
                    sets=(Set(its, True),),
                )
            )
    return System((*servers, Component("phone", variables=(call,))), tuple(rules), name="a pair")


def session_survives(system: System) -> Property:
    """Return the promise that an active server knows the call."""
    active_knows = [
        ~each.is_(Role.ACTIVE) | each["knows"].is_(True) for each in system.components[:2]
    ]
    return always(
        "session_survives",
        active_knows[0] & active_knows[1],
        given=system.variables["call"].is_(True),
        claims=("P-1", "P-2"),
    )


def two_critical(system: System) -> Property:
    """Return the promise that the token keeps two members apart."""
    one, two = (system[f"member_{i}"].is_(Member.CRITICAL) for i in (0, 1))
    return never("two_critical", one & two)


def test_a_machine_has_a_method_for_each_rule_in_its_words() -> None:
    """Rules become methods named in their words; what the budget rules out has none."""
    machine = machine_for(pair(), budget=Budget(1))
    names = {name for name in vars(machine) if name.startswith("server")}

    assert issubclass(machine, RuleBasedStateMachine)
    assert "APair" == machine.__name__
    assert 8 == len(names)
    assert {f"server_{i}_{what}" for i in (1, 2) for what in ("answers", "takes_over")} <= names
    assert "server_1_restarts" not in names
    assert "server_1 crashes, when" in (machine.server_1_crashes.__doc__ or "")  # type: ignore[attr-defined]


def test_names_that_are_taken_get_a_number() -> None:
    """Words that Hypothesis, Python or another rule uses are made unique."""
    on: Var[bool] = Var("on", bool)
    names = ["bundle", "a b", "a-b", "a.b", "lambda", "1 rises", "take", "now"]
    rules = tuple(Rule(name, sets=(Set(on, True),)) for name in names)
    machine = machine_for(System((Component("box", variables=(on,)),), rules))

    made = ["bundle_2", "a_b", "a_b_2", "a_b_3", "lambda_2", "rule_1_rises", "take_2", "now"]
    assert made == [name for name in vars(machine) if name in made]
    assert run(machine) is None


def test_a_promise_that_holds_is_not_refuted() -> None:
    """The suite of a system whose promises are proved finds nothing."""
    system = ring(3)
    prop = two_critical(system)

    assert check(system, prop)
    assert run(machine_for(system, [prop])) is None


def test_a_run_meets_only_reachable_states() -> None:
    """What the machines do by chance is a part of what the search finds, and most of it."""
    system, coverage = ring(3), Coverage()
    found = explore(system)
    run(machine_for(system, coverage=coverage))

    assert coverage.states <= set(found.states)
    assert 90 <= len(coverage.states) <= 108 == len(found.states)
    assert 12 == len(coverage.rules)
    report = coverage.report(len(found.states), rules_met_by(found))
    assert f"met {len(coverage.states)} of 108 reachable states, 12 of 12 rules" == report


def test_a_report_names_the_rules_that_were_not_met() -> None:
    """What was not met is said; without a search the number of reachable states is left out."""
    coverage = Coverage()
    coverage.meet({"x": 1})
    coverage.meet({"x": 1})
    coverage.took("b")

    assert "met 1 of 1,234 reachable states, 1 of 3 rules; not met: a, c" == coverage.report(
        1234, "abc"
    )
    assert "met 1 states, 1 of 1 rules" == coverage.report(None, "b")


def test_rules_that_never_happen_are_not_expected() -> None:
    """The rules that a search met are those that are enabled somewhere."""
    on: Var[bool] = Var("on", bool)
    rules = (
        Rule("it stays off", sets=(Set(on, False),)),
        Rule("it sings", when=on.is_(True), sets=(Set(on, False),)),
    )

    assert ("it stays off",) == rules_met_by(
        explore(System((Component("box", variables=(on,)),), rules))
    )


def test_a_dead_end_is_no_failure() -> None:
    """Where no rule is enabled the machine stands still, and Hypothesis does not complain."""
    system, coverage = philosophers(3), Coverage()

    assert run(machine_for(system, coverage=coverage)) is None
    [starving] = explore(system).deadlocks
    assert explore(system).states[starving] in coverage.states


@pytest.mark.parametrize("number", range(5))
def test_a_failure_shrinks_to_the_shortest_story(number: int) -> None:
    """From five seeds the lost session shrinks to as few steps as breadth-first search finds."""
    system = pair(told=False)
    prop = session_survives(system)
    shortest = check(system, prop, Budget(1)).trace
    refuted = run(machine_for(system, [prop], Budget(1)), number=number)

    assert shortest is not None
    assert refuted is not None
    assert len(shortest) == len(refuted.trace) == 3
    assert refuted.property is prop


def test_a_failure_tells_its_story() -> None:
    """The error names the property, its claims, what it says, and each step's changes and words."""
    system = pair(told=False)
    refuted = run(machine_for(system, [session_survives(system)], Budget(1)))

    assert (
        "session_survives (P-1, P-2) is refuted after 3 steps\n"
        "it says: given call is yes: always (server_1 is not active or server_1.knows is yes) and "
        "(server_2 is not active or server_2.knows is yes)\n"
        "   1. server_1 answers\n"
        "        server_1.knows: no → yes\n"
        "        call: no → yes\n"
        "        phone → server_1: INVITE (no)\n"
        "   2. server_1 crashes\n"
        "        server_1: active → down\n"
        "        server_1.knows: yes → no\n"
        "        faults.any: 0 → 1\n"
        "   3. server_2 takes over\n"
        "        server_2: hot-standby → active"
    ) == str(refuted)


def test_each_step_is_noted() -> None:
    """Hypothesis' own report has the numbered steps, and names the invariant once."""
    system = pair(told=False)
    refuted = run(machine_for(system, [session_survives(system)], Budget(1)))

    assert refuted is not None
    told = "\n".join(refuted.__notes__)
    assert "   2. server_1 crashes\n        server_1: active → down" in told
    assert "state.server_2_takes_over()" in told
    assert 1 == told.count("every_property_holds")


def test_a_failing_run_is_kept_and_replays(tmp_path: Path) -> None:
    """The file has the shrunk run, which replays and says what fails at its end."""
    system = pair(told=False)
    prop = session_survives(system)
    saving = Saving(tmp_path / "traces", "pair", ("told=no",), ("extra.py",))
    refuted = run(machine_for(system, [prop], Budget(1), saving=saving))

    assert refuted is not None
    assert tmp_path / "traces" / "session_survives.json" == refuted.kept
    assert [refuted.kept] == list((tmp_path / "traces").iterdir())
    file = load_trace(refuted.kept.read_text(encoding="utf-8"))
    assert ("pair", ("told=no",), ("extra.py",)) == (file.model, file.settings, file.rule_files)
    assert refuted.trace.rules == file.rules == trace_of(system, file.rules).rules
    assert "here session_survives fails" == file.note
    assert str(refuted).endswith(f"\nkept in {refuted.kept}")


def test_a_promise_that_fails_at_once_is_refuted_without_a_step() -> None:
    """The initial state is checked too."""
    system = pair()
    refuted = run(machine_for(system, [never("one_active", system["server_1"].is_(Role.ACTIVE))]))

    assert refuted is not None
    assert 0 == len(refuted.trace)
    assert "one_active is refuted after 0 steps" in str(refuted)


def test_a_promise_is_judged_only_where_its_premise_holds() -> None:
    """A property with a premise that never holds is not refuted."""
    system = pair()
    down = system["server_1"].is_(Role.DOWN)

    assert run(machine_for(system, [never("never_active", ~down, given=down)])) is None


def test_properties_of_runs_are_left_to_the_search() -> None:
    """What is not about single states is not checked here."""
    system = pair()
    down = system["server_1"].is_(Role.DOWN)
    machine = machine_for(system, [sometimes("a_crash", down), leads_to("up", down, ~down)])

    assert () == machine.suite.properties
    assert run(machine) is None


def test_properties_may_read_the_counters_of_the_budget() -> None:
    """`exactly one fault so far` is a premise."""
    system, budget = pair(), Budget(2)
    [counter] = budget.counters
    refuted = run(machine_for(system, [never("one_fault", counter.is_(1))], budget))

    assert refuted is not None
    assert 1 == len(refuted.trace)


def test_a_property_that_does_not_fit_is_refused() -> None:
    """Unknown variables are an error when the machine is made, not in its first run."""
    stray: Var[bool] = Var("stray", bool)

    with pytest.raises(ModelError, match="HA014"):
        machine_for(pair(), [always("astray", stray.is_(True))])


def test_a_step_beyond_a_range_is_told_and_kept(tmp_path: Path) -> None:
    """HA040 comes with the run that leads there, and the rule that stepped too far."""
    count: Var[int] = Var("count", range(3))
    system = System(
        (Component("box", variables=(count,)),),
        (Rule("it counts", sets=(Set(count, step(count, 1)),)),),
    )

    with pytest.raises(SearchError) as caught:
        run(machine_for(system, saving=Saving(tmp_path, "box")))

    assert "HA040" == caught.value.code
    assert str(caught.value).endswith(
        "   1. it counts\n        count: 0 → 1\n"
        "   2. it counts\n        count: 1 → 2\n"
        "   3. it counts"
    )
    file = load_trace((tmp_path / "it_counts.json").read_text(encoding="utf-8"))
    assert ("it counts", "it counts") == file.rules


def test_a_fixed_seed_gives_the_same_run_every_time() -> None:
    """Two runs with the settings of continuous integration meet the same states and rules."""
    met = []
    for _ in range(2):
        coverage = Coverage()
        run(machine_for(ring(3), coverage=coverage), suite_settings(max_examples=5, fresh=False))
        met.append((len(coverage.states), coverage.rules))

    assert met[0] == met[1]


def test_seeds_are_fresh_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """HAMODEL_SEED=fresh draws anew; without it nothing is left to chance."""
    monkeypatch.delenv("HAMODEL_SEED", raising=False)
    assert not seeds_are_fresh()
    assert suite_settings().derandomize

    monkeypatch.setenv("HAMODEL_SEED", "fresh")
    assert seeds_are_fresh()
    assert not suite_settings().derandomize
    assert suite_settings(fresh=False).derandomize


def test_settings_say_how_much_is_run() -> None:
    """The number of runs and of steps in a run are the caller's."""
    its = suite_settings(max_examples=7, stateful_step_count=9, shrink=False)

    assert (7, 9) == (its.max_examples, its.stateful_step_count)
    assert "shrink" not in [phase.name for phase in its.phases]


def test_hypothesis_asks_for_our_choice_of_rules() -> None:
    """Each run has a pace: Hypothesis draws its steps from the strategy that stands in."""
    paced = []
    made = machine_for(ring(3))

    def teardown(self: SystemMachine) -> None:
        paced.append(self.pace is not None and bool(self.steps))

    run(type("Ring", (made,), {"teardown": teardown}), suite_settings(max_examples=5))

    assert [True] * 5 == paced


class TestRing(machine_for(ring(3), [two_critical(ring(3))]).TestCase):  # type: ignore[misc]
    """The machine runs as pytest collects it."""

    settings = suite_settings(max_examples=5)


def test_refuted_is_an_assertion_error() -> None:
    """A refuted property fails a test as an assertion does."""
    assert issubclass(Refuted, AssertionError)
