"""Pictures of the guide: who speaks in a ladder, and who stands where."""

from __future__ import annotations

import pytest

from hamodel import TraceStep
from hamodel.cli.pictures import WHICHEVER, shipped_ladder, speaker
from hamodel.cli.subject import load_deployment
from hamodel.draw.scene import Panel
from hamodel.guide.stories import STORIES
from hamodel.trace import Change

VIA = Change("media_dialog_of_call_1.via", "resource_manager_2", "none")
ROUTE = Change("media_dialog_of_call_1.route", "resource_manager_1", "none")


@pytest.mark.parametrize(
    ("rule", "changes", "party", "who"),
    [
        ("sip_server_1 confirms call_1", (), "sip_server", "sip_server_1"),
        ("sip_server_2 hears", (VIA, ROUTE), "resource_manager", "resource_manager_2"),
        ("sip_server_2 hears", (ROUTE,), "resource_manager", f"resource_manager{WHICHEVER}"),
        ("somebody calls", (), "call_1", "call_1"),
    ],
)
def test_the_instance_that_acts_speaks_for_a_service(
    rule: str, changes: tuple[Change, ...], party: str, who: str
) -> None:
    """It is the one that the rule names, or the one by which the request went, or nobody known."""
    assert who == speaker(load_deployment("reference"))(TraceStep(rule, changes), party)


def test_messages_are_drawn_at_instances() -> None:
    """Few stories have a service beside its instances: nobody answers, or nobody has it yet."""
    services = {
        (story.name, node.id)
        for story in STORIES
        for node in shipped_ladder(story).lifelines
        if node.id.endswith(WHICHEVER) or node.id in {"sip_server", "resource_manager"}
    }

    assert {
        ("own_address_in_record_route_is_dead", f"resource_manager{WHICHEVER}"),
        ("single_resource_manager_is_missed", f"resource_manager{WHICHEVER}"),
        ("recording_begins_again_elsewhere", f"resource_manager{WHICHEVER}"),
        ("recording_begins_again_elsewhere", f"sip_server{WHICHEVER}"),
        ("resume_is_carried_out_and_refused", f"resource_manager{WHICHEVER}"),
    } >= services


def test_lifelines_stand_as_a_call_goes() -> None:
    """From the call by SIP Server and Resource Manager to Media Server; control at the end."""
    [told] = [story for story in STORIES if story.name == "notice_received_is_forgotten"]
    picture = shipped_ladder(told)

    assert [
        "call_1",
        "sip_server_1",
        "sip_server_2",
        "media_dialog_of_call_1",
        "resource_manager_1",
        "media_server_1",
        "management_layer",
        "sip_server_address",
        "t_lib_client_1",
    ] == [node.id for node in picture.lifelines]


def test_a_recording_session_is_drawn_at_its_media_server() -> None:
    """What changes in a recording session is noted at the Media Server that has the dialog."""
    [told] = [story for story in STORIES if story.name == "affinity_not_shared_is_forgotten"]
    notes = [
        note
        for row in shipped_ladder(told).rows
        if isinstance(row, Panel)
        for note in row.notes
        if any("recording_session_of_call_1" in text for text in note.text)
    ]

    assert notes
    assert {"media_server_1"} == {note.lifeline for note in notes}
