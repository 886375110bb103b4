"""Becomes the program in its arguments, with Slurm's warning signals held back until that program lets them through.

A job that is preempted while it still imports its libraries would otherwise die of the signal, and count as failed.
"""

import os
import signal
import sys

SIGNALS = (signal.SIGTERM, signal.SIGUSR2)  # preemption where a partition gives time; what submitit asks Slurm to send

if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # the mask outlasts exec, and so does a signal that waits
    os.execv(sys.argv[1], sys.argv[1:])
