"""Models that are fitted once, such as a support vector machine, as torch modules."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


class FittedModule(nn.Module, ABC):
    """A module whose buffers are empty until `fit` fills them; their shapes may depend on the training data."""

    @abstractmethod
    def fit(self, inputs: Tensor, labels: Tensor) -> None:
        """Fits the model.

        Args:
            inputs: Features, float32, shape (count, …).
            labels: int64, shape (count,): places of the classes in `data.classes`.
        """

    def keep(self, name: str, value: Any) -> None:
        """Keeps what was fitted, as a buffer of float32: it is saved and loaded with the model."""
        self.register_buffer(name, torch.as_tensor(value, dtype=torch.float32).contiguous())

    def _load_from_state_dict(self, state_dict: Mapping[str, Any], prefix: str, *arguments: Any) -> None:
        for name, buffer in list(self.named_buffers(recurse=False)):
            saved = state_dict.get(prefix + name)
            if isinstance(saved, Tensor) and saved.shape != buffer.shape:
                self.register_buffer(name, torch.empty_like(saved))
        super()._load_from_state_dict(state_dict, prefix, *arguments)
