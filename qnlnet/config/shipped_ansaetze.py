"""Which gates the names of the ansätze in configs/ stand for, whatever becomes of the files there."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, fields

_Qubits = str | tuple[int, ...]
_Path = tuple[int | str, ...]


@dataclass(frozen=True)
class Layout:
    """The gates of one repetition, without a name.

    Attributes:
        num_qubits: The only number of qubits that they are defined for; None: any from 2.
        rotations: Gates and the qubits that they are on.
        entangling: Gates and the paths that they follow.
        closing_rotations: As `rotations`, after the entangling gates.
    """

    num_qubits: int | None
    rotations: tuple[tuple[str, _Qubits], ...]
    entangling: tuple[tuple[str, _Path], ...]
    closing_rotations: tuple[tuple[str, _Qubits], ...]

    def differences(self, other: "Layout") -> list[str]:
        """Returns the settings in which `other` differs.

        Gates for any number of qubits are the same gates where they are only used with one.
        """
        names = [field.name for field in fields(self) if getattr(self, field.name) != getattr(other, field.name)]
        return [f"`ansatz.{name}`" for name in names if name != "num_qubits" or self.num_qubits is not None]


_PATHS: Mapping[str, tuple[int | None, _Path]] = {
    "0": (None, (1, "...", -1, 0)),
    "1": (None, (-1, "...", 0)),
    "2": (4, (1, 3, 2, 0)),
}
_FIRST_GATES = {"": "rz", "_ry": "ry"}  # of the paper, and of the released code until June 2024

SHIPPED: Mapping[str, Layout] = {
    name + suffix: Layout(
        num_qubits=num_qubits,
        rotations=((gate, "first"), ("ry", "middle"), ("rx", "last")),
        entangling=(("cx", path),),
        closing_rotations=(("rz", "first"),),
    )
    for (name, (num_qubits, path)), (suffix, gate) in itertools.product(_PATHS.items(), _FIRST_GATES.items())
}
