"""Images made small by interpolation, for models that have a qubit, or a gate, for each pixel."""

from typing import Literal

from qnlnet.config.data import DataConfig
from qnlnet.config.model.base import ModelConfig
from qnlnet.config.section import Count
from qnlnet.errors import argument_error


class SmallImagesConfig(ModelConfig):
    """Grey images made small by interpolation.

    Attributes:
        size: Height and width, of which the images have at least as many.
        duplicates: What becomes of images that are then the same: ``keep``; ``drop_in_train``, of each kind one stays,
            and none where their labels differ; ``drop``, among the test images, too.
    """

    size: tuple[Count, Count] = (4, 4)
    duplicates: Literal["keep", "drop_in_train", "drop"] = "keep"

    @property
    def pixels(self) -> int:
        """How many the small images have."""
        return self.size[0] * self.size[1]

    def check_images(self, data: DataConfig) -> None:
        """Checks that the images can be made as small.

        Raises:
            ArgumentError: They are in colour, or smaller.
        """
        channels, height, width = data.image_shape
        if channels != 1:
            advice = "Each pixel is one number for it."
            requirement = f"have one channel with model={self.name}"
            raise argument_error("data.image_shape", requirement, list(data.image_shape), advice)
        if self.size[0] > height or self.size[1] > width:
            requirement = f"be at most the {height} × {width} pixels of the images"
            raise argument_error("model.size", requirement, list(self.size))
