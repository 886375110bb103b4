"""The settings of the net of patches in the repository uwjunqi/QTN-VQC (Qi, Yang, Chen, arXiv 2110.03861)."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field

from qnlnet.config.data import DataConfig
from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_Blocks = Annotated[int, Field(strict=True, ge=1, le=32)]
_SIDES = range(24, 30)  # pixels of which averages of 6 × 6 are 4 in a row


class QTNPatchesConfig(CircuitConfig):
    """4 × 4 averages of pixels → a circuit for each quarter, four qubits → one of their 16 values → linear head.

    Attributes:
        blocks: Blocks of gates, U3 on each qubit and a ring of controlled U3, of the circuit that sees the quarters.
        joint_blocks: The same of the circuit that sees their values.
        carry_state: Whether each circuit begins with the state that the one before it has left, as where the encoder
            of torchquantum does not reset it; false: with |0000⟩.
        layer: ``quantum``; ``frozen``, the circuits as drawn; or in their place, to compare, ``none``: the head sees
            the averages.
    """

    title: ClassVar[str] = "QTN patches"
    spoken: ClassVar[tuple[str, ...]] = ("layer", "carry_state")
    num_qubits: ClassVar[int] = 4

    name: Literal["qtn_patches"] = "qtn_patches"
    blocks: _Blocks = 5
    joint_blocks: _Blocks = 4
    carry_state: bool = False
    layer: Literal["quantum", "frozen", "none"] = "quantum"

    def completed(self, data: DataConfig) -> Self:
        """Returns the settings without `carry_state`, which a recipe has for circuits, where there are none."""
        return self if self.runs_circuit else self.model_copy(update={"carry_state": False})

    def check(self, run: "RunConfig") -> None:
        channels, height, width = run.data.image_shape
        if channels != 1 or height not in _SIDES or width not in _SIDES:
            sides = f"{_SIDES[0]} to {_SIDES[-1]}"
            requirement = f"have one channel and {sides} pixels in height and width with model={self.name}"
            advice = "Averages of 6 × 6 of them must be 4 × 4."
            raise argument_error("data.image_shape", requirement, list(run.data.image_shape), advice)
        if not self.runs_circuit:
            self.check_left_out("blocks", "joint_blocks", why=f"layer={self.layer}")
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_parts(self) -> list[str]:
        return [self.name, *(["carried"] if self.carry_state else [])]

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        what = {"quantum": "trained circuits", "frozen": "frozen circuits", "none": "no circuits"}[self.layer]
        return [self.name, what, *(["state carried over"] if self.carry_state else [])]
