"""What can stand in for the quantum layer, to see what it contributes: a few classical functions of the features."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from qnlnet.circuits import ClosedForm, find_closed_form
from qnlnet.circuits.closed_forms import NUM_WEIGHTS
from qnlnet.config import AnsatzConfig
from qnlnet.models.qnl_net.nonlocal_block import NonLocalFeatures


class Unit(nn.Module):
    """f(w·x + b): as many parameters as the circuit of Table 1 has, for four features.

    Args:
        num_features: Features x.
        function: f.

    Attributes:
        weight: w and b, shape (num_features + 1,).
    """

    def __init__(self, num_features: int, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        bound = num_features**-0.5  # as torch draws a linear layer
        self.weight = nn.Parameter(torch.empty(num_features + 1).uniform_(-bound, bound))
        self.function = function

    def forward(self, features: Tensor) -> Tensor:
        """Returns one value per row, shape (batch, 1)."""
        return self.function(features @ self.weight[:-1, None] + self.weight[-1])


class ProductOfSines(nn.Module):
    """The circuit of an ansatz of Table 1 as the formula that it is.

    Args:
        form: The formula.

    Attributes:
        weight: The circuit's weights in their order, in radians, shape (5,); some have no effect.
    """

    def __init__(self, form: ClosedForm) -> None:
        super().__init__()
        self.form = form
        self.weight = nn.Parameter(torch.empty(NUM_WEIGHTS).uniform_(-1, 1))  # as TorchConnector draws them

    def forward(self, features: Tensor) -> Tensor:
        """Returns ⟨Z₃⟩ for features in radians, shape (batch, 1)."""
        form = self.form
        value = form.sign * torch.sin(self.weight[list(form.sine_weights)]).prod()
        cosines = torch.cos(2 * features[:, list(form.cosine_inputs)]).prod(dim=1)
        sines = torch.sin(2 * features[:, list(form.sine_inputs)]).prod(dim=1)
        return (value * cosines * sines)[:, None]


_UNITS: Mapping[str, Callable[[Tensor], Tensor]] = {"linear_tanh": torch.tanh, "sine": torch.sin}


def build_substitute(layer: str, ansatz: AnsatzConfig, num_features: int) -> tuple[nn.Module, int]:
    """Builds what stands in for the quantum layer.

    Args:
        layer: ``closed_form``, ``linear_tanh``, ``sine``, ``nonlocal`` or ``none``.
        ansatz: The gates of the circuit that ``closed_form`` writes as a formula, under whatever name.
        num_features: Features that come in.

    Returns:
        The layer, and how many values it hands to the head.
    """
    if layer in _UNITS:
        return Unit(num_features, _UNITS[layer]), 1
    if layer == "closed_form":
        return ProductOfSines(find_closed_form(ansatz)), 1
    return (NonLocalFeatures() if layer == "nonlocal" else nn.Identity()), num_features
