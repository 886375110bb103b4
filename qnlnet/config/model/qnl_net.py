"""The settings of QNL-Net (Gupta, Konar, Aggarwal, arXiv 2407.18906)."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field

from qnlnet.config.ansatz import AnsatzConfig
from qnlnet.config.backend import RuntimeConfig
from qnlnet.config.data import DataConfig
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Count, Index, Section
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

CLOSED_FORM_ANSAETZE = ("0", "1", "2")
_QUBITS = 4  # of the paper
_CNN_CHANNELS = {1: (2, 16), 3: (6, 12)}  # of the released code, by the channels of the images


class ReducerConfig(Section):
    """How an image becomes `num_qubits` features."""

    name: Literal["cnn", "cnn_nonlocal", "pca"]
    seeds: Count


class QNLNetConfig(CircuitConfig):
    """QNL-Net: reducer, circuit (or what stands in its place), linear head.

    `readout_qubits` may be left out; all qubits are put in where one would not do: with circuit=reuploading, and with
    more than two classes. `cnn_channels` may be left out; those of the released code are put in.

    Attributes:
        reducer: Image → features.
        ansatz: The gates of one repetition.
        feature_map_reps: r, repetitions of the encoder.
        ansatz_reps: D, repetitions of the ansatz.
        num_qubits: Qubits, and features that the reducer hands to them.
        readout_qubit: The qubit whose Pauli Z is measured.
        readout_qubits: Several of them, with a linear head.
        circuit: Whether the encoder stands before the first ansatz or before each.
        layer: What stands between reducer and head.
        cnn_channels: Channels of the CNN's two convolutions.
        dropout: Probability with which a channel of the CNN's feature map is dropped in training.
        pca_scaling: By which split's statistics principal components are standardised.
        initial_weights: How the circuit's weights are drawn: from U[−1, 1], or π/2 ± 0.1.
    """

    title: ClassVar[str] = "QNL-Net"
    usual_protocol: ClassVar[str] = "released"
    flat_words: ClassVar[dict[str, str]] = {
        "reducer": "model.reducer",
        "ansatz": "model.ansatz",
        "r": "model.r",
        "D": "model.D",
        "num_qubits": "model.num_qubits",
        "readout_qubit": "model.readout_qubit",
        "readout_qubits": "model.readout_qubits",
        "circuit": "model.circuit",
        "layer": "model.layer",
        "data.cnn_channels": "model.cnn_channels",
        "train.dropout": "model.dropout",
        "train.pca_scaling": "model.pca_scaling",
        "train.initial_weights": "model.initial_weights",
    }

    name: Literal["qnl_net"] = "qnl_net"
    reducer: ReducerConfig
    ansatz: AnsatzConfig
    feature_map_reps: Count = Field(default=1, alias="r")
    ansatz_reps: Count = Field(default=1, alias="D")
    num_qubits: int = Field(default=4, strict=True, ge=2, le=20)
    readout_qubit: int = Field(default=3, strict=True, ge=0)
    readout_qubits: tuple[Index, ...] | None = None
    circuit: Literal["qnl", "reuploading"] = "qnl"
    layer: Literal["quantum", "frozen", "closed_form", "linear_tanh", "sine", "nonlocal", "none"] = "quantum"
    cnn_channels: tuple[Count, Count] | None = None
    dropout: float = Field(ge=0, lt=1)
    pca_scaling: Literal["each_split", "train_split"]
    initial_weights: Literal["uniform", "quarter_turn"] = "uniform"

    @property
    def readouts(self) -> tuple[int, ...]:
        """The qubits whose Pauli Z are measured."""
        return (self.readout_qubit,) if self.readout_qubits is None else self.readout_qubits

    @property
    def num_features(self) -> int:
        """Features that the reducer hands to the layer: one per qubit, and again for each time they are uploaded."""
        return self.num_qubits * (self.ansatz_reps if self.circuit == "reuploading" else 1)

    def completed(self, data: DataConfig) -> Self:
        found: dict[str, Any] = {}
        needs_all = self.circuit == "reuploading" or len(data.classes) > 2
        if self.readout_qubits is None and needs_all and self.runs_circuit:
            found["readout_qubits"] = tuple(range(self.num_qubits))
        if self.cnn_channels is None:
            found["cnn_channels"] = _CNN_CHANNELS.get(data.image_shape[0], _CNN_CHANNELS[3])
        return self.model_copy(update=found) if found else self

    def mounted_groups(self) -> dict[str, str]:
        return {"reducer": self.reducer.name}

    def name_parts(self) -> list[str]:
        shape = (f"ansatz{self.ansatz.name}", f"r{self.feature_map_reps}", f"D{self.ansatz_reps}")
        return [self.reducer.name, *shape]

    def name_endings(self) -> list[str]:
        return [word for word in (self.circuit, self.layer) if word not in ("qnl", "quantum")]

    def words(self) -> list[str]:
        words = [self.reducer.name, f"ansatz {self.ansatz.name}"]
        if (self.feature_map_reps, self.ansatz_reps) != (1, 1):
            words.append(f"r={self.feature_map_reps}, D={self.ansatz_reps}")
        if self.num_qubits != _QUBITS:
            words.append(f"{self.num_qubits} qubits")
        if self.readout_qubit != self.num_qubits - 1:
            words.append(f"readout {self.readout_qubit}")
        return words

    def explain_constant(self) -> str:
        key, value = "readout_qubit", str(self.readout_qubit)
        if self.readout_qubits is not None:
            key, value = "readout_qubits", str(list(self.readout_qubits))
        return (
            f"Argument `{key}` must be another qubit, but is {value}: with ansatz={self.ansatz.name}, "
            f"r={self.feature_map_reps} and D={self.ansatz_reps} the expectation value of Z there is zero whatever the "
            f"inputs and weights are, so there is nothing to learn. Use readout_qubit={self.num_qubits - 1} as the "
            "released code does, r=2 or D=2, or allow_constant=true to train it anyway."
        )

    def columns(self) -> dict[str, Any]:
        return {
            "reducer": self.reducer.name,
            "ansatz": self.ansatz.name,
            "r": self.feature_map_reps,
            "D": self.ansatz_reps,
            "readout_qubit": self.readout_qubit,
            "dropout": self.dropout,
            "num_qubits": self.num_qubits,
        }

    def check(self, run: "RunConfig") -> None:
        if self.reducer.name == "pca" and self.dropout > 0:
            raise argument_error("train.dropout", "be 0 with reducer=pca, which has nothing to drop out", self.dropout)
        if self.readout_qubit >= self.num_qubits:
            raise argument_error(
                "readout_qubit",
                f"be between 0 and {self.num_qubits - 1} with num_qubits={self.num_qubits}",
                self.readout_qubit,
            )
        if self.ansatz.num_qubits not in (None, self.num_qubits):
            raise argument_error(
                "num_qubits",
                f"be {self.ansatz.num_qubits} with ansatz={self.ansatz.name}, which is defined for no other number",
                self.num_qubits,
                "Choose ansatz=0 or ansatz=1 for other numbers.",
            )
        self._check_readouts(run)
        self._check_layer(run)

    def _check_readouts(self, run: "RunConfig") -> None:
        if self.readout_qubits is None:
            return
        qubits = list(self.readout_qubits)
        if not qubits or len(set(qubits)) < len(qubits) or max(qubits) >= self.num_qubits:
            requirement = f"name different qubits between 0 and {self.num_qubits - 1} with num_qubits={self.num_qubits}"
            raise argument_error("readout_qubits", requirement, qubits, "For example readout_qubits=[0,3].")
        if not self.runs_circuit:
            advice = "Only circuits are read out."
            raise argument_error("readout_qubits", f"be left out with layer={self.layer}", qubits, advice)
        if isinstance(run.backend, RuntimeConfig):
            advice = "On a device one qubit is read out, readout_qubit."
            raise argument_error("readout_qubits", "be left out with backend=runtime", qubits, advice)

    def _check_layer(self, run: "RunConfig") -> None:
        if self.runs_circuit:
            return
        if self.circuit != "qnl":
            raise argument_error("circuit", f"be qnl with layer={self.layer}, which runs no circuit", self.circuit)
        if run.backend.name != "exact":
            advice = "Leave backend out: there is no circuit to run."
            raise argument_error("backend", f"be exact with layer={self.layer}", run.backend.name, advice)
        shape = (self.feature_map_reps, self.ansatz_reps, self.num_qubits, self.readout_qubit)
        known = shape == (1, 1, 4, 3) and self.ansatz.shipped_name in CLOSED_FORM_ANSAETZE  # the gates decide
        if self.layer == "closed_form" and not known:
            requirement = (
                "be closed_form with the circuits of Table 1 only: ansatz=0, 1 or 2, r=1, D=1, readout_qubit=3"
            )
            raise argument_error("layer", requirement, self.layer)
