"""Not of the guide: what is paused is not recorded, also after a failover (COMPLIANCE)."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Budget, System, all_of, any_of, never
from hamodel.guide.parts import Parts
from hamodel.guide.promises.promise import ONE, ONE_FAULT, Promise
from hamodel.guide.vocabulary import Recording, Request

TWO_FAULTS = Budget({"media-server-crash": 1, "sip-server-crash": 1})


def paused_call_is_not_recorded(parts: Parts, system: System) -> Iterator[Promise]:
    """
    COMPLIANCE: told that it is paused, and not asked to resume; then nothing is recorded.

    Judged where media would leave for a recorder, so also while no recorder would receive it.
    """
    if not parts.deployment.recording.pausable:
        yield Promise("COMPLIANCE", not_applicable="recording.pausable is false")
        return
    properties = tuple(
        never(
            f"paused_{call}_is_not_recorded",
            any_of(*(parts.records(server, call) for server in parts.media_servers)),
            given=all_of(
                parts.up(call), the.told.is_(Recording.PAUSED), the.request.is_not(Request.RESUME)
            ),
            claims=("COMPLIANCE",),
            budget=ONE_FAULT,
            beyond=TWO_FAULTS,
        )
        for call, the in parts.calls.items()
    )
    yield Promise("COMPLIANCE", properties, assumptions=(ONE,))


PROMISES = (paused_call_is_not_recorded,)
