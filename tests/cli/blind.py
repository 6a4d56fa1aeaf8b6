"""A trial in which nobody's watch counts, so that what is lost is neither D nor F."""

from __future__ import annotations

from dataclasses import replace

from hamodel.cli.trial import Court


def blind(its: Court) -> Court:
    """Return the model of a trial with an account that knows of no monitor's watch."""
    rules = tuple(
        replace(rule, sets=tuple(e for e in rule.sets if not e.var.name.endswith("_watches")))
        for rule in its.system.rules
    )
    return replace(its, system=replace(its.system, rules=rules))
