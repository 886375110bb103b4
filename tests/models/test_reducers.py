"""The reducers: their dropout, and what they refuse."""

import numpy as np
import pytest
import torch
from torch import nn

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError
from qnlnet.models import build_model
from qnlnet.models.dropout import draw_dropout_masks
from qnlnet.models.qnl_net.reducers import SeededDropout2d, build_cnn_reducer, build_pca_reducer


def build_cnn(image_shape: tuple[int, int, int], num_features: int = 4) -> nn.Sequential:
    return build_cnn_reducer(image_shape, (2, 3), num_features, 0.5, np.random.default_rng(0))


def make_dropout(seed: int = 0, p: float = 0.5) -> SeededDropout2d:
    return SeededDropout2d(p, np.random.default_rng(seed))


def test_dropout_zeroes_whole_channels_and_scales_the_others() -> None:
    images = torch.rand(50, 16, 4, 4, generator=torch.Generator().manual_seed(0)) + 1
    factors = (make_dropout(p=0.75)(images) / images).flatten(2)
    assert torch.equal(factors.amin(2), factors.amax(2))  # one factor for all pixels of a channel
    assert set(factors.unique().tolist()) == {0.0, 4.0}


@pytest.mark.parametrize("p", [0.25, 0.5])
def test_dropout_drops_the_share_that_is_asked_for(p: float) -> None:
    masks = draw_dropout_masks(np.random.default_rng(0), 1000, 16, p)
    assert masks.dtype == np.float32
    assert masks.shape == (1000, 16)
    five_standard_errors = 5 * np.sqrt(p * (1 - p) / masks.size)
    assert abs((masks == 0).mean() - p) < five_standard_errors
    assert np.unique(masks).tolist() == [0.0, np.float32(1 / (1 - p))]


def test_single_images_see_the_masks_of_a_batch() -> None:
    images = torch.ones(7, 16, 2, 2)
    singles = make_dropout()
    torch.testing.assert_close(torch.cat([singles(image[None]) for image in images]), make_dropout()(images))


def test_dropout_belongs_to_its_generator_alone() -> None:
    images = torch.ones(7, 16, 2, 2)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = make_dropout(seed=1)(images)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(first, make_dropout(seed=1)(images))
    assert not torch.equal(first, make_dropout(seed=2)(images))


def test_evaluation_neither_drops_nor_draws() -> None:
    images = torch.rand(3, 16, 2, 2)
    dropout = make_dropout().eval()
    assert torch.equal(dropout(images), images)
    assert torch.equal(dropout.train()(images), make_dropout()(images))


def test_gradient_passes_through_the_channels_that_are_kept() -> None:
    images = torch.ones(4, 16, 2, 2, requires_grad=True)
    output = make_dropout()(images)
    output.sum().backward()
    assert images.grad is not None
    assert torch.equal(images.grad, output.detach())


def test_models_of_the_same_seed_drop_the_same_channels() -> None:
    config = load_config("reducer=cnn")
    inputs = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        first, again, other = (build_model(config, seed).reducer[:7](inputs) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first == 0, other == 0)


@pytest.mark.parametrize("p", [0.0, 0.3])
def test_the_protocol_sets_the_share_of_channels_that_are_dropped(p: float) -> None:
    model = build_model(load_config("reducer=cnn", f"train.dropout={p}"), 0)
    (layer,) = (layer for layer in model.reducer if isinstance(layer, SeededDropout2d))
    assert layer.p == p
    images = torch.ones(3, 16, 4, 4)
    assert torch.equal(layer(images), images) == (p == 0)


def test_smallest_images_leave_one_pixel() -> None:
    assert build_cnn((1, 16, 16))(torch.zeros(1, 1, 16, 16)).shape == (1, 4)


@pytest.mark.parametrize("shape", [(1, 15, 28), (1, 28, 15), (1, 8, 8), (1, 1, 1)])
def test_too_small_images_are_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ArgumentError, match=r"`data.image_shape` must be at least 16 pixels .* but is"):
        build_cnn(shape)


@pytest.mark.parametrize("num_features", [2, 6])
def test_reducers_give_one_feature_per_qubit(num_features: int) -> None:
    assert build_cnn((3, 20, 24), num_features)(torch.zeros(5, 3, 20, 24)).shape == (5, num_features)
    assert build_pca_reducer(4, num_features)(torch.zeros(5, 4)).shape == (5, num_features)
