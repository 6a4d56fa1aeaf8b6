"""`hamodel formula`: a loss as a formula of the timers."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from hamodel import Budget
from hamodel.cli.app import app
from hamodel.cli.formula import FormulaOptions, at_most, formulas, in_one, run, where
from hamodel.cli.formulas import LossFormula, short_names
from hamodel.cli.loss import LossOptions, losses
from hamodel.cli.options import Budgets, Format, read_budgets
from hamodel.engine.limits import NO_LIMITS
from hamodel.engine.packed import layout
from hamodel.engine.timed.formula import REGIONS, Row, Sort
from hamodel.engine.timed.regions import Region
from hamodel.errors import InputError, ModelError

MEDIA_SERVER, SIP_SERVER = "media-server-crash=1", "sip-server-crash=1"
HANG = "media-server-hang=1"
TCP = ("resource_manager.monitor.transport=tcp",)


def hamodel(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, list(words))


def asked(
    what: str, faults: str, *timers: str, changes: tuple[str, ...] = (), regions: int = REGIONS
) -> LossFormula:
    """Return the formula of a loss of `reference`."""
    options = FormulaOptions(
        what=(what,),
        budgets=read_budgets(faults, ""),
        changes=changes,
        timers=timers,
        regions=regions,
    )
    [found] = formulas(options)
    return found


def said(found: LossFormula) -> set[tuple[str, str]]:
    """Return what the rows say: where, and at most."""
    names = list(short_names(found.table.names).values())
    return {(where(row, names), at_most(row, names, NO_LIMITS)) for row in found.table.rows}


@pytest.mark.parametrize(
    ("what", "faults", "expected"),
    [
        ("audio_outage", MEDIA_SERVER, "reacts + 3·interval + timeout + 4·exchange"),
        ("uncontrollable", MEDIA_SERVER, "nothing"),
        ("uncontrollable", SIP_SERVER, "lca_crash_detect + decides + vip_move"),
        ("uncontrollable", "sip-server-hang=1", "without end: nothing more has to happen"),
    ],
)
def test_one_fault_of_reference(what: str, faults: str, expected: str) -> None:
    """One formula for all that each timer can be; MS-5's sum for a fault of Media Server."""
    assert {("everywhere", expected)} == said(asked(what, faults))


def test_a_tail_is_a_term() -> None:
    """What a recorder had not saved adds to what comes after its crash."""
    change = ("recorder_group.main.unsaved=60 s",)

    assert {
        ("everywhere", "detects + unsaved + exchange"),
    } == said(asked("unrecorded", "recorder-media-crash=1", changes=change))


def test_what_competes_is_a_minimum() -> None:
    """Over TCP a probe without an answer fails at whichever of two timeouts comes first."""
    found = asked("audio_outage", HANG, changes=TCP)
    names = list(short_names(found.table.names).values())

    assert "reacts + 3·interval + 4·exchange + min(timeout, tcp_setup)" == in_one(found, names)
    assert {
        ("timeout ≤ tcp_setup", "reacts + 3·interval + timeout + 4·exchange"),
        ("tcp_setup < timeout", "reacts + 3·interval + tcp_setup + 4·exchange"),
    } == said(found)


def test_without_addp_the_loss_of_a_host_is_never_noticed() -> None:
    """A region without end beside one that ends."""
    assert {
        ("addp_timeout > 0 ms", "2·addp_timeout + 2,500 ms"),
        ("addp_timeout ≤ 0 ms", "without end: nothing more has to happen"),
    } == said(asked("uncontrollable", "host-loss=1", "addp_timeout"))


def test_it_is_what_the_loss_is_with_the_timers_of_the_file() -> None:
    """The same figure as `hamodel loss`."""
    found = asked("audio_outage", MEDIA_SERVER, "monitor.interval", "network.exchange")
    options = LossOptions(
        what=("audio_outage",), budgets=Budgets(Budget({"media-server-crash": 1}))
    )
    [loss] = losses(options)

    assert {("everywhere", "3·interval + 4·exchange + 5,100 ms")} == said(found)
    assert loss.worst is not None
    assert 35_300 == loss.worst.ms == found.table.worst((10_000, 50))


def test_timers_within_ranges() -> None:
    """Only these, in the order of the file; the others are numbers."""
    found = asked("uncontrollable", SIP_SERVER, "vip_move=1 s..2 s", "decides")

    assert [("decides", 0, 604_800_000), ("vip_move", 1_000, 2_000)] == [
        (each.key.split(".")[1], each.low, each.high) for each in found.timers
    ]
    assert {("everywhere", "decides + vip_move + 500 ms")} == said(found)


@pytest.mark.parametrize(
    ("timers", "message"),
    [
        (("speed",), r"--timers has 'speed', which is no timer here; none of 46 names is near"),
        (("vip_mve",), r"'vip_mve', which is no timer here; near to it: .*sip_server\.vip_move"),
        (("interval",), r"--timers has 'interval'; it can be resource_manager\.\S*interval, t_lib"),
        (
            ("vip_move=2 s..1 s",),
            r"a range begins with the shorter: sip_server\S+vip_move=1 s\.\.2 s",
        ),
        (("vip_move=soon",), r"'vip_move=soon'; a range is written .* within 0 s to 604800 s"),
        (("decides", "decides=0 s..1 s"), r"--timers names a timer twice"),
        (("t2", "decides"), r"uncontrollable does not depend on network.t2 .* it can on manag"),
    ],
)
def test_timers_that_cannot_be_asked_for(timers: tuple[str, ...], message: str) -> None:
    """What was found, what is possible."""
    changes = ("t_lib_client.ping.interval=5 s",)
    with pytest.raises(InputError, match=message):
        asked("uncontrollable", SIP_SERVER, *timers, changes=changes)


def test_a_quotient_of_timers_stays_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Where a tick is skipped; asked for, it is an error that names them."""
    changes = ("resource_manager.monitor.probing=skip-tick",)
    found = asked("audio_outage", MEDIA_SERVER, changes=changes)
    its = hamodel(
        "formula", "--faults", MEDIA_SERVER, "--set", changes[0], "--timers", "monitor.interval"
    )

    assert {("everywhere", "reacts + 4·exchange + 35,000 ms")} == said(found)
    assert "monitor.timeout: left as they are" in capsys.readouterr().err
    assert 2 == its.exit_code
    assert "HA089" in its.stderr


def test_what_cannot_be_lost_here() -> None:
    """As for `hamodel loss`."""
    with pytest.raises(InputError, match=r"--what is 'voice'"):
        asked("voice", SIP_SERVER)
    with pytest.raises(InputError, match=r"there is one recording of a call here"):
        asked("single_copy", SIP_SERVER)
    with pytest.raises(InputError, match=r"--format is junit; it can be text, json"):
        run(FormulaOptions(form=Format.JUNIT))


def test_a_scope_that_is_too_large_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes more words than a state has is told, with what to do."""
    monkeypatch.setattr(layout, "WORDS_MAX", 1)
    with pytest.raises(InputError, match=r"HA082 reference: .* bits .* --set scope.calls=1"):
        asked("unrecorded", MEDIA_SERVER)


def test_the_report() -> None:
    """The formula, in one if it is one, its rows, and the timers."""
    its = hamodel("formula", "--what", "audio_outage", "--faults", HANG, "--set", TCP[0])
    lines = its.stdout.splitlines()

    assert 0 == its.exit_code
    assert "audio_outage within media-server-hang=1, at most" in lines
    assert "  reacts + 3·interval + 4·exchange + min(timeout, tcp_setup)" in lines
    assert "timeout ≤ tcp_setup   reacts + 3·interval + timeout + 4·exchange" in lines
    assert ["exchange", "network.exchange"] in [line.split()[:2] for line in lines]


def test_the_report_as_json() -> None:
    """Conditions and expressions as a constant and factors; a vector and its run."""
    its = hamodel(
        *("formula", "--what", "uncontrollable", "--faults", SIP_SERVER),
        *("--timers", "vip_move=1 s..2 s", "--format", "json"),
    )
    [found] = json.loads(its.stdout)["formulas"]
    [row] = found["rows"]

    assert ["sip_server.vip_move"] == [each["key"] for each in found["timers"]]
    assert {"constant": 1_000, "factors": {"sip_server.vip_move": 1}} == row["ms"]
    assert ([], "ends", {"sip_server.vip_move": 2_000}) == (
        row["conditions"],
        row["worst"],
        row["at_ms"],
    )
    assert "sip_server_1 crashes" in row["run"]


def test_what_is_cut_short_is_undetermined() -> None:
    """Exit status 3, and the region in which it is not known."""
    its = hamodel(
        *("formula", "--what", "audio_outage", "--faults", MEDIA_SERVER),
        *("--set", TCP[0], "--limit-regions", "1"),
    )

    assert 3 == its.exit_code
    assert "UNDETERMINED (regions)" in its.stdout
    assert "nothing" == at_most(Row(Region(()), Sort.NEVER), (), NO_LIMITS)


def test_names_are_as_short_as_can_be() -> None:
    """The end of a key that no other has."""
    assert {"a.b.c": "b.c", "a.d.c": "d.c", "e": "e"} == short_names(["a.b.c", "a.d.c", "e"])


def test_more_timers_than_fit_beside_a_multiple() -> None:
    """A request is sent again after 64 times T1, which leaves room for fewer timers in a word."""
    text = r"HA089 a rule takes 16 times a timer.* with 10 others .*choose at most 10 with --timers"

    with pytest.raises(ModelError, match=text):
        asked("uncontrollable", "media-server-crash=1,resource-manager-crash=1")


def test_a_range_may_be_written_as_for_a_sweep() -> None:
    """The space before the unit may be left out."""
    ranges = "exchange=1 s..60 s", "exchange=1s..60s", "exchange=1000ms..60s"
    found = [asked("audio_outage", MEDIA_SERVER, each).timers for each in ranges]

    assert [(1_000, 60_000)] * 3 == [(its.low, its.high) for [its] in found]
