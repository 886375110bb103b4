"""What can be configured, and which values are allowed: the frozen schema behind the YAML files in configs/."""

from typing import Any, Literal, Self

from pydantic import Field, PositiveFloat, model_validator

from qnlnet.config.ansatz import AnsatzConfig
from qnlnet.config.backend import AnyBackendConfig, BackendConfig, RuntimeConfig
from qnlnet.config.data import DataConfig
from qnlnet.config.logger import LoggerConfig
from qnlnet.config.section import Count, Index, Section
from qnlnet.errors import argument_error

CIRCUIT_LAYERS = ("quantum", "frozen")  # those that run a circuit
CLOSED_FORM_ANSAETZE = ("0", "1", "2")


class ReducerConfig(Section):
    """How an image becomes `num_qubits` features."""

    name: Literal["cnn", "cnn_nonlocal", "pca"]
    seeds: Count


class EvaluationConfig(Section):
    """A trained model and the test images that it is to judge; `images` None: 200, or all where there are fewer."""

    run: str
    seed: Index = 0
    images: Count | None = None
    image_seed: Index = 0
    data_root: str | None = None
    backend: AnyBackendConfig = BackendConfig()


class TrainConfig(Section):
    """The protocol: loss, batches, order, scaling, optimizer."""

    protocol: str
    epochs: Count
    batch_size: Count
    loss: Literal["raw_nll", "cross_entropy"]
    learning_rate: PositiveFloat
    lr_decay: float = Field(gt=0, le=1)
    shuffle: bool
    dropout: float = Field(ge=0, lt=1)
    pca_scaling: Literal["each_split", "train_split"]
    initial_weights: Literal["uniform", "quarter_turn"] = "uniform"
    starts: Count = 1


class RunConfig(Section):
    """One cell and how many replicas of it to train.

    `readout_qubits` may be left out; validation puts in all qubits where one would not do: with circuit=reuploading,
    and with more than two classes.
    """

    data: DataConfig
    reducer: ReducerConfig
    ansatz: AnsatzConfig
    backend: AnyBackendConfig = BackendConfig()
    train: TrainConfig
    feature_map_reps: Count = Field(default=1, alias="r")
    ansatz_reps: Count = Field(default=1, alias="D")
    num_qubits: int = Field(default=4, strict=True, ge=2, le=20)
    readout_qubit: int = Field(default=3, strict=True, ge=0)
    readout_qubits: tuple[Index, ...] | None = None
    circuit: Literal["qnl", "reuploading"] = "qnl"
    layer: Literal["quantum", "frozen", "closed_form", "linear_tanh", "sine", "nonlocal", "none"] = "quantum"
    allow_constant: bool = False
    seeds: Count
    workers: Count | None = None
    force: bool = False
    checkpoint_every: float = Field(default=10.0, ge=0)  # seconds
    logger: LoggerConfig = LoggerConfig()
    output_dir: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _drop_lookup_tables(cls, values: Any) -> Any:
        # `train.by_reducer` only feeds interpolations inside the YAML files; it has done its work by now.
        if isinstance(values, dict) and isinstance(values.get("train"), dict):
            train = {key: value for key, value in values["train"].items() if key != "by_reducer"}
            values = {**values, "train": train}
        return values

    @model_validator(mode="before")
    @classmethod
    def _read_all_qubits(cls, values: Any) -> Any:
        if not isinstance(values, dict) or values.get("readout_qubits") is not None:
            return values
        data, qubits = values.get("data"), values.get("num_qubits", 4)
        classes = data.get("classes") if isinstance(data, dict) else getattr(data, "classes", ())
        wanted = values.get("circuit") == "reuploading" or (isinstance(classes, list | tuple) and len(classes) > 2)
        if wanted and values.get("layer", "quantum") in CIRCUIT_LAYERS and isinstance(qubits, int):
            values = {**values, "readout_qubits": tuple(range(qubits))}
        return values

    @property
    def readouts(self) -> tuple[int, ...]:
        """The qubits whose Pauli Z are measured."""
        return (self.readout_qubit,) if self.readout_qubits is None else self.readout_qubits

    @property
    def num_features(self) -> int:
        """Features that the reducer hands to the layer: one per qubit, and again for each time they are uploaded."""
        return self.num_qubits * (self.ansatz_reps if self.circuit == "reuploading" else 1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.reducer.name == "pca" and self.train.dropout > 0:
            raise argument_error(
                "train.dropout", "be 0 with reducer=pca, which has nothing to drop out", self.train.dropout
            )
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
        self._check_readouts()
        self._check_layer()
        return self

    def _check_readouts(self) -> None:
        if self.readout_qubits is None:
            return
        qubits = list(self.readout_qubits)
        if not qubits or len(set(qubits)) < len(qubits) or max(qubits) >= self.num_qubits:
            requirement = f"name different qubits between 0 and {self.num_qubits - 1} with num_qubits={self.num_qubits}"
            raise argument_error("readout_qubits", requirement, qubits, "For example readout_qubits=[0,3].")
        if self.layer not in CIRCUIT_LAYERS:
            advice = "Only circuits are read out."
            raise argument_error("readout_qubits", f"be left out with layer={self.layer}", qubits, advice)
        if isinstance(self.backend, RuntimeConfig):
            advice = "On a device one qubit is read out, readout_qubit."
            raise argument_error("readout_qubits", "be left out with backend=runtime", qubits, advice)

    def _check_layer(self) -> None:
        if self.layer in CIRCUIT_LAYERS:
            return
        if self.circuit != "qnl":
            raise argument_error("circuit", f"be qnl with layer={self.layer}, which runs no circuit", self.circuit)
        if self.backend.name != "exact":
            advice = "Leave backend out: there is no circuit to run."
            raise argument_error("backend", f"be exact with layer={self.layer}", self.backend.name, advice)
        shape = (self.feature_map_reps, self.ansatz_reps, self.num_qubits, self.readout_qubit)
        known = shape == (1, 1, 4, 3) and self.ansatz.shipped_name in CLOSED_FORM_ANSAETZE  # the gates decide
        if self.layer == "closed_form" and not known:
            requirement = (
                "be closed_form with the circuits of Table 1 only: ansatz=0, 1 or 2, r=1, D=1, readout_qubit=3"
            )
            raise argument_error("layer", requirement, self.layer)
