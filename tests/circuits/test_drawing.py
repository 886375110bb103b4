"""Drawings: files that parse and repeat, the gates that train, the measured qubit, and the program that writes them."""

import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import draw_circuits
import matplotlib
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from qnlnet.circuits import Circuit
from qnlnet.circuits.drawing import draw_circuit, label_circuit, render
from qnlnet.evidence.page.captions import spell_out
from qnlnet.models.drawings import drawn_families, list_drawn, write_family_drawings
from qnlnet.models.registry import family_of

BuildCircuit = Callable[..., Circuit]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("readout", [0, 3])
def test_labelled_circuit_has_the_same_gates_and_marks_the_readout(build_circuit: BuildCircuit, readout: int) -> None:
    qnl = build_circuit("2", r=2, D=3, readout=readout)
    labelled = label_circuit(qnl)
    count = len(qnl.circuit.data)
    for ours, theirs in zip(labelled.data, qnl.circuit.data, strict=False):
        assert (ours.operation.name, ours.qubits) == (theirs.operation.name, theirs.qubits)
    barrier, box = labelled.data[count:]
    assert barrier.operation.name == "barrier"
    assert box.operation.label == "⟨Z⟩"
    assert labelled.find_bit(box.qubits[0]).index == readout
    angles = [str(i.operation.params[0]) for i in labelled.data[:count] if i.operation.params]
    assert angles == 2 * ["2*x₀", "2*x₁", "2*x₂", "2*x₃"] + [f"θ{'₀₁₂₃₄₅₆₇₈₉'[k] if k < 10 else '₁' + '₀₁₂₃₄'[k - 10]}"
                                                            for k in range(15)]  # fmt: skip


def test_figure_shows_symbols_readout_and_title(build_circuit: BuildCircuit) -> None:
    figure = draw_circuit(build_circuit("1"), "Ansatz 1")
    shown = words(figure)
    assert {"2*x₀", "2*x₃", "θ₀", "θ₄", "H"} <= set(shown)
    assert shown.count("⟨Z⟩") == 1
    assert figure.axes[0].get_title() == "Ansatz 1"


def test_dead_gates_are_grey_with_the_usual_texts_and_the_others_keep_their_colours(
    build_circuit: BuildCircuit,
) -> None:
    qnl = build_circuit("1")
    names = [instruction.name for instruction in qnl.circuit.data]
    dead = {names.index("h"), names.index("p"), names.index("rz"), names.index("cx")}
    plain, grey = draw_circuit(qnl), draw_circuit(qnl, dead_gates=dead, caption="What grey means")
    usual = [re.sub(r"^\$\\mathrm{(\w)}\$$", r"\1", text) for text in words(grey)]  # an H in the other way to write it
    assert sorted(usual) == sorted([*words(plain), "What grey means"])
    before, after = colours(plain), colours(grey)
    # One box each of H, P and RZ, of which the last two have one colour, and dot and target of a CX.
    assert after["#dadada"] == 5
    assert "#dadada" not in before
    for colour, less in (("#fa4d56", 1), ("#33b1ff", 2), ("#9f1853", 0), ("#002d9c", 2)):
        assert before[colour] - after[colour] == less
    assert draw_circuit(qnl, dead_gates=range(len(names))).axes  # every gate of the circuit can be grey


def colours(figure: Figure) -> Counter[str]:
    return Counter(to_hex(patch.get_facecolor()) for patch in figure.axes[0].patches)


def test_dead_gates_keep_their_places_qubits_and_angles(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("2", r=2, D=2)
    plain, grey = label_circuit(qnl), label_circuit(qnl, {0, 1, 16, 21, 25})
    for position, (one, other) in enumerate(zip(plain.data, grey.data, strict=True)):
        prefix = "dead_" if position in (0, 1, 16, 21, 25) else ""
        assert other.name == prefix + one.name
        assert [grey.find_bit(q).index for q in other.qubits] == [plain.find_bit(q).index for q in one.qubits]
        assert list(map(str, other.params)) == list(map(str, one.params))


def test_a_drawing_without_dead_gates_is_what_it_was(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0")
    assert render(draw_circuit(qnl, "T", dead_gates=()), "svg") == render(draw_circuit(qnl, "T"), "svg")


def test_no_two_labels_overlap(build_circuit: BuildCircuit) -> None:
    figure = draw_circuit(build_circuit("0", r=3, D=3))
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text()]
    assert len(boxes) > 50
    overlapping = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert not overlapping


@pytest.mark.slow
def test_nothing_stays_open_in_pyplot_and_its_settings_change_nothing(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0")
    before = pyplot.get_fignums()
    plain = {ending: render(draw_circuit(qnl), ending) for ending in ("png", "svg")}
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": "other", "axes.facecolor": "red"}):
        again = {ending: render(draw_circuit(qnl), ending) for ending in ("png", "svg")}
    assert again == plain
    assert pyplot.get_fignums() == before


@pytest.mark.slow
def test_program_writes_png_and_svg(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new"
    arguments = ["--ansatz", "0", "2", "--r", "2", "--readout-qubit", "0", "--output-dir", str(folder)]
    assert draw_circuits.main(arguments) == 0
    stems = [f"ansatz{ansatz}_r2_D1_4qubits_readout0" for ansatz in (0, 2)]
    expected = [folder / f"{stem}.{ending}" for stem in stems for ending in ("png", "svg")]
    assert capsys.readouterr().out.splitlines() == [str(path) for path in expected]
    assert sorted(folder.iterdir()) == expected
    for path in expected:
        content = path.read_bytes()
        if path.suffix == ".svg":
            root = ElementTree.fromstring(content)
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert b"<dc:date>" not in content
        else:
            assert content.startswith(b"\x89PNG\r\n\x1a\n")
            width, height = struct.unpack(">II", content[16:24])
            assert width > height > 400


def test_program_draws_the_three_circuits_of_the_paper_by_default() -> None:
    options = draw_circuits.build_parser().parse_args([])
    configs = draw_circuits.load_configs(options)
    models = [config.model for config in configs]
    shapes = [(m.ansatz.name, m.feature_map_reps, m.ansatz_reps, m.num_qubits, m.readout_qubit) for m in models]
    assert shapes == [(ansatz, 1, 1, 4, 3) for ansatz in "012"]
    assert options.output_dir is None


@pytest.mark.parametrize(
    ("words", "folder"),
    [
        ([], "results/circuits"),
        (["--r", "1", "--ansatz", "0", "1", "2"], "results/circuits"),
        (["--r", "2"], "outputs/circuits"),
        (["--ansatz", "1"], "outputs/circuits"),
        (["--model", "resqunn"], "outputs/circuits"),
        (["--r", "2", "--output-dir", "results/circuits"], "results/circuits"),
    ],
)
def test_other_circuits_do_not_go_to_the_committed_ones(
    words: list[str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    monkeypatch.setattr(draw_circuits, "write_drawing", lambda _, directory: written.append(directory) or [])
    assert draw_circuits.main(words) == 0
    assert set(written) == {Path(folder)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--ansatz", "7"], "error: Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'.\n"),
        (["--r", "0"], "error: Argument `r` must be at least 1, but is 0.\n"),
        (["--num-qubits", "5"], "error: Argument `num_qubits` must be 4 with ansatz=2, "),
        (["--model", "qnl"], "error: Argument `model` must be one of "),
        (["--readout-qubit", "4"], "error: Argument `readout_qubit` must be between 0 and 3 "),
    ],
)
def test_mistakes_are_one_sentence_and_draw_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert draw_circuits.main([*arguments, "--output-dir", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message)
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_folder_that_can_not_be_written_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert draw_circuits.main(["--ansatz", "0", "--output-dir", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.startswith("error: The file ")


@pytest.mark.slow
def test_help_explains_the_options() -> None:
    finished = subprocess.run([sys.executable, draw_circuits.__file__, "--help"], capture_output=True, text=True)
    assert finished.returncode == 0
    for part in ("--ansatz", "--r ", "--D ", "--num-qubits", "--readout-qubit", "results/circuits", "Exit status"):
        assert part in finished.stdout


def test_families_are_drawn_with_each_circuit_that_they_can_have() -> None:
    names = drawn_families()
    assert "qnl_net" not in names
    assert "svm" not in names
    circuits = [(config.model.name, getattr(config.model, "circuit", None)) for config in list_drawn(names)]
    assert ("resqunn", None) in circuits
    assert [choice for name, choice in circuits if name == "hqnn_quanv"] == ["strong", "basic", "cnot"]


def test_amplitudes_are_a_box_and_what_cannot_act_is_grey(tmp_path: Path) -> None:
    (config,) = list_drawn(["quantum_pointwise"])
    (circuit,) = family_of(config).circuits(config)
    first, *others = label_circuit(circuit).data
    assert (first.operation.label, first.operation.num_qubits) == ("|x⟩", 4)
    assert len(others) == len(circuit.circuit.data) + 1 + 4  # the barrier and ⟨Z⟩ of each qubit
    assert [path.name for path in write_family_drawings(config, tmp_path)] == [
        "quantum_pointwise.png",
        "quantum_pointwise.svg",
    ]


@pytest.mark.parametrize(
    ("stem", "caption"),
    [("hqnn_quanv_strong", "HQNN-Quanv, strong"), ("resqunn", "ResQuNN"), ("svmlike", "Svmlike")],
)
def test_drawings_of_families_have_their_titles_on_the_page(stem: str, caption: str) -> None:
    assert spell_out(stem) == caption
