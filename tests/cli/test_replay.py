"""Saved traces: replayed by the model that they were found in, never by code that they name."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hamodel.cli import replay
from hamodel.cli.app import app
from hamodel.errors import HamodelError
from hamodel.trace import Trace, dump_trace, trace_of
from tests.cli.toy import toy_system

LOST = ("call_1 starts", "sip_server_1 crashes", "sip_server_2 takes over")


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pair be the model of every trace."""
    monkeypatch.setattr(replay, "load_deployment", lambda *_: None)
    monkeypatch.setattr(replay, "system_of", lambda *_: toy_system())


def saved(folder: Path, trace: Trace, rule_files: tuple[str, ...] = ()) -> Path:
    """Return a file with this trace."""
    path = folder / "story.json"
    path.write_text(dump_trace(trace, "toy", ["a.b=1"], rule_files), encoding="utf-8")
    return path


def shown(path: Path, *rules: str) -> str:
    """Return what `hamodel trace` prints."""
    options = [part for rule in rules for part in ("--rules", rule)]
    result = CliRunner().invoke(app, ["trace", str(path), *options], catch_exceptions=False)
    assert 0 == result.exit_code, result.stderr
    return result.stdout


def test_a_story_is_replayed(tmp_path: Path) -> None:
    """Each step stands with its number, kind, messages and changes."""
    text = shown(saved(tmp_path, trace_of(toy_system(), LOST, note="here it fails")))

    assert (
        "toy, with a.b=1: 3 steps\n"
        "    1. call_1 starts  (environment)\n"
        "         » caller → sip_server_1: INVITE\n"
        "         sip_server_1.has_call: no → yes\n"
        "    2. sip_server_1 crashes  (failure)\n"
        "         sip_server_1: active → down\n"
        "    3. sip_server_2 takes over\n"
        "         sip_server_2: hot-standby → active\n"
        "  ⇒ here it fails.\n"
    ) == text


def test_a_loop_is_marked(tmp_path: Path) -> None:
    """A run without end says where it repeats from."""
    rules = ("sip_server_1 crashes", "sip_server_1 restarts")
    text = shown(saved(tmp_path, trace_of(toy_system(), rules, loop=0)))

    assert "  — from here on, again and again:\n    1. sip_server_1 crashes" in text
    assert "⇒ and so on from step 1." in text


def test_a_run_that_stays_says_so(tmp_path: Path) -> None:
    """A run that ends in a state for ever says so after its last step."""
    text = shown(saved(tmp_path, trace_of(toy_system(), LOST, loop=3)))

    assert "⇒ and here it stays, for ever." in text


def test_a_fork_is_marked(tmp_path: Path) -> None:
    """Where two continuations part is said before the step."""
    text = shown(saved(tmp_path, trace_of(toy_system(), LOST, fork=2)))

    assert (
        "  — here the runs with the failure and without it part; "
        "this is one of them:\n    3. sip_server_2 takes over"
    ) in text


def test_a_run_without_steps_is_the_initial_state(tmp_path: Path) -> None:
    """A trace of nothing is told too."""
    assert "initial state" in shown(saved(tmp_path, Trace()))


def test_the_rule_files_must_be_given(tmp_path: Path) -> None:
    """A trace that was found with rule files names them; it never has them loaded."""
    path = saved(tmp_path, trace_of(toy_system(), LOST), ("elsewhere/storm.py",))
    with pytest.raises(HamodelError, match=r"HA082 .*--rules elsewhere/storm.py"):
        replay.replayed(path, ())

    assert "3 steps" in shown(path, "storm.py")


def test_rule_files_that_it_was_not_found_with_are_refused(tmp_path: Path) -> None:
    """With other rules it would be another story."""
    with pytest.raises(HamodelError, match=r"HA082 .*with no --rules"):
        replay.replayed(saved(tmp_path, trace_of(toy_system(), LOST)), (Path("storm.py"),))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"schema": 1', '"schema": 9', "HA043"),
        ('"schema": 1', '"shema": 1', "HA042"),
        ("{", "", "HA042"),
        ('"loop": null', '"loop": 4', "HA042"),
        ('"loop": null', '"loop": -1', "HA042"),
        ("call_1 starts", "call_9 starts", "HA041"),
        ("call_1 starts", "sip_server_2 takes over", "HA041"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    """A trace of another schema, a broken one, and one that the model cannot run are told apart."""
    path = saved(tmp_path, trace_of(toy_system(), LOST))
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(HamodelError) as caught:
        replay.replayed(path, ())

    assert code == caught.value.code
    assert str(path) in str(caught.value)


def test_a_step_that_the_model_does_not_make_is_named(tmp_path: Path) -> None:
    """HA041 says the file, the number of the step, and rules that are near to it."""
    path = saved(tmp_path, trace_of(toy_system(), LOST))
    path.write_text(path.read_text(encoding="utf-8").replace("1 crashes", "9 crashes"), "utf-8")
    with pytest.raises(HamodelError) as caught:
        replay.replayed(path, ())

    said = f"HA041 {path}: step 2 is 'sip_server_9 crashes', which is no rule of the system; "
    assert str(caught.value).startswith(f"{said}near to it: sip_server_")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are an error, as is a file without end."""
    path = tmp_path / "story.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(HamodelError, match="HA061"):
        replay.replayed(path, ())
