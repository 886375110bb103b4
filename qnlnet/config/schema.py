"""What can be configured, and which values are allowed: the frozen schema behind the YAML files in configs/."""

from typing import Any, Literal, Self

from pydantic import Field, PositiveFloat, StrictInt, model_validator

from qnlnet.config.backend import AnyBackendConfig, BackendConfig
from qnlnet.config.data import DataConfig
from qnlnet.config.logger import LoggerConfig
from qnlnet.config.section import Count, Index, Section
from qnlnet.errors import argument_error

QubitIndex = StrictInt | Literal["..."]


class ReducerConfig(Section):
    """How an image becomes `num_qubits` features."""

    name: Literal["cnn", "pca"]
    seeds: Count


class RotationConfig(Section):
    """One rotation gate on a group of qubits, one weight per qubit."""

    gate: Literal["rx", "ry", "rz"]
    qubits: Literal["first", "middle", "last", "all"] | tuple[int, ...]


class AnsatzConfig(Section):
    """One repetition of the variational circuit, as data."""

    name: str
    num_qubits: int | None = Field(default=None, strict=True, ge=2)
    rotations: tuple[RotationConfig, ...]
    entangling: tuple[tuple[QubitIndex, ...], ...]
    closing_rotations: tuple[RotationConfig, ...] = ()


class EvaluationConfig(Section):
    """A trained model and the test images that it is to judge."""

    run: str
    seed: Index = 0
    images: Count = 200
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


class RunConfig(Section):
    """One cell and how many replicas of it to train."""

    data: DataConfig
    reducer: ReducerConfig
    ansatz: AnsatzConfig
    backend: AnyBackendConfig = BackendConfig()
    train: TrainConfig
    feature_map_reps: Count = Field(default=1, alias="r")
    ansatz_reps: Count = Field(default=1, alias="D")
    num_qubits: int = Field(default=4, strict=True, ge=2, le=20)
    readout_qubit: int = Field(default=3, strict=True, ge=0)
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
        return self
