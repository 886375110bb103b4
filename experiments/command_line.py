"""What all experiments share: Hydra around a task, one sentence and exit status 2 for a mistake, Ctrl-C with advice."""

import sys
from collections.abc import Callable

import hydra
from omegaconf import DictConfig

from qnlnet.config import CONFIG_DIR, compose_config, quote_group_options
from qnlnet.errors import QNLNetError

_MISTAKE, _INTERRUPTED = 2, 130


def run_experiment(task: Callable[[DictConfig], None], config_name: str) -> None:
    """Runs `task` with the configuration that the command line asks for.

    Args:
        task: Gets the composed configuration.
        config_name: File in configs/ unless ``--config-name`` names another.
    """
    arguments = [argument if argument.startswith("-") else quote_group_options(argument) for argument in sys.argv[1:]]
    sys.argv[1:] = arguments
    if all(not argument.startswith("-") for argument in arguments):
        _exit_on_mistake(lambda: compose_config(config_name, arguments))  # Hydra's own message would be a page long

    @hydra.main(version_base="1.3", config_path=str(CONFIG_DIR), config_name=config_name)
    def main(config: DictConfig) -> None:
        _exit_on_mistake(lambda: task(config))

    main()


def _exit_on_mistake(action: Callable[[], object]) -> None:
    try:
        action()
    except QNLNetError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(_MISTAKE)
    except KeyboardInterrupt:
        print("\nStopped. Finished replicas are kept; the same command goes on with the others.", file=sys.stderr)
        sys.exit(_INTERRUPTED)
