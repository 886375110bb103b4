"""Measures how accurate trained models are with noise; trains those that are missing.

python experiments/noise.py                                   # the models of Table 1, five seeds each
python experiments/noise.py data=mnist reducer=pca devices=[] output_dir=outputs/noise
"""

from functools import partial
from typing import Any

from command_line import run_experiment
from counting import count_models
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from output_folder import choose_output_folder

from qnlnet.config import NoiseConfig, build_section
from qnlnet.config.cells import describe_cells, list_cells

NOISE_KEYS = set(NoiseConfig.model_fields)  # keys of the file that are no settings of its cells


def measure(config: DictConfig) -> None:
    """Trains what is missing, measures what is missing, then writes table and figure and says where they lie."""
    hydra = HydraConfig.get()
    noise = build_section(config, NoiseConfig)
    overrides, config_name = list(hydra.overrides.task), str(hydra.job.config_name)
    cells = list_cells(config_name, overrides, NOISE_KEYS)
    directory = choose_output_folder(config, overrides, config_name, partial(describe_noise, config_name))

    # These take seconds to import and are not needed for --help or for a mistake.
    from qnlnet.audit.noise import check_noise, measure_noise
    from qnlnet.audit.noise_report import write_noise
    from qnlnet.files import check_writable
    from qnlnet.runs import train_cells

    check_writable(directory)
    check_noise(cells, noise)
    runs = train_cells(cells)
    models = sum(len(run.seed_rows()) for run in runs)
    for _ in count_models(measure_noise(runs, noise, directory), models, "Noise"):
        pass  # its rows are on disk
    print("\n".join(map(str, [directory / "noise.csv", *write_noise(directory)])))


def describe_noise(config_name: str, config: DictConfig, overrides: list[str]) -> Any:
    """Returns what makes two measurements of a file in configs/ the same: equal noise, cells and seeds."""
    return build_section(config, NoiseConfig), describe_cells(list_cells(config_name, overrides, NOISE_KEYS))


if __name__ == "__main__":
    run_experiment(measure, "noise")
