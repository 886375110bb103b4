"""A family of models is one file, one section, one YAML, one test and two registry lines: nothing else names it."""

import re
from pathlib import Path

import pytest

from qnlnet.config import CONFIG_DIR
from qnlnet.config.model.registry import section_of, shipped_names
from qnlnet.models import registry

ROOT = Path(__file__).parents[1]
CODE = sorted(path for folder in ("qnlnet", "experiments", "scripts") for path in (ROOT / folder).rglob("*.py"))
# Where what is QNL-Net's own may ask for it: the frozen identity, and devices, which run nothing else yet.
MAY_ASK = {"qnlnet/config/identity.py", "qnlnet/config/first_form.py", "qnlnet/hardware/workload.py"}
NAMES = "|".join(shipped_names())
ASKING = re.compile(
    rf"model\.name\s*(==|!=|in\b)|(==|!=)\s*[\"']({NAMES})[\"']|isinstance\([^()]*\bmodel\b, ?\w+Config\)"
)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def elsewhere(name: str) -> list[Path]:
    """All code but the rooms of a family."""
    own = {"qnlnet/config/model/registry.py", "qnlnet/models/registry.py", f"qnlnet/config/model/{name}.py"}
    rooms = (f"qnlnet/models/{name}.py", f"qnlnet/models/{name}/")
    return [path for path in CODE if relative(path) not in own and not relative(path).startswith(rooms)]


def test_no_code_asks_which_model_it_is() -> None:
    asking = {
        relative(path)
        for path in CODE
        if not relative(path).startswith(("qnlnet/models/", "qnlnet/config/model/"))
        and any(ASKING.search(line) for line in path.read_text(encoding="utf-8").splitlines())
    }
    assert asking <= MAY_ASK


@pytest.mark.parametrize(
    "line",
    [
        'if config.model.name == "quanvolution":',
        'x = 1 if name != "qnl_net" else 2',
        "return isinstance(config.model, QuanvolutionConfig)",
        'if config.model.name in ("svm", "logistic"):',
    ],
)
def test_asking_is_seen(line: str) -> None:
    assert ASKING.search(line)


@pytest.mark.parametrize("name", [name for name in shipped_names() if name != "qnl_net"])
def test_no_other_file_names_a_family(name: str) -> None:
    word = re.compile(rf"(?<!sklearn\.)\b({name}|{section_of(name).__name__})\b")
    found = [relative(path) for path in elsewhere(name) if word.search(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("name", shipped_names())
def test_a_family_has_its_four_files(name: str) -> None:
    assert (CONFIG_DIR / "model" / f"{name}.yaml").is_file()
    assert (ROOT / "qnlnet/config/model" / f"{name}.py").is_file()
    assert (ROOT / "tests/models" / f"test_{name}.py").is_file()
    module = ROOT / Path(*registry._FAMILIES[name].split("."))
    assert module.with_suffix(".py").is_file()
    assert section_of(name).model_fields["name"].default == name
