"""Images and features of many cells, each prepared once, or found once to be missing."""

from collections.abc import Callable
from typing import Any

from qnlnet.config import RunConfig
from qnlnet.data import Dataset, load_dataset
from qnlnet.errors import QNLNetError
from qnlnet.models import Features, extract_features, family_of


class Inputs:
    """Loads images and prepares features when they are first asked for, and keeps them."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def dataset(self, config: RunConfig) -> Dataset:
        """Returns the images of a cell.

        Raises:
            DataError: They are missing or damaged.
        """
        dataset: Dataset = self._get(config.data, lambda: load_dataset(config.data))
        return dataset

    def features(self, config: RunConfig) -> Features:
        """Returns the model inputs of a cell."""
        spec = family_of(config).features(config)
        features: Features = self._get(
            (config.data, spec), lambda: extract_features(self.dataset(config), config.data, spec)
        )
        return features

    def _get(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            try:
                self._kept[key] = make()
            except QNLNetError as error:  # a download that fails takes minutes, and would for every cell
                self._kept[key] = error
        if isinstance(kept := self._kept[key], QNLNetError):
            raise kept
        return kept
