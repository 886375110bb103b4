"""The authors' normalisation of probabilities, as their code has it: by the batch, then by each image's own factor.

While it trains both take what the batch says; then they take a running value, which is nearly that of the last batch:
0.1 of the old one and 0.9 of the new.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

_NEW = 0.9  # share of the newest batch in a running value


class BatchAdjustment(nn.Module):
    """Moves the mean of each neuron over the batch to ½: a lower one up, x + r (1 − x), a higher one down, r x.

    Which of the two it was in the last batch it is at test time.

    Args:
        count: Neurons.
    """

    factor: Tensor
    is_low: Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("factor", torch.zeros(count))
        self.register_buffer("is_low", torch.zeros(count, dtype=torch.bool))

    def forward(self, values: Tensor) -> Tensor:
        """Returns probabilities, shape (batch, neurons), of probabilities of that shape."""
        factor, is_low = self._read_batch(values) if self.training else (self.factor, self.is_low)
        return torch.where(is_low, values + factor * (1 - values), factor * values)

    def _read_batch(self, values: Tensor) -> tuple[Tensor, Tensor]:
        mean = values.mean(dim=0)
        is_low = mean <= 0.5
        up = (0.5 - mean) / torch.where(is_low, 1 - mean, 1)  # the side that is not taken may not be infinite
        factor = torch.where(is_low, up, 0.5 / torch.where(is_low, 1, mean))
        _update(self.factor, factor)
        self.is_low.copy_(is_low)
        return factor, is_low


class IndividualAdjustment(nn.Module):
    """Multiplies the values of each neuron by ½ over the mean of the batch, in which the image itself counts twice.

    An angle above 0 divides them by 1 + angle; one of 0 or less has no effect, and no gradient.

    Args:
        angles: The first angle of each neuron.
    """

    factor: Tensor

    def __init__(self, angles: Sequence[float]) -> None:
        super().__init__()
        self.angle = nn.Parameter(torch.tensor(angles, dtype=torch.get_default_dtype()))
        self.register_buffer("factor", torch.zeros(len(angles)))

    def forward(self, values: Tensor) -> Tensor:
        """Returns probabilities, shape (batch, neurons), of probabilities of that shape with means of ½."""
        if not self.training:
            return self.factor * values
        means = (values.sum(dim=0) + values) / len(values)
        factors = 0.5 / means / (1 + self.angle.relu())
        _update(self.factor, factors.mean(dim=0))
        return factors * values


def _update(running: Tensor, new: Tensor) -> None:
    running.mul_(1 - _NEW).add_(_NEW * new.detach())
