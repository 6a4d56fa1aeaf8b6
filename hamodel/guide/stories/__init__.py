"""
The stories that the guide's claims make us tell: shortest runs in which a promise breaks.

Each is found in a scenario of the manifest, and shipped as the trace beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from hamodel.guide.manifest import Scenario, shipped_manifest


@dataclass(frozen=True, slots=True)
class Story:
    """
    A refuted or witnessed property of a scenario, told as a run.

    Parameters
    ----------
    name
        Of its file and its picture.
    scenario, claim, prop
        The manifest's scenario in which it is found, the claim, and the property's name.
    title
        What happens, in one line.
    rules
        The shipped rule file that says what to look for, if no promise does; it adds no step.
    """

    name: str
    scenario: str
    claim: str
    prop: str
    title: str
    rules: str = ""

    @property
    def found_in(self) -> Scenario:
        """The scenario in which it is found."""
        [scenario] = [each for each in shipped_manifest() if each.name == self.scenario]
        return scenario

    @property
    def text(self) -> str:
        """The JSON text of its trace."""
        file = resources.files(__name__).joinpath(f"{self.name}.json")
        return file.read_text(encoding="utf-8")


_KNOWS, _TAKES_OVER = "hot_standby_knows_established_calls", "hot_standby_takes_over"
_REMEMBERS = "remaining_resource_manager_remembers_affinity"
_ACCEPTS = "remaining_resource_manager_accepts_requests"
_TRANSPARENT = "failure_of_resource_manager_1_is_transparent"
_UNAFFECTED = "sip_server_failure_does_not_affect_call_1"
_LEARNS = "sip_server_learns_of_media_server_failure"
_MOVES = "call_is_joined_to_another_media_server"
_APART = "two_recording_sessions_are_on_two_recorders"

STORIES = (
    Story(
        "lagging_replication_loses_a_session",
        "lagging-replication",
        "SIP-1c",
        _KNOWS,
        "The primary dies before it has told its standby of the call",
    ),
    Story(
        "lagging_replication_affects_a_call",
        "lagging-replication",
        "SIP-2",
        _UNAFFECTED,
        "The new primary refuses a call that it was never told of",
    ),
    Story(
        "standby_not_synchronised_takes_over",
        "standby-not-synchronised",
        "SIP-2",
        _UNAFFECTED,
        "A standby that has not caught up takes over, and knows less",
    ),
    Story(
        "single_sip_server_is_not_replaced",
        "single-sip-server",
        "SIP-1b",
        _TAKES_OVER,
        "There is no standby to take over",
    ),
    Story(
        "hang_goes_unnoticed",
        "hang-without-heartbeat",
        "SIP-1b",
        _TAKES_OVER,
        "Without a heartbeat nobody notices a hung primary",
    ),
    Story(
        "nobody_decides_a_switchover",
        "management-layer-down",
        "SIP-1b",
        _TAKES_OVER,
        "The management layer is down when the primary fails",
    ),
    Story(
        "affinity_not_shared_is_forgotten",
        "affinity-not-shared",
        "RM-3",
        _REMEMBERS,
        "The Resource Manager that knew the affinity is gone",
    ),
    Story(
        "affinity_not_shared_is_noticed",
        "affinity-not-shared",
        "RM-4",
        _TRANSPARENT,
        "A request within the dialog reaches one that never knew the call",
    ),
    Story(
        "single_resource_manager_is_not_replaced",
        "single-resource-manager",
        "RM-2",
        _ACCEPTS,
        "No Resource Manager is left to take requests",
    ),
    Story(
        "single_resource_manager_is_missed",
        "single-resource-manager",
        "RM-4",
        _TRANSPARENT,
        "A request that nobody answers any more",
    ),
    Story(
        "own_address_in_record_route_is_dead",
        "own-address",
        "RM-4",
        _TRANSPARENT,
        "Requests within the dialog go to the Resource Manager that died",
    ),
    Story(
        "media_server_is_a_single_point_of_failure",
        "media-server-fault",
        "MS-1",
        "media_server_failure_interrupts_call_1",
        "A Media Server dies with the call on it, and its recording",
    ),
    Story(
        "notice_sent_once_is_lost",
        "notice-sent-once",
        "MS-2",
        _LEARNS,
        "The one notice finds no SIP Server that serves",
    ),
    Story(
        "resource_manager_dies_before_its_notice",
        "hot-standby-notifies",
        "MS-2",
        "a_resource_manager_dies_before_its_notice",
        "The Resource Manager that was to tell of a failed Media Server fails too",
        rules="resource_manager_dies_before_notice",
    ),
    Story(
        "restart_before_detection_goes_unnoticed",
        "restart-before-detection",
        "MS-2",
        _LEARNS,
        "A Media Server is back before anyone probed it, and has forgotten the call",
    ),
    Story(
        "notice_received_is_forgotten",
        "notice-forgotten",
        "MS-3",
        _MOVES,
        "The notice dies with the primary that received it",
    ),
    Story(
        "recorder_without_strategy_stays_lost",
        "recorder-without-strategy",
        "REC-2",
        "recording_goes_on_after_a_recorder_failure",
        "A recorder fails, and nobody is there to bring its recording back",
    ),
    Story(
        "recording_begins_again_elsewhere",
        "stop-and-start",
        "REC-6",
        "recording_begins_again_on_another_recorder",
        "Stopped and started, a recording leaves the recorder of its affinity",
    ),
    Story(
        "backup_t_lib_client_is_blind",
        "t-lib-start-blind",
        "TLIB-1",
        "recording_of_each_call_is_started",
        "The active T-lib client dies before it asks to record a call, and nobody asks again",
    ),
    Story(
        "two_pointers_choose_one_recorder",
        "duplicated-round-robin-pair",
        "DUP-1",
        _APART,
        "Each Resource Manager takes its turn, and both take the same recorder",
    ),
    Story(
        "one_identifier_leads_to_one_recorder",
        "duplicated-same-identifiers",
        "DUP-1",
        _APART,
        "With one record identifier the affinity of the first is that of the second",
    ),
    Story(
        "media_server_stops_both_recordings",
        "duplicated",
        "DUP-6",
        "media_server_failure_stops_both_recordings",
        "Two recorders record, and one Media Server takes both down",
    ),
    Story(
        "recording_outlives_a_switchover",
        "sip-server-fault",
        "DUP-7",
        "a_recording_outlives_a_switchover",
        "SIP Server fails over, and the one recording goes on: no second was needed",
        rules="harmless_switchover",
    ),
    Story(
        "resume_is_carried_out_and_refused",
        "own-address-pause",
        "COMPLIANCE",
        "paused_call_1_is_not_recorded",
        "Told that the resume failed, a party is recorded: only the answer was lost",
    ),
)
"""The shipped stories, in the order of the guide's claims."""
