"""`hamodel loss --advice`: what would change the worst loss, by having tried it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli.advice import Advice, _shorter, advised
from hamodel.cli.app import app
from hamodel.cli.loss import LossOptions, losses
from hamodel.cli.options import read_budgets
from hamodel.cli.output import drawn
from hamodel.cli.subject import load_deployment


def hamodel(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, list(words))


def advice(faults: str, **more: Any) -> Advice:
    """Return what would change a loss of `reference`."""
    options = LossOptions(budgets=read_budgets(faults, ""), **more)
    found = advised(options, losses(options))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def media_server() -> Advice:
    """What would change the loss when a Media Server crashes."""
    return advice("media-server-crash=1")


def test_a_shorter_interval_shortens_it_most(media_server: Advice) -> None:
    """I counts N = 3 times in D, T once; what is shorter than 1 s goes down to nothing."""
    found = {each.key: each.loss.worst and each.loss.worst.ms for each in media_server.timers}
    assert media_server.best is not None

    assert "resource_manager.monitor.interval" == media_server.best.key
    assert {
        "resource_manager.monitor.interval": 35_400 - 3 * 1_000,
        "resource_manager.monitor.timeout": 35_400 - 1_000,
        "resource_manager.monitor.failures": 35_400 - 10_000,
        "network.exchange": 35_400 - 6 * 50,
        "sip_server.reacts": 35_400 - 100,
    } == found


def test_other_readings_of_probing_change_it(media_server: Advice) -> None:
    """D of each: I + N·T, and (N - 1)·(I + T) + T + I; an INVITE may wait for timer B, too."""
    probing = "resource_manager.monitor.probing"
    found = {each.change: its.worst and its.worst.ms for each, its in media_server.readings}

    assert {
        f"{probing}=retry-at-once": 10_000 + 3 * 5_000 + 400,
        f"{probing}=timeout-then-interval": 2 * 15_000 + 5_000 + 10_000 + 400,
        "resource_manager.on_silence=next": 35_000 + 32_000 + 250,
        "resource_manager.monitor.transport=tcp": 10_000 + 400,
    } == found
    assert f"{probing}=skip-tick" in media_server.idle


def test_what_can_affect_nothing_is_not_tried(media_server: Advice) -> None:
    """With the reason that the deployment's remarks give."""
    left_out = dict(media_server.left_out)

    assert "the transport is UDP" in left_out["resource_manager.monitor.tcp_setup=4000 ms"]
    assert not {each.change for each in media_server.timers} & left_out.keys()


def test_what_is_said_is_what_another_run_finds(media_server: Advice) -> None:
    """Each figure is that of the deployment with the change; the range says how far it goes."""
    exchange = next(each for each in media_server.timers if each.key == "network.exchange")
    budgets = read_budgets("media-server-crash=1", "")
    [again] = losses(LossOptions(budgets=budgets, changes=(exchange.change,)))

    assert "0.05 s → 0 s, all that its range allows" == exchange.said
    assert again.worst == exchange.loss.worst


def test_what_was_changed_stays_changed() -> None:
    """A timer is made shorter from what it is here; one that is at its least is left."""
    changes = ("resource_manager.monitor.interval=2 s", "resource_manager.monitor.timeout=1 ms")
    its = {key: its for key, *its in _shorter(load_deployment("reference", changes))}

    assert [2_000, 1_000, True] == its["resource_manager.monitor.interval"]
    assert [3, 2, False] == its["resource_manager.monitor.failures"]
    assert "resource_manager.monitor.timeout" not in its
    assert "resource_manager.takeover" not in its


def test_the_report_tells_it(media_server: Advice) -> None:
    """The best first; -v names what makes no difference."""
    text = drawn(lambda console: media_server.print(console, verbose=False))
    verbose = drawn(lambda console: media_server.print(console, verbose=True))

    best = "resource_manager.monitor.interval, 10 s → 9 s: 35.4 s → 32.4 s"
    assert f"Most by a timer: {best}." in text
    assert "that make no difference (-v names them)." in text
    assert "Not tried" not in text
    assert "Tried, and changes nothing: management_layer.lca_crash_detect=0 ms" in verbose
    assert "Not tried: resource_manager.monitor.tcp_setup=4000 ms" in verbose


def test_the_report_as_json() -> None:
    """
    What it is about, and each change with what is lost then.

    A timer that was set by another name is made shorter from what it was set to: what is tried
    takes the place of that, however it was written.
    """
    options = ("--faults", "sip-server-crash=1", "--what", "uncontrollable", "--advice")
    fewer = ("scope.media_servers=1", "scope.recorders=1", "recording.pausable=false")
    changes = [word for each in ("ss_vip_move=4 s", *fewer) for word in ("--set", each)]
    its = hamodel("loss", *options, *changes, "--format", "json")
    found = json.loads(its.stdout)["advice"]

    assert "changes, each tried alone; those that make a difference:\n" in its.stderr
    assert "sip_server.vip_move=3000 ms: 4 s\n" in its.stderr
    assert "sip_server.vip_move" == found["best"]
    assert {"ms": 5_000, "why": ""} == found["worst"]
    assert ("sip_server.vip_move", 4_000, 3_000, 1_000) == tuple(
        found["timers"][0][key] for key in ("timer", "before", "after", "less_by_ms")
    )


def test_nothing_lost_needs_no_advice() -> None:
    """The table says that nothing is lost."""
    its = hamodel(
        "loss", "--faults", "media-server-crash=1", "--what", "uncontrollable", "--advice"
    )

    assert 0 == its.exit_code
    assert "What would change it" not in its.stdout
