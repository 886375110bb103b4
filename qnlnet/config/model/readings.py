"""What makes scores of the probabilities of outcomes, where each class is one of them."""

from typing import Any, Literal

from qnlnet.config.model.base import ModelConfig
from qnlnet.errors import argument_error


class ReadingsConfig(ModelConfig):
    """A circuit whose outcomes are classes.

    Attributes:
        scores: ``logarithms`` of the probabilities of the outcomes that are classes, so that the cross-entropy is −log
            of the right one's share of them; ``probabilities``, these themselves, whose softmax leaves a loss of 1.274
            or more where there are 8 classes; ``linear``, a linear layer on the probabilities of all outcomes.
    """

    scores: Literal["logarithms", "probabilities", "linear"] = "logarithms"

    def check_scores(self, layer: str, *, runs_circuit: bool) -> None:
        """Checks that something is trained, and that scores are not set where no circuit gives any.

        Raises:
            ArgumentError: Circuits are as drawn and nothing stands behind them, or there are none.
        """
        if layer == "frozen" and self.scores != "linear":
            advice = "Nothing else would be trained."
            raise argument_error("model.scores", "be linear with layer=frozen", self.scores, advice)
        if not runs_circuit:
            self.check_left_out("scores", why=f"layer={layer}")

    def ending_of(self, layer: str) -> list[str]:
        """Returns what a folder's name says of the layer and the scores."""
        scores = [] if self.scores == "logarithms" or layer == "frozen" else [f"{self.scores}-scores"]
        return [*scores, *([] if layer == "quantum" else [layer])]

    def columns_of(self, num_qubits: int, *, runs_circuit: bool) -> dict[str, Any]:
        """Returns what rows say of the model."""
        return {"num_qubits": num_qubits if runs_circuit else None}
