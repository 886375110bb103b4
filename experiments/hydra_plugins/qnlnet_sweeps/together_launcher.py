"""`hydra/launcher=together`: all cells of a sweep in this process, side by side."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from hydra.core.utils import JobReturn, JobStatus, filter_overrides, setup_globals
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict

_MANY = 20  # configurations that take seconds to compose


class TogetherLauncher(Launcher):
    """Hands all configurations to the task's `run_together` at once: they share threads, images and progress."""

    composes_all_first = True  # so a mistake in one configuration is found before any runs

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self._context = hydra_context
        self._config = config
        self._run_together: Callable[[list[DictConfig]], list[Any]] = task_function.run_together

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Returns one job for each list of overrides: COMPLETED with the task's value, FAILED with its error."""
        setup_globals()
        load = self._context.config_loader.load_sweep_config
        if len(job_overrides) > _MANY:
            print(f"Composing {len(job_overrides)} configurations.", file=sys.stderr, flush=True)
        configs = [_without_hydra(load(self._config, list(overrides))) for overrides in job_overrides]
        return [
            JobReturn(
                overrides=filter_overrides(overrides),
                cfg=config,
                status=JobStatus.FAILED if isinstance(value, Exception) else JobStatus.COMPLETED,
                _return_value=value,
            )
            for overrides, config, value in zip(job_overrides, configs, self._run_together(configs), strict=True)
        ]


def _without_hydra(config: DictConfig) -> DictConfig:
    OmegaConf.set_readonly(config, False)
    with open_dict(config):
        del config["hydra"]
    return config
