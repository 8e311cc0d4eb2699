"""SIMD vectors with one lane per sum, as a type that numba compiles to the processor's vector registers.

numba leaves vectorisation to LLVM, and LLVM does not vectorise a loop if it cannot prove that two arrays do not
overlap. Here a vector is an explicit value that is loaded, computed with and stored, so intermediate results stay
in registers. These functions can be called only in functions that numba compiles, with arrays that are contiguous,
one-dimensional and in single precision.

A value is one vector, or `FOUR` or `EIGHT` vectors that do not wait for one another. An operation on several is
written and compiled once; among its operands, one vector stands for several that are equal, and a number for
vectors that have it in every lane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from sumint.exhaustive.kernel.jit import inlined
from sumint.exhaustive.kernel.lanes import WIDTH

FOUR, EIGHT = 4, 8

_intrinsic = cast("Callable[[Callable[..., Any]], Any]", intrinsic)
"""For type checkers: the compiled function takes one argument fewer than the function that generates its code."""

_FLOAT, _INT = ir.FloatType(), ir.IntType(32)
_FLOATS, _INTS = ir.VectorType(_FLOAT, WIDTH), ir.VectorType(_INT, WIDTH)
_ALIGNMENT = 4
"""Bytes: that of an array's elements, since a vector may begin at any of them."""


class VectorType(types.Type):
    """Numba's type of a value that consists of a number of vectors."""

    def __init__(self, n_vectors: int) -> None:
        super().__init__(name=f"Vector({n_vectors}, {WIDTH})")
        self.n_vectors = n_vectors
        # Not one long vector: LLVM would read the parts of it backwards, which processors do not expect.
        self.of_llvm = _FLOATS if n_vectors == 1 else ir.ArrayType(_FLOATS, n_vectors)


_one_vector, _four_vectors, _eight_vectors = (VectorType(n_vectors) for n_vectors in (1, FOUR, EIGHT))


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, data_model_manager: Any, numba_type: VectorType) -> None:
        super().__init__(data_model_manager, numba_type, numba_type.of_llvm)


class _Array:
    """An array in generated code; a negative index does not count from its end."""

    def __init__(self, context: Any, builder: ir.IRBuilder, array_type: Any, array: Any) -> None:
        self._builder = builder
        self._data = context.make_array(array_type)(context, builder, array).data

    def element(self, index: Any) -> Any:
        """The element at an index."""
        return self._builder.load(self._builder.gep(self._data, [index]))

    def load(self, index: Any) -> Any:
        """The vector that begins at an index."""
        return self._builder.load(self._address(index), align=_ALIGNMENT)

    def store(self, index: Any, vector: Any) -> None:
        """Write a vector, beginning at an index."""
        self._builder.store(vector, self._address(index), align=_ALIGNMENT)

    def _address(self, index: Any) -> Any:
        return self._builder.bitcast(self._builder.gep(self._data, [index]), _FLOATS.as_pointer())


def _repeated(builder: ir.IRBuilder, number: Any) -> Any:
    """A vector with the same number in every lane."""
    first = builder.insert_element(ir.Constant(_FLOATS, ir.Undefined), number, ir.Constant(_INT, 0))
    return builder.shuffle_vector(first, first, ir.Constant(_INTS, [0] * WIDTH))


def _value(builder: ir.IRBuilder, vectors: Sequence[Any]) -> Any:
    """The value that consists of these vectors."""
    return vectors[0] if len(vectors) == 1 else cgutils.pack_array(builder, vectors)


def _vectors(builder: ir.IRBuilder, value: Any) -> Sequence[Any]:
    """The vectors that a value consists of."""
    return cgutils.unpack_tuple(builder, value) if isinstance(value.type, ir.ArrayType) else [value]


def _places(builder: ir.IRBuilder, index: Any, step: Any, n_vectors: int) -> list[Any]:
    return [builder.add(index, builder.mul(step, ir.Constant(step.type, number))) for number in range(n_vectors)]


def _loading(result: VectorType) -> Any:
    """The function that loads several vectors, the first from `array[index]` on, the others in steps."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, index, step = arguments
        source = _Array(context, builder, signature.args[0], array)
        return _value(builder, [source.load(place) for place in _places(builder, index, step, result.n_vectors)])

    return _intrinsic(lambda _, array, index, step: (result(array, types.intp, types.intp), generate))


def _storing(kind: VectorType) -> Any:
    """The function that writes several vectors, the first from `array[index]` on, the others in steps."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, index, step, value = arguments
        target = _Array(context, builder, signature.args[0], array)
        places = _places(builder, index, step, kind.n_vectors)
        for place, vector in zip(places, _vectors(builder, value), strict=True):
            target.store(place, vector)
        return context.get_dummy_value()

    def typed(_: Any, array: Any, index: Any, step: Any, value: Any) -> Any:
        return types.void(array, types.intp, types.intp, kind), generate

    return _intrinsic(typed)


load_four, load_eight = _loading(_four_vectors), _loading(_eight_vectors)
store_four, store_eight = _storing(_four_vectors), _storing(_eight_vectors)


@_intrinsic
def load(_: Any, array: Any, index: Any) -> Any:
    """The vector that begins at `array[index]`."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, index = arguments
        return _Array(context, builder, signature.args[0], array).load(index)

    return _one_vector(array, types.intp), generate


@_intrinsic
def store(_: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write a vector to `array`, beginning at `array[index]`."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, index, vector = arguments
        _Array(context, builder, signature.args[0], array).store(index, vector)
        return context.get_dummy_value()

    return types.void(array, types.intp, _one_vector), generate


def _broadcasting(result: VectorType) -> Any:
    """The function that makes one vector of each of some elements from `array[index]` on."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, index = arguments
        source = _Array(context, builder, signature.args[0], array)
        places = _places(builder, index, ir.Constant(index.type, 1), result.n_vectors)
        return _value(builder, [_repeated(builder, source.element(place)) for place in places])

    return _intrinsic(lambda _, array, index: (result(array, types.intp), generate))


broadcast, broadcast_eight = _broadcasting(_one_vector), _broadcasting(_eight_vectors)


def _splatting(result: VectorType) -> Any:
    """The function that makes vectors that have the same number in every lane."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return _value(builder, [_repeated(builder, arguments[0])] * result.n_vectors)

    return _intrinsic(lambda _, number: (result(types.float32), generate))


splat, splat_four = _splatting(_one_vector), _splatting(_four_vectors)


@_intrinsic
def ordinals(_: Any) -> Any:
    """Four vectors: one of zeros, one of ones, one of twos and one of threes."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return _value(builder, [ir.Constant(_FLOATS, [float(number)] * WIDTH) for number in range(FOUR)])

    return _four_vectors(), generate


@_intrinsic
def sum_of_four(_: Any, value: Any) -> Any:
    """The sum of four vectors."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        a, b, c, d = _vectors(builder, arguments[0])
        return builder.fadd(builder.fadd(a, b), builder.fadd(c, d))

    return _one_vector(_four_vectors), generate


def _operation(generate_one: Callable[[ir.IRBuilder, Any], Any], n_operands: int) -> Any:
    """An operation on vectors, lane by lane."""

    def typed(*operands: Any) -> Any:
        vectors = [operand for operand in operands if isinstance(operand, VectorType)]
        result = max(vectors, key=lambda operand: operand.n_vectors)
        return result(*(one if one in vectors else types.float32 for one in operands)), generate

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        n_vectors = signature.return_type.n_vectors

        def vectors_of(kind: Any, argument: Any) -> Sequence[Any]:
            is_number = not isinstance(kind, VectorType)
            vectors = _vectors(builder, _repeated(builder, argument) if is_number else argument)
            return vectors if len(vectors) == n_vectors else [*vectors] * n_vectors

        operands = [vectors_of(*one) for one in zip(signature.args, arguments, strict=True)]
        return _value(builder, [generate_one(builder, one) for one in zip(*operands, strict=True)])

    match n_operands:
        case 1:
            return _intrinsic(lambda _, x: typed(x))
        case 2:
            return _intrinsic(lambda _, x, y: typed(x, y))
        case 3:
            return _intrinsic(lambda _, x, y, z: typed(x, y, z))
        case 4:
            return _intrinsic(lambda _, x, y, z, otherwise: typed(x, y, z, otherwise))


def _of_llvm(name: str, n_operands: int) -> Any:
    def call(builder: ir.IRBuilder, operands: Any) -> Any:
        kind = ir.FunctionType(_FLOATS, [_FLOATS] * n_operands)
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{WIDTH}f32")
        return builder.call(function, operands)

    return _operation(call, n_operands)


def _power_of_two(builder: ir.IRBuilder, operands: Any) -> Any:
    """2 to the power of integers between −126 and 127, by writing them into the exponent bits."""
    exponent = builder.fptosi(operands[0], _INTS)
    biased = builder.add(exponent, ir.Constant(_INTS, [127] * WIDTH))
    return builder.bitcast(builder.shl(biased, ir.Constant(_INTS, [23] * WIDTH)), _FLOATS)


def _binary_exponent(builder: ir.IRBuilder, operands: Any) -> Any:
    """The integer part of a positive number's binary logarithm, from its exponent bits."""
    bits = builder.bitcast(operands[0], _INTS)
    biased = builder.lshr(bits, ir.Constant(_INTS, [23] * WIDTH))
    return builder.sitofp(builder.sub(biased, ir.Constant(_INTS, [127] * WIDTH)), _FLOATS)


def _where(comparison: str) -> Any:
    def choose(builder: ir.IRBuilder, operands: Any) -> Any:
        left, right, then, otherwise = operands
        return builder.select(builder.fcmp_ordered(comparison, left, right), then, otherwise)

    return _operation(choose, 4)


def _chosen(comparison: str) -> Any:
    def choose(builder: ir.IRBuilder, operands: Any) -> Any:
        return builder.select(builder.fcmp_ordered(comparison, *operands), *operands)

    return _operation(choose, 2)


add = _operation(lambda builder, operands: builder.fadd(*operands), 2)
subtract = _operation(lambda builder, operands: builder.fsub(*operands), 2)
multiply = _operation(lambda builder, operands: builder.fmul(*operands), 2)
divide = _operation(lambda builder, operands: builder.fdiv(*operands), 2)
multiply_add = _of_llvm("fma", 3)
"""x · y + z, with a single rounding."""
larger = _chosen(">")
"""The larger of two numbers; the second if one of them is NaN."""
smaller = _chosen("<")
"""The smaller of two numbers; the second if one of them is NaN."""
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
    x = larger(smaller(x, _LARGEST), _LEAST)
    whole = nearest_whole(multiply(x, _LOG2_E))
    rest = multiply_add(whole, -_LN2_HIGH, x)
    rest = multiply_add(whole, -_LN2_LOW, rest)
    power = multiply_add(rest, _TAYLOR[0], _TAYLOR[1])
    for coefficient in _TAYLOR[2:]:
        power = multiply_add(power, rest, coefficient)
    return multiply(power, power_of_two(whole))


_SQUARE_ROOT_OF_TWO = 1.4142135623730951
_ODD = (1 / 9, 1 / 7, 1 / 5, 1 / 3, 1.0)


@inlined
def logarithm(x: Any) -> Any:
    """The natural logarithm of numbers of at least 1, by log m = 2 artanh((m − 1) / (m + 1)) with m near 1."""
    whole = binary_exponent(multiply(x, _SQUARE_ROOT_OF_TWO))
    near_one = multiply(x, power_of_two(subtract(0.0, whole)))
    ratio = divide(subtract(near_one, 1.0), add(near_one, 1.0))
    square = multiply(ratio, ratio)
    series = multiply_add(square, _ODD[0], _ODD[1])
    for coefficient in _ODD[2:]:
        series = multiply_add(series, square, coefficient)
    return multiply_add(whole, _LN2, multiply(add(ratio, ratio), series))
