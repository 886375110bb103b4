"""Which backends go with a model whose circuits measure all qubits, or with a twin that has no circuit."""

from typing import TYPE_CHECKING

from qnlnet.config.backend import RuntimeConfig
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


def check_backend(run: "RunConfig", layer: str, *, runs_circuit: bool) -> None:
    """Checks the backend of a model whose circuits measure all qubits.

    Args:
        run: The cell.
        layer: What stands in the quantum place.
        runs_circuit: Whether that is a circuit.

    Raises:
        ArgumentError: There is no circuit to run on that backend, or it is a device.
    """
    if not runs_circuit and run.backend.name != "exact":
        advice = "Leave backend out: there is no circuit to run."
        raise argument_error("backend", f"be exact with layer={layer}", run.backend.name, advice)
    if isinstance(run.backend, RuntimeConfig):
        advice = "On a device QNL-Net's circuits run, and no others yet."
        requirement = f"be exact, statevector or aer with model={run.model.name}"
        raise argument_error("backend", requirement, "runtime", advice)
