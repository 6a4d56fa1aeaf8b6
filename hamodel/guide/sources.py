"""The guide's claims and the model's assumptions, as the catalogue that everything here cites."""

from __future__ import annotations

from functools import cache
from importlib import resources

from hamodel.cite import Catalogue, read_catalogue


@cache
def guide_catalogue() -> Catalogue:
    """Return the catalogue of the guide, read once from the `claims.toml` beside this file."""
    text = resources.files("hamodel.guide").joinpath("claims.toml").read_text(encoding="utf-8")
    return read_catalogue(text)
