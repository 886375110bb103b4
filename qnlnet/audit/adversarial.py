"""Images changed a little so that a model answers wrong, by its exact gradients: FGSM and PGD.

Both change each pixel by at most ε, pixels being in [0, 1], along the sign of the slope of the cross-entropy of the
scores. FGSM (Goodfellow, Shlens, Szegedy 2014, arXiv 1412.6572) goes all the way at once; PGD (Madry et al. 2017, arXiv
1706.06083) begins anywhere within ε, and goes in steps. A low accuracy shows that a model is not robust. A high one
does not show that it is: where slopes are zero, such an attack finds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from qnlnet.errors import ArgumentError, argument_error
from qnlnet.models.pixel_bounds import PixelBounds

BATCH = 250  # images that are attacked at a time


@dataclass(frozen=True)
class Attack:
    """How images are changed.

    Attributes:
        method: ``fgsm``, ``pgd``; or ``none``, which only cuts off what is not between black and white.
        epsilon: By how much a pixel may change, as a share of the way from black to white.
        steps: Of ``pgd``.
        step_size: Of a step, in the same unit; None for ε/4, or all of it in a single step.
        random_start: Whether ``pgd`` begins anywhere within ε.
        raw: Whether black and white are taken to be 0 and 1 among the numbers that the model sees, as in code that
            hands normalised images to an attack that expects pixels.

    Raises:
        ArgumentError: A number is not acceptable.
    """

    method: Literal["none", "fgsm", "pgd"] = "pgd"
    epsilon: float = 0.1
    steps: int = 10
    step_size: float | None = None
    random_start: bool = True
    raw: bool = False

    def __post_init__(self) -> None:
        """Checks the numbers."""
        if not 0 <= self.epsilon <= 1:
            raise argument_error("epsilon", "be a share of the way from black to white, 0 to 1", self.epsilon)
        if self.steps < 1:
            raise argument_error("steps", "be at least 1", self.steps)
        if self.step_size is not None and not 0 < self.step_size <= 1:
            raise argument_error("step_size", "be above 0 and at most 1", self.step_size)

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return f"raw-{self.method}" if self.raw else self.method

    @property
    def pace(self) -> float:
        """The size of a step."""
        if self.step_size is not None:
            return self.step_size
        return self.epsilon / 4 if self.steps > 1 else self.epsilon


@dataclass(frozen=True)
class Robustness:
    """What a model answers to changed images, in percent.

    Attributes:
        clean_accuracy: Of the images as they are.
        accuracy: Of the changed ones.
        without_slope: Images with no slope at all where the attack begins: it cannot move them.
        most_common: The largest share of changed images with one and the same answer; of a model that has broken down,
            all.
    """

    clean_accuracy: float
    accuracy: float
    without_slope: float
    most_common: float


def attack_images(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    bounds: PixelBounds,
    attack: Attack,
    stream: np.random.Generator,
) -> Tensor:
    """Returns changed images, each pixel within ε of the old one and between black and white.

    Args:
        model: A model in evaluation mode, images → scores, that can be differentiated.
        images: What it sees, float32, shape (batch, channels, height, width).
        labels: The right answers, int64, shape (batch,).
        bounds: What black and white are there.
        attack: How they are changed.
        stream: Draws the places where PGD begins.
    """
    black, white = torch.from_numpy(bounds.black), torch.from_numpy(bounds.white)
    reach = attack.epsilon * (white - black)

    def keep_in_bounds(changed: Tensor) -> Tensor:
        return torch.clamp(images + torch.clamp(changed - images, -reach, reach), black, white)

    if attack.method == "none":
        return torch.clamp(images, black, white)
    if attack.method == "fgsm":
        return keep_in_bounds(images + reach * find_slopes(model, images, labels).sign())
    changed = images
    if attack.random_start:
        drawn = stream.uniform(-1, 1, images.shape).astype(np.float32)
        changed = torch.clamp(images + reach * torch.from_numpy(drawn), black, white)
    for _ in range(attack.steps):
        slopes = find_slopes(model, changed, labels)
        changed = keep_in_bounds(changed + attack.pace * (white - black) * slopes.sign())
    return changed


def find_slopes(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Returns the derivatives of each image's cross-entropy by its pixels, of the shape of `images`.

    Raises:
        ArgumentError: The scores of the model do not depend on its inputs in a way that torch can differentiate.
    """
    inputs = images.detach().requires_grad_()
    scores = model(inputs)
    if not scores.requires_grad:
        raise ArgumentError("The model must have gradients by its inputs to be attacked along them, but has none.")
    (slopes,) = torch.autograd.grad(cross_entropy(scores, labels, reduction="sum"), inputs)
    return slopes


def measure_robustness(
    model: nn.Module,
    images: ArrayLike,
    labels: ArrayLike,
    bounds: PixelBounds,
    attack: Attack,
    stream: np.random.Generator,
    on_batch: Callable[[int, int], None] = lambda done, right: None,
) -> Robustness:
    """Attacks images and counts what a model still answers right.

    Args:
        model: A trained model; it is left in evaluation mode.
        images: What it sees, shape (count, channels, height, width).
        labels: The right answers, shape (count,).
        bounds: What black and white are there: `find_pixel_bounds`.
        attack: How images are changed.
        stream: Draws the places where PGD begins.
        on_batch: Called behind each batch with the number of images so far and of those still answered right.

    Raises:
        ArgumentError: There are no images, or the model has no gradients by them.
    """
    inputs = torch.from_numpy(np.asarray(images, np.float32))
    wanted = torch.from_numpy(np.asarray(labels, np.int64))
    if not len(inputs):
        raise argument_error("images", "be at least one", 0)
    model.eval()
    clean = without = 0
    answers: list[NDArray[np.int64]] = []
    for batch, right in zip(inputs.split(BATCH), wanted.split(BATCH), strict=True):
        clean += int((_answer(model, batch) == right).sum())
        without += int((find_slopes(model, batch, right).flatten(1) == 0).all(dim=1).sum())
        answers.append(_answer(model, attack_images(model, batch, right, bounds, attack, stream)).numpy())
        done = np.concatenate(answers)
        on_batch(len(done), int((done == wanted[: len(done)].numpy()).sum()))
    found, count = np.concatenate(answers), len(inputs)
    still_right = int((found == wanted.numpy()).sum())
    shares = [100 * float(number) / count for number in (clean, still_right, without, np.bincount(found).max())]
    return Robustness(*shares)


def _answer(model: nn.Module, images: Tensor) -> Tensor:
    with torch.no_grad():
        labels: Tensor = model(images).argmax(dim=1)
    return labels
