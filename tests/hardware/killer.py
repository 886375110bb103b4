"""The command line in processes that are killed at a chosen step, forked from one that has imported everything.

A step is a file that is written or a call of the client. This module is both the program that forks (`python
killer.py`, which talks JSON, a line for each order and each answer) and the handle that tests have of it.
"""

import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self

BEFORE, DURING, AFTER = "before", "during", "after"
SETTLE = 0.4  # seconds until the service must have listed a job
ROOT = Path(__file__).parents[2]
_END_SECONDS = 15.0  # an orphan must be gone after that long
_LIMIT = 60.0
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")


_MODULES = (
    *("qnlnet.hardware.commands.run", "qnlnet.runtime.ibm", "matplotlib.backends.backend_agg"),
    *("matplotlib.backends.backend_svg", "qiskit.qpy", "qiskit_ibm_runtime.executor_estimator"),
    *("qiskit_ibm_runtime.transpiler", "pandas.io.formats.csvs", "PIL.PngImagePlugin"),
)


@dataclass(frozen=True)
class Ended:
    """A command that has ended.

    Attributes:
        status: Its exit status, or minus the signal that killed it.
        steps: What it began, in order: "write NAME" and "call METHOD".
        output: What it printed.
        orphans: Whether a process that it had started was still there seconds later.
    """

    status: int
    steps: list[str]
    output: str
    orphans: bool


class Killer:
    """Runs commands of scripts/ibm_jobs.py, and kills them; a context manager.

    Args:
        home: The home folder of the commands; no account is saved in it.
        model: Folder of a trained run; what commands do with it is done once in advance, as it takes a second.
    """

    def __init__(self, home: Path, model: Path) -> None:
        import matplotlib

        home.mkdir(parents=True, exist_ok=True)
        self.environment = {
            **os.environ,
            **dict.fromkeys(_ONE_THREAD, "1"),  # pools of threads do not survive a fork
            "USAGE_DATA_OPT_OUT": "True",  # else the client inspects all modules with each request
            "HOME": str(home),
            "MPLCONFIGDIR": matplotlib.get_cachedir(),  # else each test looks for all fonts of the computer
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "scripts"))),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__, str(model)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.kill()

    def run(
        self,
        *arguments: str,
        environment: Mapping[str, str],
        kill: tuple[int, str] | None = None,
        settle: float = SETTLE,
    ) -> Ended:
        """Runs a command.

        Args:
            arguments: Those of scripts/ibm_jobs.py.
            environment: Variables that are added to those of this process.
            kill: Number of a step, counted from 0, and when: before, during, or after it.
            settle: Seconds until the service must have listed a job.
        """
        self.start(*arguments, environment=environment, kill=kill, settle=settle)
        return self.finish()

    def start(
        self,
        *arguments: str,
        environment: Mapping[str, str],
        kill: tuple[int, str] | None = None,
        settle: float = SETTLE,
    ) -> int:
        """Starts a command and returns the identifier of its process."""
        order = {"arguments": arguments, "environment": dict(environment), "kill": kill, "settle": settle}
        assert self._process.stdin is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._answer()["pid"])

    def finish(self) -> Ended:
        """Waits until the command and all that it has started have ended."""
        return Ended(**self._answer())

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the program that forks has ended"
        return json.loads(line)


class _Steps:
    """Counts the steps of this process and kills it at one of them."""

    def __init__(self, trace: int, kill: tuple[int, str] | None) -> None:
        self._trace, self._kill, self._begun = trace, kill, 0

    def take(self, name: str, step: Callable[[], Any], kill_during: Callable[[], None]) -> Any:
        number, self._begun = self._begun, self._begun + 1
        os.write(self._trace, f"{name}\n".encode())
        moment = self._kill[1] if self._kill is not None and self._kill[0] == number else None
        if moment == BEFORE:
            _die()
        if moment == DURING:
            kill_during()
        result = step()
        if moment == AFTER:
            _die()
        assert moment != DURING, f"{name} was to be killed"
        return result

    def install(self) -> None:
        """Puts itself around all files that are written and all calls of the client."""
        from qnlnet import files
        from qnlnet.runtime.watchdog import WatchedProcess

        write_file, call = files.write_file, WatchedProcess.call

        def counted_write(path: Path | str, data: bytes) -> Path:
            return self.take(f"write {Path(path).name}", lambda: write_file(path, data), _die_with_half_a_file)

        def counted_call(process: Any, method: str, *arguments: Any, limit: float) -> Any:
            def kill_during() -> None:
                process._receive = _die  # the call has been sent; at the first call: the client is starting

            return self.take(f"call {method}", lambda: call(process, method, *arguments, limit=limit), kill_during)

        for module in list(sys.modules.values()):
            if getattr(module, "write_file", None) is write_file:
                module.write_file = counted_write
        WatchedProcess.call = counted_call


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(_LIMIT)


def _die_with_half_a_file() -> None:
    """Lets the next file be half written when this process is killed."""

    def fsync(descriptor: int) -> None:
        os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
        _die()

    os.fsync = fsync


def _run_command(order: dict[str, Any], trace: int) -> int:
    """Runs a command in this process; its client is forked from it."""
    import ibm_jobs
    from matplotlib.figure import Figure

    from qnlnet.hardware.commands import lookup, run
    from qnlnet.runtime import Patience, Waiting, watchdog

    os.environ.update(order["environment"])
    context = multiprocessing.get_context("fork")
    watchdog.multiprocessing = SimpleNamespace(
        get_context=lambda _: context, parent_process=multiprocessing.parent_process
    )
    lookup.PATIENCE = Patience(settle_seconds=order["settle"], look_seconds=0.1, pause_seconds=0.1, pauses=2)
    run.WAITING = Waiting(first_pause=0.1, longest_pause=0.2, outage_seconds=4)
    Figure.savefig = lambda self, stream, **_: stream.write(b"a figure")  # drawing takes as long as all the rest
    _Steps(trace, order["kill"]).install()
    return ibm_jobs.main(order["arguments"])


def _fork_command(order: dict[str, Any], trace: int, output: int) -> int:
    """Starts a command in a process of its own; all that it starts inherits `trace`, which tells when all is over."""
    if pid := os.fork():
        return pid
    status = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        status = _run_command(order, trace)
    except BaseException:  # noqa: BLE001 - whatever it was, this process must not go on as its parent
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _read_to_end(trace: int, pid: int) -> tuple[str, int, bool]:
    """Reads until no process holds the other end; returns what came, how the command ended and whether orphans live."""
    text, status, deadline = b"", None, time.monotonic() + _LIMIT
    while True:
        if select.select([trace], [], [], 0.05)[0]:
            if not (data := os.read(trace, 65536)):
                break
            text += data
        if status is None and (ended := os.waitpid(pid, os.WNOHANG))[0]:
            status, deadline = ended[1], time.monotonic() + _END_SECONDS
        if time.monotonic() > deadline:
            if status is not None:
                return text.decode(), status, True
            os.kill(pid, signal.SIGKILL)
    if status is None:
        status = os.waitpid(pid, 0)[1]
    return text.decode(), status, False


def _warm_up(model: Path) -> None:
    """Does what would cost every command a second; nothing here may start a thread, which a fork does not copy."""
    for name in _MODULES:
        importlib.import_module(name)
    from qnlnet.checkpoints import find_model
    from qnlnet.hardware import load_workload, wilson_interval
    from qnlnet.records.hardware import hardware_cell_keys

    workload = load_workload(find_model(model, 0), 1)
    hardware_cell_keys(workload.config)
    wilson_interval(1, 2)
    gc.collect()
    gc.freeze()  # else each process copies the memory of all objects as soon as it looks for garbage


def serve(model: Path) -> None:
    """Forks a command for each order."""
    _warm_up(model)
    for line in sys.stdin:
        reading, writing = os.pipe()
        with tempfile.TemporaryFile() as output:
            pid = _fork_command(json.loads(line), writing, output.fileno())
            os.close(writing)
            print(json.dumps({"pid": pid}), flush=True)
            steps, status, orphans = _read_to_end(reading, pid)
            os.close(reading)
            output.seek(0)
            text = output.read().decode()
        answer = Ended(os.waitstatus_to_exitcode(status), steps.splitlines(), text, orphans)
        print(json.dumps(answer.__dict__), flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
