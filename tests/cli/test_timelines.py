"""Time lines: what goes on in the worst run, lane by lane, adding up to the loss."""

from __future__ import annotations

import html
import json
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli.app import app
from hamodel.cli.loss import LossOptions, losses
from hamodel.cli.losses import Loss
from hamodel.cli.options import read_budgets
from hamodel.cli.timelines import TONES, Interval, intervals, marks_of, picture
from hamodel.draw.scene import FAILURE, Tone
from hamodel.guide.loss import LOSSES
from hamodel.guide.timeline import MEASURED
from tests.draw.sample import dot_or_skip

PAIR = ("resource_manager.mode=active-hot-standby",)
TWICE = ("duplication.requested_by=sip-server",)


def measured(faults: str, what: str = "unrecorded", *changes: str, repairs: str = "") -> Loss:
    """Return a loss of `reference`."""
    budgets = read_budgets(faults, repairs)
    [loss] = losses(LossOptions(what=(what,), budgets=budgets, changes=changes))
    return loss


def hamodel(*words: str) -> Result:
    """Run `hamodel loss` for one crash of a SIP Server, which is the quickest."""
    words = ("loss", "--faults", "sip-server-crash=1", "--what", "uncontrollable", *words)
    return CliRunner().invoke(app, list(words))


def told(found: tuple[Interval, ...], lane: str) -> list[tuple[int | None, int | None, str, str]]:
    """Return a lane in short."""
    return [(e.begin_ms, e.end_ms, e.state, e.phase) for e in found if e.lane == lane]


@pytest.mark.parametrize(
    ("faults", "what", "changes", "repairs"),
    [
        ("media-server-crash=1", "unrecorded", (), ""),
        ("media-server-crash=1", "audio_outage", (), ""),
        ("sip-server-crash=1", "uncontrollable", (), ""),
        ("recorder-media-crash=1", "single_copy", TWICE, ""),
        ("recorder-media-crash=1", "unrecorded", ("recorder_group.main.unsaved=60 s",), ""),
        ("media-server-crash=1,sip-server-crash=1", "unrecorded", PAIR, ""),
        ("media-server-crash=1", "unrecorded", (), "1"),
    ],
)
def test_intervals_add_up(faults: str, what: str, changes: tuple[str, ...], repairs: str) -> None:
    """Each begins where the one before it ends; those of a phase are all that is lost."""
    loss = measured(faults, what, *changes, repairs=repairs)
    found = intervals(loss)
    assert loss.worst is not None

    for _, its in groupby(found, lambda each: each.lane):
        lane = list(its)
        assert lane[0].begin_ms is None
        assert lane[-1].end_ms is None
        assert all(a.end_ms == b.begin_ms for a, b in pairwise(lane))
        assert all((a.state, a.phase) != (b.state, b.phase) for a, b in pairwise(lane))
    assert MEASURED[what][0] == found[0].lane
    phases = [each for each in found if each.phase]
    assert {MEASURED[what][1]} == {each.state for each in phases}
    if loss.worst.ms is None:
        assert phases[-1].end_ms is None
    else:
        ends = [(each.begin_ms, each.end_ms) for each in phases]
        assert loss.worst.ms == sum(b - a for a, b in ends if a is not None and b is not None)


def test_one_media_server_fails() -> None:
    """The parties hear each other 0.1 s before a recorder records again; who serves is the same."""
    found = intervals(measured("media-server-crash=1"))

    assert [
        (None, 0, "recorded", ""),
        (0, 35_000, "lost", "undetected"),
        (35_000, 35_050, "lost", "notifying"),
        (35_050, 35_150, "lost", "reacting"),
        (35_150, 35_200, "lost", "placing"),
        (35_200, 35_300, "lost", "joining"),
        (35_300, 35_400, "lost", "establishing"),
        (35_400, None, "recorded", ""),
    ] == told(found, "recording")
    assert [
        (None, 0, "heard", ""),
        (0, 35_300, "not heard", ""),
        (35_300, None, "heard", ""),
    ] == told(found, "conversation")
    assert [(None, None, "served", "")] == told(found, "control")


def test_one_that_is_back_is_not_heard() -> None:
    """A Media Server that was started again answers, and holds no conference: nothing is heard."""
    found = intervals(measured("media-server-crash=1", repairs="1"))

    assert (0, None, "lost", "nothing more has to happen") == told(found, "recording")[-1]
    assert (0, None, "not heard", "") == told(found, "conversation")[-1]


def test_one_copy_of_two() -> None:
    """What is less than it should be, and nothing is lost."""
    found = intervals(measured("recorder-media-crash=1", "single_copy", *TWICE))

    assert ["two copies", "one copy", "one copy", "two copies"] == [
        state for _, _, state, _ in told(found, "recording")
    ]


def test_a_lane_that_was_not_searched_is_left_out() -> None:
    """Who serves does not depend on recordings, so that of those nothing is known."""
    found = intervals(measured("sip-server-crash=1", "uncontrollable"))

    assert {"control"} == {each.lane for each in found}


def test_a_picture_of_a_time_line() -> None:
    """A span an interval, and a mark for each failure."""
    loss = measured("sip-server-crash=1", "uncontrollable")
    scene = picture(intervals(loss), marks_of(loss), "It fails over")
    [lane] = scene.lanes

    assert "time-line-it-fails-over" == scene.name
    assert [Tone.GOOD, Tone.LOST, Tone.GOOD] == [span.tone for span in lane.spans]
    assert "waiting for take-over" == lane.spans[1].label
    assert 3_000 == lane.spans[1].ms
    assert [(0, "sip_server_1 crashes", FAILURE)] == [
        (mark.at, mark.text, mark.style) for mark in scene.marks
    ]


def test_every_loss_has_a_lane() -> None:
    """And every word for what is lost a tone."""
    assert LOSSES.keys() == MEASURED.keys()
    assert {word for _, word in MEASURED.values()} <= TONES.keys()


@pytest.mark.parametrize("form", ["svg", "dot", "mmd"])
def test_draw(form: str, tmp_path: Path) -> None:
    """The file is written in the form that its name ends with; the report is as without."""
    dot_or_skip()
    file = tmp_path / f"it.{form}"
    its = hamodel("--draw", str(file))

    assert 0 == its.exit_code
    text = html.unescape(file.read_text(encoding="utf-8"))
    assert "waiting for" in text
    assert "take-over" in text
    assert hamodel().stdout == its.stdout


def test_draw_what_cannot_be_drawn(tmp_path: Path) -> None:
    """A form that there is not, a place that is not; and where nothing is lost, a word of it."""
    form = hamodel("--draw", "it.png")
    place = hamodel("--draw", str(tmp_path / "none" / "it.svg"))
    words = ["loss", "--faults", "t-lib-client-crash=1", "--what", "uncontrollable"]
    nothing = CliRunner().invoke(app, [*words, "--draw", str(tmp_path / "it.svg")])

    assert "HA082 --draw is 'it.png'; it can end with .svg, .dot, .mmd" in form.stderr
    assert "HA074" in place.stderr
    assert "nothing is lost" in nothing.stderr
    assert (2, 2, 0) == (form.exit_code, place.exit_code, nothing.exit_code)
    assert [] == list(tmp_path.iterdir())


def test_the_time_line_is_in_the_json() -> None:
    """As intervals in whole ms."""
    [loss] = json.loads(hamodel("--format", "json").stdout)["losses"]

    assert {
        "lane": "control",
        "begin_ms": 0,
        "end_ms": 3_000,
        "state": "nobody serves",
        "phase": "waiting for take-over",
        "until": "sip_server_address moves to sip_server_2",
    } == loss["time_line"][1]
