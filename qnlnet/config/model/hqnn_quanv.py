"""The settings of HQNN-Quanv (Senokosov et al. 2023, arXiv 2304.09224)."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from qnlnet.config.data import DataConfig
from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.patches import PatchesConfig
from qnlnet.config.section import Count, Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_MOST_QUBITS = 16


class HQNNQuanvConfig(PatchesConfig):
    """Patches of the image → a circuit with a qubit for each pixel → linear head.

    Attributes:
        circuit: The paper's own is not known; these are the public ones. ``strong``: (π/2) · tanh(pixel) by RX,
            strongly entangling layers, ⟨Y⟩, then batch normalisation and ReLU. ``basic``: π · pixel by RX, basic
            entangling layers, ⟨Z⟩. ``cnot``: π · pixel by RY, four rotations and three CNOTs, ⟨Z⟩.
        layers: Layers of it; left out: 1 of ``strong``, 4 of ``basic``.
        stride: Pixels from one patch to the next; left out: 2, with ``cnot`` 1.
        joint_channels: Channels that one circuit sees together: 1, each by itself, or all of a colour image.
        layer: ``quantum`` trains the circuit; ``frozen`` leaves its weights as drawn. In its place, to compare:
            ``conv``, a convolution with as many outputs; ``frozen_conv``, that one as drawn; ``none``, the pixels
            themselves.
        detached: Whether the circuit's values are cut off from its weights, which then never move, as in the public
            code of ``basic``.
        weights: ``drawn``; or ``zeros``, which the circuit gets in place of its weights, as in that of ``cnot``.
        relu_scores: Whether scores go through ReLU, as in that of ``basic``.
        patch_order: ``mixed``: patches and channels change places on their way, as in that of ``strong``.
    """

    title: ClassVar[str] = "HQNN-Quanv"
    spoken: ClassVar[tuple[str, ...]] = ("circuit", "layer", "detached", "weights")
    implied: ClassVar[tuple[str, ...]] = ("layers", "stride")

    name: Literal["hqnn_quanv"] = "hqnn_quanv"
    circuit: Literal["strong", "basic", "cnot"] = "strong"
    layers: Repetitions | None = None
    stride: Count | None = None
    joint_channels: Count = 1
    layer: Literal["quantum", "frozen", "conv", "frozen_conv", "none"] = "quantum"
    detached: bool = False
    weights: Literal["drawn", "zeros"] = "drawn"
    relu_scores: bool = False
    patch_order: Literal["correct", "mixed"] = "correct"

    @property
    def num_qubits(self) -> int:
        """Qubits of a circuit: the pixels of a patch, of all channels that it sees."""
        return self.joint_channels * self.patch**2

    def completed(self, data: DataConfig) -> Self:
        given: dict[str, Any] = {}
        if self.stride is None:
            given["stride"] = 1 if self.circuit == "cnot" else 2
        if self.layers is None and self.circuit != "cnot":
            given["layers"] = 1 if self.circuit == "strong" else 4
        return super().completed(data).model_copy(update=given)

    def check(self, run: "RunConfig") -> None:
        channels = run.data.image_shape[0]
        assert self.stride is not None  # `completed` puts it in
        self.check_patches(run.data, self.stride)
        if self.joint_channels not in (1, channels):
            requirement = "be 1" if channels == 1 else f"be 1 or {channels}, all channels of the images"
            raise argument_error("model.joint_channels", requirement, self.joint_channels)
        self._check_circuit()
        self._check_traps(channels)
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def _check_circuit(self) -> None:
        if self.num_qubits > _MOST_QUBITS:
            requirement = f"leave a circuit of at most {_MOST_QUBITS} qubits"
            advice = f"{self.patch}² pixels of {self.joint_channels} channels are {self.num_qubits}."
            raise argument_error("model.joint_channels", requirement, self.joint_channels, advice)
        if self.circuit == "cnot":
            for key, usual in (("layers", None), ("patch", 2), ("joint_channels", 1)):
                if (value := getattr(self, key)) != usual:
                    requirement = "be left out with circuit=cnot" if usual is None else f"be {usual} with circuit=cnot"
                    raise argument_error(f"model.{key}", requirement, value, "Its gates on four qubits are given.")

    def _check_traps(self, channels: int) -> None:
        for key, advice in (
            ("detached", "There are no weights that could be cut off."),
            ("weights", "There are no trained weights to stand for."),
        ):
            if self.layer != "quantum" and (value := getattr(self, key)) != type(self).model_fields[key].default:
                raise argument_error(f"model.{key}", f"be left out with layer={self.layer}", value, advice)
        if self.detached and self.weights == "zeros":
            advice = "Zeros have no gradient either."
            raise argument_error("model.detached", "be left out with model.weights=zeros", self.detached, advice)
        if self.patch_order == "mixed" and (channels == 1 or not self.runs_circuit):
            where = "images of one channel" if channels == 1 else f"layer={self.layer}"
            advice = "There is nothing to mix." if channels == 1 else "It is the circuits' code that mixes."
            raise argument_error("model.patch_order", f"be left out with {where}", self.patch_order, advice)

    def name_parts(self) -> list[str]:
        return [self.name, self.circuit]

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        if not self.runs_circuit:
            return [self.name, self.layer.replace("_", " ")]
        traps = {"detached": self.detached, "zeros for weights": self.weights == "zeros"}
        state = [trap for trap, is_set in traps.items() if is_set]
        return [self.name, f"{self.circuit} circuit", *(state or ["frozen" if self.layer == "frozen" else "trained"])]
