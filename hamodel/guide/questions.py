"""
What the guide leaves open, as questions to a vendor: one for each parameter that has its readings.

A parameter that describes what is installed or chosen is no question; `DEPLOYED` names those, so
that a new parameter belongs to one or the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "sip_server.replication": "Does the primary SIP Server send its 2xx before or after the "
        "hot standby has the session?",
        "sip_server.synced_at_start": "May a hot standby of SIP Server be told to take over before "
        "it has been synchronised?",
        "sip_server.self_detects_media_server": "Does SIP Server notice a failed Media Server by "
        "itself, or only when Resource Manager tells it?",
        "resource_manager.record_route": "Which address does Resource Manager put into "
        "Record-Route: that of the pair, or its own?",
        "resource_manager.session_data": "When does the other Resource Manager get a session and "
        "its affinity: before the 2xx goes on, after it, or never?",
        "resource_manager.replicates_health": "Does a Resource Manager tell the other which Media "
        "Servers and recorders it found unavailable?",
        "resource_manager.on_silence": "Does a Resource Manager whose INVITE a Media Server does "
        "not answer wait for the timeout and try the next one, or is it refused?",
        "resource_manager.shares_pointer": "Do two Resource Managers share the pointer of "
        "round robin?",
        "resource_manager.notify": "Does Resource Manager repeat the notice of a failed Media "
        "Server until SIP Server acknowledges it?",
        "media_server.on_none_available": "With no Media Server left, does a call go on "
        "unrecorded, or is it dropped?",
        "media_server.balance": "How does Resource Manager choose among Media Servers?",
        "recorder_group.balance": "How does Resource Manager choose among recorders?",
        "recorder_group.reinvite_by": "Which signaling unit of the recorder sends the re-INVITE "
        "with the new media unit's address: the active one or its standby?",
        "recorder_group.retry_on_timeout": "If a recorder does not answer at all, does Resource "
        "Manager try the next one, as it does after an error?",
        "t_lib_client.resync_on_activate": "Does a T-lib client that becomes active ask which "
        "calls there are?",
        "t_lib_client.state_shared": "Does the backup T-lib client know which recordings the "
        "active one has started?",
        "t_lib_client.stop_scope": "Does the T-lib client's stop end one recording session, or all "
        "of the call's?",
        "t_lib_client.start_waits_stop": "Does the T-lib client wait for the answer to its stop "
        "before it starts the recording again?",
        "recording.record_id": "Who makes the record identifier: whoever starts the recording, or "
        "each Media Server its own?",
        "duplication.rebuild_leg": "Is a lost recording session of a duplicated call established "
        "again?",
    }
)
"""For each parameter whose readings the guide allows, what to ask whoever knows the product."""

DEPLOYED = frozenset(
    {
        "management_layer.scs",
        "sip_server.pair",
        "resource_manager.mode",
        "media_server.bridged",
        "recorder_group.separated",
        "t_lib_client.backup",
        "recording.start",
        "recording.pausable",
        "duplication.requested_by",
        "duplication.identifiers",
    }
)
"""Parameters with several words that are no question: an architect knows, or the guide says."""
