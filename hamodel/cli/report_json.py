"""The report as JSON, schema 1, as docs/how-to/json.md describes it; and its reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hamodel.cli.assess import Assessment, Row
from hamodel.errors import SearchError
from hamodel.trace import Trace, dump_trace

SCHEMA = 1
_CLAIM_KEYS = (
    "id",
    "property",
    "kind",
    "strength",
    "status",
    "verdict",
    "why",
    "assumptions",
    "facts",
    "distinct_states",
    "depth",
    "premise_witness",
    "trace",
    "expected",
    "beyond",
)


def json_report(assessment: Assessment) -> str:
    """Return the report as JSON text."""
    value = {
        "schema": SCHEMA,
        "deployment": assessment.subject.name,
        "scope": assessment.subject.scope,
        "changes": list(assessment.subject.changes),
        "rule_files": list(assessment.subject.rule_files),
        "budget": assessment.budget,
        "interrupted": assessment.interrupted,
        "claims": [_row(row) for row in assessment.rows],
    }
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _row(row: Row) -> dict[str, Any]:
    verdict = row.verdict
    return {
        "id": row.source.id,
        "property": row.prop.name if row.prop else None,
        "kind": row.source.kind,
        "strength": row.source.strength or None,
        "status": row.status.value,
        "verdict": verdict.kind.value if verdict is not None else None,
        "why": row.why,
        "assumptions": list(row.assumptions),
        "facts": [{"fact": said, "holds": holds} for said, holds in row.facts],
        "distinct_states": verdict.distinct_states if verdict is not None else None,
        "depth": verdict.depth if verdict is not None else None,
        "premise_witness": _trace(verdict.premise_witness if verdict is not None else None),
        "trace": _trace(row.run if verdict is None else verdict.trace),
        "expected": _expected(row),
        "beyond": _beyond(row),
    }


def _beyond(row: Row) -> dict[str, Any] | None:
    if row.beyond is None:
        return None
    return {
        "budget": str(row.beyond.budget),
        "verdict": row.beyond.kind.value,
        "why": row.beyond.why,
        "distinct_states": row.beyond.distinct_states,
        "trace": _trace(row.beyond.trace),
    }


def _trace(trace: Trace | None) -> dict[str, Any] | None:
    if trace is None:
        return None
    saved = json.loads(dump_trace(trace, ""))
    return {key: saved[key] for key in ("note", "loop", "fork", "steps")}


def _expected(row: Row) -> dict[str, Any] | None:
    if row.expected is None:
        return None
    return {
        "status": row.expected.status,
        "distinct_states": row.expected.states,
        "depth": row.expected.depth,
    }


@dataclass(frozen=True, slots=True)
class Results:
    """What a JSON report says: the deployment, what a proof covers, and an object a claim."""

    deployment: str
    scope: str
    claims: tuple[Mapping[str, Any], ...]


def read_results(text: str) -> Results:
    """
    Return what a JSON report says.

    Raises
    ------
    SearchError
        HA042 for what is not a report, HA043 for an unknown schema.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SearchError(
            "HA042", f"this is not JSON ({error}); give a report of hamodel's"
        ) from None
    if not isinstance(value, dict) or "schema" not in value:
        raise SearchError("HA042", "this JSON has no 'schema'; give a report of hamodel's")
    if value["schema"] != SCHEMA or isinstance(value["schema"], bool):
        raise SearchError(
            "HA043", f"the report is of schema {value['schema']!r:.60}; this version reads {SCHEMA}"
        )
    claims = value.get("claims")
    named = isinstance(value.get("deployment"), str) and isinstance(value.get("scope"), str)
    if not named or not isinstance(claims, list):
        raise SearchError(
            "HA042", "the report lacks its deployment, scope or claims; make it again"
        )
    for number, claim in enumerate(claims, start=1):
        keys = set(claim) if isinstance(claim, dict) else set()
        if lacking := sorted(set(_CLAIM_KEYS) - keys):
            raise SearchError("HA042", f"claim {number} of the report lacks {', '.join(lacking)}")
    return Results(value["deployment"], value["scope"], tuple(claims))
