"""What all experiments share: Hydra around a task, one sentence and status 2 for a mistake, advice when stopped."""

import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from qnlnet.config import CONFIG_DIR
from qnlnet.config.explanations import explain_composition_error
from qnlnet.config.overrides import read_override
from qnlnet.config.own_models import offer_own_models
from qnlnet.errors import ArgumentError, QNLNetError
from qnlnet.pipes import end_with_reader
from qnlnet.program import INTERRUPTED, TERMINATED, report_mistake

_OPTIONAL = {  # options that need a plugin which is not installed with the library itself
    "hydra/sweeper=optuna": "hydra_plugins.hydra_optuna_sweeper",
    "hydra/launcher=joblib": "hydra_plugins.hydra_joblib_launcher",
    "hydra/launcher=submitit_slurm": "hydra_plugins.hydra_submitit_launcher",
}


_stops: list[int] = []  # the signals that asked this process to stop


def run_experiment(
    task: Callable[[DictConfig], Any],
    config_name: str,
    run_together: Callable[[list[DictConfig]], list[Any]] | None = None,
) -> None:
    """Runs `task` with the configuration that the command line asks for.

    Args:
        task: Gets the composed configuration.
        config_name: File in configs/ unless ``--config-name`` names another.
        run_together: Gets all configurations of a sweep, for hydra/launcher=together; returns a value or an error for
            each.
    """
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra then raises its errors instead of printing a page
    _let_workers_import_this_folder()
    _let_own_options_win()
    _seed_samplers()
    sys.argv[1:] = [word if word.startswith("-") else read_override(word) for word in sys.argv[1:]]

    def main(config: DictConfig) -> Any:
        if is_sweep():  # errors go to the sweeper, which may be in another process
            return task(config)
        return exit_on_mistake(lambda: end_with_reader(lambda: task(config)))  # before Hydra says a word about it

    task_of_hydra: Any = main  # launchers find what runs all cells at once beside what runs one
    task_of_hydra.run_together = run_together or (lambda configs: [_value_or_error(task, config) for config in configs])

    def compose_and_run() -> None:
        _check_installed(sys.argv[1:])
        try:
            offer_own_models()
            hydra.main(version_base="1.3", config_path=str(CONFIG_DIR), config_name=config_name)(main)()
        except (HydraException, OmegaConfBaseException, YAMLError) as error:
            raise explain_composition_error(error, config_name, sys.argv[1:]) from error

    _stops.clear()
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as in the background of a shell
            signal.signal(number, _on_stop)
    end_with_reader(lambda: exit_on_mistake(compose_and_run))


def is_sweep() -> bool:
    """Whether the configuration at hand is one of several that --multirun made."""
    return HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN


def _value_or_error(task: Callable[[DictConfig], Any], config: DictConfig) -> Any:
    try:
        return task(config)
    except QNLNetError as error:
        return error


def _let_workers_import_this_folder() -> None:
    """Lets jobs in other processes, and on other machines of a cluster, import what lies beside this file."""
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if (here := str(Path(__file__).resolve().parent)) not in known:
        os.environ["PYTHONPATH"] = os.pathsep.join([here, *filter(None, known)])


def _let_own_options_win() -> None:
    """Makes configs/hydra/ win where a plugin registers an option of the same name: Hydra would refuse two of them."""
    with warnings.catch_warnings():
        # Launchers and sweepers whose packages are missing: whoever asks for one is told by `_check_installed`.
        warnings.filterwarnings("ignore", r"\s*Error importing 'hydra_plugins\.qnlnet_sweeps\.", UserWarning)
        Plugins.instance()  # plugins register when they are first looked for
    for path in (CONFIG_DIR / "hydra").glob("*/*.yaml"):
        ConfigStore.instance().repo["hydra"].get(path.parent.name, {}).pop(path.name, None)


def _seed_samplers() -> None:
    """Makes a search propose the same each time, so that it can be interrupted; a seed on the command line counts."""
    for sampler in ConfigStore.instance().repo["hydra"]["sweeper"].get("sampler", {}).values():
        if "seed" in sampler.node:  # a grid has none, and needs none
            sampler.node.seed = 0


def _check_installed(words: Sequence[str]) -> None:
    for word in words:
        if (package := _OPTIONAL.get(word)) is not None and find_spec(package) is None:
            raise ArgumentError(f'{word} needs packages that are not installed: pip install "qnlnet[sweeps]"')


def _on_stop(number: int, frame: FrameType | None) -> NoReturn:
    _stops.append(number)
    raise KeyboardInterrupt  # for SIGTERM as well: everything stops for both in the same way


def exit_on_mistake(action: Callable[[], Any]) -> Any:
    """Returns what `action` returns; a person's mistake, Ctrl-C and SIGTERM end the program with a sentence."""
    try:
        return action()
    except KeyboardInterrupt:
        _say_stopped()
    except Exception as error:
        if _stops:  # a library that was interrupted may make another error of it
            _say_stopped()
        if not isinstance(error, QNLNetError):
            raise
        sys.exit(report_mistake(error))


def _say_stopped() -> NoReturn:
    end_stopped("What is done is kept; the same command goes on from here.")


def end_stopped(advice: str) -> NoReturn:
    """Ends the program after Ctrl-C or SIGTERM, with the exit status that belongs to it."""
    print(f"\nStopped. {advice}", file=sys.stderr)
    sys.exit(TERMINATED if signal.SIGTERM in _stops else INTERRUPTED)
