"""The Hamiltonian embedding against numbers of another program, and against a circuit of Qiskit's."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import UnitaryGate
from qiskit.quantum_info import Statevector
from refusals import refused
from scipy.linalg import expm
from threadpoolctl import threadpool_info

from qnlnet.config import RunConfig, load_config
from qnlnet.models import Features, build_model, count_parameters, count_quantum_parameters
from qnlnet.models.eigenbases import SymmetricEigenbases, find_eigenbases, pad_to_side
from qnlnet.models.hamiltonian_embedding import ImageEvolution
from qnlnet.runs import train_cells
from qnlnet.simulator.pauli_exponential import pauli_sum
from qnlnet.training.job import Job
from qnlnet.training.pool import _one_core_each

GOLDEN = json.loads((Path(__file__).parent / "golden_hamiltonian_embedding.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
EIGHT = "data.classes=[0,1,2,3,4,5,6,7]"


def cell(*overrides: str) -> RunConfig:
    return load_config("model=hamiltonian_embedding", "data=digits", *overrides)


def bases_of(matrices: torch.Tensor) -> torch.Tensor:
    values, vectors = torch.linalg.eigh((matrices + matrices.mT) / 2)
    return torch.cat([values[:, None], vectors.mT], dim=1)


def test_output_and_gradients_are_those_of_another_program() -> None:
    evolution = ImageEvolution(1).double()
    with torch.no_grad():
        evolution.times.fill_(0.1)
        evolution.angles[0] = 0.1 * torch.sin(torch.arange(1, 1024, dtype=torch.float64))
    image = (torch.arange(1024, dtype=torch.float64) % 17 / 16).reshape(1, 32, 32)
    values = evolution(bases_of(image))[:, :8]
    np.testing.assert_allclose(values[0].detach(), GOLDEN["values"], rtol=0, atol=VALUE)
    loss = torch.nn.functional.cross_entropy(values, torch.tensor([GOLDEN["label"]]))
    by_times, by_angles = torch.autograd.grad(loss, (evolution.times, evolution.angles))
    assert loss.item() == pytest.approx(GOLDEN["loss"], abs=VALUE)
    np.testing.assert_allclose(by_times, GOLDEN["by_time"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_angles[0, :20], GOLDEN["by_first_20_angles"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_angles[0, -5:], GOLDEN["by_last_5_angles"], rtol=0, atol=SLOPE)
    assert by_angles.norm().item() == pytest.approx(GOLDEN["norm_by_angles"], abs=SLOPE)
    assert by_angles.sum().item() == pytest.approx(GOLDEN["sum_by_angles"], abs=SLOPE)


def test_the_layer_is_the_circuit() -> None:
    torch.manual_seed(0)
    evolution, images = ImageEvolution(3).double(), torch.rand(2, 32, 32, dtype=torch.float64)
    readings = evolution(bases_of(images)).detach()
    for image, expected in zip(images.numpy(), readings, strict=True):
        circuit = QuantumCircuit(5)
        circuit.h(range(5))
        for time, angles in zip(evolution.times.tolist(), evolution.angles.detach().numpy(), strict=True):
            circuit.append(UnitaryGate(expm(-0.5j * time * (image + image.T) / 2)), range(5))
            circuit.append(UnitaryGate(expm(1j * pauli_sum(angles, 5))), range(5))
        # Qiskit's last qubit is the most significant bit; without qubit 0 four are left.
        np.testing.assert_allclose(Statevector(circuit).probabilities([1, 2, 3, 4]), expected, rtol=0, atol=1e-11)


def test_features_are_eigenbases_of_the_symmetrised_square() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 1, 28, 26), np.uint8)
    bases = find_eigenbases(images, SymmetricEigenbases(32)).astype(np.float64)
    square = pad_to_side(images[:, 0] / 255, 32)
    np.testing.assert_array_equal(square[:, 2:30, 3:29], images[:, 0] / 255)
    rebuilt = (bases[:, 1:].swapaxes(1, 2) * bases[:, :1]) @ bases[:, 1:]
    np.testing.assert_allclose(rebuilt, (square + square.swapaxes(1, 2)) / 2, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("overrides", "trained", "quantum"),
    [
        ((), 10_240, 10_240),
        (("model.layers=20",), 20_480, 20_480),
        (("layer=frozen",), 17 * 8, 0),
        (("model.scores=linear",), 10_240 + 17 * 8, 10_240),
        (("layer=linear",), 785 * 8, 0),
        (("layer=linear_symmetric",), 785 * 8, 0),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell(EIGHT, *overrides), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_scores_are_logarithms_unless_probabilities_are_asked_for() -> None:
    bases = torch.from_numpy(find_eigenbases(np.full((2, 1, 28, 28), 9, np.uint8), SymmetricEigenbases(32)))
    logarithms, plain = (build_model(cell(*words), 0)(bases) for words in ((), ("model.scores=probabilities",)))
    torch.testing.assert_close(logarithms, (plain + 1e-6).log())


def test_frozen_begins_as_trained_does() -> None:
    trained, frozen = (build_model(cell(f"layer={layer}", "model.scores=linear"), 0) for layer in ("quantum", "frozen"))
    assert all(torch.equal(value, frozen.state_dict()[name]) for name, value in trained.state_dict().items())


def test_the_symmetric_twin_cannot_tell_an_image_from_its_transpose() -> None:
    model, images = build_model(cell("layer=linear_symmetric"), 0), torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(model(images), model(images.mT))


def test_the_recipe_is_the_authors() -> None:
    keys = ("learning_rate", "lr_decay", "decay_steps", "clip_value", "batch_size", "epochs", "weights_seed")
    config = cell("protocol=paper")
    train = config.train
    assert tuple(getattr(train, key) for key in keys) == (0.01, 0.99, 100, 1.0, 1000, 100, 0)
    assert (train.schedule, train.loss, train.optimizer) == ("exponential", "cross_entropy", "adam")
    scores = [cell(*words).model.scores for words in (("protocol=paper",), ("layer=frozen", "protocol=paper"), ())]
    assert scores == ["probabilities", "linear", "logarithms"]


@pytest.mark.slow  # trains
def test_trains_on_digits(tmp_path: Path) -> None:
    words = ("protocol=common", "train.epochs=3", "train.batch_size=32", "train.learning_rate=0.03")
    (run,) = train_cells([cell(EIGHT, "model.layers=2", *words, "seeds=1", f"output_dir={tmp_path}")])
    (row,) = run.seed_rows().to_dict("records")
    assert row["test_accuracy"] > 75
    assert row["num_qubits"] == 5


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("data=digits_as_cifar10",),
            "Argument `data.image_shape` must have one channel with model=hamiltonian_embedding, but is [3, 32, 32]. "
            "Each pixel is one number for it.",
        ),
        (
            ("data.image_shape=[1,28,40]",),
            "Argument `data.image_shape` must have at most 32 × 32 pixels with model=hamiltonian_embedding, but is [1, "
            "28, 40].",
        ),
        (
            ("data.image_shape=[1,28,30]", "layer=linear_symmetric"),
            "Argument `data.image_shape` must have as many rows as columns with layer=linear_symmetric, but is [1, 28, "
            "30].",
        ),
        (
            ("layer=frozen", "model.scores=logarithms"),
            "Argument `model.scores` must be linear with layer=frozen, but is 'logarithms'. Nothing else would be "
            "trained.",
        ),
        (
            ("layer=linear", "model.scores=probabilities"),
            "Argument `model.scores` must be left out with layer=linear, but is 'probabilities'.",
        ),
        (("layer=linear", "model.layers=3"), "Argument `model.layers` must be left out with layer=linear, but is 3."),
        (
            ("backend=aer",),
            "Argument `backend` must be exact with model=hamiltonian_embedding, but is 'aer'. Leave backend out: it "
            "runs by matrices here.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)


def test_numpy_is_kept_to_one_core_while_it_trains() -> None:
    nothing = Features(*(np.zeros(0, kind) for kind in (np.float32, np.int64) * 2))
    with _one_core_each([Job(cell(), 0, nothing)]):
        assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {1}
