"""What all experiments share: Hydra around a task, one sentence and exit status 2 for a mistake, Ctrl-C with advice."""

import os
import sys
from collections.abc import Callable

import hydra
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from qnlnet.config import CONFIG_DIR, quote_group_options
from qnlnet.config.compose import explain_composition_error
from qnlnet.errors import QNLNetError

_MISTAKE, _INTERRUPTED = 2, 130


def run_experiment(task: Callable[[DictConfig], None], config_name: str) -> None:
    """Runs `task` with the configuration that the command line asks for.

    Args:
        task: Gets the composed configuration.
        config_name: File in configs/ unless ``--config-name`` names another.
    """
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra then raises its errors instead of printing a page
    sys.argv[1:] = [word if word.startswith("-") else quote_group_options(word) for word in sys.argv[1:]]

    @hydra.main(version_base="1.3", config_path=str(CONFIG_DIR), config_name=config_name)
    def main(config: DictConfig) -> None:
        _exit_on_mistake(lambda: task(config))

    def compose_and_run() -> None:
        try:
            main()
        except (HydraException, OmegaConfBaseException, YAMLError) as error:
            raise explain_composition_error(error, config_name) from error

    _exit_on_mistake(compose_and_run)


def _exit_on_mistake(action: Callable[[], object]) -> None:
    try:
        action()
    except QNLNetError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(_MISTAKE)
    except KeyboardInterrupt:
        print("\nStopped. Finished replicas are kept; the same command goes on with the others.", file=sys.stderr)
        sys.exit(_INTERRUPTED)
