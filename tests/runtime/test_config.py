"""`backend.kind=runtime`: defaults, and what is refused."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from qnlnet.config import AnyBackendConfig, BackendConfig, RuntimeConfig


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("ibm_fez", False),
        ("ibm_marrakesh", False),
        ("test_eagle_us-east".replace("-", "_"), False),
        ("least-busy", False),
        ("fake-fez", True),
        ("fake-manila", True),
        ("aer", True),
    ],
)
def test_devices(name: str, local: bool) -> None:
    assert RuntimeConfig(name=name).is_local == local


@pytest.mark.parametrize("name", ["fake_manila", "FakeManilaV2", "FakeManila", "FAKE_MANILA_V2", "fake-manila"])
def test_all_names_of_a_fake_device_are_one_device(name: str) -> None:
    assert RuntimeConfig(name=name) == RuntimeConfig(name="fake-manila")
    assert RuntimeConfig(name=name).is_local


def test_defaults() -> None:
    config = RuntimeConfig(name="ibm_fez")
    assert (config.shots, config.estimator, config.resilience_level, config.twirling) == (1024, "executor", 1, "auto")
    assert (config.dynamical_decoupling, config.optimization_level, config.layout) == ("off", 3, None)
    assert config.budget_seconds is None


def test_yaml_reads_a_bare_off_as_false() -> None:
    config = RuntimeConfig(name="ibm_fez", dynamical_decoupling=False)
    assert config.dynamical_decoupling == "off"


def test_kind_tells_which_schema() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(AnyBackendConfig)
    assert isinstance(adapter.validate_python({"kind": "runtime", "name": "aer"}), RuntimeConfig)
    assert isinstance(adapter.validate_python({"name": "aer"}), BackendConfig)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "Fez"}, "Argument `backend.name` must name a device, but is 'Fez'. Give ibm_fez or"),
        ({"name": "fez"}, "must name a device, but is 'fez'."),
        ({"name": "fake"}, "must name a device, but is 'fake-'."),
        ({"name": ""}, "must name a device, but is ''."),
        ({"name": "ibm_fez\n"}, "must name a device"),
        ({"shots": 0}, "greater than or equal to 1"),
        ({"shots": 1.5}, "valid integer"),
        ({"shots": True}, "valid integer"),
        ({"estimator": "sampler"}, "'executor' or 'legacy'"),
        ({"resilience_level": 3}, "0, 1 or 2"),
        ({"twirling": "on"}, "'auto', 'none', 'gates', 'measure' or 'all'"),
        ({"dynamical_decoupling": "XY8"}, "'off', 'waiting', 'XX', 'XpXm' or 'XY4'"),
        ({"dynamical_decoupling": True}, "'off', 'waiting', 'XX', 'XpXm' or 'XY4'"),
        ({"optimization_level": 4}, "0, 1, 2 or 3"),
        ({"seed_transpiler": -1}, "greater than or equal to 0"),
        ({"layout": (0, 1, 1, 2)}, "`backend.layout` must name each physical qubit once, but is [0, 1, 1, 2]."),
        ({"layout": (0, -1)}, "greater than or equal to 0"),
        ({"repetition": -1}, "greater than or equal to 0"),
        ({"budget_seconds": 0}, "greater than 0"),
        ({"budget_seconds": float("inf")}, "finite number"),
        (
            {"twirling": "none"},
            "Argument `backend.twirling` must be auto, measure or all with resilience_level=1, which twirls "
            "measurements, but is 'none'.",
        ),
        ({"twirling": "gates", "resilience_level": 2}, "which twirls measurements, but is 'gates'"),
        (
            {"dynamical_decoupling": "waiting"},
            "Argument `backend.dynamical_decoupling` must be off or a sequence on an IBM Quantum computer, whose "
            "qubits wait by themselves, but is 'waiting'. Choose off.",
        ),
        ({"noise": "FakeManilaV2"}, "Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_what_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RuntimeConfig(**{"name": "ibm_fez", **values})
    assert message in str(caught.value)
    assert caught.value.error_count() == 1


@pytest.mark.parametrize("twirling", ["none", "gates", "measure", "all", "auto"])
def test_without_mitigation_anything_may_be_twirled(twirling: str) -> None:
    assert RuntimeConfig(name="aer", resilience_level=0, twirling=twirling).twirling == twirling
