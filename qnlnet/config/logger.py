"""Where curves, parameters, tables and figures are sent while cells train: nowhere, unless a tracker is chosen."""

from typing import Self

from pydantic import Field, model_validator

from qnlnet.config.section import Section
from qnlnet.errors import argument_error


class TensorBoardConfig(Section):
    """Event files for TensorBoard.

    Attributes:
        directory: Where they go: a folder for each cell, and in it one for each replica.
    """

    directory: str = "outputs/tensorboard"

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_not_empty("logger.tensorboard.directory", self.directory)
        return self


class MLflowConfig(Section):
    """An MLflow tracking store.

    Attributes:
        tracking_uri: A folder, a database or a server; None: $MLFLOW_TRACKING_URI, else the folder outputs/mlruns. It
            may hold a password, so it is left out where the configuration is printed.
        experiment: The name under which MLflow groups all runs; it is created where it is missing.
    """

    tracking_uri: str | None = Field(default=None, repr=False)
    experiment: str = "qnlnet"

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_not_empty("logger.mlflow.tracking_uri", self.tracking_uri, "Leave it out for a folder under outputs/.")
        _check_not_empty("logger.mlflow.experiment", self.experiment)
        return self


class LoggerConfig(Section):
    """The trackers that are on."""

    tensorboard: TensorBoardConfig | None = None
    mlflow: MLflowConfig | None = None


def _check_not_empty(name: str, text: str | None, advice: str = "") -> None:
    if text is not None and not text.strip():
        raise argument_error(name, "not be empty", text, advice)
