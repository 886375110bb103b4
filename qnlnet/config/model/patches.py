"""The settings of models that see patches of an image."""

from typing import Any, Self

from pydantic import Field, field_validator

from qnlnet.config.data import DataConfig
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Count
from qnlnet.errors import argument_error


class PatchesConfig(CircuitConfig):
    """Which size images are averaged to, and which patches of them are seen.

    Attributes:
        size: Height and width to which the image is averaged; left out: half of it where that is whole, else all.
        patch: Height and width of a patch.
    """

    size: tuple[Count, Count] | None = None
    patch: int = Field(default=2, strict=True, ge=1, le=4)

    @property
    def num_qubits(self) -> int:
        """Qubits of a circuit: the pixels of a patch."""
        return self.patch**2

    @field_validator("size", mode="before")
    @classmethod
    def _check_size(cls, value: Any) -> Any:
        if value is not None and not (isinstance(value, list | tuple) and len(value) == 2):
            raise argument_error("model.size", "be height and width, such as [14,14]", value)
        return value

    def completed(self, data: DataConfig) -> Self:
        if self.size is not None:
            return self
        _, height, width = data.image_shape
        halves = height % 2 == 0 and width % 2 == 0 and min(height, width) // 2 >= self.patch
        return self.model_copy(update={"size": (height // 2, width // 2) if halves else (height, width)})

    def check_patches(self, data: DataConfig, stride: int) -> None:
        """Raises an `ArgumentError` unless blocks of pixels make the size, and patches cover all of it."""
        assert self.size is not None  # `completed` puts it in
        for whole, part in zip(data.image_shape[1:], self.size, strict=True):
            if whole % part:
                requirement = f"divide the {data.image_shape[1]} × {data.image_shape[2]} pixels of the images"
                raise argument_error("model.size", requirement, list(self.size), "Blocks of pixels are averaged.")
            if part < self.patch:
                requirement = f"be at least model.patch={self.patch}"
                raise argument_error("model.size", requirement, list(self.size))
            if (part - self.patch) % stride:
                requirement = f"lead patches of {self.patch} pixels to the edge of all {part}"
                advice = "Pixels behind the last patch would not be seen."
                raise argument_error("model.stride", requirement, stride, advice)
