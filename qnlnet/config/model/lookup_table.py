"""The settings of a table that holds each pattern of bits that was seen."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.small_images import SmallImagesConfig
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_MOST_PIXELS = 20  # the table has a row for each of 2^pixels patterns


class LookupTableConfig(SmallImagesConfig):
    """The bits of an image made small → how many training images of each class have the same.

    No other function of these bits answers more of the training images right.

    Attributes:
        threshold: A pixel in [0, 1] above it is the bit 1.
    """

    title: ClassVar[str] = "Look-up table"
    is_fitted: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = ("size",)

    name: Literal["lookup_table"] = "lookup_table"
    threshold: float = Field(default=0.5, ge=0, lt=1)

    def check(self, run: "RunConfig") -> None:
        self.check_images(run.data)
        if self.pixels > _MOST_PIXELS:
            advice = "It has a row for each pattern of bits."
            raise argument_error("model.size", f"have at most {_MOST_PIXELS} pixels", list(self.size), advice)
        check_backend(run, "none", runs_circuit=False)

    def words(self) -> list[str]:
        return ["look-up table", f"{self.size[0]} × {self.size[1]} bits"]
