"""Devices, which take a second to load."""

import pytest

from qnlnet.runtime import Device
from qnlnet.runtime.devices import load_local_device


@pytest.fixture(scope="session")
def manila() -> Device:
    """Five qubits in a row."""
    return load_local_device("fake-manila", 4)[0]


@pytest.fixture(scope="session")
def fez() -> Device:
    """The four best qubits of a Heron processor."""
    return load_local_device("fake-fez", 4)[0]
