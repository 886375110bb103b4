"""The settings of tree tensor networks as circuits (Grant and others 2018, arXiv 1804.03680)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_STRUCTURES = {"ttn": "TTN", "mera": "MERA", "hybrid": "TTN, then MERA"}


class TreeConfig(CircuitConfig):
    """Eight principal components, a qubit for each → blocks of two qubits, as a tree → ⟨Z⟩ of the qubit that is left.

    Attributes:
        structure: ``ttn``, a tree; ``mera``, with blocks between its levels that disentangle neighbours; ``hybrid``, a
            MERA whose disentanglers begin at the identity and stay there in the first half of the epochs.
        unitary: What a block is: ``simple_real``, two RY and a CNOT; ``general_complex``, any unitary of two qubits.
        blocks: Which qubits are control and target: ``figure``, as in the paper's figure; ``matlab``, as in MathWorks'
            example.
        head: What makes two scores of ⟨Z⟩: ``none``, it and its negative; ``linear``, a linear function of it.
        layer: ``quantum``, the circuit; or in its place, to compare, ``frozen``, the circuit as drawn, which only goes
            with a head; ``linear``, a linear function of the components.
    """

    title: ClassVar[str] = "TTN and MERA"
    is_binary: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = ("structure", "unitary", "blocks", "head", "layer")
    num_qubits: ClassVar[int] = 8

    name: Literal["tree"] = "tree"
    structure: Literal["ttn", "mera", "hybrid"] = "ttn"
    unitary: Literal["simple_real", "general_complex"] = "simple_real"
    blocks: Literal["figure", "matlab"] = "figure"
    head: Literal["none", "linear"] = "none"
    layer: Literal["quantum", "frozen", "linear"] = "quantum"

    @property
    def is_disentangled(self) -> bool:
        """Whether there are blocks between the levels of the tree."""
        return self.structure != "ttn"

    def check(self, run: "RunConfig") -> None:
        if not self.runs_circuit:
            self.check_left_out("structure", "unitary", "blocks", why="layer=linear")
        if self.structure == "hybrid" and self.unitary == "simple_real":
            advice = "Disentanglers begin at the identity, and two RY and a CNOT never are that."
            raise argument_error("model.unitary", "be general_complex with structure=hybrid", self.unitary, advice)
        if self.blocks == "matlab":
            self._check_matlab()
        if self.layer == "frozen" and self.head == "none":
            advice = "Nothing would be trained."
            raise argument_error("model.head", "be linear with layer=frozen", self.head, advice)
        if self.layer == "frozen" and self.structure == "hybrid":
            advice = "Its disentanglers would stay the identity."
            raise argument_error("model.structure", "be ttn or mera with layer=frozen", self.structure, advice)
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def _check_matlab(self) -> None:
        if self.is_disentangled:
            advice = "Disentanglers are known for the figure only."
            raise argument_error("model.blocks", f"be figure with structure={self.structure}", self.blocks, advice)
        if self.unitary == "general_complex":
            advice = "It is the order of CNOTs, and any unitary is any in both directions."
            raise argument_error("model.blocks", "be figure with unitary=general_complex", self.blocks, advice)

    def name_parts(self) -> list[str]:
        if not self.runs_circuit:
            return [self.name]
        parts = [self.name, self.structure] + (["general"] if self.unitary == "general_complex" else [])
        return [*parts, *(["matlab"] if self.blocks == "matlab" else [])]

    def name_endings(self) -> list[str]:
        endings = ["head"] if self.head == "linear" else []
        return endings if self.layer == "quantum" else [*endings, self.layer]

    def words(self) -> list[str]:
        if self.runs_circuit:
            kind = {"simple_real": "simple real blocks", "general_complex": "general blocks"}[self.unitary]
            words = [_STRUCTURES[self.structure], kind] + (["in MathWorks' order"] if self.blocks == "matlab" else [])
            words += ["frozen circuit"] if self.layer == "frozen" else []
        else:
            words = ["linear"]
        return [self.name, *words, *(["linear head"] if self.head == "linear" else [])]
