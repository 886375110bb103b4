"""From the YAML files in configs/ and overrides to a checked `RunConfig`."""

from collections.abc import Sequence
from typing import TypeVar

import yaml
from hydra.errors import HydraException
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import ValidationError

from qnlnet.config.ansatz import AnsatzConfig
from qnlnet.config.ansatz_files import check_ansatz_name
from qnlnet.config.compositions import compose_files
from qnlnet.config.explanations import explain_composition_error, explain_validation_error, first_line
from qnlnet.config.folder import CONFIG_DIR
from qnlnet.config.overrides import read_override
from qnlnet.config.protocols import check_protocol
from qnlnet.config.schema import EvaluationConfig, RunConfig
from qnlnet.config.section import Section
from qnlnet.errors import ArgumentError, QNLNetError

_Schema = TypeVar("_Schema", bound=Section)


def load_config(*overrides: str) -> RunConfig:
    """Returns the checked configuration of one cell, as the command line would build it.

    Args:
        overrides: Hydra overrides such as ``"data=cifar10"``, ``"r=2"`` or ``"train.epochs=5"``.

    Raises:
        ArgumentError: An override names an unknown key or option, or its value is not acceptable.
    """
    return build_run_config(compose_config("train", overrides))


def compose_config(config_name: str, overrides: Sequence[str]) -> DictConfig:
    """Composes configs/`config_name`.yaml with `overrides`, inside a running Hydra application or without one.

    Raises:
        ArgumentError: An override names an unknown key or option, or cannot be read.
    """
    words = [read_override(override) for override in overrides]
    try:
        return compose_files(config_name, words, CONFIG_DIR)
    except QNLNetError:  # about a model of one's own
        raise
    except (HydraException, OmegaConfBaseException, yaml.YAMLError, ValueError) as error:
        raise explain_composition_error(error, config_name, overrides) from error


def build_run_config(config: DictConfig) -> RunConfig:
    """Checks a composed configuration against the schema.

    Raises:
        ArgumentError: A value is missing, unknown, of a wrong type or out of range, or the ansatz has the name of
            another one.
    """
    check_protocol(config)
    run = _validate(config, RunConfig)
    check_names(run)
    return run


def check_names(run: RunConfig) -> None:
    """Raises an `ArgumentError` where an ansatz has the name of another one."""
    if isinstance(ansatz := getattr(run.model, "ansatz", None), AnsatzConfig):
        check_ansatz_name(ansatz, CONFIG_DIR / "ansatz", _load_ansatz)


def _load_ansatz(name: str) -> AnsatzConfig:
    composed = OmegaConf.select(compose_config("train", [f"ansatz={name}"]), "model.ansatz")
    return _validate(composed, AnsatzConfig)


def build_evaluation_config(config: DictConfig) -> EvaluationConfig:
    """Checks a composed evaluation against the schema.

    Raises:
        ArgumentError: A value is missing, unknown, of a wrong type or out of range.
    """
    return _validate(config, EvaluationConfig)


def build_section(config: DictConfig, schema: type[_Schema]) -> _Schema:
    """Checks those keys of a composed configuration that a schema has; the others may be settings of cells.

    Raises:
        ArgumentError: A value is missing, of a wrong type or out of range.
    """
    return _validate(OmegaConf.masked_copy(config, list(schema.model_fields)), schema)


def _validate(config: DictConfig, schema: type[_Schema]) -> _Schema:
    try:
        values = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:
        raise ArgumentError(f"The configuration cannot be resolved: {first_line(error)}.") from error
    assert isinstance(values, dict)
    for key, value in values.items():
        if value == MISSING:
            raise ArgumentError(f"The configuration key `{key!s}` must have a value. Write `{key!s}=…`.")
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise explain_validation_error(error) from error
