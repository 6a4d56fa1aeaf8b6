"""`hamodel loss`: how much a call loses, and what the time goes by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hamodel import Budget, HamodelError
from hamodel.cli.app import app
from hamodel.cli.loss import (
    LossOptions,
    as_json,
    at_most,
    how,
    in_all,
    losses,
    losses_budgets,
    run,
)
from hamodel.cli.losses import Loss, with_total
from hamodel.cli.options import Budgets, Format, read_budgets
from hamodel.cli.phases import told_at
from hamodel.engine.limits import Limits
from hamodel.engine.packed import layout
from hamodel.errors import InputError, seconds
from hamodel.guide import resending
from hamodel.guide.loss import PHASES
from hamodel.guide.timing import TAKES

MEDIA_SERVER, SIP_SERVER = "media-server-crash=1", "sip-server-crash=1"


def hamodel(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, list(words))


def measured(faults: str, *what: str, changes: tuple[str, ...] = (), **more: Any) -> list[Loss]:
    """Return the losses of `reference` within some faults."""
    names = what or ("unrecorded",)
    options = LossOptions(what=names, budgets=read_budgets(faults, ""), changes=changes, **more)
    return list(losses(options))


def test_one_media_server_fails() -> None:
    """MS-5 for one fault: the time to detect, and the time to fail over; attained to the ms."""
    [loss] = measured(MEDIA_SERVER)
    worst = loss.worst
    assert worst is not None

    assert 35_000 + 400 == worst.ms
    assert {
        "undetected": 35_000,
        "notifying": 50,
        "reacting": 100,
        "placing": 50,
        "joining": 100,
        "establishing": 100,
    } == loss.by_phase
    assert "media_server_1 crashes" == worst.run[worst.begins - 1].rule
    assert worst.ms == worst.run[-1].at - worst.run[worst.begins - 1].at


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("resource_manager.monitor.interval=2 s", 2 * 2_000 + 5_000 + 2_000 + 400),
        ("resource_manager.monitor.probing=retry-at-once", 25_000 + 400),
        ("resource_manager.monitor.probing=timeout-then-interval", 45_000 + 400),
        ("network.exchange=1 ms", 35_000 + 100 + 6),
        ("sip_server.reacts=0 s", 35_000 + 300),
    ],
)
def test_the_bound_follows_the_timers(change: str, expected: int) -> None:
    """D and F in the deployment's own timers."""
    [loss] = measured(MEDIA_SERVER, changes=(change,))
    assert loss.worst is not None

    assert expected == loss.worst.ms
    assert expected == sum(loss.by_phase.values())


@pytest.mark.parametrize(
    ("replicated", "expected"),
    [("false", 2 * 35_000 + 50 + 3_000 + 5_000 + 400), ("true", 2 * 35_000 + 3_000 + 5_000 + 400)],
)
def test_resource_manager_dies_before_it_tells(replicated: str, expected: int) -> None:
    """
    The standby detects afresh; MS-5's sum fails.

    It inherits what its peer had found, if health is replicated, but not how many probes had
    failed: the worst is a peer that dies just before it would have noticed.
    """
    changes = (
        f"resource_manager.replicates_health={replicated}",
        "resource_manager.mode=active-hot-standby",
    )
    [loss] = measured(f"{MEDIA_SERVER},resource-manager-crash=1", changes=changes)
    assert loss.worst is not None

    assert expected == loss.worst.ms == sum(loss.by_phase.values())


@pytest.mark.parametrize(
    ("restart", "phases", "why"),
    [
        ("20 s", {"restarting": 20_000}, "stuck"),
        ("34999 ms", {"restarting": 34_999}, "stuck"),
        ("40 s", {"undetected": 35_000, "notifying": 50, "reacting": 100}, ""),
    ],
)
def test_a_restart_before_detection_is_for_ever(
    restart: str, phases: dict[str, int], why: str
) -> None:
    """Field notes, 0.5: back before all probes failed, nobody learns that its calls are gone."""
    change = (f"media_server.restart={restart}",)
    [loss] = losses(LossOptions(budgets=read_budgets(MEDIA_SERVER, "1"), changes=change))
    assert loss.worst is not None

    assert why == loss.worst.why
    assert phases.items() <= loss.by_phase.items()


def test_calls_of_a_failed_media_server_are_joined_in_turn() -> None:
    """A hundred calls, twenty a second: the last waits 5 s more (field notes, section 8)."""
    [loss] = measured(MEDIA_SERVER, changes=("media_server.rejoin_rate=20",))
    assert loss.worst is not None

    assert 35_000 + 400 + 5_000 == loss.worst.ms == sum(loss.by_phase.values())
    assert 5_100 == loss.by_phase["reacting in turn"]


def test_a_lost_copy_is_found_gone_by_its_refresh() -> None:
    """RFC 4028: at the latest when the session expires, if Media Server rebuilds it at all."""
    rebuilt = ("duplication.requested_by=sip-server", "duplication.rebuild_leg=true")
    changes = (*rebuilt, "recorder_group.main.strategies=[]", "recording.session_expires=90 s")
    [loss] = measured("recorder-media-crash=1", "single_copy", changes=changes)
    assert loss.worst is not None

    assert 90_000 + 100 == loss.worst.ms
    assert {"undetected": 90_000, "establishing": 100} == loss.by_phase


def test_a_sip_server_that_dies_is_missed_for_its_take_over() -> None:
    """A crash is seen by the agent beside it, the loss of a host by silence alone."""
    [crash, host] = [measured(each, "uncontrollable")[0] for each in (SIP_SERVER, "host-loss=1")]

    assert {"waiting for take-over": 500 + 500 + 2_000} == crash.by_phase
    assert {"waiting for take-over": 2 * 9_000 + 500 + 2_000} == host.by_phase


def test_a_hung_sip_server_is_never_missed_without_a_heartbeat() -> None:
    """With one it is, within its period."""
    [never] = measured("sip-server-hang=1", "uncontrollable")
    period = ("management_layer.heartbeat_period=10 s",)
    [noticed] = measured("sip-server-hang=1", "uncontrollable", changes=period)
    assert never.worst is not None
    assert noticed.worst is not None

    assert (None, "stuck") == (never.worst.ms, never.worst.why)
    assert "without end" == at_most(never)
    assert "nothing more has to happen" == how(never)
    assert noticed.worst.ms is not None
    assert noticed.worst.ms >= 10_000 + 500 + 2_000


def test_off_record_while_the_t_lib_client_has_a_recording_stopped_and_started() -> None:
    """REC-6: 10 s until it notices, 32 s for the INVITE to the dead recorder; no party asks."""
    changes = (
        "recorder_group.main.separated=false",
        'recorder_group.main.strategies=["stop-start"]',
        "recording.pausable=false",
    )
    [off, should] = measured("recorder-crash=1", "off_record", "unrecorded", changes=changes)
    assert off.worst is not None
    assert should.worst is not None

    assert 42_100 == off.worst.ms
    assert {"undetected": 10_000, "giving up": 32_000, "establishing": 100} == off.by_phase
    assert not [step.rule for step in off.worst.run if step.rule.startswith("a party of ")]
    assert 10_000 == should.worst.ms


def test_a_story_tells_time_where_what_was_waited_for_happens() -> None:
    """Not at another notice of the same moment, nor in parts; the sum is that of the loss."""
    changes = (
        "recorder_group.main.separated=false",
        'recorder_group.main.strategies=["stop-start"]',
        "recording.pausable=false",
    )
    [loss] = measured("recorder-crash=1", "off_record", changes=changes)
    assert loss.worst is not None
    told = {
        loss.worst.run[place].rule: its for place, its in told_at(loss.system, loss.worst).items()
    }

    assert ("undetected", 10_000) == told["t_lib_client_1 notices that a recorder of call_1 failed"]
    assert ("giving up", 32_000) in told.values()
    assert 42_100 == sum(ms for _, ms in told.values())


def test_the_report_says_whose_rules_there_are() -> None:
    """In words and as JSON, beside what is changed."""
    told = json.loads(ran("--rules", "split_brain", "--format", "json").stdout)

    assert "  with the rules of split_brain" in ran("--rules", "split_brain").stdout
    assert ["split_brain"] == told["rules"]


def test_what_cannot_be_lost_here() -> None:
    """A call that is recorded once has no second copy; an unknown word is an error."""
    with pytest.raises(InputError, match=r"there is one recording of a call here"):
        measured(MEDIA_SERVER, "single_copy")
    with pytest.raises(InputError, match=r"no T-lib client stops and starts a recording here"):
        measured(MEDIA_SERVER, "off_record")
    with pytest.raises(InputError, match=r"--what is 'voice'; known are unrecorded, audio_outage"):
        measured(MEDIA_SERVER, "voice")


def test_a_scope_that_is_too_large_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes more words than a state has is told, with what to do."""
    monkeypatch.setattr(layout, "WORDS_MAX", 1)
    with pytest.raises(InputError, match=r"HA082 reference: .* bits .* --set scope.calls=1"):
        measured(MEDIA_SERVER)


def test_a_format_that_this_report_does_not_have() -> None:
    """JUnit is for verdicts."""
    with pytest.raises(InputError, match=r"--format is junit; it can be text, json"):
        run(LossOptions(form=Format.JUNIT))


def test_repairs_alone_are_added_to_each_class() -> None:
    """As many as were asked for; by default none."""
    classes = ("media-server-crash", "sip-server-crash")

    assert [Budget({each: 1}, 0) for each in classes] == losses_budgets(Budgets(), classes)
    assert [Budget({each: 1}, 2) for each in classes] == losses_budgets(
        read_budgets("", "2"), classes
    )


@pytest.mark.parametrize("faults", [SIP_SERVER, "resource-manager-crash=1"])
def test_a_control_instance_that_dies_loses_no_media(faults: str) -> None:
    """SIP-2, RM-4: what a Media Server stopped as asked is not lost, however late the answer is."""
    [loss] = measured(faults)

    assert loss.worst is None
    assert loss.waits.cut is None


def test_a_loss_ends_when_what_was_asked_for_is_done() -> None:
    """A call is lost until it is paused, not until the party hears of it after a take-over."""
    [loss] = measured(f"recorder-media-crash=1,{SIP_SERVER}")

    assert loss.worst is not None
    assert 1_050 == loss.worst.ms


def test_a_hang_up_takes_no_audio_away() -> None:
    """A Media Server hung up as it was asked to; SIP Server is not told before timer F."""
    changes = ("resource_manager.record_route=own-address", "recording.pausable=false")
    [loss] = measured("resource-manager-crash=1", "audio_outage", changes=changes)
    ways = [
        rule for rule in loss.system.rules if rule.name.endswith("gets no answer to BYE for call_1")
    ]

    assert [(32_000, 32_000)] * 2 == [rule.bounds for rule in ways]
    assert loss.worst is None
    assert loss.waits.cut is None


def test_every_time_has_a_name() -> None:
    """The phases are those of the families that take time, and of those with times of their own."""
    by_way = {"request_is_refused", "request_fails", "call_ends"}
    assert PHASES.keys() == TAKES.keys() | by_way | resending.PHASES.keys()


def test_one_copy_of_two() -> None:
    """With duplication a media unit that fails leaves the other copy."""
    changes = ("duplication.requested_by=sip-server",)
    [single, none] = measured(
        "recorder-media-crash=1", "single_copy", "unrecorded", changes=changes
    )
    assert single.worst is not None
    assert none.worst is None or none.worst.ms is not None

    assert single.worst.ms is None or single.worst.ms >= 1_000


def ran(*words: str) -> Result:
    """Run `hamodel loss` for one fault of Media Server."""
    return hamodel("loss", "--faults", MEDIA_SERVER, *words)


def test_the_report_tells_the_worst_run() -> None:
    """A row for what is lost, and the run with its times; 0 is when the loss begins."""
    its = ran()

    assert 0 == its.exit_code
    assert "35.4 s" in its.stdout
    assert "media_server_1 crashes ← it begins" in its.stdout
    assert "undetected 35 s" in its.stdout


def test_the_report_as_json() -> None:
    """Whole milliseconds, the run, and what the time goes by."""
    its = ran("--format", "json")
    [loss] = json.loads(its.stdout)["losses"]

    assert 35_400 == loss["worst"]["ms"] == sum(loss["phases_ms"].values())
    assert (
        loss["worst"]["ms"]
        == loss["worst"]["run"][-1]["ms"]
        - (loss["worst"]["run"][loss["worst"]["begins"] - 1]["ms"])
    )
    assert as_json(LossOptions(form=Format.JSON), []) == {
        "schema": 1,
        "deployment": "reference",
        "changes": [],
        "rules": [],
        "losses": [],
    }


def test_a_search_that_is_cut_short_is_undetermined() -> None:
    """Exit status 3, and what was attained so far."""
    its = ran("--limit-states", "50")
    [loss] = measured(MEDIA_SERVER, limits=Limits(states=60_000))

    assert 3 == its.exit_code
    assert "UNDETERMINED" in its.stdout
    assert at_most(loss).startswith("UNDETERMINED")


def test_seconds_are_exact() -> None:
    """No zero too many, and none too few."""
    assert ["0 s", "0.05 s", "1 s", "35.4 s", "1.001 s"] == [
        seconds(ms) for ms in (0, 50, 1_000, 35_400, 1_001)
    ]


def test_timers_are_listed() -> None:
    """Each with its value here, its default, its range and where it comes from."""
    its = hamodel("timers", "--set", "resource_manager.monitor.interval=7 s")

    assert 0 == its.exit_code
    [line] = [
        each for each in its.stdout.splitlines() if "resource_manager.monitor.interval" in each
    ]
    assert '"7 s"' in line
    assert '"10 s"' in line
    assert "resource manager notices failure" in its.stdout
    assert "26,000 ms" in its.stdout


def test_timers_say_what_else_they_are_called() -> None:
    """In the literature, and by the end of the key; `--set` takes each of these."""
    its = hamodel("timers", "--set", "rm_options_interval=7 s", "--set", "detects=9 s")
    lines = its.stdout.splitlines()
    [place] = [n for n, each in enumerate(lines) if "resource_manager.monitor.interval" in each]
    [detects] = [each for each in lines if "recorder_group.detects" in each]

    assert lines[place + 1].startswith("  rm_options_interval, monitor.interval ")
    assert '"7 s"' in lines[place]
    assert '"9 s"' in detects


@pytest.mark.parametrize("command", ["loss", "formula"])
def test_a_misspelt_loss_is_told_what_is_near(command: str) -> None:
    """By the command for a figure and by that for a formula."""
    its = hamodel(command, "--what", "unrecoded")

    assert 2 == its.exit_code
    assert "HA082 --what is 'unrecoded'; near to it: unrecorded" in its.stderr


@pytest.mark.parametrize(
    "words", [("loss",), ("loss", "--window", "media-server:media-server"), ("formula",)]
)
def test_what_has_no_effect_is_warned_of(words: tuple[str, ...]) -> None:
    """`media_server.restart` takes repairs that are allowed, and others one mode of manager."""
    command, *more = words
    faults = () if more else ("--faults", MEDIA_SERVER)
    where = ("small-single-site", "--set", "media_server.restart=20 s")
    restart = "warning: media_server.restart: can affect nothing here: no repair is allowed"
    words = (command, *where, *faults, *more, "--limit-states", "5")

    assert restart in hamodel(*words).stderr
    assert "warning" not in hamodel(*words, "--repairs", "1").stderr
    takeover = hamodel(*words, "--set", "resource_manager.takeover=3 s").stderr
    assert "takeover]: can affect nothing here: there is one Resource Manager" in takeover


def test_a_loop_without_end_is_told_with_its_steps() -> None:
    """Asked and refused for ever: the table, the story and JSON say by which steps."""
    words = ("loss", "small-single-site", "--faults", "media-server-crash=1")
    [loss] = losses(LossOptions(words[1], budgets=read_budgets(words[3], "")))
    worst = json.loads(hamodel(*words, "--format", "json").stdout)["losses"][0]["worst"]
    steps = (
        "sip_server_1 asks for a media server for call_1",
        "the request for call_1 reaches resource_manager_1",
        "resource_manager_1 has no media server for call_1",
        "sip_server_1 hears that call_1 cannot be placed",
    )
    said = f"it goes round for ever: {', then '.join(steps)}"

    assert how(loss).endswith(f"then {said}")
    assert " ".join(said.split()) in " ".join(hamodel(*words).stdout.split())
    assert list(steps) == [step["rule"] for step in worst["run"][worst["again"] :]]


@pytest.mark.parametrize("command", ["loss", "formula"])
def test_what_is_named_twice_is_measured_once(command: str) -> None:
    """`--what a,a` is `--what a`."""
    words = (command, "small-single-site", "--faults", "sip-server-crash=1", "--format", "json")
    twice = hamodel(*words, "--what", "uncontrollable,uncontrollable")
    once = hamodel(*words, "--what", "uncontrollable")

    assert 0 == once.exit_code
    assert once.stdout == twice.stdout


def test_a_misspelt_class_is_told_what_is_near() -> None:
    """And how a role is spelt that was written with an underscore."""
    misspelt = hamodel("loss", "--faults", "media-server-crahs=1").stderr
    underscored = hamodel("loss", "--faults", "media_server=1").stderr

    assert "names media-server-crahs, near to it: media-server-crash" in misspelt
    assert "names media_server, near to it: media-server," in underscored


def test_what_is_lost_in_all_of_a_run() -> None:
    """What one media unit loses, as nothing else is lost."""
    pair = ("resource_manager.mode=active-hot-standby",)
    single = with_total(measured("recorder-media-crash=1", changes=pair)[0])
    assert single.total is not None
    assert single.total.worst is not None

    assert 1_050 == single.total.worst.ms
    assert "1.05 s" == in_all(single)


def test_the_total_is_reported() -> None:
    """As a column, and in JSON with its run; by default neither."""
    words = ("loss", "--faults", SIP_SERVER, "--what", "uncontrollable")
    text, plain = hamodel(*words, "--total"), hamodel(*words)
    [loss] = json.loads(hamodel(*words, "--total", "--format", "json").stdout)["losses"]
    [first, last] = loss["total"]["waits"][0]

    assert "in all of a run" in text.stdout
    assert "in all of a run" not in plain.stdout
    assert 3_000 == loss["total"]["ms"]
    assert 3_000 == loss["total"]["run"][last - 1]["ms"] - loss["total"]["run"][first - 1]["ms"]


def test_totals_in_words() -> None:
    """Nothing; without end; cut short: each is said."""
    nothing = with_total(measured("sip-server-crash=1")[0])
    endless = with_total(measured("sip-server-hang=1", "uncontrollable")[0])
    cut = with_total(measured(SIP_SERVER, "uncontrollable")[0], Limits(states=50))

    assert ["nothing", "without end", "UNDETERMINED"] == list(map(in_all, (nothing, endless, cut)))


@pytest.mark.parametrize(
    ("faults", "worst"),
    [("media-server-crash=1", 30_000), ("media-server-hang=1", 35_000), ("host-loss=1", 35_000)],
)
def test_a_refused_connection_is_missed_sooner_than_silence(faults: str, worst: int) -> None:
    """Over TCP a process that is gone refuses; one that hangs, or a lost host, says nothing."""
    monitor = "resource_manager.monitor"
    tcp = (f"{monitor}.transport=tcp", f"{monitor}.hard_error_counts=one", "scope.recorders=1")
    options = LossOptions(what=("undetected",), budgets=read_budgets(faults, ""), changes=tcp)
    [loss] = losses(options)

    assert loss.worst is not None
    assert worst == loss.worst.ms


def test_a_class_that_no_rule_has_is_an_error() -> None:
    """Nothing would be lost to faults that cannot happen."""
    options = LossOptions(budgets=read_budgets("sip-server-host-loss=1", ""))

    with pytest.raises(HamodelError, match="HA044") as error:
        losses(options)
    assert "host-loss" in str(error.value)
