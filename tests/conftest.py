"""
What every test begins with.

Hypothesis' profiles: the same examples every time, or new ones with HAMODEL_SEED=fresh. And tables
of one width: pytest-xdist gives its workers a COLUMNS that nobody chose.
"""

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

os.environ.pop("COLUMNS", None)
