"""What a family builds its models of: named random streams of one seed, and quantum layers that draw from them."""

import numpy as np

from qnlnet.backends import QuantumLayer, build_quantum_layer
from qnlnet.circuits import Circuit
from qnlnet.config import AnyBackendConfig, RunConfig, RuntimeConfig
from qnlnet.models.formula_layer import CircuitLayer, Formula, FormulaLayer
from qnlnet.seeding import Purpose, generator, integer_seed


class Streams:
    """The random streams of one replica.

    First weights need none of it: while a model is built, torch's own initialisers draw from the seed.

    Args:
        config: The cell.
        seed: The replica.
    """

    def __init__(self, config: RunConfig, seed: int) -> None:
        self.seed = seed
        self._backend = _share_of_budget(config)
        self._layers = 0

    def generator(self, purpose: Purpose) -> np.random.Generator:
        """Returns a generator of its own for a purpose, such as ``dropout``."""
        return generator(self.seed, purpose)

    def quantum_layer(self, circuit: Circuit, copies: int | None = None) -> QuantumLayer:
        """Returns a layer that runs a circuit on the cell's backend; its shots, if any, are independent of others'.

        Its weights are drawn from U[−1, 1].

        Args:
            circuit: The circuit.
            copies: How many of it stand side by side; see `QuantumLayer`.

        Raises:
            ArgumentError: An option of the backend is not acceptable.
            UnsupportedCircuitError: The backend does not know a gate of the circuit.
        """
        own = self.seed if self._layers == 0 else integer_seed(self.seed, "shots", self._layers)
        self._layers += 1
        return build_quantum_layer(circuit, self._backend, copies=copies, seed=own)

    def formula_layer(self, circuit: Circuit, formula: Formula, copies: int | None = None) -> CircuitLayer:
        """Returns a layer that evaluates a circuit by a formula; where the backend is not exact one that runs it.

        Args:
            circuit: The circuit.
            formula: What its outputs are.
            copies: As for `quantum_layer`, whose errors it raises, too.
        """
        if self._backend.name == "exact":
            return FormulaLayer(circuit, formula, copies)
        return self.quantum_layer(circuit, copies)


def _share_of_budget(config: RunConfig) -> AnyBackendConfig:
    """Returns the backend for one replica, which may spend its share of the QPU seconds of all."""
    backend = config.backend
    if not isinstance(backend, RuntimeConfig) or backend.budget_seconds is None:
        return backend
    return backend.model_copy(update={"budget_seconds": backend.budget_seconds / config.seeds})
