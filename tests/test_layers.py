"""Imports point one way, and heavy or foreign packages stay where they belong."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qnlnet"
COMMANDS = PACKAGE / "hardware" / "commands"  # gets what a command line was read into

# A module may import the layers before its own, and modules of its own package; nothing else of qnlnet.
LAYERS = [
    {"compilation", "cores", "errors", "pipes", "provenance"},
    {"files", "program", "seeding"},
    {"config"},
    {"circuits", "data"},
    {"simulator"},
    {"runtime"},
    {"backends"},
    {"models"},
    {"checkpoints"},
    {"training"},
    {"records"},
    {"tables"},
    {"figures"},
    {"tracking"},
    {"runs"},
    {"hardware"},
    {"audit"},
    {"papers"},
    {"evidence"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
STANDS_ALONE = {"compilation", "cores", "errors", "pipes", "provenance"}
TORCH = {"backends", "models", "checkpoints", "training", "audit", "tracking", "hardware"}
ABOVE = ("experiments", "scripts", "benchmarks", "robustness")  # nothing of qnlnet imports them
WITHOUT_HYDRA = ABOVE[1:]
PROGRAMS = {path.stem for folder in ("experiments", "scripts") for path in (ROOT / folder).glob("*.py")}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(source: str, *, top_level_only: bool = False) -> Iterator[str]:
    """Yields the dotted name of everything that `source` imports: ``qnlnet.records.write_file``, ``numpy``, …"""
    tree = ast.parse(source)
    for node in _outside_functions(tree) if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _outside_functions(child)


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def violations(layer: str, source: str) -> list[str]:
    """Returns what a module of `layer` imports although it must not."""
    own = [name for name in imports(source) if name.startswith((".", "qnlnet"))]
    return [name for name in own if not _is_allowed(layer, name)]


def _is_allowed(layer: str, name: str) -> bool:
    parts = name.split(".")
    if len(parts) < 2 or parts[0] != "qnlnet" or parts[1] not in LEVEL:
        return False  # relative, `import qnlnet`, or a name of the package itself
    return parts[1] == layer or LEVEL[parts[1]] < LEVEL[layer]


def first_parts(names: Iterator[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def test_every_module_has_a_layer() -> None:
    present = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert present - {"__init__"} == set(LEVEL), "name new modules of qnlnet in LAYERS"


@pytest.mark.slow
@pytest.mark.parametrize("path", modules("qnlnet"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    layer = layer_of(path)
    if layer == "__init__":
        assert not [name for name in imports(source) if name.startswith((".", "qnlnet"))]
        return
    assert not violations(layer, source)
    if layer in STANDS_ALONE:
        assert "qnlnet" not in first_parts(imports(source))


@pytest.mark.slow
@pytest.mark.parametrize("path", modules("qnlnet"), ids=lambda path: str(path.relative_to(ROOT)))
def test_foreign_packages_stay_where_they_belong(path: Path) -> None:
    used = first_parts(imports(path.read_text(encoding="utf-8")))
    layer = layer_of(path)
    assert "torch" not in used or layer in TORCH
    assert not used & {"hydra", "omegaconf"} or layer == "config"
    assert "argparse" not in used or path.parent == COMMANDS
    assert not used & {"pytest", *PROGRAMS, *ABOVE}


@pytest.mark.slow
@pytest.mark.parametrize("path", modules("qnlnet", *ABOVE), ids=lambda p: str(p.relative_to(ROOT)))
def test_ibm_runtime_is_imported_only_when_it_is_needed(path: Path) -> None:
    at_once = first_parts(imports(path.read_text(encoding="utf-8"), top_level_only=True))
    assert "qiskit_ibm_runtime" not in at_once


@pytest.mark.parametrize("path", modules(*WITHOUT_HYDRA), ids=lambda p: str(p.relative_to(ROOT)))
def test_programs_do_without_hydra(path: Path) -> None:
    assert not first_parts(imports(path.read_text(encoding="utf-8"))) & {"hydra", "omegaconf"}


@pytest.mark.parametrize(
    ("layer", "source", "expected"),
    [
        ("circuits", "from qnlnet.training import train_replicas", ["qnlnet.training.train_replicas"]),
        ("circuits", "from qnlnet.data import load_dataset", ["qnlnet.data.load_dataset"]),
        ("circuits", "def f():\n    import qnlnet.backends.aer", ["qnlnet.backends.aer"]),
        ("config", "from qnlnet import circuits, errors", ["qnlnet.circuits"]),
        ("models", "from ..training import x", ["..training.x"]),
        ("tables", "from qnlnet.figures import plot_table", ["qnlnet.figures.plot_table"]),
        ("tables", "from qnlnet.tables.layout import lay_out\nfrom qnlnet.records import write_file", []),
        ("runs", "import qnlnet", ["qnlnet"]),
    ],
)
def test_the_check_sees_wrong_imports(layer: str, source: str, expected: list[str]) -> None:
    assert violations(layer, source) == expected


def test_the_check_tells_late_imports_from_early_ones() -> None:
    source = "try:\n    import a\nexcept ImportError:\n    pass\nclass C:\n    import b\ndef f():\n    import c"
    assert sorted(imports(source)) == ["a", "b", "c"]
    assert sorted(imports(source, top_level_only=True)) == ["a", "b"]


def test_no_file_is_longer_than_300_lines() -> None:
    files = modules("qnlnet", *ABOVE, "tests")
    assert len(files) > 400
    assert not {
        str(path.relative_to(ROOT)): count for path in files if (count := len(path.read_text().splitlines())) > 300
    }
