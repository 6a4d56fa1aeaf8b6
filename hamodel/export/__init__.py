"""A system in other checkers' languages: exact, or an error that says what cannot be said."""

from hamodel.export.prism import prism
from hamodel.export.promela import promela

__all__ = ["prism", "promela"]
