"""The doors of the command line, in process: options, formats, files, errors."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from hamodel import __version__
from hamodel.cli import check as check_module
from hamodel.cli import expect, explain, families
from hamodel.cli.app import app
from hamodel.cli.assess import assess
from hamodel.cli.expect import found_in
from hamodel.cli.output import TABLE_WIDTH
from hamodel.cli.report_json import read_results
from hamodel.cli.subject import Subject
from hamodel.errors import CODES
from hamodel.guide.deployment import load, template
from hamodel.guide.manifest import Scenario
from tests.cli.toy import endless_promises, endless_system, toy_subject


def invoked(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Subject:
    """Let `hamodel check` check the pair, whatever deployment is named."""
    subject = toy_subject()
    monkeypatch.setattr(check_module, "read_subject", lambda *_: subject)
    return subject


def refused(result: Result, *said: str) -> None:
    """Check that one line on stderr says what is wrong, with status 2 and nothing on stdout."""
    assert (2, "") == (result.exit_code, result.stdout)
    [line] = result.stderr.splitlines()
    assert line.startswith("error: HA")
    assert line.split()[1] in CODES
    for each in said:
        assert each in line


def test_version_is_said() -> None:
    """`--version` is the package's."""
    assert f"hamodel {__version__}\n" == invoked("--version").stdout


@pytest.mark.parametrize(
    "command", ["check", "trace", "draw", "export", "rules", "explain", "init"]
)
def test_every_command_has_help(command: str) -> None:
    """Each command says what it takes."""
    result = invoked(command, "--help")

    assert 0 == result.exit_code
    assert f"hamodel {command}" in result.stdout.replace("root ", "hamodel ")


@pytest.mark.parametrize(
    "arguments",
    [("chekc",), ("check", "--nothing"), ("check", "--format", "pdf"), ("explain",), ("trace",)],
)
def test_wrong_usage_is_exit_status_2(arguments: tuple[str, ...]) -> None:
    """What the command line does not know is refused without a traceback."""
    result = invoked(*arguments)

    assert (2, "") == (result.exit_code, result.stdout)
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("toy")
def test_check_tells_and_fails() -> None:
    """The pair's lost session is refuted: status 1, the table on stdout, warnings on stderr."""
    result = invoked("check")

    assert 1 == result.exit_code
    assert "SIP-1c REFUTED: new primary knows every session" in result.stdout
    assert "warning: toy.toml:2" in result.stderr
    assert "warning" not in result.stdout


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["SIP-1b"], {"SIP-1b"}),
        (["sip-1B"], {"SIP-1b"}),
        (["SIP"], {"SIP-1b", "SIP-1c"}),
        (["SIP-1b,MS-1"], {"SIP-1b", "MS-1"}),
        (["RM", "REC"], {"RM-1", "REC-4"}),
    ],
)
def test_claims_are_chosen_by_id_or_by_how_they_begin(wanted: list[str], found: set[str]) -> None:
    """`--claim SIP` is every claim about SIP Server that is judged."""
    options = [part for claim in wanted for part in ("--claim", claim)]
    results = read_results(invoked("check", "--format", "json", *options).stdout)

    assert found == {claim["id"] for claim in results.claims}


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(("claim", "said"), [("SIP-9", "SIP-1b"), ("TLIB", "not judge")])
def test_an_unknown_claim_is_refused(claim: str, said: str) -> None:
    """What is near to it is named; what is not judged yet is told apart."""
    refused(invoked("check", "--claim", claim), "HA081", said)


@pytest.mark.usefixtures("toy")
def test_every_format_can_be_read() -> None:
    """JSON, JUnit and Markdown are on stdout, and whole."""
    assert 7 == len(read_results(invoked("check", "--format", "json").stdout).claims)
    junit = ET.fromstring(invoked("check", "--format", "junit").stdout)  # noqa: S314 (our own)
    assert "testsuite" == junit.tag
    assert invoked("check", "--format", "markdown").stdout.startswith("# toy\n")


def test_an_unknown_format_is_refused() -> None:
    """A format that there is not is an error with a code, like every other wrong input."""
    refused(invoked("check", "--format", "xml"), "HA082", "'xml'", "text, json, junit, markdown")


@pytest.mark.usefixtures("toy")
def test_out_can_be_stdout() -> None:
    """`--out -` is stdout."""
    assert invoked("check").stdout == invoked("check", "--out", "-").stdout
    assert not Path("-").exists()


def test_a_deployment_can_come_from_stdin() -> None:
    """`check -` reads the deployment from stdin; an error calls it so."""
    runner = CliRunner()
    options = ["check", "-", "--claim", "MS-5", "--format", "json"]
    found = runner.invoke(app, options, input='name = "piped"\n')
    wrong = runner.invoke(app, options, input='name = "piped"\nnothing = 1\n')

    assert (0, "piped") == (found.exit_code, read_results(found.stdout).deployment)
    refused(wrong, "HA063", "<stdin>:2")


@pytest.mark.usefixtures("toy")
def test_out_writes_a_file_whole(tmp_path: Path) -> None:
    """The report goes to the file, over what was there, and nothing to stdout."""
    file = tmp_path / "results.json"
    file.write_text("old", encoding="utf-8")
    result = invoked("check", "--format", "json", "--out", str(file))

    assert (1, "") == (result.exit_code, result.stdout)
    assert 7 == len(read_results(file.read_text(encoding="utf-8")).claims)
    assert [file] == list(tmp_path.iterdir())


@pytest.mark.usefixtures("toy")
def test_out_keeps_the_rights_of_a_file(tmp_path: Path) -> None:
    """A file that others may read stays readable for them."""
    file = tmp_path / "results.txt"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    invoked("check", "--out", str(file))

    assert 0o640 == stat.S_IMODE(file.stat().st_mode)


@pytest.mark.usefixtures("toy")
def test_out_follows_a_link(tmp_path: Path) -> None:
    """What a link names is written, and the link stays."""
    link, file = tmp_path / "link", tmp_path / "file"
    link.symlink_to(file)
    invoked("check", "--out", str(link))

    assert link.is_symlink()
    assert "SIP-1c" in file.read_text(encoding="utf-8")


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("place", ["", "no/such/folder.json"])
def test_out_that_cannot_be_written_is_refused(tmp_path: Path, place: str) -> None:
    """A folder, or a file in one that is not there, is refused before the search."""
    refused(invoked("check", "--out", str(tmp_path / place)), "HA074")


@pytest.mark.usefixtures("toy")
def test_a_limit_of_no_states_is_refused() -> None:
    """A search needs a state."""
    refused(invoked("check", "--limit-states", "0"), "HA045")


@pytest.mark.usefixtures("toy")
def test_a_run_that_the_manifest_lacks_cannot_be_compared() -> None:
    """`--expect` needs a scenario with this deployment and these changes."""
    refused(invoked("check", "nowhere", "--expect", "--faults", "7"), "HA085")


@pytest.mark.usefixtures("toy")
def test_faults_replace_the_budgets() -> None:
    """`--faults` is said in the report, and what lies beyond is not searched."""
    result = invoked("check", "--faults", "sip-server=2", "--repairs", "1")

    assert "every property judged under: at most sip-server=2; 1 repair\n" in result.stdout
    assert "REFUTED with" not in result.stdout


def test_undetermined_is_exit_status_3(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that was cut short is no pass."""
    subject = toy_subject(None, endless_promises(), endless_system())
    monkeypatch.setattr(check_module, "read_subject", lambda *_: subject)
    result = invoked("check", "--limit-states", "100")

    assert 3 == result.exit_code
    assert "clocks stop: stopped at 10" in result.stdout


@pytest.mark.usefixtures("toy")
def test_verbose_says_what_goes_on() -> None:
    """With -v each search is announced on stderr."""
    result = invoked("check", "-v", "--jobs", "1")

    assert "search 1 of 4: at most sip-server-crash=1\n" in result.stderr
    assert "search 4 ended: " in result.stderr


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("form", ["text", "json"])
def test_traces_are_saved(tmp_path: Path, form: str) -> None:
    """`--traces` saves each refutation and witness under its claim and property."""
    invoked("check", "--traces", str(tmp_path / "stories"), "--format", form)
    names = {path.name for path in (tmp_path / "stories").iterdir()}

    assert {
        "SIP-1c-new_primary_knows_every_session.json",
        "MS-1-primary_is_down_with_a_call.json",
    } == names


@pytest.mark.usefixtures("toy")
def test_traces_need_a_folder(tmp_path: Path) -> None:
    """A file is no folder."""
    file = tmp_path / "file"
    file.touch()
    result = invoked("check", "--traces", str(file))

    assert 2 == result.exit_code
    assert "error: HA074" in result.stderr


def test_ctrl_c_before_a_search_is_exit_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a file is read ends without a traceback."""

    def interrupted(*_: object) -> Subject:
        raise KeyboardInterrupt

    monkeypatch.setattr(check_module, "read_subject", interrupted)

    assert 130 == invoked("check").exit_code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "no-such-deployment"), "HA060"),
        (("check", "--set", "sip_server.pears=1"), "HA063"),
        (("check", "--rules", "no-such-file.py"), "HA083"),
        (("check", "--faults", "x"), "HA017"),
        (("rules", "no-such-deployment"), "HA060"),
        (("explain", "SIP-1bb"), "near to it: SIP-1b"),
        (("explain", "--deployment", "no-such-deployment", "SIP-1bb"), "HA060"),
        (("trace", "no-such-file.json"), "HA074"),
        (("draw", "no-such-deployment"), "HA060"),
    ],
)
def test_what_a_user_gets_wrong_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    """Every error has a code, one line and status 2."""
    refused(invoked(*arguments), said)


def test_init_writes_a_file_that_loads(tmp_path: Path) -> None:
    """The commented deployment is a deployment."""
    file = tmp_path / "mine.toml"
    result = invoked("init", str(file))

    assert (0, "") == (result.exit_code, result.stderr)
    assert f"wrote {file}; `hamodel check {file}` checks it\n" == result.stdout
    assert "my-deployment" == load(file).name


def test_init_writes_to_stdout() -> None:
    """For `-` the commented deployment goes to stdout, and nothing else does."""
    result = invoked("init", "-")

    assert (0, "") == (result.exit_code, result.stderr)
    assert template() == result.stdout


def test_init_does_not_overwrite(tmp_path: Path) -> None:
    """What is there stays, unless it is forced."""
    file = tmp_path / "mine.toml"
    file.write_text("mine", encoding="utf-8")
    refused(invoked("init", str(file)), "HA074", "--force")

    assert "mine" == file.read_text(encoding="utf-8")
    assert 0 == invoked("init", "--force", str(file)).exit_code
    assert "my-deployment" == load(file).name


def test_rules_lists_every_family() -> None:
    """Families stand with kind, number, cost and citation; those that are lacking say where."""
    text = invoked("rules", "reference").stdout

    assert "instance_crashes" in text
    assert "sip-server-crash=1" in text
    assert "This deployment cannot have:" in text
    assert "(there is one in: private-edition)" in text


def test_the_table_of_rules_is_no_wider_than_others() -> None:
    """What is no terminal gets the table of rules at the width of every table."""
    table, *_ = invoked("rules", "reference").stdout.partition("\n\n")

    assert max(map(len, table.splitlines())) <= TABLE_WIDTH


def test_rules_says_which_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --check a search tells which rules happen; those that never do say what they need."""
    subject = toy_subject()
    monkeypatch.setattr(families, "load_deployment", lambda *_: None)
    monkeypatch.setattr(families, "system_of", lambda *_: subject.system)
    with_repair = invoked("rules", "toy", "--check").stdout
    without = invoked("rules", "toy", "--check", "--repairs", "0").stdout
    cut = invoked("rules", "toy", "--check", "--limit-states", "2").stdout

    assert "Every rule happens, with at most 1 fault; 1 repair." in with_repair
    assert "sip_server_1 restarts: the budget rules it out" in without
    assert "in a search that stopped at 4 states, depth 1, by the limit of 2 states:" in cut


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("SIP-1b", "Failover of SIP Server"),
        ("sip-1B", "Formally:"),
        ("A-CRASH", "an assumption"),
        ("HA012", CODES["HA012"]),
        ("ha012", CODES["HA012"]),
        ("sip_server.replication", "Default: "),
        ("resource_manager.monitor.interval", "Possible: "),
        ("resource-manager.takeover", "a parameter of a deployment"),
        ("sip-server-crash", "--faults sip-server-crash=1"),
        ("crash", "The sum of: "),
        ("instance_crashes", "16 rules"),
        ("sip_server_1 crashes", "Enabled iff"),
        ("sip_server_1", "a component"),
        ("not a promise", "says nothing"),
        ("sip_server_tries_next_resource_manager", "SIP Server as load balancer"),
    ],
)
def test_explain_knows_every_sort_of_word(word: str, said: str) -> None:
    """Claims, assumptions, codes, parameters, faults, rules, families, components, statuses."""
    result = invoked("explain", word)

    assert 0 == result.exit_code
    assert said in result.stdout


def test_explain_knows_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    """A property says its premise, what is judged, and under which budget."""
    monkeypatch.setattr(explain, "read_subject", lambda *_: toy_subject())
    text = invoked("explain", "hot_standby_takes_over").stdout
    claim = invoked("explain", "MS-1").stdout

    assert "hot_standby_takes_over, a property for SIP-1b" in text
    assert "Premise: sip_server_1 is down" in text
    assert "At most sip-server-crash=1; beyond it: sip-server-crash=2" in text
    assert "Assumed: the management layer lives." in text
    assert "a weakness that the guide admits" in claim
    for other, said in [
        ("META-1", "It is NOT A PROMISE."),
        ("RM-1", "By the model's structure:"),
        ("REC-4", "not applicable: recorder_group"),
        ("sip_server_crashes", "also: sip_server_2 crashes"),
    ]:
        assert said in invoked("explain", other).stdout


def test_explain_takes_several_words_as_one() -> None:
    """A word of the glossary that is two need not be quoted."""
    assert (
        "premise witness: a word of the glossary" in invoked("explain", "premise", "witness").stdout
    )


def test_explain_refuses_a_long_word_briefly() -> None:
    """A word of any length makes one line."""
    refused(invoked("explain", "x" * 100_000), "HA080")


def test_draw_writes_pictures_and_an_index(tmp_path: Path) -> None:
    """DOT and Mermaid of the topology and each kind of component, and an index."""
    result = invoked("draw", "private-edition", "--out", str(tmp_path / "pictures"))
    names = {path.name for path in (tmp_path / "pictures").iterdir()}

    assert 0 == result.exit_code
    assert f"wrote {len(names)} files to {tmp_path / 'pictures'}; begin with " in result.stdout
    assert {"index.md", "topology.dot", "topology.mmd", "statechart-sip-server.dot"} <= names


def test_json_on_stdout_is_nothing_but_json(toy: Subject) -> None:
    """Warnings and progress never get into the results."""
    result = invoked("check", "-v", "--format", "json")

    assert toy.name == json.loads(result.stdout)["deployment"]


@pytest.mark.usefixtures("toy")
def test_expect_compares_with_the_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is as expected is status 0 although something is refuted; a difference is 1."""
    rows = [found_in(row) for row in assess(toy_subject(), toy_subject().promises).rows]
    same, other = Scenario("a", "toy", expect=tuple(rows)), Scenario("a", "toy")
    monkeypatch.setattr(expect, "shipped_manifest", lambda: (same,))
    as_expected = invoked("check", "toy", "--expect")
    monkeypatch.setattr(expect, "shipped_manifest", lambda: (other,))
    different = invoked("check", "toy", "--expect")

    assert (0, 1) == (as_expected.exit_code, different.exit_code)
    assert "As the manifest expects." in as_expected.stdout
    assert "7 differences from the manifest:" in different.stdout


def test_an_accepted_claim_must_be_one(tmp_path: Path) -> None:
    """`[accept]` of what the guide does not say is an input error with file, line and key."""
    file = tmp_path / "mine.toml"
    invoked("init", str(file))
    text = file.read_text(encoding="utf-8")
    file.write_text(f'{text}\n[accept]\n"SIP-9" = "we know"\n', encoding="utf-8")
    refused(invoked("check", str(file)), "HA069", str(file), "accept.SIP-9", "SIP-1a")
