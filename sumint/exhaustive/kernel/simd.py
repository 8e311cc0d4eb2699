"""SIMD vectors with one lane per sum, as a type that numba compiles to the processor's vector registers.

numba leaves vectorisation to LLVM, and LLVM does not vectorise a loop if it cannot prove that two arrays do not
overlap. Here a vector is an explicit value that is loaded, computed with and stored, so intermediate results stay
in registers. These functions can be called only in functions that numba compiles.

`WIDTH` is the number of lanes: one register of AVX-512 or two of AVX2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from sumint.exhaustive.kernel.jit import inlined

WIDTH = 16

_intrinsic = cast("Callable[[Callable[..., Any]], Any]", intrinsic)
"""For type checkers: the compiled function takes one argument fewer than the function that generates its code."""

_FLOAT, _INT = ir.FloatType(), ir.IntType(32)
_FLOATS, _INTS = ir.VectorType(_FLOAT, WIDTH), ir.VectorType(_INT, WIDTH)
_ALIGNMENT = 4
"""Bytes: that of an array's elements, since a vector may begin at any of them."""


class VectorType(types.Type):
    """Numba's type of a vector of `WIDTH` numbers in single precision."""

    def __init__(self) -> None:
        super().__init__(name=f"Vector({WIDTH})")


vector_type = VectorType()


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, data_model_manager: Any, numba_type: VectorType) -> None:
        super().__init__(data_model_manager, numba_type, _FLOATS)


def _element(context: Any, builder: ir.IRBuilder, array_type: Any, array: Any, index: Any) -> Any:
    """The address of `array[index]`; a negative index does not count from the end."""
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [index])


def _address(context: Any, builder: ir.IRBuilder, array_type: Any, array: Any, index: Any) -> Any:
    return builder.bitcast(_element(context, builder, array_type, array, index), _FLOATS.as_pointer())


def _repeat(builder: ir.IRBuilder, number: Any) -> Any:
    first = builder.insert_element(ir.Constant(_FLOATS, ir.Undefined), number, ir.Constant(_INT, 0))
    return builder.shuffle_vector(first, first, ir.Constant(_INTS, [0] * WIDTH))


@_intrinsic
def load(_: Any, array: Any, index: Any) -> Any:
    """The vector that begins at `array[index]`, in a contiguous one-dimensional array in single precision."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.load(_address(context, builder, signature.args[0], *arguments), align=_ALIGNMENT)

    return vector_type(array, types.intp), generate


@_intrinsic
def store(_: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write a vector to `array`, beginning at `array[index]`."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, index, vector = arguments
        builder.store(vector, _address(context, builder, signature.args[0], array, index), align=_ALIGNMENT)
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), generate


@_intrinsic
def splat(_: Any, number: Any) -> Any:
    """A vector with the same number in every lane."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return _repeat(builder, arguments[0])

    return vector_type(types.float32), generate


@_intrinsic
def broadcast(_: Any, array: Any, index: Any) -> Any:
    """A vector with `array[index]` in every lane, for a contiguous one-dimensional array in single precision."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return _repeat(builder, builder.load(_element(context, builder, signature.args[0], *arguments)))

    return vector_type(array, types.intp), generate


def _operation(generate_one: Callable[[ir.IRBuilder, Any], Any], n_operands: int) -> Any:
    """An operation on vectors, lane by lane."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return generate_one(builder, arguments)

    signature = vector_type(*[vector_type] * n_operands)
    match n_operands:
        case 1:
            return _intrinsic(lambda _, x: (signature, generate))
        case 2:
            return _intrinsic(lambda _, x, y: (signature, generate))
        case 3:
            return _intrinsic(lambda _, x, y, z: (signature, generate))
        case 4:
            return _intrinsic(lambda _, x, y, z, otherwise: (signature, generate))


def _of_llvm(name: str, n_operands: int) -> Any:
    def call(builder: ir.IRBuilder, arguments: Any) -> Any:
        kind = ir.FunctionType(_FLOATS, [_FLOATS] * n_operands)
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{WIDTH}f32")
        return builder.call(function, arguments)

    return _operation(call, n_operands)


def _power_of_two(builder: ir.IRBuilder, arguments: Any) -> Any:
    """2 to the power of integers between −126 and 127, by writing them into the exponent bits."""
    exponent = builder.fptosi(arguments[0], _INTS)
    biased = builder.add(exponent, ir.Constant(_INTS, [127] * WIDTH))
    return builder.bitcast(builder.shl(biased, ir.Constant(_INTS, [23] * WIDTH)), _FLOATS)


def _binary_exponent(builder: ir.IRBuilder, arguments: Any) -> Any:
    """The integer part of a positive number's binary logarithm, from its exponent bits."""
    bits = builder.bitcast(arguments[0], _INTS)
    biased = builder.lshr(bits, ir.Constant(_INTS, [23] * WIDTH))
    return builder.sitofp(builder.sub(biased, ir.Constant(_INTS, [127] * WIDTH)), _FLOATS)


def _where(comparison: str) -> Any:
    def choose(builder: ir.IRBuilder, arguments: Any) -> Any:
        left, right, then, otherwise = arguments
        return builder.select(builder.fcmp_ordered(comparison, left, right), then, otherwise)

    return _operation(choose, 4)


add = _operation(lambda builder, operands: builder.fadd(*operands), 2)
subtract = _operation(lambda builder, operands: builder.fsub(*operands), 2)
multiply = _operation(lambda builder, operands: builder.fmul(*operands), 2)
divide = _operation(lambda builder, operands: builder.fdiv(*operands), 2)
multiply_add = _of_llvm("fma", 3)
"""x · y + z, with a single rounding."""
larger = _of_llvm("maxnum", 2)
smaller = _of_llvm("minnum", 2)
square_root = _of_llvm("sqrt", 1)
nearest_whole = _of_llvm("rint", 1)
power_of_two = _operation(_power_of_two, 1)
binary_exponent = _operation(_binary_exponent, 1)
where_equal = _where("==")
"""Selects, lane by lane, the third vector where the first two are equal, and the fourth elsewhere."""
where_larger = _where(">")
"""Selects, lane by lane, the third vector where the first is larger than the second, and the fourth elsewhere."""

_LEAST, _LARGEST = -87.0, 88.0
_LOG2_E = 1.4426950408889634
_LN2 = 0.6931471805599453
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4
"""ln 2 as a sum of two parts; the first has few bits, so that its multiples are exact."""
_TAYLOR = (1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0)


@inlined
def exponential(x: Any) -> Any:
    """e to the power of x, accurate to about one unit in the last place, for x clamped to −87 … 88."""
    x = larger(smaller(x, splat(_LARGEST)), splat(_LEAST))
    whole = nearest_whole(multiply(x, splat(_LOG2_E)))
    rest = multiply_add(whole, splat(-_LN2_HIGH), x)
    rest = multiply_add(whole, splat(-_LN2_LOW), rest)
    power = splat(_TAYLOR[0])
    for coefficient in _TAYLOR[1:]:
        power = multiply_add(power, rest, splat(coefficient))
    return multiply(power, power_of_two(whole))


_SQUARE_ROOT_OF_TWO = 1.4142135623730951
_ODD = (1 / 9, 1 / 7, 1 / 5, 1 / 3, 1.0)


@inlined
def logarithm(x: Any) -> Any:
    """The natural logarithm of numbers of at least 1, by log m = 2 artanh((m − 1) / (m + 1)) with m near 1."""
    whole = binary_exponent(multiply(x, splat(_SQUARE_ROOT_OF_TWO)))
    near_one = multiply(x, power_of_two(subtract(splat(0.0), whole)))
    ratio = divide(subtract(near_one, splat(1.0)), add(near_one, splat(1.0)))
    square = multiply(ratio, ratio)
    series = splat(_ODD[0])
    for coefficient in _ODD[1:]:
        series = multiply_add(series, square, splat(coefficient))
    return multiply_add(whole, splat(_LN2), multiply(add(ratio, ratio), series))
