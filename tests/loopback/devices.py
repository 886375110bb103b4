"""Quantum computers: fake ones of qiskit-ibm-runtime, shown to the client under names of real ones."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from qiskit.providers import BackendV2
from qiskit_aer import AerSimulator
from qiskit_ibm_runtime import fake_provider

_ALL_QUBITS = 10_000  # Aer refuses wide circuits otherwise, although it leaves out idle qubits


class Device:
    """A device; tests may change whether it is there, and how busy it is.

    Attributes:
        online: Whether the list of devices calls it online.
        operational: Whether its status says that it works.
        status_msg: ``active``, or what else its status says, such as ``internal`` or ``maintenance``.
        queue_length: The number of waiting jobs, in the list and in its status.
    """

    def __init__(self, name: str, fake_class: str) -> None:
        self.name = name
        self.online = True
        self.operational = True
        self.status_msg = "active"
        self.queue_length = 3
        self._fake_class: Any = getattr(fake_provider, fake_class)

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """The configuration as the service sends it."""
        stored = self._read(self._fake_class.conf_filename)
        return stored | {"backend_name": self.name, "supported_instructions": stored.get("supported_instructions", [])}

    @cached_property
    def properties(self) -> dict[str, Any]:
        """The last calibration as the service sends it."""
        return self._read(self._fake_class.props_filename) | {"backend_name": self.name}

    def simulator(self, *, noise_free: bool) -> BackendV2:
        """Returns a new backend that runs what the device would run, with its noise or without any."""
        if not noise_free:
            return self._fake_class()
        ideal = AerSimulator()
        ideal.set_max_qubits(_ALL_QUBITS)
        return ideal

    def list_entry(self) -> dict[str, Any]:
        qubits = self.configuration["n_qubits"]
        return {
            "name": self.name,
            "qubits": qubits,
            "physical_qubits": qubits,
            "queue_length": self.queue_length,
            "status": {"name": "online" if self.online else "offline", "reason": "available" if self.online else ""},
            "class": "qpu",
        }

    def status(self) -> dict[str, Any]:
        return {
            "state": self.operational,
            "status": self.status_msg,
            "length_queue": self.queue_length,
            "backend_version": self.configuration["backend_version"],
        }

    def _read(self, filename: str) -> dict[str, Any]:
        return json.loads((Path(self._fake_class.dirname) / filename).read_text(encoding="utf-8"))
