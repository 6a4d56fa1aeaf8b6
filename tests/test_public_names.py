"""The library's face: its public names, and nothing by accident."""

from __future__ import annotations

import inspect
import types

import hamodel

PUBLIC = """
CODES FALSE NO_FAULT PROVED REFUTED TRUE UNDETERMINED And Arrow Budget Catalogue Component Expr
HamodelError InputError Is Kind Message Modality ModelError Not Or Property Rule Same SearchError
Set Source Strength System TimedVerdict Trace TraceStep Var Verdict VerdictKind WaitingTime all_of
always any_of at best_case check check_all check_in_time dump_trace instances leads_to load_trace
never next_of parse_budget read_catalogue sometimes step trace_of transparent worst_case
""".split()


def test_public_names_are_these() -> None:
    """Taking a name away breaks somebody's model; adding one is a promise."""
    assert 58 == len(PUBLIC)
    assert PUBLIC == hamodel.__all__


def test_every_public_name_is_there_and_explains_itself() -> None:
    """Each name can be imported, and each class and function has a docstring."""
    for name in hamodel.__all__:
        value = getattr(hamodel, name)
        if isinstance(value, type | types.FunctionType):
            assert inspect.getdoc(value), name


def test_nothing_else_is_public() -> None:
    """What the package's namespace has beside is its modules and its version."""
    others = {name for name in vars(hamodel) if not name.startswith("_")} - {*hamodel.__all__}

    assert {types.ModuleType} == {type(getattr(hamodel, name)) for name in others}
    assert "0.1.0" == hamodel.__version__
