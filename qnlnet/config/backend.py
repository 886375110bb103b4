"""What runs the circuit: a simulator, or a device of IBM Quantum."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, PositiveFloat, Tag, field_validator, model_validator

from qnlnet.config.section import Count, Index, Section
from qnlnet.errors import argument_error

_DEVICE_NAME = re.compile(r"aer|least-busy|fake-[a-z0-9-]+|(?!fake)[a-z]+_[a-z0-9_]+")


def _usual_device_name(name: str) -> str:
    """Returns ``fake-manila`` for IBM's own ``fake_manila`` and ``FakeManilaV2``, so that all are one device."""
    if _DEVICE_NAME.fullmatch(name) or not name.lower().startswith("fake"):
        return name
    words = re.sub(r"_?v2$", "", name.lower().removeprefix("fake").lstrip("_-"))
    return f"fake-{words.replace('_', '-')}"


class BackendConfig(Section):
    """What runs the circuit.

    Attributes:
        name: The simulator.
        shots: Measurements per circuit; None computes exact expectation values.
        noise: A fake device whose noise model is taken: `FakeManilaV2`, `fake_manila`, `fake-manila` or `FakeManila`.
        depolarizing: Probability that a two-qubit gate replaces its qubits by random ones; one-qubit gates do so with a
            tenth of it.
    """

    name: Literal["exact", "statevector", "aer"] = "exact"
    shots: Count | None = None
    noise: str | None = None
    depolarizing: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        for key in ("shots", "noise", "depolarizing"):
            if self.name != "aer" and getattr(self, key) is not None:
                raise argument_error(
                    f"backend.{key}",
                    f"be left out with backend={self.name}, which computes exact expectation values",
                    getattr(self, key),
                    "Choose backend=aer to use it.",
                )
        if self.noise is not None and self.depolarizing is not None:
            advice = "One noise model at a time: set one of the two to null."
            raise argument_error("backend.depolarizing", "be left out with backend.noise", self.depolarizing, advice)
        return self


class RuntimeConfig(Section):
    """An IBM Quantum computer, or a fake of one, and how circuits run on it.

    Attributes:
        name: `ibm_…`, `least-busy`, a fake device such as `fake-manila`, or `aer` for a device without noise. IBM's own
            names of fake devices, such as `fake_manila` or `FakeManilaV2`, become `fake-manila`.
        shots: Measurements per circuit, before twirling rounds them up.
        estimator: The client-side estimator (`executor`) or the deprecated one that runs at IBM (`legacy`).
        resilience_level: 0 mitigates nothing, 1 readout errors, 2 extrapolates to zero noise as well.
        twirling: What is twirled; `auto` leaves it to the resilience level.
        dynamical_decoupling: The pulse sequence of idle qubits, or `off`. A simulated device has the noise of waiting
            with a sequence only; `waiting` gives it the same without pulses, to compare with.
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
    dynamical_decoupling: Literal["off", "waiting", "XX", "XpXm", "XY4"] = "off"
    optimization_level: Literal[0, 1, 2, 3] = 3
    seed_transpiler: Index = 0
    layout: tuple[Index, ...] | None = None
    repetition: Index = 0
    budget_seconds: PositiveFloat | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_yaml_off(cls, values: Any) -> Any:
        # YAML reads a bare `off` as false.
        if isinstance(values, dict) and values.get("dynamical_decoupling") is False:
            return {**values, "dynamical_decoupling": "off"}
        return values

    @field_validator("name", mode="before")
    @classmethod
    def _accept_names_of_ibm(cls, name: Any) -> Any:
        return _usual_device_name(name) if isinstance(name, str) else name

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
        if self.name == "aer" and self.dynamical_decoupling != "off":
            raise argument_error(
                "backend.dynamical_decoupling",
                "be off with aer, whose gates take no time",
                self.dynamical_decoupling,
                "Choose fake-fez or another fake device.",
            )
        if self.dynamical_decoupling == "waiting" and not self.is_local:
            raise argument_error(
                "backend.dynamical_decoupling",
                "be off or a sequence on an IBM Quantum computer, whose qubits wait by themselves",
                self.dynamical_decoupling,
                "Choose off.",
            )
        mitigates = self.resilience_level > 0 or self.twirling not in ("auto", "none")
        if self.is_local and self.estimator == "legacy" and (mitigates or self.dynamical_decoupling != "off"):
            raise argument_error(
                "backend.estimator",
                "be executor to mitigate errors on a simulated device",
                self.estimator,
                "The legacy estimator would ignore it there: set resilience_level=0, and leave the rest out.",
            )
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
