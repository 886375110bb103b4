"""Configuration: the schema, how it is composed from YAML files and overrides, and what identifies a cell."""

from qnlnet.config.ansatz import AnsatzConfig
from qnlnet.config.backend import AnyBackendConfig, BackendConfig, RuntimeConfig
from qnlnet.config.baselines import BaselinesConfig
from qnlnet.config.compose import (
    CONFIG_DIR,
    build_evaluation_config,
    build_run_config,
    build_section,
    compose_config,
    explain_validation_error,
    load_config,
    quote_group_options,
)
from qnlnet.config.identity import cell_name, config_hash, deciding_settings, run_directory
from qnlnet.config.logger import LoggerConfig
from qnlnet.config.noise import NoiseConfig
from qnlnet.config.schema import (
    CIRCUIT_LAYERS,
    DataConfig,
    EvaluationConfig,
    ReducerConfig,
    RunConfig,
    TrainConfig,
)
from qnlnet.config.settings import options_named, override_value, unusual_settings

__all__ = [
    "CIRCUIT_LAYERS",
    "CONFIG_DIR",
    "AnsatzConfig",
    "AnyBackendConfig",
    "BackendConfig",
    "BaselinesConfig",
    "DataConfig",
    "EvaluationConfig",
    "LoggerConfig",
    "NoiseConfig",
    "ReducerConfig",
    "RunConfig",
    "RuntimeConfig",
    "TrainConfig",
    "build_evaluation_config",
    "build_run_config",
    "build_section",
    "cell_name",
    "compose_config",
    "config_hash",
    "deciding_settings",
    "explain_validation_error",
    "load_config",
    "options_named",
    "override_value",
    "quote_group_options",
    "run_directory",
    "unusual_settings",
]
