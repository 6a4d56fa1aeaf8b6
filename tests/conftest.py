"""Hypothesis' profiles: the same examples every time, or new ones with HAMODEL_SEED=fresh."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("fresh", settings.get_profile("ci"), derandomize=False, print_blob=True)
settings.load_profile("fresh" if os.environ.get("HAMODEL_SEED") == "fresh" else "ci")
