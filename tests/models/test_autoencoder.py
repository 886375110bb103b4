"""The autoencoder's code: what it keeps of images, and that nothing but the training images decides it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from qnlnet.config import load_config
from qnlnet.data import Dataset, load_dataset
from qnlnet.errors import ArgumentError, DataError
from qnlnet.models import AutoencoderCode, extract_features
from qnlnet.models.autoencoder import ConvolutionalAutoencoder, DenseAutoencoder, train_autoencoder

DATA = load_config("data=digits").data
FEW = AutoencoderCode(3, epochs=1)


def code(dataset: Dataset, spec: AutoencoderCode = FEW) -> tuple[np.ndarray, np.ndarray]:
    features = extract_features(dataset, DATA, spec)
    return features.train, features.test


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset(DATA)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (2, 7, 10), (1, 5, 1), (1, 1, 1)])
def test_images_of_any_size_come_back(shape: tuple[int, int, int]) -> None:
    network = ConvolutionalAutoencoder(shape, 4)
    images = torch.rand(2, *shape)
    assert network.encoder(images).shape == (2, 4)
    assert network(images).shape == images.shape


def test_mnist_has_196_numbers_before_its_code() -> None:
    network = ConvolutionalAutoencoder((1, 28, 28), 4)
    assert [tuple(weight.shape) for weight in network.parameters() if weight.ndim > 1] == [
        *[(8, 1, 3, 3), (4, 8, 3, 3), (4, 196)],
        *[(196, 4), (4, 8, 3, 3), (8, 8, 3, 3), (8, 1, 3, 3)],
    ]


def test_a_dense_one_has_a_hidden_layer_on_each_way() -> None:
    network = DenseAutoencoder((3, 5, 2), 4)
    images = torch.rand(2, 3, 5, 2)
    assert network(images).shape == images.shape
    shapes = [tuple(weight.shape) for weight in network.parameters() if weight.ndim > 1]
    assert shapes == [(256, 30), (4, 256), (256, 4), (30, 256)]


def test_components_of_a_code_are_scaled_by_the_training_images(digits: Dataset) -> None:
    few = replace(digits, train_images=digits.train_images[::3], train_labels=digits.train_labels[::3])
    spec = AutoencoderCode(6, 1, "dense", components=3)
    (train, test), (whole, _) = code(few, spec), code(few, replace(spec, components=None))
    np.testing.assert_array_equal([train.min(axis=0), train.max(axis=0)], [[0] * 3, [1] * 3])
    assert 0 <= test.min() <= test.max() <= 1
    assert train.shape == (len(few.train_labels), 3)
    assert np.abs(np.corrcoef(train.T) - np.eye(3)).max() < 1e-5
    np.testing.assert_allclose(whole.std(axis=0), 1, rtol=0, atol=1e-5)


def test_there_are_no_more_components_than_training_images(digits: Dataset) -> None:
    two = np.unique(digits.train_labels, return_index=True)[1]
    few = replace(digits, train_images=digits.train_images[two], train_labels=digits.train_labels[two])
    with pytest.raises(ArgumentError) as caught:
        code(few, AutoencoderCode(6, 1, "dense", components=3))
    assert str(caught.value) == (
        "Argument `num_qubits` must be at most 2 with PCA of the codes of as many training images, but is 3."
    )


@pytest.mark.slow
def test_codes_are_standardised_by_the_training_images(digits: Dataset) -> None:
    train, test = code(digits)
    assert (train.shape, test.shape) == ((len(digits.train_labels), 3), (len(digits.test_labels), 3))
    np.testing.assert_allclose(train.mean(axis=0), 0, rtol=0, atol=1e-5)
    np.testing.assert_allclose(train.std(axis=0), 1, rtol=0, atol=1e-5)
    assert abs(test.std(axis=0) - 1).max() > 1e-3


@pytest.mark.slow
def test_test_images_and_labels_have_no_say(digits: Dataset) -> None:
    train, test = code(digits)
    fewer = replace(digits, test_images=digits.test_images[5:], test_labels=digits.test_labels[5:])
    without, rest = code(fewer)
    np.testing.assert_array_equal(without, train)
    np.testing.assert_allclose(rest, test[5:], rtol=0, atol=1e-5)


@pytest.mark.slow
def test_neither_threads_nor_global_generator_have_a_say(digits: Dataset) -> None:
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    codes = []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            torch.manual_seed(count)
            before = torch.random.get_rng_state()
            with torch.no_grad():
                codes.append(code(digits)[0])
            assert torch.get_num_threads() == count
            assert torch.equal(torch.random.get_rng_state(), before)
    finally:
        torch.set_num_threads(threads)
        torch.random.set_rng_state(state)
    np.testing.assert_array_equal(codes[0], codes[1])


@pytest.mark.slow
def test_pictures_become_more_like_the_images(digits: Dataset) -> None:
    pixels = torch.from_numpy(digits.train_images).float() / 255
    networks = (train_autoencoder(digits.train_images, AutoencoderCode(4, epochs)) for epochs in (1, 10))
    first, later = (torch.nn.functional.mse_loss(network(pixels), pixels).item() for network in networks)
    assert later < 0.75 * first


@pytest.mark.slow
def test_long_training_is_said(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = AutoencoderCode(2, epochs=7)  # 21 steps
    monkeypatch.setattr("qnlnet.models.autoencoder._LONG", 1e6)
    code(digits, spec)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("qnlnet.models.autoencoder._LONG", 0.0)
    code(digits, spec)
    assert capsys.readouterr().err.startswith("Training the autoencoder of the model's inputs: about ")


def test_images_that_are_all_the_same_are_refused(digits: Dataset) -> None:
    same = replace(digits, train_images=np.zeros_like(digits.train_images))
    with pytest.raises(DataError) as caught:
        code(same)
    assert str(caught.value) == (
        f"The codes of the {len(same.train_labels)} training images must differ to be standardised, but a number is "
        "the same for all of them. Have a look at some of them, or choose model.features=pca."
    )
