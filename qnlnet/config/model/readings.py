"""What makes scores of the probabilities of outcomes, where each class is one of them."""

from typing import Literal

from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.errors import argument_error


class ReadingsConfig(CircuitConfig):
    """A circuit whose outcomes are classes.

    Attributes:
        scores: ``logarithms`` of the probabilities of the outcomes that are classes, so that the cross-entropy is −log
            of the right one's share of them; ``probabilities``, these themselves, whose softmax leaves a loss of 1.274
            or more where there are 8 classes; ``linear``, a linear layer on the probabilities of all outcomes.
    """

    scores: Literal["logarithms", "probabilities", "linear"] = "logarithms"

    def check_scores(self) -> None:
        """Checks that something is trained, and that scores are not set where no circuit gives any.

        Raises:
            ArgumentError: Circuits are as drawn and nothing stands behind them, or there are none.
        """
        if self.layer == "frozen" and self.scores != "linear":
            advice = "Nothing else would be trained."
            raise argument_error("model.scores", "be linear with layer=frozen", self.scores, advice)
        if not self.runs_circuit:
            self.check_left_out("scores", why=f"layer={self.layer}")

    def name_endings(self) -> list[str]:
        scores = [] if self.scores == "logarithms" or self.layer == "frozen" else [f"{self.scores}-scores"]
        return [*scores, *([] if self.layer == "quantum" else [self.layer])]
