"""A stand-in of the IBM Quantum service on this computer, for the real client of qiskit-ibm-runtime.

It listens on 127.0.0.1 only, speaks plain HTTP and computes the results of jobs with Aer.
"""

from loopback.devices import Device
from loopback.faults import Answer, AnswerAfter, DropAfter, DropBefore, Hang
from loopback.service import LoopbackService
from loopback.state import Batch, Job

__all__ = ["Answer", "AnswerAfter", "Batch", "Device", "DropAfter", "DropBefore", "Hang", "Job", "LoopbackService"]
