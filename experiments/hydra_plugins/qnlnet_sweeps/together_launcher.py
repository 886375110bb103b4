"""`hydra/launcher=together`: all cells of a sweep in this process, side by side."""

from collections.abc import Callable, Sequence
from typing import Any

from hydra.core.utils import JobReturn, JobStatus, filter_overrides, setup_globals
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict

from qnlnet.config import compose_config


class TogetherLauncher(Launcher):
    """Passes all configurations to the task's `run_together` at once: they share threads, images and progress."""

    composes_all_first = True  # so a mistake in one configuration is found before any runs

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self._context = hydra_context
        self._config = config
        task: Any = task_function  # with what `run_experiment` has put beside it
        self._run_together: Callable[[list[DictConfig]], list[Any]] = task.run_together

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Returns one job for each list of overrides: COMPLETED with the task's value, FAILED with its error."""
        setup_globals()
        configs = [self._compose(overrides) for overrides in job_overrides]
        return [
            JobReturn(
                overrides=filter_overrides(overrides),
                cfg=config,
                status=JobStatus.FAILED if isinstance(value, Exception) else JobStatus.COMPLETED,
                _return_value=value,
            )
            for overrides, config, value in zip(job_overrides, configs, self._run_together(configs), strict=True)
        ]

    def _compose(self, overrides: Sequence[str]) -> DictConfig:
        if self._config.hydra.searchpath:  # which only Hydra's own loader knows
            return _without_hydra(self._context.config_loader.load_sweep_config(self._config, list(overrides)))
        config = compose_config(self._config.hydra.job.config_name, overrides)
        OmegaConf.copy_cache(from_config=self._config, to_config=config)  # ${now:…} stays what it was
        return config


def _without_hydra(config: DictConfig) -> DictConfig:
    OmegaConf.set_readonly(config, False)
    with open_dict(config):
        del config["hydra"]
    return config
