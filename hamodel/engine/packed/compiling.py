"""
How kernels are compiled; and what a processor can do that a language has no words for.

An instruction has its meaning in Python, for the plain twins. Compiled code has what LLVM knows for
it on the processor at hand; nothing is for one kind of processor alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir as llvm
from numba.extending import intrinsic, overload

from hamodel.engine.packed.layout import Words

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Dims = tuple[int, ...]

ONE = np.uint64(1)
ZERO = np.uint64(0)
LINE = 8
"""How many words the processor brings from memory at once."""
_WORD, _BYTE, _INT = llvm.IntType(64), llvm.IntType(8), llvm.IntType(32)
_ROW = llvm.VectorType(_WORD, LINE)


def compiled(function: Kernel) -> Kernel:
    """
    Compile a function when it is first called; the machine code is cached beside its source.

    Where nothing can be cached, in no folder of the user's either, it is compiled in every process.
    """
    try:
        return cast(Kernel, numba.njit(nogil=True, cache=True, error_model="numpy")(function))
    except RuntimeError:  # "cannot cache function …: no locator available"
        return cast(Kernel, numba.njit(nogil=True, error_model="numpy")(function))


def part(function: Kernel) -> Kernel:
    """Compile a function into those that call it: a call with all these arrays costs more."""
    return cast(Kernel, numba.njit(forceinline=True, error_model="numpy")(function))


def lowest_bit(bits: np.uint64) -> int:
    """Return the place of the lowest one of a word that is not 0."""
    return (int(bits) & -int(bits)).bit_length() - 1


def _lowest_bit(_: Any, bits: Any) -> Any:
    def write(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        never_zero = llvm.IntType(1)(1)
        return builder.cttz(arguments[0], never_zero)

    return numba.int64(bits), write


def touch(array: Words, place: Any) -> None:
    """Have a word of a flat array brought from memory before it is read; here nothing to do."""


def _touch(_: Any, array: Any, place: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        words, number = arguments
        its = context.make_array(signature.args[0])(context, builder, words)
        where = builder.bitcast(builder.gep(its.data, [number]), _BYTE.as_pointer())
        kinds = llvm.FunctionType(llvm.VoidType(), [where.type, _INT, _INT, _INT])
        instruction = builder.module.declare_intrinsic("llvm.prefetch", [where.type], kinds)
        builder.call(instruction, [where, _INT(0), _INT(3), _INT(1)])  # to read; soon again; data
        return context.get_dummy_value()

    return numba.void(array, place), write


def look(table: Words, line: Any, its: np.uint64) -> tuple[np.uint64, np.uint64]:
    """
    Look at all slots of a line of a table at once, and do not guess which it will be.

    Returns
    -------
    tuple
        Two words with a bit for each slot, the first the lowest: whether it says `its` above the
        bits that number the slots of the table; whether nothing is in it.
    """
    slots = [int(slot) for slot in table[int(line) : int(line) + LINE]]
    above = -len(table)
    same = sum((slot & above == int(its)) << j for j, slot in enumerate(slots))
    free = sum((slot == 0) << j for j, slot in enumerate(slots))
    return np.uint64(same), np.uint64(free)


def _look(_: Any, table: Any, line: Any, its: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        words, first, wanted = arguments
        array = context.make_array(signature.args[0])(context, builder, words)
        place = builder.bitcast(builder.gep(array.data, [first]), _ROW.as_pointer())
        slots = builder.load(place, align=8)
        undefined = llvm.Constant(_ROW, llvm.Undefined)

        def each(word: Any) -> Any:
            first = builder.insert_element(undefined, word, _INT(0))
            everywhere = llvm.Constant(llvm.VectorType(_INT, LINE), [0] * LINE)
            return builder.shuffle_vector(first, undefined, everywhere)

        above = builder.neg(builder.extract_value(array.shape, 0))
        same = builder.icmp_unsigned("==", builder.and_(slots, each(above)), each(wanted))
        free = builder.icmp_unsigned("==", slots, llvm.Constant(_ROW, [0] * LINE))
        bits = [builder.zext(builder.bitcast(its, _BYTE), _WORD) for its in (same, free)]
        return context.make_tuple(builder, signature.return_type, bits)

    pair: Any = numba.types.UniTuple
    return pair(numba.uint64, 2)(table, line, its), write


_lowest_bit_written: Any = intrinsic(_lowest_bit)
_touch_written: Any = intrinsic(_touch)
_look_written: Any = intrinsic(_look)


@overload(lowest_bit, strict=False)
def _of_lowest_bit(_bits: Any) -> Any:
    return lambda bits: _lowest_bit_written(bits)  # noqa: PLW0108 - a function it must be


@overload(touch, strict=False)
def _of_touch(_array: Any, _place: Any) -> Any:
    return lambda array, place: _touch_written(array, place)  # noqa: PLW0108


@overload(look, strict=False)
def _of_look(_table: Any, _line: Any, _its: Any) -> Any:
    return lambda table, line, its: _look_written(table, line, its)  # noqa: PLW0108
