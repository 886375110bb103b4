"""The sections of the page, in order. A section more is an entry more; its numbers come from its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CLAIMS, PAPER, AUDIT = "In short", "The paper", "The audit"
BEYOND, MACHINES = "Beyond the paper", "Circuits and machines"


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Attributes:
        title: Its heading.
        folder: The folder of results/ that it shows, or the name of files of results/ itself; also its id on the page.
        part: The group in the table of contents.
        intro: A sentence that says what there is to see; no numbers, which would get out of date.
        command: What makes the folder.
        first: Names of files, without ending, that come first, in that order; else the one named like the folder does.
        tables: Captions of tables that have none, by the file's name without ending; else the title.
        figures: Captions of figures, by the file's name without ending; else the title, or the name spelt out.
    """

    title: str
    folder: str
    part: str
    intro: str
    command: str
    first: tuple[str, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)


_MEANS = "Means over all seeds beside the published ones"
_EVERY_SEED = "Test accuracy of every seed beside the published mean, a panel for each dataset and reducer"

SECTIONS = (
    Section(
        "Which claims hold",
        "claims",
        CLAIMS,
        "Each claim of the paper, what was measured here, and the command that shows it.",
        "make claims",
    ),
    Section(
        "Table 1, with the authors’ own protocol",
        "table1",
        PAPER,
        "Two data sets, two reducers and three ansätze, trained as the released scripts train them; all seeds count.",
        "make reproduce-table1",
        tables={"table1": _MEANS},
        figures={"table1": _EVERY_SEED},
    ),
    Section(
        "Table 2: other quantum classifiers",
        "table2",
        PAPER,
        "CNN-QNL-Net on two pairs of digits beside the competitors that the paper quotes.",
        "make reproduce-table2",
    ),
    Section(
        "Figure 6: training, epoch by epoch",
        "figure6",
        PAPER,
        "Training loss and test accuracy of every seed and their mean, from the epochs of Table 1.",
        "make reproduce-figure6",
        figures={"figure6": "Training loss and test accuracy by epoch, for each data set, reducer and ansatz"},
    ),
    Section(
        "What r, D, the ansatz and the readout do",
        "ablation",
        PAPER,
        "Every combination of encoder repetitions r, ansatz repetitions D, ansatz and measured qubit.",
        "make ablation",
    ),
    Section(
        "More than two classes",
        "classes",
        PAPER,
        "The authors name two classes as their limit: here are more of them.",
        "make classes",
    ),
    Section(
        "Which inputs and weights can act",
        "light_cones",
        AUDIT,
        "Computed from each circuit, not sampled: what reaches the measured qubit, and what is dead.",
        "make light-cones",
    ),
    Section(
        "What each choice of the released scripts does",
        "choices",
        AUDIT,
        "The choices are changed one at a time and together, and compared seed by seed.",
        "make choices",
    ),
    Section(
        "What the quantum layer contributes",
        "contribution",
        AUDIT,
        "The same features, data, seeds and protocol with the layer frozen, removed or replaced; classical baselines.",
        "make contribution",
    ),
    Section(
        "Classical models on the same components",
        "baselines",
        AUDIT,
        "Models without a circuit on the four principal components that PCA-QNL-Net gets, by the common protocol.",
        "make baselines",
    ),
    Section(
        "Shots and noise",
        "noise",
        AUDIT,
        "Accuracy of trained models with finite shots, noisy gates, and mitigation.",
        "make noise",
    ),
    Section(
        "Table 1, with the corrected protocol",
        "corrected",
        BEYOND,
        "The same models with a bounded loss, shuffled images, and scaling by training statistics only.",
        "make corrected",
        tables={"corrected": _MEANS},
        figures={"corrected": _EVERY_SEED},
    ),
    Section(
        "How the corrected protocol was chosen",
        "select_protocol",
        BEYOND,
        "Learning rates and dropout were compared on held-out training images; the test set was not looked at.",
        'make reproduce-table1 ARGS="--config-name select_protocol"',
    ),
    Section(
        "Uploading the data again",
        "reuploading",
        BEYOND,
        "The same four qubits, with the data uploaded between repetitions of the ansatz and all qubits read out.",
        "make reuploading",
    ),
    Section(
        "What each part of re-uploading does",
        "reuploading_parts",
        BEYOND,
        "The same circuit with the data uploaded once, one qubit read out, or its weights frozen; seed by seed.",
        "make reuploading-parts",
    ),
    Section(
        "How the re-uploading circuit was chosen",
        "select_reuploading",
        BEYOND,
        "Repetitions, ansätze and learning rates were compared on held-out training images.",
        "make select-reuploading",
    ),
    Section(
        "Circuits where a convolution stands",
        "convolutions",
        BEYOND,
        "Every published one beside its twins: frozen, replaced by something classical of like size, or left out.",
        "make convolutions",
        tables={"convolutions": "Each model and its twins, and what the trained circuits add, seed by seed"},
        figures={
            "convolutions": "Test accuracy with trained circuits minus that of each twin",
            "gradients": "Norm of the gradient of each part of a model, by epoch, with and without skips",
        },
    ),
    Section(
        "Table 2, run instead of quoted",
        "table2_run",
        BEYOND,
        "The models that Table 2 quotes, by their own recipes and by the common protocol, beside classical twins.",
        "make table2-run",
        tables={"table2_run": "Each model by both protocols, beside what is quoted of it"},
        figures={"table2_run": "Test accuracy of every seed by both protocols, and what Table 2 quotes"},
    ),
    Section(
        "The rest of the field",
        "field",
        BEYOND,
        "Images in Hamiltonians, qubits as activations, kernels; beside twins, and with single options changed.",
        "make field",
        tables={
            "field": "Each model and its twins, and what the trained circuits add, seed by seed",
            "field_options": "What each option of the authors' recipes changes, seed by seed",
        },
        figures={"field": "Test accuracy with trained circuits minus that of each twin"},
    ),
    Section(
        "Models under attack",
        "attacks",
        BEYOND,
        "Test images changed along exact gradients, as published and as pixels, for a hybrid and classical networks.",
        "make attacks",
        tables={"attacks": "Accuracy before and under attack"},
    ),
    Section(
        "How kernels concentrate",
        "concentration",
        BEYOND,
        "The entries of quantum kernels crowd together as qubits are added; how fast depends on the feature map.",
        "make concentration",
        tables={"concentration": "Variance of the entries by the number of qubits"},
        figures={"concentration": "Variance of the entries by the number of qubits, and of random states"},
    ),
    Section(
        "The circuits",
        "circuits",
        MACHINES,
        "The circuits that train, as Qiskit builds them; the measured qubit is marked.",
        "make circuits",
    ),
    Section(
        "On quantum computers",
        "hardware",
        MACHINES,
        "Trained models on devices, or rehearsed on simulated ones, whose names begin with “fake”.",
        "make hardware-rehearsals",
        first=("summary", "hardware"),
        tables={"summary": "Each device and level of mitigation", "hardware": "Each trained model"},
        figures={"hardware": "Measured expectation values against the exact ones, by device and data"},
    ),
    Section(
        "How fast it is",
        "benchmarks",
        MACHINES,
        "Times beside those of other libraries that run the same circuits and were seen to agree first.",
        "make bench",
        first=("training", "layer", "scaling", "profile"),
        tables={
            "training": "One step at batch size 1, and how many times as long as ours it takes",
            "scaling": "How time grows",
            "profile": "Where the time of one training step goes, beside the least that this machine could need",
        },
        figures={
            "training": "Time of one training step at batch size 1, ours and the peers’",
            "layer": "Time of a value and its gradients against the batch, ours and the peers’",
            "scaling": "How time grows with qubits, repetitions, replicas and images",
        },
    ),
    Section(
        "What runs survive",
        "robustness",
        MACHINES,
        "Runs were killed, their disks filled and their files damaged, again and again.",
        "make robustness",
    ),
)
