"""Running a system's machine: how often, how long, and from which seed."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from hamodel.testing.stateful import Refuted, SystemMachine

SEED = "HAMODEL_SEED"
"""The environment variable that asks for new seeds when it says `fresh`."""


def seeds_are_fresh() -> bool:
    """Return whether each run draws anew (HAMODEL_SEED=fresh), instead of always the same."""
    return os.environ.get(SEED, "") == "fresh"


def suite_settings(
    *,
    max_examples: int = 100,
    stateful_step_count: int = 40,
    fresh: bool | None = None,
    shrink: bool = True,
) -> settings:
    """
    Return Hypothesis' settings for a suite.

    Parameters
    ----------
    max_examples
        How many runs it makes.
    stateful_step_count
        How many steps a run has at most.
    fresh
        Whether every suite run draws anew; None asks `seeds_are_fresh`.
    shrink
        Whether a failure is made smaller before it is told.
    """
    fresh = seeds_are_fresh() if fresh is None else fresh
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ()))
    return settings(
        max_examples=max_examples,
        stateful_step_count=stateful_step_count,
        derandomize=not fresh,
        database=None,
        deadline=None,
        phases=phases,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.normal,
        # Few of many rules are enabled in a state, and a system may be large: neither is a fault.
        suppress_health_check=[
            HealthCheck.filter_too_much,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )


def run(
    machine: type[SystemMachine], its: settings | None = None, *, number: int | None = None
) -> Refuted | None:
    """
    Run a machine as a test does, and return the shrunk failure; None if there is none.

    Parameters
    ----------
    machine
        From `machine_for`.
    its
        Hypothesis' settings; by default those of `suite_settings()`.
    number
        The seed; by default as the settings say.
    """
    once = type(machine.__name__, (machine,), {})
    if number is not None:
        once = seed(number)(once)
    try:
        run_state_machine_as_test(once, settings=its or suite_settings())
    except Refuted as refuted:
        return refuted
    return None
