"""The gates of an ansatz as data: groups of qubits, paths, and a name that stands for them."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, StrictInt, Tag, field_validator, model_validator

from qnlnet.config.section import Section
from qnlnet.config.shipped_ansaetze import SHIPPED, Layout
from qnlnet.errors import argument_error

FIXED_ENTANGLERS = ("cx", "cz", "swap")
TURNING_ENTANGLERS = ("rxx", "ryy", "rzz", "crx", "cry", "crz")  # with an angle, so a weight, of their own
_NAME = re.compile(r"\w[\w.+-]{0,59}")  # safe in the name of a file, in a table and in a figure

QubitIndex = StrictInt | Literal["..."]
Path = tuple[QubitIndex, ...]


class RotationConfig(Section):
    """One rotation gate on a group of qubits, one weight per qubit."""

    gate: Literal["rx", "ry", "rz"]
    qubits: Literal["first", "middle", "last", "all"] | tuple[int, ...]


class EntanglerConfig(Section):
    """One two-qubit gate along a path; a gate that turns has one weight for each pair of qubits.

    Attributes:
        gate: The gate; the first qubit of a pair is the control, if the gate has one.
        path: Qubits such as ``(1, "...", -1, 0)``: 1→2, …, n−2→n−1, n−1→0.
    """

    gate: Literal["cx", "cz", "swap", "rxx", "ryy", "rzz", "crx", "cry", "crz"] = "cx"
    path: Path


def _entangler_kind(value: Any) -> str:
    return "gate and path" if isinstance(value, dict | EntanglerConfig) else "bare path"


# A bare path is one of CX gates.
AnyEntangler = Annotated[
    Annotated[Path, Tag("bare path")] | Annotated[EntanglerConfig, Tag("gate and path")], Discriminator(_entangler_kind)
]


class AnsatzConfig(Section):
    """One repetition of the variational circuit, as data.

    Attributes:
        name: What rows, tables and folders call these gates. The names of the ansätze in configs/ are theirs alone.
        num_qubits: The only number of qubits that it is defined for; None: any from 2.
        rotations: What comes first.
        entangling: Paths of CX gates, or of others with their names.
        closing_rotations: What comes last.
    """

    name: str
    num_qubits: int | None = Field(default=None, strict=True, ge=2)
    rotations: tuple[RotationConfig, ...]
    entangling: tuple[AnyEntangler, ...]
    closing_rotations: tuple[RotationConfig, ...] = ()

    @property
    def entanglers(self) -> tuple[EntanglerConfig, ...]:
        """The paths of `entangling`, each with its gate."""
        return tuple(
            each if isinstance(each, EntanglerConfig) else EntanglerConfig(path=each) for each in self.entangling
        )

    @property
    def layout(self) -> Layout:
        """The gates in the form in which `SHIPPED` has them, which leaves the name out."""
        return Layout(
            num_qubits=self.num_qubits,
            rotations=tuple((rotation.gate, rotation.qubits) for rotation in self.rotations),
            entangling=tuple((entangler.gate, entangler.path) for entangler in self.entanglers),
            closing_rotations=tuple((rotation.gate, rotation.qubits) for rotation in self.closing_rotations),
        )

    @property
    def shipped_name(self) -> str | None:
        """The name of the ansatz in configs/ that has these gates, whatever this one is called; None: there is none."""
        return next((name for name, layout in SHIPPED.items() if not layout.differences(self.layout)), None)

    @field_validator("entangling", mode="before")
    @classmethod
    def _write_cx_as_a_path(cls, value: Any) -> Any:
        """Gives CX gates one spelling, the bare path: two would be two configurations."""
        return [_without_cx(each) for each in value] if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not _NAME.fullmatch(self.name):
            requirement = "begin with a letter or digit and have at most 60 letters, digits and . _ + -"
            raise argument_error("ansatz.name", requirement, self.name)
        if self.name in SHIPPED:
            different = SHIPPED[self.name].differences(self.layout)
            if not different and SHIPPED[self.name].num_qubits != self.num_qubits:
                different = ["`ansatz.num_qubits`"]  # the same gates, but rows of another hash under one name
            if different:
                raise rename_error(self.name, different)
        return self


def _without_cx(entangler: Any) -> Any:
    """Returns the path of CX gates that are written with their name; anything else as it is."""
    if isinstance(entangler, EntanglerConfig):
        return entangler.path if entangler.gate == "cx" else entangler
    if isinstance(entangler, Mapping) and "path" in entangler and {"gate": "cx", **entangler}.get("gate") == "cx":
        return entangler["path"] if entangler.keys() <= {"gate", "path"} else entangler
    return entangler


def rename_error(name: str, different: list[str], new_name: str = "my_ansatz") -> Exception:
    """Returns the error of gates that carry the name of others.

    Args:
        name: The name.
        different: The settings in which the gates differ from those that the name stands for.
        new_name: A name that they could have.
    """
    return argument_error(
        "ansatz.name",
        f"be another name where {' and '.join(different)} differ from those of ansatz {name}",
        name,
        "A name stands for its gates, in every row and table. Name yours otherwise: "
        f"ansatz.name={new_name} on the command line, or in a file of your own the file's name.",
    )
