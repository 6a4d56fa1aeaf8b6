"""The guide's words for roles, modes and media, as the domains of the model's variables."""

from __future__ import annotations

from enum import Enum


class SipServerState(Enum):
    """The main states of a SIP Server instance (SIP-1)."""

    ACTIVE = "active"
    HOT_STANDBY = "hot-standby"
    HUNG = "hung"
    DOWN = "down"


class ResourceManagerState(Enum):
    """The main states of a Resource Manager (RM-1); taking over: promoted, without the address."""

    ACTIVE = "active"
    HOT_STANDBY = "hot-standby"
    TAKING_OVER = "taking-over"
    HUNG = "hung"
    DOWN = "down"


class ServerState(Enum):
    """The main states of a Media Server, and of a recorder or its media units."""

    UP = "up"
    HUNG = "hung"
    DOWN = "down"


class SignalingState(Enum):
    """The main states of a recorder's signaling unit (REC-4)."""

    ACTIVE = "active"
    BACKUP = "backup"
    TAKING_OVER = "taking-over"
    HUNG = "hung"
    DOWN = "down"


class TLibClientState(Enum):
    """The main states of a T-lib client (TLIB-1)."""

    ACTIVE = "active"
    BACKUP = "backup"
    TAKING_OVER = "taking-over"
    HUNG = "hung"
    DOWN = "down"


class View(Enum):
    """What a T-lib client knows of a call, and what it is about to do with its recording."""

    UNSEEN = "unseen"
    TO_START = "to-start"
    STARTING = "starting"
    RECORDED = "recorded"
    TO_STOP = "to-stop"
    STOPPING = "stopping"
    OVER = "over"


class ManagementState(Enum):
    """How far the management layer is with a switchover of SIP Server."""

    WATCHING = "watching"
    NOTICED = "noticed"
    DECIDED = "decided"
    DOWN = "down"


class CallState(Enum):
    """The communication session; up means established: 2xx and ACK (correction 1 of the claims)."""

    IDLE = "idle"
    SET_UP = "set-up"
    UP = "up"
    ENDED = "ended"


class Session(Enum):
    """What a SIP Server instance knows of a call."""

    UNKNOWN = "unknown"
    NEW = "new"
    PLACED = "placed"
    JOINED = "joined"
    BRIDGED = "bridged"
    LOST = "lost"


class Recording(Enum):
    """What is wanted of a call's recording."""

    ON = "on"
    PAUSED = "paused"
    STOPPED = "stopped"


class Conference(Enum):
    """What a Media Server holds of a call: a recorded call is a conference on one Media Server."""

    ABSENT = "absent"
    RECORDING = "recording"
    PAUSED = "paused"
    NOT_RECORDING = "not-recording"


class Request(Enum):
    """A request in a call's control dialog, or what a party of the call asks for."""

    NOTHING = "nothing"
    PLACE = "place"
    HOLD = "hold"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    START = "start"
    STOP_SESSION = "stop-session"
    START_SESSION = "start-session"
    HANG_UP = "hang-up"


class DialogState(Enum):
    """How far a request in the dialog of SIP Server and Media Server is on its way."""

    IDLE = "idle"
    REQUESTED = "requested"
    PROXIED = "proxied"
    EXECUTED = "executed"
    REFUSED = "refused"


class RecordingSessionState(Enum):
    """The recording session of a Media Server and a recorder (RFC 7866)."""

    ABSENT = "absent"
    INVITED = "invited"
    PROXIED = "proxied"
    ACCEPTED = "accepted"
    ESTABLISHED = "established"
    CLOSING = "closing"


TIMED_OUT = "408"
"""What a client takes for the answer when its own timer has run out: RFC 3261 section 8.1.3.1."""
