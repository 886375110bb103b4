"""Trackers that are missing, down, slow or broken: one line each, and the run goes on."""

import http.server
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tracking.readers import accuracies, curve, epoch, history, runs, wait_for_run

from qnlnet.config import RunConfig, cell_name, config_hash
from qnlnet.config.logger import LoggerConfig, MLflowConfig, TensorBoardConfig
from qnlnet.tracking import build_trackers

ROOT = Path(__file__).parents[2]
MLFLOW = LoggerConfig(mlflow=MLflowConfig())
TENSORBOARD = LoggerConfig(tensorboard=TensorBoardConfig())
NEVER = "600"  # seconds: how long MLflow would wait for a server if somebody waited for MLflow
LONG = 300.0  # seconds: shorter than that, and not for the time that starting and importing may take


def off(name: str) -> re.Pattern[str]:
    return re.compile(rf"{name} is switched off for the rest of this run: (.+); the run itself goes on\.\n")


def reason(name: str, said: str) -> str:
    """Returns why a tracker is off; nothing else may have been said."""
    match = off(name).fullmatch(said)
    assert match, said
    return match.group(1)


class Refusing(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(500, "out of order")

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *arguments: object) -> None:
        return


@pytest.fixture
def broken_server() -> Iterator[str]:
    """Yields the address of a server that answers 500 to everything."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Yields the address of a server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def absent_server() -> str:
    """Returns an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("broken_server", "too many 500 error responses"),
        ("silent_server", "Read timed out. (read timeout=1)"),
        ("absent_server", "Connection refused"),
    ],
)
def test_a_server_that_is_down_costs_one_line_without_the_password(
    config: RunConfig,
    kind: str,
    why: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    address = request.getfixturevalue(kind)
    uri = f"http://someone:s3cr3t%21@{address}"
    with build_trackers(LoggerConfig(mlflow=MLflowConfig(tracking_uri=uri), tensorboard=TensorBoardConfig())) as both:
        for number in range(1, 101):
            both.on_epoch(config, 0, epoch(number))
    said = capfd.readouterr()
    assert said.out == ""
    told = reason("MLflow", said.err)
    assert told.startswith(f"API request to http://…@{address}/api/")
    assert told.endswith(why)
    for secret in ("s3cr3t", "someone"):
        assert secret not in said.err
    # The other tracker has everything.
    (folder,) = Path("outputs/tensorboard").glob("*/seed-0")
    assert curve(folder, "test_accuracy") == accuracies(range(1, 101))


@pytest.mark.slow
def test_closing_gives_up_a_tracker_that_waits_for_a_silent_server(
    config: RunConfig, silent_server: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", NEVER)
    trackers = build_trackers(LoggerConfig(mlflow=MLflowConfig(tracking_uri=f"http://{silent_server}")))
    for number in range(1, 11):
        trackers.on_epoch(config, 0, epoch(number))
    start = time.monotonic()
    trackers.close(patience=0.5)
    assert 0.5 <= time.monotonic() - start < LONG
    assert re.fullmatch(
        r"MLflow has not taken everything \d+ s after the end: 10 of 10 messages are left out there\. "
        r"The rows and files of the run are complete\.\n",
        capfd.readouterr().err,
    )


@pytest.mark.slow
def test_no_process_is_held_at_its_exit(silent_server: str, tmp_path: Path) -> None:
    program = (
        "import os, sys\nfrom qnlnet.config import load_config\n"
        "from qnlnet.config.logger import LoggerConfig, MLflowConfig\n"
        "from qnlnet.tracking import build_trackers, trackers\nfrom qnlnet.training import Epoch\n"
        "trackers._LIMIT = trackers._LIMIT_WHEN_STOPPED = 1\n"
        f"logger = LoggerConfig(mlflow=MLflowConfig(tracking_uri='http://{silent_server}'))\n"
        "config, first = load_config('data=digits'), os.fork()\n"  # two processes for the time that imports take
        "if first:\n    os.waitpid(first, 0)\n    print('---', file=sys.stderr, flush=True)\n"
        "with build_trackers(logger) as on:\n"
        "    on.on_epoch(config, 0, Epoch(1, 0.0, 0.0, 0.0))\n"
        "    if first:\n        raise KeyboardInterrupt\n"
    )
    done = run_python(program, tmp_path, MLFLOW_HTTP_REQUEST_TIMEOUT=NEVER, MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    ended, interrupted = (part.splitlines() for part in done.stderr.split("---\n"))
    for said in (ended, interrupted):
        assert re.match(r"MLflow has not taken everything \d+ s after the end: 1 of 1 messages are left out", said[0])
    assert len(ended) == 1
    assert interrupted[-1] == "KeyboardInterrupt"


@pytest.mark.slow
def test_what_is_missing_costs_one_line_with_advice_and_what_is_not_on_is_not_imported(tmp_path: Path) -> None:
    program = (
        "import sys, threading\nfrom qnlnet.config import load_config\nfrom qnlnet.config.logger import LoggerConfig\n"
        "from qnlnet.tracking import build_trackers\nfrom qnlnet.training import Epoch\n"
        "config = load_config('data=digits')\n"
        "def track(**logger):\n"
        "    with build_trackers(LoggerConfig.model_validate(logger)) as on:\n"
        "        on.on_epoch(config, 0, Epoch(1, 0.0, 0.0, 0.0))\n"
        "        print(threading.active_count())\n"
        "track()\n"
        "print([name for name in ('mlflow', 'tensorboard', 'torch.utils.tensorboard') if name in sys.modules])\n"
        "for package in ('tensorboard', 'mlflow'):\n"
        "    sys.modules[package] = None\n    track(**{package: {}})\n    del sys.modules[package]\n"
        "sys.modules['sqlalchemy'] = None\ntrack(mlflow={'tracking_uri': 'sqlite:///all.db'})\n"
        "print('the run went on')\n"
    )
    done = run_python(program, tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("1\n[]\n")  # no other thread, no import
    assert done.stdout.endswith("the run went on\n")
    tensorboard, mlflow, database = done.stderr.splitlines(keepends=True)
    assert reason("TensorBoard", tensorboard).endswith(' (pip install "qnlnet[tensorboard]")')
    assert reason("MLflow", mlflow).endswith(' (pip install "qnlnet[mlflow]")')
    assert reason("MLflow", database).endswith("databases need the whole of MLflow (pip install mlflow)")


@pytest.mark.slow
def test_a_disk_that_fills_up_costs_tensorboard_one_line(tmp_path: Path) -> None:
    program = (
        "import resource\nfrom qnlnet.config import load_config\n"
        "from qnlnet.config.logger import LoggerConfig, TensorBoardConfig\n"
        "from qnlnet.tracking import build_trackers\nfrom qnlnet.training import Epoch\n"
        "config = load_config('data=digits')\n"
        "with build_trackers(LoggerConfig(tensorboard=TensorBoardConfig())) as on:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"  # no file may grow beyond that
        "    for number in range(1, 5001):\n        on.on_epoch(config, 0, Epoch(number, 0.0, 0.0, 60.0 + number))\n"
        "print('the run went on')\n"
    )
    done = run_python(program, tmp_path)
    assert (done.returncode, done.stdout) == (0, "the run went on\n")
    assert reason("TensorBoard", done.stderr) == "[Errno 27] File too large"
    (folder,) = (tmp_path / "outputs/tensorboard").glob("*/seed-0")
    kept = curve(folder, "test_accuracy")
    assert kept == accuracies(range(1, len(kept) + 1))
    assert 100 < len(kept) < 5000


@pytest.mark.parametrize(("name", "logger"), [("MLflow", MLFLOW), ("TensorBoard", TENSORBOARD)])
def test_a_folder_that_can_not_be_made_costs_one_line(
    config: RunConfig, name: str, logger: LoggerConfig, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("outputs").write_text("a file where the folder would be", encoding="utf-8")
    with build_trackers(logger) as trackers:
        trackers.on_epoch(config, 0, epoch(1))
    assert "outputs" in reason(name, capfd.readouterr().err)


def test_a_store_that_goes_in_the_middle_costs_one_line(config: RunConfig, capfd: pytest.CaptureFixture[str]) -> None:
    with build_trackers(MLFLOW) as trackers:
        trackers.on_epoch(config, 0, epoch(1))
        wait_for_run(f"{cell_name(config)} seed 0")
        Path("outputs/mlruns").rename("elsewhere")
        for number in range(2, 5001):
            trackers.on_epoch(config, 0, epoch(number))
    assert reason("MLflow", capfd.readouterr().err)


def test_an_event_file_that_can_not_be_written_in_the_middle_costs_one_line(
    config: RunConfig, capfd: pytest.CaptureFixture[str]
) -> None:
    blocked = Path("outputs/tensorboard") / f"{cell_name(config)}-{config_hash(config)}" / "seed-1"
    with build_trackers(TENSORBOARD) as trackers:
        trackers.on_epoch(config, 0, epoch(1))
        blocked.parent.mkdir(parents=True, exist_ok=True)
        blocked.write_text("a file where a folder would be", encoding="utf-8")
        trackers.on_epoch(config, 1, epoch(1))
        trackers.on_epoch(config, 0, epoch(2))
    assert "File exists" in reason("TensorBoard", capfd.readouterr().err)


def test_a_table_that_is_not_there_costs_one_line(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with build_trackers(MLFLOW) as trackers:
        trackers.on_table("table1", [tmp_path / "missing.md"])
    assert "missing.md" in reason("MLflow", capfd.readouterr().err)


def test_a_deleted_experiment_says_what_can_be_done(config: RunConfig, capfd: pytest.CaptureFixture[str]) -> None:
    with build_trackers(MLFLOW) as trackers:
        trackers.on_epoch(config, 0, epoch(1))
    from tracking.readers import client

    client().delete_experiment(client().get_experiment_by_name("qnlnet").experiment_id)
    with build_trackers(MLFLOW) as trackers:
        trackers.on_epoch(config, 0, epoch(1))
    assert reason("MLflow", capfd.readouterr().err).endswith("name another: logger.mlflow.experiment=…")


def test_what_was_queued_arrives_after_ctrl_c(config: RunConfig, capfd: pytest.CaptureFixture[str]) -> None:
    both = LoggerConfig(mlflow=MLflowConfig(), tensorboard=TensorBoardConfig())

    def stopped_run() -> None:
        with build_trackers(both) as trackers:
            for number in range(1, 1001):
                trackers.on_epoch(config, 0, epoch(number))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped_run()
    assert capfd.readouterr() == ("", "")
    (run,) = runs()[f"{cell_name(config)} seed 0"]
    assert run.info.status == "KILLED"
    assert history(run, "test_accuracy") == accuracies(range(1, 1001))
    (folder,) = Path("outputs/tensorboard").glob("*/seed-0")
    assert curve(folder, "test_accuracy") == accuracies(range(1, 1001))


def run_python(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a process of its own, in which warnings are errors; it must end within `LONG` seconds."""
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # so that it can fork
    variables = {"PYTHONPATH": str(ROOT), "MLFLOW_DISABLE_TELEMETRY": "true", **one_thread, **environment}
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=LONG)
