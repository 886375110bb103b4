"""Configuration: the schema, how it is composed from YAML files and overrides, and what identifies a cell."""

from qnlnet.config.compose import (
    CONFIG_DIR,
    build_run_config,
    compose_config,
    explain_validation_error,
    load_config,
    quote_group_options,
)
from qnlnet.config.identity import cell_name, config_hash, run_directory
from qnlnet.config.schema import (
    AnsatzConfig,
    AnyBackendConfig,
    BackendConfig,
    DataConfig,
    ReducerConfig,
    RunConfig,
    RuntimeConfig,
    TrainConfig,
)

__all__ = [
    "CONFIG_DIR",
    "AnsatzConfig",
    "AnyBackendConfig",
    "BackendConfig",
    "DataConfig",
    "ReducerConfig",
    "RunConfig",
    "RuntimeConfig",
    "TrainConfig",
    "build_run_config",
    "cell_name",
    "compose_config",
    "config_hash",
    "explain_validation_error",
    "load_config",
    "quote_group_options",
    "run_directory",
]
