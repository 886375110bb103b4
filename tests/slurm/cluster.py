"""A Slurm cluster of one node on this machine's loopback, for the tests: its own key, ports and files in one folder.

python tests/slurm/cluster.py install         # Debian's packages, where they are missing; needs root
python tests/slurm/cluster.py start [FOLDER]  # then: export SLURM_CONF=FOLDER/slurm.conf
python tests/slurm/cluster.py status [FOLDER]
python tests/slurm/cluster.py stop [FOLDER]

The daemons run as whoever starts them; nothing outside the folder is touched, and a Slurm or munge of the machine's own
goes on beside it. No accounting, no control groups: what a small laboratory has, and what a container allows.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PACKAGES = ("munge", "slurm-client", "slurmctld", "slurmd")  # what the metapackage slurm-wlm depends on, and munge
PROGRAMS = ("munged", "sbatch", "slurmctld", "slurmd")
DEFAULT_FOLDER = Path(tempfile.gettempdir()) / f"qnlnet-slurm-{os.getuid()}"
_CPUS = 4  # more jobs at a time than a small machine has cores
_MEMORY_MIB = 8000
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"  # where Debian keeps daemons
_DAEMONS = ("slurmd", "slurmctld", "munged")  # in the order in which they are stopped

_TEMPLATE = Path(__file__).with_name("slurm.conf.template")


class ClusterError(Exception):
    """The cluster cannot be installed or does not start."""


def missing_programs() -> list[str]:
    """The programs of Slurm and munge that this machine lacks."""
    return [program for program in PROGRAMS if shutil.which(program, path=_PATH) is None]


def install() -> None:
    """Installs Debian's packages where a program is missing.

    Raises:
        ClusterError: This is not Debian, or the user is not root.
    """
    if not (missing := missing_programs()):
        return
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        raise ClusterError(
            f"The programs {', '.join(missing)} must be there, but are not, and only root on Debian can install them: "
            f"apt-get install {' '.join(PACKAGES)}"
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        subprocess.run(["apt-get", "--quiet", "--quiet", *command], check=True, env=environment)


def start(folder: Path = DEFAULT_FOLDER) -> Path:
    """Starts the daemons unless they run, and waits until the node is idle.

    Args:
        folder: For keys, logs and state. Its path must be short: a socket's may have 107 characters.

    Returns:
        The configuration file, for the environment variable SLURM_CONF.

    Raises:
        ClusterError: A daemon does not start; the end of its log is in the text.
    """
    configuration = folder / "slurm.conf"
    if is_idle(folder):
        return configuration
    stop(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o600)
    configuration.write_text(_configuration(folder))
    try:
        _run_daemon(
            folder,
            *("munged", f"--key-file={key}", f"--socket={folder}/munge.socket", f"--pid-file={folder}/munged.pid"),
            *(f"--log-file={folder}/munged.log", f"--seed-file={folder}/munged.seed", "--num-threads=2"),
        )
        _run_daemon(folder, "slurmctld", "-f", str(configuration))
        _run_daemon(folder, "slurmd", "-f", str(configuration), "-N", "qnlnet")
        _wait_until_idle(folder)
    except BaseException:
        stop(folder, keep_files=True)
        raise
    return configuration


def stop(folder: Path = DEFAULT_FOLDER, *, keep_files: bool = False) -> None:
    """Ends all jobs and daemons of the cluster in `folder`, and removes the folder."""
    if _sinfo(folder) is not None:
        subprocess.run(["scancel", f"--user={os.getuid()}"], env=_environment(folder), check=False)
        _wait(lambda: not _output(folder, "squeue", "--noheader"), seconds=20)
    for name in _DAEMONS:
        if (pid := _pid(folder, name)) is not None:
            os.kill(pid, signal.SIGTERM)
            if not _wait(lambda: _pid(folder, name) is None, seconds=10):  # noqa: B023 - called at once
                os.kill(pid, signal.SIGKILL)
    if not keep_files:
        shutil.rmtree(folder, ignore_errors=True)


def is_idle(folder: Path = DEFAULT_FOLDER) -> bool:
    """Whether the cluster runs and its node could take a job."""
    return _sinfo(folder) == "idle"


def _configuration(folder: Path) -> str:
    with socket.socket() as first, socket.socket() as second:  # both at once: else they could be the same
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return _TEMPLATE.read_text().format(
            folder=folder,
            host=socket.gethostname().partition(".")[0],
            user=pwd.getpwuid(os.getuid()).pw_name,
            controller_port=first.getsockname()[1],
            node_port=second.getsockname()[1],
            cpus=_CPUS,
            memory=_MEMORY_MIB,
        )


def _run_daemon(folder: Path, name: str, *arguments: str) -> None:
    program = shutil.which(name, path=_PATH) or name
    done = subprocess.run([program, *arguments], env=_environment(folder), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(f"{name} does not start:\n{done.stdout}{done.stderr}{_log(folder, name)}")


def _wait_until_idle(folder: Path) -> None:
    if not _wait(lambda: is_idle(folder), seconds=30):
        logs = "\n".join(_log(folder, name) for name in _DAEMONS)
        raise ClusterError(f"The node must be idle, but is {_sinfo(folder)}.\n{logs}")


def _wait(condition: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return bool(met)


def _log(folder: Path, name: str) -> str:
    path = folder / f"{name}.log"
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:]) if path.exists() else ""


def _pid(folder: Path, name: str) -> int | None:
    """The daemon's process, if it still is that daemon: numbers are used again."""
    try:
        pid = int((folder / f"{name}.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (OSError, ValueError):
        return None
    return pid if name in command and str(folder) in command else None


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}


def _output(folder: Path, *command: str) -> str | None:
    try:
        done = subprocess.run(
            command, env=_environment(folder), capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _sinfo(folder: Path) -> str | None:
    if _pid(folder, "slurmctld") is None:
        return None
    return _output(folder, "sinfo", "--noheader", "--format=%T", "--partition=normal")


def main(arguments: list[str]) -> int:
    """The command line."""
    verb, *rest = arguments or [""]
    folder = Path(rest[0]).resolve() if rest else DEFAULT_FOLDER
    if verb not in ("install", "start", "stop", "status") or len(rest) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        if verb == "install":
            install()
        elif verb == "start":
            print(f"export SLURM_CONF={start(folder)}")
        elif verb == "stop":
            stop(folder)
        else:
            print(_sinfo(folder) or "stopped")
    except ClusterError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
