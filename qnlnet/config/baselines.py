"""What experiments/baselines.py asks: which classical models, and how their hyperparameters are chosen."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from qnlnet.config.section import Count, Index, Section
from qnlnet.errors import argument_error


class BaselinesConfig(Section):
    """Classical models and the search for their hyperparameters.

    Attributes:
        models: Names of `qnlnet.audit.classical.MODELS`.
        folds: Parts of the cross-validation.
        search_images: How many training images the search sees at most; the final fit gets all.
        search_seed: Seed of that choice and of the folds.
    """

    models: tuple[str, ...]
    folds: Annotated[int, Field(strict=True, ge=2)] = 5
    search_images: Count = 4000
    search_seed: Index = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.models or len(set(self.models)) < len(self.models):
            raise argument_error("models", "name at least one model, each once", list(self.models))
        return self
