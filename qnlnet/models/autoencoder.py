"""The code of a convolutional autoencoder, which it learns from the training images, as what a model sees.

Two convolutions halve an image twice, and a linear layer makes its code; three transposed convolutions make the image
of it again. Only the training images are used, and no labels. Like principal components the code does not depend on
the seed of a replica, so all replicas of a cell share it. Sums are made in one order, by one thread: the same machine
always finds the same code.
"""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from qnlnet.data import Dataset
from qnlnet.errors import DataError
from qnlnet.seeding import integer_seed

_MAPS, _FEW_MAPS = 8, 4  # of the outer and of the inner convolution
_LEARNING_RATE, _BATCH_SIZE = 2e-3, 128
_PART = 1000  # images that are encoded at a time
_FIRST_STEPS, _LONG = 20, 5.0  # steps that are timed, and seconds from which on a person is told
_ROUNDING = 1e-6  # of a number of the code, as a share of the largest


@dataclass(frozen=True)
class AutoencoderCode:
    """The code of an autoencoder, each number of it standardised by its mean and deviation over the training images.

    Attributes:
        count: How many numbers it has.
        epochs: How often the autoencoder sees the training images.
    """

    count: int
    epochs: int = 5


class Autoencoder(nn.Module):
    """Image → code → image, of any size and any number of channels.

    Args:
        image_shape: Channels, height and width.
        count: Numbers of the code.
    """

    def __init__(self, image_shape: tuple[int, int, int], count: int) -> None:
        super().__init__()
        channels, height, width = image_shape
        half = math.ceil(height / 2), math.ceil(width / 2)
        small = math.ceil(half[0] / 2), math.ceil(half[1] / 2)
        size = _FEW_MAPS * small[0] * small[1]
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, _MAPS, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(_MAPS, _FEW_MAPS, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(size, count),
        )
        self.decoder = nn.Sequential(
            nn.Linear(count, size),
            nn.Unflatten(1, (_FEW_MAPS, *small)),
            _enlarge(_FEW_MAPS, half),
            nn.ReLU(),
            _enlarge(_MAPS, (height, width)),
            nn.ReLU(),
            nn.ConvTranspose2d(_MAPS, channels, 3, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Returns the images that are made of the codes, for images in [0, 1] of shape (batch, channels, …)."""
        pictures: Tensor = self.decoder(self.encoder(images))
        return pictures


def encode_images(dataset: Dataset, spec: AutoencoderCode) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Trains an autoencoder and returns the codes of training and test images, float32, shape (count, numbers).

    Says on stderr how long it will take where that is more than some seconds.

    Raises:
        DataError: A number of the code is the same for all training images.
    """
    with _one_thread():
        network = train_autoencoder(dataset.train_images, spec)
        train, test = (_encode(network, images) for images in (dataset.train_images, dataset.test_images))
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    if (deviation <= _ROUNDING * max(1.0, float(np.abs(train).max()))).any():
        raise DataError(
            f"The codes of the {len(train):,} training images must differ to be standardised, but a number is the same "
            "for all of them. Have a look at some of them, or choose model.features=pca."
        )
    return ((train - mean) / deviation).astype(np.float32), ((test - mean) / deviation).astype(np.float32)


@torch.enable_grad()
def train_autoencoder(images: NDArray[np.uint8], spec: AutoencoderCode) -> Autoencoder:
    """Returns an autoencoder that has learnt images: mean squared error, Adam, batches of 128 in random order.

    Args:
        images: Shape (count, channels, height, width).
        spec: What it is to be.
    """
    generator = torch.Generator().manual_seed(integer_seed(0, "autoencoder"))
    network = _build(images.shape[1:], spec.count, generator)
    optimizer = torch.optim.Adam(network.parameters(), lr=_LEARNING_RATE)
    batches_left = spec.epochs * math.ceil(len(images) / _BATCH_SIZE)
    started, steps = time.monotonic(), 0
    for _ in range(spec.epochs):
        for batch in torch.randperm(len(images), generator=generator).split(_BATCH_SIZE):
            pixels = _scale(images[batch.numpy()])
            optimizer.zero_grad()
            nn.functional.mse_loss(network(pixels), pixels).backward()
            optimizer.step()
            steps += 1
            if steps == _FIRST_STEPS:
                _announce((batches_left - steps) * (time.monotonic() - started) / steps)
    return network


def _build(image_shape: tuple[int, ...], count: int, generator: torch.Generator) -> Autoencoder:
    """Returns an untrained autoencoder, with weights from torch's usual distributions by a generator of their own."""
    channels, height, width = image_shape
    with torch.device("meta"):  # the layers' own initialisers draw from torch's global generator
        network = Autoencoder((channels, height, width), count)
    network.to_empty(device="cpu")
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            bound = 1 / math.sqrt(layer.weight[0].numel())
            for parameter in layer.parameters():
                nn.init.uniform_(parameter, -bound, bound, generator=generator)
    return network


def _enlarge(maps: int, size: tuple[int, int]) -> nn.ConvTranspose2d:
    """Returns what doubles height and width to `size`, each even or odd."""
    extra = (1 - size[0] % 2, 1 - size[1] % 2)
    return nn.ConvTranspose2d(maps, _MAPS, 3, stride=2, padding=1, output_padding=extra)


@torch.no_grad()
def _encode(network: Autoencoder, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    parts = [network.encoder(_scale(images[start : start + _PART])) for start in range(0, len(images), _PART)]
    return torch.cat(parts).double().numpy()


def _scale(images: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(images).float() / 255


@contextmanager
def _one_thread() -> Iterator[None]:
    """Lets torch compute in one thread: several add up in another order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _announce(seconds: float) -> None:
    if seconds >= _LONG:
        print(f"Training the autoencoder of the model's inputs: about {seconds:.0f} s.", file=sys.stderr, flush=True)
