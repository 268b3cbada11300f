"""Vector instructions written out in LLVM's language, for the few loops in which compilers do not find them.

An intrinsic is a function that Numba compiles to the instructions that we write down. Vectors have a fixed length here; where a
machine's own are shorter or longer, LLVM cuts them to its size, so the same lines serve every processor. Arrays are in memory
order, places in them are counted in numbers from their first, whatever their axes, and nothing looks whether a place is inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

FUSED = ("contract",)  # a product and a sum may become one instruction


def intrinsic(names: tuple[str, ...], emit: Callable[[Writer], None]) -> Any:
    """A function for compiled loops that does what `emit` writes; its arguments are arrays in memory order and whole numbers.

    Parameters
    ----------
    names : of its arguments, which `emit` finds in the writer
    emit : writes the instructions
    """
    from numba.core import types
    from numba.extending import intrinsic as numba_intrinsic

    def typed(_: Any, *args: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            arguments = zip(names, zip(signature.args, values, strict=True), strict=True)
            emit(Writer(context, builder, dict(arguments)))
            return context.get_dummy_value()

        return types.void(*(a if isinstance(a, types.Array) else types.int64 for a in args)), generate

    # Numba counts the parameters of the function that it is given
    room: dict[str, Any] = {"typed": typed}
    exec(f"def instruction(context, {', '.join(names)}): return typed(context, {', '.join(names)})", room)
    return numba_intrinsic(room["instruction"])


class Writer:
    """Writes the instructions of an intrinsic; its arguments are found by name, numbers as ``w["name"]``.

    Attributes
    ----------
    b : LLVM's builder, for what has no method here
    """

    def __init__(self, context: Any, builder: Any, arguments: dict[str, tuple[Any, Any]]) -> None:
        from numba.core import types

        self.b, self._numbers, self._arrays = builder, {}, {}
        for name, (kind, value) in arguments.items():
            self._numbers[name] = value
            if isinstance(kind, types.Array):
                self._arrays[name] = context.make_array(kind)(context, builder, value).data

    def __getitem__(self, name: str) -> Any:
        return self._numbers[name]

    def whole(self, number: int) -> Any:
        """A constant: a place or a count."""
        from llvmlite import ir

        return ir.IntType(64)(number)

    @contextmanager
    def loop(self, count: Any) -> Iterator[Any]:
        """What is written inside is done `count` times, with the index from 0."""
        from numba.core import cgutils

        with cgutils.for_range(self.b, count) as counted:
            yield counted.index

    def place(self, start: Any, *steps: tuple[Any, Any]) -> Any:
        """start + index * stride + ..."""
        for index, stride in steps:
            start = self.b.add(start, self.b.mul(index, stride))
        return start

    def after(self, place: Any, numbers: int) -> Any:
        return self.b.add(place, self.whole(numbers))

    def vector(self, array: str, length: int) -> Any:
        """The type of a vector of an array's numbers."""
        from llvmlite import ir

        return ir.VectorType(self._arrays[array].type.pointee, length)

    def number(self, array: str, place: Any) -> Any:
        return self.b.load(self.b.gep(self._arrays[array], [place]))

    def put(self, array: str, place: Any, number: Any) -> None:
        self.b.store(number, self.b.gep(self._arrays[array], [place]))

    def load(self, array: str, place: Any, length: int) -> Any:
        return self.b.load(self._pointer(array, place, length), align=self._align(array))

    def store(self, array: str, place: Any, vector: Any) -> None:
        self.b.store(vector, self._pointer(array, place, vector.type.count), align=self._align(array))

    def stream(self, array: str, place: Any, vector: Any) -> None:
        """Store 32 bytes past the caches; their address must be one that 32 divides."""
        from llvmlite import ir

        one = self.b.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
        self.b.store(vector, self._pointer(array, place, vector.type.count), align=32).set_metadata("nontemporal", one)

    def length(self, array: str) -> int:
        """How many numbers of an array 32 bytes hold."""
        return 32 // self._align(array)

    def _pointer(self, array: str, place: Any, length: int) -> Any:
        return self.b.bitcast(self.b.gep(self._arrays[array], [place]), self.vector(array, length).as_pointer())

    def _align(self, array: str) -> int:
        return 4 if str(self._arrays[array].type.pointee) == "float" else 8

    def pick(self, one: Any, other: Any, places: Sequence[int]) -> Any:
        """A vector of these places of two vectors laid end to end."""
        from llvmlite import ir

        return self.b.shuffle_vector(one, other, ir.Constant(ir.VectorType(ir.IntType(32), len(places)), list(places)))

    def spread(self, number: Any, length: int) -> Any:
        """A vector of one number."""
        from llvmlite import ir

        nothing = ir.Constant(ir.VectorType(number.type, length), ir.Undefined)
        return self.pick(self.b.insert_element(nothing, number, ir.IntType(32)(0)), nothing, [0] * length)

    def zeros(self, array: str, length: int) -> Any:
        from llvmlite import ir

        return ir.Constant(self.vector(array, length), [0.0] * length)

    def total(self, vector: Any) -> Any:
        """The sum of a vector's numbers, halves onto halves."""
        from llvmlite import ir

        while vector.type.count > 1:
            half = vector.type.count // 2
            low, high = self.pick(vector, vector, range(half)), self.pick(vector, vector, range(half, 2 * half))
            vector = self.b.fadd(low, high)
        return self.b.extract_element(vector, ir.IntType(32)(0))


class Sums:
    """Vectors that stay in registers while products are added to them."""

    def __init__(self, writer: Writer, array: str, count: int, length: int) -> None:
        from numba.core import cgutils

        self._w, zeros = writer, writer.zeros(array, length)
        self._sums = [cgutils.alloca_once(writer.b, zeros.type) for _ in range(count)]
        for i in range(count):
            self.start(i, zeros)

    def start(self, i: int, vector: Any) -> None:
        self._w.b.store(vector, self._sums[i])

    def add_product(self, i: int, one: Any, other: Any) -> None:
        b = self._w.b
        b.store(b.fadd(b.load(self._sums[i]), b.fmul(one, other, flags=FUSED), flags=FUSED), self._sums[i])

    def __getitem__(self, i: int) -> Any:
        return self._w.b.load(self._sums[i])
