"""What can be configured, and which values are allowed: the frozen schema behind the YAML files in configs/."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PositiveFloat,
    StrictInt,
    Tag,
    model_validator,
)

from qnlnet.errors import argument_error

Count = Annotated[int, Field(strict=True, ge=1)]  # strict: `true` and `1.5` are no numbers of things
QubitIndex = StrictInt | Literal["..."]
_DEVICE_NAME = re.compile(r"aer|least-busy|fake-[a-z0-9-]+|(?!fake)[a-z]+_[a-z0-9_]+")


class Section(BaseModel):
    """A part of the configuration: immutable, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class DataConfig(Section):
    """Which images, where they lie, and how they are normalised."""

    name: Literal["mnist", "cifar10", "digits"]
    classes: tuple[StrictInt, ...]
    root: str | None = None
    verify: bool = True
    evaluate_on: Literal["test", "validation"] = "test"
    image_shape: tuple[Count, Count, Count]
    mean: tuple[float, ...]
    std: tuple[PositiveFloat, ...]
    cnn_channels: tuple[Count, Count]
    converged_above: float = Field(ge=0, le=100)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.classes) != 2 or len(set(self.classes)) != 2:
            raise argument_error(
                "data.classes", "name two different classes", list(self.classes), "For example data.classes=[3,6]."
            )
        for key in ("mean", "std"):
            if len(getattr(self, key)) != self.image_shape[0]:
                raise argument_error(
                    f"data.{key}",
                    f"have one value for each of the {self.image_shape[0]} channels of data.image_shape",
                    list(getattr(self, key)),
                )
        return self


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


class BackendConfig(Section):
    """What runs the circuit."""

    name: Literal["exact", "statevector", "aer"] = "exact"
    shots: Count | None = None
    noise: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        for key in ("shots", "noise"):
            if self.name != "aer" and getattr(self, key) is not None:
                raise argument_error(
                    f"backend.{key}",
                    f"be left out with backend={self.name}, which computes exact expectation values",
                    getattr(self, key),
                    "Choose backend=aer to use it.",
                )
        return self


class RuntimeConfig(Section):
    """An IBM Quantum computer, or a fake of one, and how circuits run on it.

    Attributes:
        name: `ibm_…`, `least-busy`, a fake device such as `fake-manila`, or `aer` for a device without noise.
        shots: Measurements per circuit, before twirling rounds them up.
        estimator: The client-side estimator (`executor`) or the deprecated one that runs at IBM (`legacy`).
        resilience_level: 0 mitigates nothing, 1 readout errors, 2 extrapolates to zero noise as well.
        twirling: What is twirled; `auto` leaves it to the resilience level.
        dynamical_decoupling: The pulse sequence of idle qubits, or `off`.
        optimization_level: Effort of the transpiler.
        seed_transpiler: Seed of the transpiler.
        layout: The physical qubits of the circuit's qubits in order; None lets the transpiler choose.
        repetition: Equal settings with another number are another run; with the same number they are the same run.
        budget_seconds: QPU seconds that training may cost at most; training is refused without it.
    """

    kind: Literal["runtime"] = "runtime"
    name: str
    shots: Count = 1024
    estimator: Literal["executor", "legacy"] = "executor"
    resilience_level: Literal[0, 1, 2] = 1
    twirling: Literal["auto", "none", "gates", "measure", "all"] = "auto"
    dynamical_decoupling: Literal["off", "XX", "XpXm", "XY4"] = "off"
    optimization_level: Literal[0, 1, 2, 3] = 3
    seed_transpiler: Annotated[int, Field(strict=True, ge=0)] = 0
    layout: tuple[Annotated[int, Field(strict=True, ge=0)], ...] | None = None
    repetition: Annotated[int, Field(strict=True, ge=0)] = 0
    budget_seconds: PositiveFloat | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_yaml_off(cls, values: Any) -> Any:
        # YAML reads a bare `off` as false.
        if isinstance(values, dict) and values.get("dynamical_decoupling") is False:
            return {**values, "dynamical_decoupling": "off"}
        return values

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not _DEVICE_NAME.fullmatch(self.name):
            raise argument_error(
                "backend.name",
                "name a device",
                self.name,
                "Give ibm_fez or another IBM Quantum computer, least-busy, fake-manila or another fake device, or aer.",
            )
        if self.layout is not None and len(set(self.layout)) != len(self.layout):
            raise argument_error("backend.layout", "name each physical qubit once", list(self.layout))
        if self.twirling in ("none", "gates") and self.resilience_level > 0:
            raise argument_error(
                "backend.twirling",
                f"be auto, measure or all with resilience_level={self.resilience_level}, which twirls measurements",
                self.twirling,
            )
        return self

    @property
    def is_local(self) -> bool:
        """Whether the device is simulated in this process rather than run by IBM."""
        return self.name == "aer" or self.name.startswith("fake-")


def _backend_kind(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return "runtime" if kind == "runtime" else "simulator"


AnyBackendConfig = Annotated[
    Annotated[BackendConfig, Tag("simulator")] | Annotated[RuntimeConfig, Tag("runtime")], Discriminator(_backend_kind)
]


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
