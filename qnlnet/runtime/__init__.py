"""Devices, and jobs on them: transpiling, estimating, and the one way to IBM Quantum."""

from qnlnet.runtime.cost import Cost, estimate_cost
from qnlnet.runtime.devices import Device, load_fake_device
from qnlnet.runtime.estimators import count_executions, states_shot_errors
from qnlnet.runtime.gatewise import GatewiseCircuit, build_gatewise_circuit
from qnlnet.runtime.job_record import JobRecord
from qnlnet.runtime.job_state import FINAL, Patience, State
from qnlnet.runtime.local import LocalService
from qnlnet.runtime.polling import Waiting, poll
from qnlnet.runtime.redaction import warn_of_readable_account
from qnlnet.runtime.remote import RemoteService
from qnlnet.runtime.runner import JobRunner
from qnlnet.runtime.sealed import read_sealed, write_sealed
from qnlnet.runtime.service import JobRequest, JobStatus, Phase, Service
from qnlnet.runtime.transpilation import DeviceCircuit, build_pub, transpile_for_device

__all__ = [
    "FINAL",
    "Cost",
    "Device",
    "DeviceCircuit",
    "GatewiseCircuit",
    "JobRecord",
    "JobRequest",
    "JobRunner",
    "JobStatus",
    "LocalService",
    "Patience",
    "Phase",
    "RemoteService",
    "Service",
    "State",
    "Waiting",
    "build_gatewise_circuit",
    "build_pub",
    "count_executions",
    "estimate_cost",
    "load_fake_device",
    "poll",
    "read_sealed",
    "states_shot_errors",
    "transpile_for_device",
    "warn_of_readable_account",
    "write_sealed",
]
