"""Kernels of states against numbers of Qiskit, closed forms and scikit-learn."""

import numpy as np
import pytest
import torch
from models.fitting import fit
from qiskit.circuit.library import zz_feature_map
from qiskit.quantum_info import DensityMatrix, Statevector, partial_trace
from refusals import refused
from sklearn.svm import SVC

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError, QNLNetError
from qnlnet.models import build_model, quantum_kernel
from qnlnet.models.quantum_kernel import QuantumKernel
from qnlnet.training import score_with_model

# Qiskit 2.6.2 and a NumPy program of our own, rounded to ten decimals.
GOLDEN_STATE = np.array([0.0846801013, -0.374859814, -0.1957619057, -0.390530319]) + 1j * np.array(
    [-0.1848933696, 0.0153644778, -0.0081634437, 0.7918235153]
)
GOLDEN_KERNEL = 0.9358054446
# A NumPy program of our own: CP on four qubits, x = 0.2 · (1, …, 8), y = 0.25 · (1, …, 8).
CP = ("model.feature_map=cp", "model.reps=1")
GOLDEN_CP = {"": 0.3539755268, "model.couplings=[0.3,0,0]": 0.4224804311}
ROUNDING = 1e-12


def build(*overrides: str) -> QuantumKernel:
    model = build_model(load_config("model=quantum_kernel", "data=digits", "model.bandwidth=1", *overrides), 0)
    assert isinstance(model, QuantumKernel)
    return model


def test_two_qubits_give_the_numbers_of_qiskit() -> None:
    model = build("num_qubits=2")
    points = torch.tensor([[0.2, 0.4], [0.4, 0.2]], dtype=torch.float64)
    state = model.states(points)[0]
    phase = np.vdot(state, GOLDEN_STATE)
    np.testing.assert_allclose(state * phase / abs(phase), GOLDEN_STATE, rtol=0, atol=1e-10)
    assert model.kernel(points, points)[0, 1] == pytest.approx(GOLDEN_KERNEL, abs=1e-10)


def test_the_kernel_is_the_overlap_of_state_vectors() -> None:
    model = build("num_qubits=3", "model.reps=1", "model.entanglement=linear", "model.bandwidth=0.4")
    points = np.random.default_rng(0).normal(size=(5, 3))
    circuit = zz_feature_map(3, 1, "linear")
    states = [Statevector(circuit.assign_parameters(0.4 * row)).data for row in points]
    expected = [[abs(np.vdot(left, right)) ** 2 for right in states] for left in states]
    ours = model.kernel(torch.from_numpy(points), torch.from_numpy(points))
    np.testing.assert_allclose(ours, expected, rtol=0, atol=ROUNDING)


def test_without_pairs_it_is_a_product_of_squared_cosines() -> None:
    model = build("model.feature_map=z", "model.reps=1", "model.bandwidth=0.7")
    x, y = np.random.default_rng(0).normal(size=(2, 6, 4))
    expected = np.cos(0.7 * (x[:, None] - y)) ** 2
    ours = model.kernel(torch.from_numpy(x), torch.from_numpy(y))
    np.testing.assert_allclose(ours, expected.prod(2), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("couplings", GOLDEN_CP)
def test_cp_gives_the_numbers_of_another_program(couplings: str) -> None:
    model = build(*CP, *([couplings] if couplings else []))
    points = torch.arange(1, 9, dtype=torch.float64)[None]
    assert model.kernel(0.2 * points, 0.25 * points).item() == pytest.approx(GOLDEN_CP[couplings], abs=1e-10)


def test_cp_with_its_usual_couplings_is_a_product_of_squared_cosines() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 6, 8))
    a, b, c, d = np.moveaxis(0.7 * (x[:, None] - y).reshape(6, 6, 2, 4), -1, 0)
    product = (np.cos(a + d) * np.cos(b + c)).prod(2) ** 2
    points = torch.from_numpy(x), torch.from_numpy(y)
    swapped = build(*CP, "model.bandwidth=0.7").kernel(*points)
    np.testing.assert_allclose(swapped, product, rtol=0, atol=ROUNDING)
    entangled = build(*CP, "model.bandwidth=0.7", "model.couplings=[0.3,0.5,0.7]").kernel(*points)
    assert np.abs(entangled.numpy() - product).max() > 0.1


@pytest.mark.parametrize("words", [(), CP], ids=["zz", "cp"])
def test_the_projected_kernel_is_that_of_reduced_density_matrices(words: tuple[str, ...]) -> None:
    model = build("num_qubits=2", "model.kernel=projected", "model.gamma=0.8", *words)
    points = torch.from_numpy(np.random.default_rng(0).normal(size=(4, 4 if words else 2)))
    states = [DensityMatrix(state) for state in model.states(points)]
    reduced = np.array([[partial_trace(state, [1 - qubit]).data for qubit in range(2)] for state in states])
    distances = (np.abs(reduced[:, None] - reduced) ** 2).sum((2, 3, 4))
    model.keep("gamma", 0.8)
    np.testing.assert_allclose(model.kernel(points, points), np.exp(-0.8 * distances), rtol=0, atol=1e-7)


def test_gamma_follows_from_how_far_training_images_are_apart() -> None:
    done = fit("model=quantum_kernel", "model.kernel=projected", "model.bandwidth=0.1", "model.C=1")
    train = torch.from_numpy(done.features.train)
    logarithms = -np.log(done.model.kernel(train, train).numpy())
    assert logarithms.mean() == pytest.approx(1, abs=1e-6)  # gamma is kept in float32
    assert done.accuracy() > 95


def test_the_kernel_of_all_training_images_is_made_once_for_all_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(quantum_kernel, "_LAST", quantum_kernel.LastResult())
    monkeypatch.setattr(quantum_kernel, "_check_is_positive", lambda kernel: made.append(len(kernel)))
    words = ("model=quantum_kernel", "model.bandwidth=0.3")
    scores = [fit(*words, f"model.C={C}").scores for C in (0.1, 10)]
    assert len(made) == 1
    assert not np.array_equal(*scores)
    np.testing.assert_array_equal(fit(*words, "model.bandwidth=0.1", "model.C=10").scores.shape, scores[0].shape)
    np.testing.assert_array_equal(fit(*words, "model.C=10").scores, scores[1])
    assert len(made) == 3


def test_a_large_kernel_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantum_kernel, "_MOST_KEPT", 100)
    monkeypatch.setattr(quantum_kernel, "_LAST", quantum_kernel.LastResult())
    fit("model=quantum_kernel")
    assert quantum_kernel._LAST._last is None


@pytest.mark.parametrize("classes", ["[0,1]", "[3,8]", "[0,1,2]", "[0,1,2,3,4,5,6,7,8,9]"])
def test_scores_and_labels_are_those_of_scikit_learn(classes: str) -> None:
    done = fit("model=quantum_kernel", f"data.classes={classes}", "model.bandwidth=0.3", "model.C=2")
    train, test = torch.from_numpy(done.features.train), torch.from_numpy(done.features.test)
    several = classes.count(",") > 1
    theirs = SVC(kernel="precomputed", C=2, break_ties=several).fit(done.model.kernel(train, train), done.labels)
    kernel = done.model.kernel(test, train).numpy()
    np.testing.assert_array_equal(done.scores.argmax(1), theirs.predict(kernel))
    decisions = theirs.decision_function(kernel)
    expected = decisions if several else np.stack([-decisions, decisions], axis=1)
    np.testing.assert_allclose(done.scores, expected, rtol=0, atol=1e-4)  # coefficients rounded to float32


def test_states_of_support_vectors_follow_weights_that_are_loaded() -> None:
    first, second = (fit("model=quantum_kernel", f"data.classes={classes}") for classes in ("[0,1]", "[3,8]"))
    before = first.scores
    first.model.load_state_dict(second.model.state_dict())
    np.testing.assert_array_equal(score_with_model(first.model, second.features.test), second.scores)
    assert not np.array_equal(first.scores, before)


def test_reaches_on_digits_what_is_to_be_expected() -> None:
    assert fit("model=quantum_kernel").accuracy() > 99
    assert fit("model=quantum_kernel", "data.classes=[3,8]", "num_qubits=6").accuracy() > 90


def test_some_training_images_are_drawn_by_the_seed() -> None:
    words = ("model=quantum_kernel", "model.max_train=50")
    first, again = fit(*words), fit(*words)
    np.testing.assert_array_equal(first.scores, again.scores)
    assert len(first.model.vectors) <= 50
    assert first.accuracy() > 95


def test_a_kernel_that_is_none_is_refused() -> None:
    with pytest.raises(QNLNetError, match=r"must have no negative eigenvalue, but has -1 for 2 of them"):
        quantum_kernel._check_is_positive(np.array([[1.0, 2.0], [2.0, 1.0]]))
    quantum_kernel._check_is_positive(np.ones((400, 400)))


def test_kernels_of_too_many_images_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantum_kernel, "_MOST_IMAGES", 200)
    sentence = "must be at most 200, as the kernel of 269 training images would take 0.0 GB."
    with refused(f"Argument `model.max_train` {sentence}"):
        fit("model=quantum_kernel")
    assert fit("model=quantum_kernel", "model.max_train=200").accuracy() > 95


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("num_qubits=1",), "Argument `num_qubits` must be at least 2, but is 1."),
        (("num_qubits=13",), "Argument `num_qubits` must be at most 12, but is 13."),
        (("model.bandwidth=1e300",), "Argument `model.bandwidth` must be at most 1000000, but is 1e+300."),
        (("model.reps=1000000",), "Argument `model.reps` must be at most 256, but is 1000000."),
        (("model.bandwidth=0",), "Argument `model.bandwidth` must be greater than 0, but is 0."),
        (
            ("model.feature_map=z", "model.entanglement=linear"),
            "Argument `model.entanglement` must be left out with feature_map=z, but is 'linear'. It entangles nothing.",
        ),
        (
            (*CP, "model.entanglement=linear"),
            "Argument `model.entanglement` must be left out with feature_map=cp, but is 'linear'. Its pairs are "
            "neighbours.",
        ),
        (
            (*CP, "num_qubits=3"),
            "Argument `num_qubits` must be even with feature_map=cp, but is 3. Its qubits come in pairs.",
        ),
        (
            ("model.couplings=[0.3,0.5,0.7]",),
            "Argument `model.couplings` must be left out with feature_map=zz, but is (0.3, 0.5, 0.7).",
        ),
        (("model.gamma=2",), "Argument `model.gamma` must be left out with kernel=fidelity, but is 2.0."),
        (
            ("model.kernel=projected", "model.gamma=0"),
            "Argument `model.gamma` must be scale, or a number above 0 and at most 1e+09, but is 0.",
        ),
        (
            ("backend=statevector",),
            "Argument `backend` must be exact with model=quantum_kernel, but is 'statevector'. Kernels are computed "
            "from exact states.",
        ),
        (
            ("r=2",),
            "There is no configuration key `r` here. `r` belongs to model=qnl_net. Choose that model, or leave `r` "
            "out.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        load_config("model=quantum_kernel", *overrides)


def test_too_few_images_of_a_class_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `model.max_train` must be so many that every class is among"):
        fit("model=quantum_kernel", "model.max_train=1")
