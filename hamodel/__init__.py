"""
hamodel: the high availability of an active recording ecosystem, made executable.

Components, rules and properties are values; `check` judges a property of a
system. Nothing here knows telecom; `hamodel.guide` does.
"""

from hamodel.budget import NO_FAULT, Budget, parse_budget
from hamodel.cite import Catalogue, Source, read_catalogue
from hamodel.component import Arrow, Component
from hamodel.engine.check import check, check_all
from hamodel.engine.check_in_time import TimedVerdict, check_in_time
from hamodel.engine.waiting import WaitingTime, best_case, worst_case
from hamodel.errors import CODES, HamodelError, InputError, ModelError, SearchError
from hamodel.expr import (
    FALSE,
    TRUE,
    And,
    Expr,
    Is,
    Not,
    Or,
    Same,
    Var,
    all_of,
    any_of,
    at,
    instances,
)
from hamodel.property import (
    Modality,
    Property,
    Strength,
    always,
    leads_to,
    never,
    sometimes,
    transparent,
)
from hamodel.rule import Kind, Message, Rule, Set, next_of, step
from hamodel.system import System
from hamodel.trace import Trace, TraceStep, dump_trace, load_trace, trace_of
from hamodel.verdict import PROVED, REFUTED, UNDETERMINED, Verdict, VerdictKind
from hamodel.version import __version__ as __version__

__all__ = [
    "CODES",
    "FALSE",
    "NO_FAULT",
    "PROVED",
    "REFUTED",
    "TRUE",
    "UNDETERMINED",
    "And",
    "Arrow",
    "Budget",
    "Catalogue",
    "Component",
    "Expr",
    "HamodelError",
    "InputError",
    "Is",
    "Kind",
    "Message",
    "Modality",
    "ModelError",
    "Not",
    "Or",
    "Property",
    "Rule",
    "Same",
    "SearchError",
    "Set",
    "Source",
    "Strength",
    "System",
    "TimedVerdict",
    "Trace",
    "TraceStep",
    "Var",
    "Verdict",
    "VerdictKind",
    "WaitingTime",
    "all_of",
    "always",
    "any_of",
    "at",
    "best_case",
    "check",
    "check_all",
    "check_in_time",
    "dump_trace",
    "instances",
    "leads_to",
    "load_trace",
    "never",
    "next_of",
    "parse_budget",
    "read_catalogue",
    "sometimes",
    "step",
    "trace_of",
    "transparent",
    "worst_case",
]
