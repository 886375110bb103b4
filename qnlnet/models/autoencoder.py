"""The code of an autoencoder, which it learns from the training images, as what a model sees.

Convolutional: two convolutions halve an image twice, and a linear layer makes its code; three transposed convolutions
make the image of it again. Dense: a layer of 256 units with ReLU before the code, and one behind it. Only the training
images are used, and no labels. Like principal components the code does not depend on the seed of a replica, so all
replicas of a cell share it. Sums are made in one order, by one thread: the same machine always finds the same code.
"""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from qnlnet.data import Dataset
from qnlnet.errors import DataError, argument_error
from qnlnet.seeding import integer_seed

_MAPS, _FEW_MAPS = 8, 4  # of the outer and of the inner convolution
_HIDDEN = 256  # units of each hidden layer of a dense one
_LEARNING_RATES = {"convolutional": 2e-3, "dense": 1e-3}
_BATCH_SIZE = 128
_PART = 1000  # images that are encoded at a time
_FIRST_STEPS, _LONG = 20, 5.0  # steps that are timed, and seconds from which on a person is told
_ROUNDING = 1e-6  # of a number of the code, as a share of the largest


@dataclass(frozen=True)
class AutoencoderCode:
    """The code of an autoencoder, each number of it standardised by its mean and deviation over the training images.

    Attributes:
        count: How many numbers it has.
        epochs: How often the autoencoder sees the training images.
        kind: Its layers.
        components: In place of the code so many principal components of it, each scaled to [0, 1] by the least and the
            greatest value of the training images; test values beyond these become 0 or 1.
    """

    count: int
    epochs: int = 5
    kind: Literal["convolutional", "dense"] = "convolutional"
    components: int | None = None


class Autoencoder(nn.Module):
    """Image → code → image, of any size and any number of channels.

    Attributes:
        encoder: The way to the code.
        decoder: The way back.
    """

    encoder: nn.Sequential
    decoder: nn.Sequential

    def forward(self, images: Tensor) -> Tensor:
        """Returns the images that are made of the codes, for images in [0, 1] of shape (batch, channels, …)."""
        pictures: Tensor = self.decoder(self.encoder(images))
        return pictures


class ConvolutionalAutoencoder(Autoencoder):
    """Image → code → image by convolutions.

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


class DenseAutoencoder(Autoencoder):
    """Image → code → image by dense layers.

    Args:
        image_shape: Channels, height and width.
        count: Numbers of the code.
    """

    def __init__(self, image_shape: tuple[int, int, int], count: int) -> None:
        super().__init__()
        pixels = math.prod(image_shape)
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, count))
        back = [nn.Linear(count, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, pixels), nn.Sigmoid()]
        self.decoder = nn.Sequential(*back, nn.Unflatten(1, image_shape))


_KINDS = {"convolutional": ConvolutionalAutoencoder, "dense": DenseAutoencoder}


def encode_images(dataset: Dataset, spec: AutoencoderCode) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Trains an autoencoder and returns the codes of training and test images, float32, shape (count, numbers).

    Says on stderr how long it will take where that is more than some seconds.

    Raises:
        ArgumentError: Its principal components are to be more than there are training images.
        DataError: A number of the code, or a component of it, is the same for all training images.
    """
    with _one_thread():
        network = train_autoencoder(dataset.train_images, spec)
        train, test = (_encode(network, images) for images in (dataset.train_images, dataset.test_images))
    if spec.components is not None:
        train, test = _project(train, test, spec.components)
    deviation = train.std(axis=0)
    if (deviation <= _ROUNDING * max(1.0, float(np.abs(train).max()))).any():
        advice = ", or choose model.features=pca" if spec.kind == "convolutional" else ""
        raise DataError(
            f"The codes of the {len(train):,} training images must differ to be standardised, but a number is the same "
            f"for all of them. Have a look at some of them{advice}."
        )
    if spec.components is None:
        origin, scale = train.mean(axis=0), deviation
    else:
        origin = train.min(axis=0)
        scale = train.max(axis=0) - origin
        test = test.clip(origin, origin + scale)
    return ((train - origin) / scale).astype(np.float32), ((test - origin) / scale).astype(np.float32)


def _project(
    train: NDArray[np.float64], test: NDArray[np.float64], components: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the first principal components of codes, as the training images have them."""
    from sklearn.decomposition import PCA  # imports for a second, and codes do without

    if components > len(train):
        requirement = f"be at most {len(train)} with PCA of the codes of as many training images"
        raise argument_error("num_qubits", requirement, components)
    pca = PCA(n_components=components, svd_solver="full")
    return pca.fit_transform(train), pca.transform(test)


@torch.enable_grad()
def train_autoencoder(images: NDArray[np.uint8], spec: AutoencoderCode) -> Autoencoder:
    """Returns an autoencoder that has learnt images: mean squared error, Adam, batches of 128 in random order.

    Args:
        images: Shape (count, channels, height, width).
        spec: What it is to be.
    """
    generator = torch.Generator().manual_seed(integer_seed(0, "autoencoder"))
    network = _build(images.shape[1:], spec, generator)
    optimizer = torch.optim.Adam(network.parameters(), lr=_LEARNING_RATES[spec.kind])
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


def _build(image_shape: tuple[int, ...], spec: AutoencoderCode, generator: torch.Generator) -> Autoencoder:
    """Returns an untrained autoencoder, with weights from torch's usual distributions by a generator of their own."""
    channels, height, width = image_shape
    with torch.device("meta"):  # the layers' own initialisers draw from torch's global generator
        network = _KINDS[spec.kind]((channels, height, width), spec.count)
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
