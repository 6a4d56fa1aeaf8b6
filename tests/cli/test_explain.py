"""`hamodel explain`: what stands for several, tables, values, the glossary, and guards."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamodel import Var, leads_to
from hamodel.cli.explain import entries
from hamodel.cli.explain_model import IN_TIME, of_property
from hamodel.errors import InputError
from hamodel.guide.deployment import parameters, shipped, tables
from hamodel.guide.glossary import glossary
from hamodel.guide.loss import ADDED, LOSSES, PHASES
from hamodel.guide.recorder_search import NEXT
from hamodel.guide.resending import ANEW


def said(word: str) -> tuple[str, ...]:
    """Return the titles and lines of what is known of a word."""
    return tuple(
        text for entry in entries(word, "reference") for text in (entry.title, *entry.lines)
    )


def begins(word: str) -> list[str]:
    """Return the first word of each line of the only entry."""
    [entry] = entries(word, "reference")
    return [line.split(" ")[0].rstrip(":") for line in entry.lines]


@pytest.mark.parametrize(
    ("start", "ids"),
    [
        ("SIP", ["SIP-1a", "SIP-1b", "SIP-1c", "SIP-2"]),
        ("sip-1", ["SIP-1a", "SIP-1b", "SIP-1c"]),
        ("RM", ["RM-1", "RM-2", "RM-3", "RM-4"]),
    ],
)
def test_how_claims_begin_lists_them(start: str, ids: list[str]) -> None:
    """The beginning of several claims lists them, in the order of the guide, a line each."""
    assert ids == begins(start)


def test_a_part_of_a_word_lists_nothing() -> None:
    """Claims are listed by whole parts of their ids: `SI` is none."""
    with pytest.raises(InputError, match="HA080"):
        entries("si", "reference")


def test_a_word_that_is_like_none_is_answered_with_where_words_are_told() -> None:
    """For there are a thousand of them."""
    message = r"HA080 .*; none of 1\d\d\d names is near to it: hamodel check names claims"
    with pytest.raises(InputError, match=message):
        entries("qqqq", "reference")


def test_every_word_of_the_glossary_is_explained() -> None:
    """Each word of docs/glossary.md is one that `explain` knows."""
    for term in glossary():
        for word in term.words:
            assert f"{term.meaning}." in said(word)


def test_every_loss_is_explained() -> None:
    """What `hamodel loss --what` takes says what is lost, and how to ask how long."""
    for name in LOSSES:
        titles = [entry.title for entry in entries(name, "reference")]

        assert f"{name}, something that a call can lose for a time" in titles
        assert f"How long at worst: hamodel loss --what {name}" in said(name)
    assert "The endpoints of a call do not hear each other: no Media Server holds both." in said(
        "audio-outage"
    )


def test_every_phase_is_explained() -> None:
    """What a loss goes by names the families of rules that its time passes for."""
    for family, phase in PHASES.items():
        assert f"{phase}, a phase of a loss" in said(phase)
        assert any(line.startswith(f"  {family}: ") for line in said(phase))
    assert "other, a phase of a loss" in said("other")


def test_a_family_that_is_there_in_time_alone_is_explained() -> None:
    """What it does, and what the time that passes for it is called."""
    for family, text in ADDED.items():
        assert (f"{family}, a family of rules", text) == said(family)[:2]
    assert "Time that passes for it is called giving up." in said(
        "resource_manager_tries_next_recorder"
    )


def test_a_rule_that_is_there_in_time_alone_is_explained() -> None:
    """What its family does, and what it takes: of a family with or without time."""
    again = said("the request for call_1 is sent again after 4 T1")
    refused = said("resource_manager_1 is refused by media_server_1")

    assert again[1].startswith("A request that no Resource Manager took is sent again")
    assert "Takes 2 s" in [line.strip() for line in again]
    assert "Takes at most 10 s" in [line.strip() for line in refused]
    assert again[-1] == refused[-1] == IN_TIME


@pytest.mark.parametrize("name", shipped())
def test_a_deployment_is_explained(name: str) -> None:
    """As its file says."""
    title, text = said(name)[:2]

    assert f"{name}, a deployment that is shipped" == title
    assert len(text) > 60
    assert "#" not in text


def test_an_assumption_names_the_rules_that_are_there_in_time_alone() -> None:
    """After those of the model without time, if there are any."""
    assert {
        "Rules that cite it: request_fails, request_is_refused.",
        f"In time alone, as `hamodel loss` has it: {ANEW}, {NEXT}.",
    } <= set(said("A-TIMEOUT"))
    assert not [line for line in said("A-SERIAL") if line.startswith("Rules that cite it")]
    assert [line for line in said("A-SERIAL") if line.startswith("In time alone")]


def test_a_timer_is_explained_by_each_of_its_names() -> None:
    """The one of the literature and the end of its key; and it names them."""
    its = said("resource_manager.monitor.interval")

    assert its == said("rm_options_interval") == said("monitor.interval")
    assert "Also called: rm_options_interval, monitor.interval." in its


def test_a_misspelt_loss_or_phase_is_near_to_it() -> None:
    """As any other word."""
    for misspelt, word in (("unrecoded", "unrecorded"), ("placin", "placing")):
        with pytest.raises(InputError, match=f"HA080 .*near to it: {word}"):
            entries(misspelt, "reference")


def test_every_table_is_explained() -> None:
    """Each table says what it is about; one whose keys are a user's own has an example."""
    for table in tables():
        assert table.text in said(table.key)
    assert '  host_1 = ["sip_server_1", "resource_manager_1"]' in said("hosts")
    assert "  scope.calls: How many calls a run makes." in said("scope")


def test_a_word_of_two_sorts_has_an_entry_for_each() -> None:
    """`crash` is a word of the glossary and a sum of fault classes."""
    assert ["crash: a word of the glossary", "crash, a sum of faults"] == [
        entry.title for entry in entries("crash", "reference")
    ]


def test_a_sum_of_fault_classes_is_explained() -> None:
    """Classes, roles or modes joined by `+` are one budget; with a stranger among them none."""
    text = said("crash+loss")

    assert "crash+loss, a sum of faults" == text[0]
    assert "As a budget: --faults crash+loss=1" in text
    assert text[1].endswith("management-layer-crash, host-loss.")
    with pytest.raises(InputError, match="HA080"):
        entries("crash+fire", "reference")


def test_each_value_of_a_parameter_is_explained() -> None:
    """The words that a parameter takes stand with their meaning, a line each."""
    for parameter in parameters():
        for value, meaning in parameter.values:
            assert f"  {value}: {meaning}" in said(parameter.key)


def test_what_depends_on_a_parameter_is_said() -> None:
    """A value that a scenario shows to refute claims names them, the stories, and a command."""
    text = said("resource_manager.session_data")

    assert (
        "not-shared refutes RM-3, RM-4 (scenario affinity-not-shared; stories "
        "affinity_not_shared_is_forgotten, affinity_not_shared_is_noticed):"
    ) in text
    assert any(line.startswith("  hamodel check reference --claim RM-3") for line in text)


def test_a_guard_stands_below_what_it_is_for() -> None:
    """The guard of a rule is an outline: a part a line, alternatives indented."""
    text = said("resource_manager_finds_recorder")
    start = text.index("  Enabled iff:")

    assert (
        "    recording_session_of_call_1_on_media_server_1.via is resource_manager_1",
        "    and resource_manager_1 is active",
        "    and one of these:",
        "      - recorder_1_signaling_1 is active",
        "      - recorder_1_signaling_2 is active",
    ) == text[start + 1 : start + 6]


def test_what_follows_stands_below_the_premise() -> None:
    """A property that leads to something says what, for each of its premises."""
    text = said("hot_standby_takes_over")

    assert 2 == text.count("  Premise:") == text.count("  What follows:")


def test_the_words_of_a_rule_file_are_explained(tmp_path: Path) -> None:
    """With a rule file its family and its own assumptions are words too."""
    file = tmp_path / "napping.py"
    file.write_text(
        "from hamodel import Kind, Rule\n"
        "ASSUMPTIONS = {'A-NAP': 'A recorder may nap.'}\n"
        "def rules(parts):\n"
        "    for name, each in parts.media_servers.items():\n"
        "        yield Rule(f'{name} naps', Kind.FAILURE, fires=each.machine.fires('hang'),\n"
        "                   cost={'media-server-nap': 1}, cite='A-NAP')\n",
        encoding="utf-8",
    )
    [family], [source] = (entries(word, "reference", [file]) for word in ("napping", "A-NAP"))

    assert "napping, 2 rules" == family.title
    assert ("A recorder may nap.", "Source: the rule file napping.py") == source.lines[:2]


def test_a_deadline_is_said() -> None:
    """A property that has one says within which time its conclusion has to come."""
    var = Var("box.lit", bool)
    soon = leads_to("it_is_lit_soon", var.is_(False), var.is_(True), within="40 s")
    late = leads_to("it_is_lit", var.is_(False), var.is_(True))

    assert "  Within: 40 s" in of_property(soon, "MS-5", ()).lines
    assert not any("Within" in line for line in of_property(late, "MS-5", ()).lines)


@pytest.mark.parametrize("key", ["recorder_group.main.detects", "recorder_group[1].detects"])
def test_the_key_of_one_recorder_group_is_that_of_all(key: str) -> None:
    """As `--set` takes it, and as a note names it."""
    assert said("recorder_group.detects") == said(key)
