"""The guide's components, procedures, failures and promises; no other package knows telecom."""

from hamodel.guide.deployment import Deployment, load, shipped
from hamodel.guide.model import GENERATORS, assemble, build
from hamodel.guide.parts import Parts, build_parts, calls_apart
from hamodel.guide.promises import Promise, Status, promises
from hamodel.guide.sources import guide_catalogue

__all__ = [
    "GENERATORS",
    "Deployment",
    "Parts",
    "Promise",
    "Status",
    "assemble",
    "build",
    "build_parts",
    "calls_apart",
    "guide_catalogue",
    "load",
    "promises",
    "shipped",
]
