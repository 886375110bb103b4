"""QuantumFlow as a family: QF-hNet and QF-pNet, two layers of neurons with signs as weights.

Source: Jiang, Xiong, Shi 2021, Nature Communications 12, 579, arXiv 2006.14815. Formulas, first weights, normalisation
and training are those of the authors' code (weiwenjiang/QuantumFlow, JQub/qfnn), `layer=mlp` too; ``frozen``, ``real``
and ``linear`` are ours.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.quantum_flow import QuantumFlowConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec
from qnlnet.models.quantum_flow.neurons import (
    CircuitNeurons,
    Neuron,
    Neurons,
    combine_bits,
    measure_overlaps,
    square_means,
)
from qnlnet.models.quantum_flow.normalisation import BatchAdjustment, IndividualAdjustment
from qnlnet.models.resized import Resized
from qnlnet.models.streams import Streams


class Amplitudes(nn.Module):
    """Pixels → amplitudes: divided by their norm; (1, 0, …, 0) where all are 0, as the authors' SVD gives."""

    def forward(self, pixels: Tensor) -> Tensor:
        """Returns amplitudes, shape (batch, pixels), of pixels of that shape."""
        norms = pixels.norm(dim=-1, keepdim=True)
        first = torch.zeros_like(pixels[:1])
        first[:, 0] = 1
        return torch.where(norms > 0, pixels / torch.where(norms > 0, norms, 1), first)


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the network: pixels in [0, 1] → scores, which but with ``linear`` lie in [0, 1], too."""
    model = settings_of(config, QuantumFlowConfig)
    classes = len(config.data.classes)
    parts = OrderedDict[str, nn.Module](
        encoding=nn.Sequential(nn.Flatten(), *([Amplitudes()] if model.network == "hnet" else [])),
        hidden=_build_layer(model, model.pixels, model.hidden, _choose_neuron(model)),
    )
    if model.layer == "frozen":
        parts["hidden"].requires_grad_(False)
    if model.normalise:
        starts = [model.angles[place % len(model.angles)] for place in range(model.hidden)]
        parts["hidden_normalisation"] = _build_normalisation(model, starts)
    parts["output"] = _build_layer(model, model.hidden, classes, square_means if model.layer == "mlp" else combine_bits)
    if model.normalise:
        parts["output_normalisation"] = _build_normalisation(model, [-1] * classes)
    return nn.Sequential(parts)


def _choose_neuron(model: QuantumFlowConfig) -> Neuron:
    if model.layer == "mlp":
        return square_means
    return measure_overlaps if model.network == "hnet" else combine_bits


def _build_layer(model: QuantumFlowConfig, inputs: int, count: int, neuron: Neuron) -> nn.Module:
    if model.layer == "linear":
        return nn.Linear(inputs, count)
    if model.runs_circuit:
        return CircuitNeurons(inputs, count, neuron)
    return Neurons(inputs, count, neuron, are_signs=model.layer == "mlp")


def _build_normalisation(model: QuantumFlowConfig, angles: Sequence[float]) -> nn.Sequential:
    if model.layer == "mlp":
        return nn.Sequential(nn.BatchNorm1d(len(angles)), nn.Hardtanh(0, 1))
    return nn.Sequential(BatchAdjustment(len(angles)), IndividualAdjustment(angles))


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, QuantumFlowConfig)
    return Resized(model.size, smoothed=True, duplicates=model.duplicates)


def _choose_rates(config: RunConfig, epochs_done: int) -> Mapping[str, float]:
    model = settings_of(config, QuantumFlowConfig)
    parts = ("hidden_normalisation", "output_normalisation") if model.is_adjusted else ()
    return dict.fromkeys(parts, model.angle_rate)


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns none: signs decide which gates a neuron's circuit has, so that there is none with weights to be drawn.

    `build_overlap_circuit` and `build_bits_circuit` build it for given signs.
    """
    return ()


FAMILY = Family(_choose_features, build, list_circuits, rate_factors=_choose_rates)
