"""How trackers are chosen."""

import pytest

from qnlnet.config import load_config
from qnlnet.config.logger import LoggerConfig, MLflowConfig, TensorBoardConfig
from qnlnet.errors import ArgumentError


def test_none_is_on_by_default() -> None:
    assert load_config().logger == load_config("logger=[]").logger == LoggerConfig()


def test_one_or_several_can_be_chosen() -> None:
    assert load_config("logger=mlflow").logger == LoggerConfig(mlflow=MLflowConfig())
    assert load_config("logger=tensorboard").logger == LoggerConfig(tensorboard=TensorBoardConfig())
    assert load_config("logger=[tensorboard,mlflow]").logger == LoggerConfig(
        tensorboard=TensorBoardConfig(), mlflow=MLflowConfig()
    )


def test_their_settings_can_be_changed() -> None:
    logger = load_config(
        "logger=[tensorboard,mlflow]",
        "logger.tensorboard.directory=/data/events",
        "logger.mlflow.tracking_uri=http://host:5000",
        "logger.mlflow.experiment=mine",
    ).logger
    assert logger == LoggerConfig(
        tensorboard=TensorBoardConfig(directory="/data/events"),
        mlflow=MLflowConfig(tracking_uri="http://host:5000", experiment="mine"),
    )


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["logger=wandb"], "Argument `logger` must be one of mlflow, tensorboard, but is 'wandb'."),
        (["logger=tensorboard,mlflow"], "a list is written [a,b]"),
        (["logger=mlflow", "logger.mlflow.uri=x"], "There is no configuration key `logger.mlflow.uri`."),
        (
            ["logger=mlflow", "logger.mlflow.experiment=3"],
            "Argument `logger.mlflow.experiment` must be text, but is 3.",
        ),
        (["logger=mlflow", "logger.mlflow.experiment=' '"], "Argument `logger.mlflow.experiment` must not be empty"),
        (["logger=mlflow", "logger.mlflow.tracking_uri=''"], "Leave it out for a folder under outputs/."),
        (["logger=tensorboard", "logger.tensorboard.directory=''"], "Argument `logger.tensorboard.directory` must not"),
    ],
)
def test_mistakes_are_explained(overrides: list[str], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        load_config(*overrides)
    assert message in str(caught.value)


def test_a_printed_configuration_does_not_show_the_address() -> None:
    assert "secret" not in repr(MLflowConfig(tracking_uri="http://user:secret@host"))
