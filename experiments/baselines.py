"""Fits classical models to the principal components that PCA-QNL-Net gets.

python experiments/baselines.py                                     # MNIST 0/1 and CIFAR-10 2/8
python experiments/baselines.py data=mnist data.classes=[0,1,2,3] output_dir=outputs/baselines
"""

from functools import partial
from typing import Any

from command_line import run_experiment
from counting import count_models
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf
from output_folder import choose_output_folder
from table import describe_cells, list_cells

from qnlnet.config import BaselinesConfig, RunConfig, build_section

_OWN_KEYS = set(BaselinesConfig.model_fields)


def measure(config: DictConfig) -> None:
    """Fits what is missing, then writes the table and says where it lies."""
    hydra = HydraConfig.get()
    baselines = build_section(config, BaselinesConfig)
    overrides, config_name = list(hydra.overrides.task), str(hydra.job.config_name)
    cells = list_datasets(config, overrides, config_name)
    directory = choose_output_folder(config, overrides, config_name, partial(describe_baselines, config_name))

    # These take seconds to import and are not needed for --help or for a mistake.
    from qnlnet.audit.classical_report import write_baselines
    from qnlnet.audit.classical_rows import baseline_frame, check_baselines, measure_baselines
    from qnlnet.files import check_writable

    check_baselines(cells, baselines)
    check_writable(directory)
    total = len(cells) * len(baselines.models)
    rows = count_models(measure_baselines(cells, baselines, directory), total, "Baselines")
    print(write_baselines(directory, baseline_frame(rows)))
    print(f"Rows: {directory / 'baselines.csv'}")


def describe_baselines(config_name: str, config: DictConfig, overrides: list[str]) -> Any:
    """Returns what makes two fits of a file in configs/ the same: equal models, search and features."""
    return build_section(config, BaselinesConfig), describe_cells(list_datasets(config, overrides, config_name))


def list_datasets(config: DictConfig, overrides: list[str], config_name: str) -> list[RunConfig]:
    """Returns a cell for each set of features."""
    of_cells = OmegaConf.masked_copy(config, [str(key) for key in config if key not in _OWN_KEYS])
    own = [override for override in overrides if override.partition("=")[0].lstrip("+") not in _OWN_KEYS]
    return list_cells(of_cells, own, config_name)


if __name__ == "__main__":
    run_experiment(measure, "baselines")
