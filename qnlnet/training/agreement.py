"""Does a trained model give the same labels when its circuits run on Aer?"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from qnlnet.config import BackendConfig, RunConfig
from qnlnet.models import build_model
from qnlnet.models.formula_layer import CircuitLayer
from qnlnet.training.scoring import labels_of, score_with_model

IMAGES = 10_000  # that Aer is asked about, where a model asks its circuit once for each: all test images
ROWS = 1_000  # that Aer is asked for otherwise: Python's lock lets no other replica train meanwhile
QUBITS = 10  # up to which this holds; with each further one it is a quarter
INPUTS = 64  # up to which this holds; whenever there are twice as many it is an eighth


def measure_aer_agreement(model: nn.Module, config: RunConfig, seed: int, inputs: NDArray[np.float32]) -> float:
    """Returns the share of inputs, in [0, 1], whose label stays the same on Aer (exact, through EstimatorQNN).

    Models that run circuits many times for an image, such as quanvolutions, are asked about as many images, from the
    front, as `ROWS` allow; always about one at least. Others are asked about all, up to `IMAGES`. Beyond ten qubits
    Aer takes long, and it is a quarter as many for each further one; and so it is, an eighth as many whenever they
    double, with more than 64 inputs, which are amplitudes to prepare.

    Args:
        model: The trained model, on whatever backend it was trained.
        config: Its cell.
        seed: Its seed.
        inputs: Model inputs, float32, shape (count, …).

    Returns:
        The share; NaN for a model without a circuit.
    """
    rows = count_rows(model, inputs[:1])
    if rows == 0:
        return math.nan
    on_aer = build_model(config.model_copy(update={"backend": BackendConfig(name="aer")}), seed)
    on_aer.load_state_dict(model.state_dict())
    further = 2 * max(0, max(layer.num_qubits for layer in _layers_of(model)) - QUBITS)
    further += 3 * max(0, (max(layer.num_inputs for layer in _layers_of(model)) // INPUTS).bit_length() - 1)
    some = inputs[: max(1, (IMAGES if rows == 1 else ROWS // rows) >> further)]
    labels, labels_on_aer = (labels_of(score_with_model(each, some)) for each in (model, on_aer))
    return float((labels == labels_on_aer).mean())


def count_rows(model: nn.Module, inputs: NDArray[np.float32]) -> int:
    """Returns how many times circuits run for some inputs, over all quantum layers of a model."""
    layers = _layers_of(model)
    rows = 0

    def count(layer: CircuitLayer, arguments: tuple[Tensor, ...]) -> None:
        nonlocal rows
        batch = arguments[0].shape[:-1]
        rows += math.prod(batch) if layer.copies is None else math.prod(batch[:-1]) * layer.copies

    hooks = [layer.register_forward_pre_hook(count) for layer in layers]
    try:
        if layers:
            with torch.no_grad():
                model(torch.from_numpy(inputs))
    finally:
        for hook in hooks:
            hook.remove()
    return rows


def _layers_of(model: nn.Module) -> list[CircuitLayer]:
    return [layer for layer in model.modules() if isinstance(layer, CircuitLayer)]
