"""What experiments/noise.py asks: which noise, how much of it, and on how many images."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from qnlnet.config.section import Count, Index, Section
from qnlnet.errors import argument_error

_Probability = Annotated[float, Field(ge=0, le=1)]


class NoiseConfig(Section):
    """The levels of noise that trained models meet, and the test images that they judge.

    Attributes:
        images: How many test images are drawn, without replacement; None: 200, or all where there are fewer.
        image_seed: Seed of that draw, the same as of `evaluate.py` and of the rehearsals on simulated devices.
        shots: Measurements per image, on a device without other noise.
        depolarizing: Probabilities as of `backend.depolarizing`; expectation values are exact.
        devices: Fake devices as of `backend.noise`, with the exact expectation values that their gates leave.
        device_shots: Measurements per image on the same devices in addition: only these show errors of measuring. None
            leaves that out.
    """

    images: Count | None = None
    image_seed: Index = 0
    shots: tuple[Count, ...] = ()
    depolarizing: tuple[_Probability, ...] = ()
    devices: tuple[str, ...] = ()
    device_shots: Count | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in ("shots", "depolarizing", "devices"):
            levels = getattr(self, name)
            if len(set(levels)) < len(levels):
                raise argument_error(name, "name each level once", list(levels))
        if not (self.shots or self.depolarizing or self.devices):
            raise argument_error("shots", "name at least one level where the other kinds of noise have none", [])
        return self
