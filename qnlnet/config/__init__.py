"""Configuration: the schema, how it is composed from YAML files and overrides, and what identifies a cell."""

from qnlnet.config.ansatz import AnsatzConfig
from qnlnet.config.backend import AnyBackendConfig, BackendConfig, RuntimeConfig
from qnlnet.config.compose import (
    build_evaluation_config,
    build_run_config,
    build_section,
    compose_config,
    load_config,
)
from qnlnet.config.data import DataConfig
from qnlnet.config.explanations import explain_validation_error
from qnlnet.config.folder import CONFIG_DIR
from qnlnet.config.identity import (
    cell_name,
    config_hash,
    flat_identity,
    hash_settings,
    identity_settings,
    run_directory,
)
from qnlnet.config.logger import LoggerConfig
from qnlnet.config.model.base import ModelConfig, settings_of
from qnlnet.config.model.qnl_net import QNLNetConfig, ReducerConfig
from qnlnet.config.noise import NoiseConfig
from qnlnet.config.rebuild import config_from_settings
from qnlnet.config.schema import (
    EvaluationConfig,
    RunConfig,
    TrainConfig,
)
from qnlnet.config.settings import options_named, override_value, unusual_settings
from qnlnet.config.values import with_values

__all__ = [
    "CONFIG_DIR",
    "AnsatzConfig",
    "AnyBackendConfig",
    "BackendConfig",
    "DataConfig",
    "EvaluationConfig",
    "LoggerConfig",
    "ModelConfig",
    "NoiseConfig",
    "QNLNetConfig",
    "ReducerConfig",
    "RunConfig",
    "RuntimeConfig",
    "TrainConfig",
    "build_evaluation_config",
    "build_run_config",
    "build_section",
    "cell_name",
    "compose_config",
    "config_from_settings",
    "config_hash",
    "explain_validation_error",
    "flat_identity",
    "hash_settings",
    "identity_settings",
    "load_config",
    "options_named",
    "override_value",
    "run_directory",
    "settings_of",
    "unusual_settings",
    "with_values",
]
