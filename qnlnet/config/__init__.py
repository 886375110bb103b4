"""Configuration: the schema, how it is composed from YAML files and overrides, and what identifies a cell."""

from qnlnet.config.compose import CONFIG_DIR, build_run_config, compose_config, load_config, quote_group_options
from qnlnet.config.identity import cell_name, config_hash, run_directory
from qnlnet.config.schema import AnsatzConfig, BackendConfig, DataConfig, ReducerConfig, RunConfig, TrainConfig

__all__ = [
    "CONFIG_DIR",
    "AnsatzConfig",
    "BackendConfig",
    "DataConfig",
    "ReducerConfig",
    "RunConfig",
    "TrainConfig",
    "build_run_config",
    "cell_name",
    "compose_config",
    "config_hash",
    "load_config",
    "quote_group_options",
    "run_directory",
]
