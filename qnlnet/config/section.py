"""What all parts of the configuration have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(strict=True, ge=1)]  # strict: `true` and `1.5` are no numbers of things
Index = Annotated[int, Field(strict=True, ge=0)]
Strength = Annotated[float, Field(gt=0, le=1e9)]  # beyond that solvers of machine learning find no end
Repetitions = Annotated[int, Field(strict=True, ge=1, le=256)]  # of gates: more are a slip of the finger


class Section(BaseModel):
    """A part of the configuration: immutable, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)
