"""Which images: a released dataset, or a folder of one's own."""

from typing import Any, Literal, Self

from pydantic import Field, PositiveFloat, StrictInt, StrictStr, model_validator

from qnlnet.config.image_folder import complete_image_folder
from qnlnet.config.section import Count, Section
from qnlnet.errors import argument_error


class DataConfig(Section):
    """Which images, where they lie, and how they are normalised.

    Of a folder of own images (``name="image_folder"``) `label`, `classes`, `mean` and `std` may be left out;
    validation puts in what `complete_image_folder` says, so that hash and run directory have the real ones.

    Attributes:
        name: The dataset.
        classes: Two classes or more, which become labels 0, 1, …: numbers, or names of folders for own images.
        root: Where the files lie; None: $QNLNET_DATA, else the user's cache folder. Own images need it.
        verify: Whether to refuse files that differ from the official release.
        evaluate_on: ``validation`` holds out a fifth of the training images in place of the test images.
        image_shape: Channels, height, width.
        mean: Normalisation of the pixels, which are in [0, 1]; one value for each channel.
        std: As `mean`.
        converged_above: Test accuracy in percent above which a replica counts as converged.
        label: What own images are called in rows and folders; None for all other datasets.
        convert_colours: Whether own images in colour may become grey, and grey ones three equal channels; None for
            all other datasets.
        accept_copies: Whether the same own picture may be in two classes, or both train and test; None for no.
    """

    name: Literal["mnist", "fashion_mnist", "cifar10", "cifar100", "cifar100_coarse", "stl10", "digits", "image_folder"]
    classes: tuple[StrictInt | StrictStr, ...]
    root: str | None = None
    verify: bool = True
    evaluate_on: Literal["test", "validation"] = "test"
    image_shape: tuple[Count, Count, Count]
    mean: tuple[float, ...]
    std: tuple[PositiveFloat, ...]
    converged_above: float = Field(ge=0, le=100)
    label: str | None = None
    convert_colours: bool | None = None
    accept_copies: bool | None = None

    @property
    def dataset(self) -> str:
        """What names the images in rows: `name`, with the label of own images, such as ``image_folder:pets``."""
        return self.name if self.label is None else f"{self.name}:{self.label}"

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any) -> Any:
        is_folder = isinstance(values, dict) and values.get("name") == "image_folder"
        return complete_image_folder(values) if is_folder else values

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.name == "image_folder":
            self._check_image_folder()
        else:
            self._check_release()
        if len(self.classes) < 2 or len(set(self.classes)) < len(self.classes):
            example = "[cats,dogs]" if self.name == "image_folder" else "[3,6]"
            raise argument_error(
                "data.classes",
                "name two different classes or more",
                list(self.classes),
                f"For example data.classes={example}.",
            )
        for key in ("mean", "std"):
            if len(getattr(self, key)) != self.image_shape[0]:
                raise argument_error(
                    f"data.{key}",
                    f"have one value for each of the {self.image_shape[0]} channels of data.image_shape",
                    list(getattr(self, key)),
                )
        return self

    def _check_image_folder(self) -> None:
        if self.image_shape[0] not in (1, 3):
            requirement = "begin with 1 channel for grey or 3 for colour"
            raise argument_error("data.image_shape", requirement, list(self.image_shape))
        if not self.verify:
            advice = "There is no official release that own images could differ from."
            raise argument_error("data.verify", "be left out with data=image_folder", self.verify, advice)

    def _check_release(self) -> None:
        for position, label in enumerate(self.classes):
            if not isinstance(label, int):
                raise argument_error(f"data.classes.{position}", "be an integer", label)
        for key in ("label", "convert_colours", "accept_copies"):
            if getattr(self, key) is not None:
                advice = "It is for own images: data=image_folder."
                raise argument_error(f"data.{key}", f"be left out with data={self.name}", getattr(self, key), advice)
