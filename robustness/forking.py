"""Starts experiments in processes forked from one that has imported everything, which saves seconds with each.

`python -m robustness.forking` says when it is ready, reads an order from each line (JSON, see
`processes.Order`), and writes a line when its process has started and another when it has ended. The processes are as
real as others: they have their own memory and die their own deaths. They may be many at a time.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
_EXPERIMENTS = PROJECT / "experiments"
_CRASHED = 70
_STOPS = (signal.SIGINT, signal.SIGTERM)
_MODULES = ("qnlnet.hardware", "qnlnet.runs", "qnlnet.tables", "qiskit_aer.primitives", "PIL.PngImagePlugin")


def serve() -> None:
    """Forks a process for each order until there is no more to read; what still runs then is killed."""
    _warm_up()
    _say(ready=os.getpid())
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        running: dict[int, int] = {}
        unread = b""
        while True:
            for key, _ in selector.select():
                if key.fd != 0:
                    selector.unregister(key.fd)
                    _report_end(running.pop(key.fd), key.fd)
                    continue
                if not (data := os.read(0, 65536)):
                    for pid in running.values():
                        os.kill(pid, signal.SIGKILL)
                    return
                *lines, unread = (unread + data).split(b"\n")
                for line in lines:
                    pid = _fork(json.loads(line))
                    running[watch := os.pidfd_open(pid)] = pid
                    selector.register(watch, selectors.EVENT_READ)
                    _say(started=pid)


def _report_end(pid: int, watch: int) -> None:
    os.close(watch)
    _say(ended=pid, status=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _say(**answer: int) -> None:
    os.write(1, (json.dumps(answer) + "\n").encode())


def _fork(order: dict[str, Any]) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)  # until the process is what it shall be
    if pid := os.fork():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        return pid
    status = _CRASHED
    try:
        status = _obey(order)
    except KeyboardInterrupt:  # nobody has caught it: Python then dies of it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:  # noqa: BLE001 - whatever it was, this process must not go on as its parent
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _obey(order: dict[str, Any]) -> int:
    """Becomes the process that a shell would have started, and runs the script."""
    for stream, name in enumerate((os.devnull, order["out"], order["err"])):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if stream else os.O_RDONLY
        opened = os.open(name, flags, 0o644)
        os.dup2(opened, stream)
        os.close(opened)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background jobs ignore it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    os.environ.update(order["environment"])
    from robustness import troubles

    troubles.prepare(order["troubles"], Path(order["folder"]))
    sys.argv = [str(_EXPERIMENTS / order["script"]), *order["arguments"]]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _warm_up() -> None:
    """Does once what would cost every process seconds; it must leave no thread behind, which a fork would not copy."""
    sys.path[:0] = [str(_EXPERIMENTS), str(PROJECT)]
    for name in (*("train", "evaluate", "robustness.troubles"), *_MODULES):
        importlib.import_module(name)
    from qnlnet.config import load_config, unusual_settings
    from qnlnet.data import load_dataset
    from qnlnet.models import prepare_features
    from qnlnet.training import score_with_model
    from qnlnet.training.build import build_replica

    for reducer in ("pca", "cnn"):  # loads the compiled kernels; Aer would leave a thread behind
        config = load_config("data=digits", f"reducer={reducer}")
        unusual_settings(config)  # composes what the cell is compared with
        features = prepare_features(load_dataset(config.data), config)
        replica = build_replica(config, 0, features)
        replica.advance()
        score_with_model(replica.trained_model(), features.test)
    threads = len(os.listdir("/proc/self/task"))
    assert threads == 1, f"{threads} threads are left over"
    gc.collect()
    gc.freeze()  # else each process copies the memory of all objects as soon as it looks for garbage


if __name__ == "__main__":
    serve()
