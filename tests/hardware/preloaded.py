"""Starts processes of the client from one that has imported it already, which saves seconds with every command."""

import os
from multiprocessing import get_context
from types import SimpleNamespace

import pytest

_MODULES = ["qiskit_ibm_runtime", "qiskit_ibm_runtime.executor_estimator", "qiskit.qpy", "qnlnet.runtime.ibm"]


class Builder:
    """Builds the client with the environment that this process has now: the one that is forked has an older one."""

    def __init__(self) -> None:
        self._environment = dict(os.environ)

    def __call__(self) -> object:
        from qnlnet.runtime.ibm import IBMClient

        os.environ.clear()
        os.environ.update(self._environment)
        return IBMClient()


def start_processes_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the processes of the client be forked. They are killed and end with their parent like any other."""
    from qnlnet.runtime import remote, watchdog

    context = get_context("forkserver")
    context.set_forkserver_preload(_MODULES)
    process = watchdog.WatchedProcess
    monkeypatch.setattr(watchdog, "multiprocessing", SimpleNamespace(get_context=lambda _: context))
    monkeypatch.setattr(remote, "WatchedProcess", lambda _: process(Builder()))
