"""QNL-Net: reducer → quantum layer → linear head, as one torch module for one replica."""

import torch
from torch import Tensor, nn


class QNLNet(nn.Module):
    """The hybrid model.

    Args:
        reducer: Model input → features, which are angles in radians: one per qubit and upload.
        quantum: Features → expectation values in [−1, 1], shape (batch, readouts); or what stands in for it.
        head: Expectation values → y, the score of class 0 of two; or the scores of all classes.
    """

    def __init__(self, reducer: nn.Sequential, quantum: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.reducer = reducer
        self.quantum = quantum
        self.head = head

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the scores of the classes, shape (batch, classes); the largest names the class.

        Two classes have the scores (y, 1 − y), as in the released code.
        """
        scores = self.head(self.quantum(self.reducer(inputs)))
        return scores if scores.shape[-1] > 1 else torch.cat((scores, 1 - scores), dim=-1)
