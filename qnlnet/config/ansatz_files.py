"""The files in configs/ansatz: each is named after the gates that it holds."""

from collections.abc import Callable
from pathlib import Path

import yaml

from qnlnet.config.ansatz import AnsatzConfig, rename_error
from qnlnet.config.shipped_ansaetze import SHIPPED
from qnlnet.errors import argument_error


def check_ansatz_name(ansatz: AnsatzConfig, folder: Path, load: Callable[[str], AnsatzConfig]) -> None:
    """Raises an `ArgumentError` where the name of an ansatz belongs to other gates, or to a file of another name.

    Args:
        ansatz: The gates and their name. What the shipped names stand for, `AnsatzConfig` itself checks.
        folder: Where the files are.
        load: Returns what the file of a name holds.
    """
    name = ansatz.name
    if name in SHIPPED:
        return
    if (folder / f"{name}.yaml").is_file():
        if different := load(name).layout.differences(ansatz.layout):
            raise rename_error(name, different, new_name=f"{name}_2")
        return
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in SHIPPED and _name_in(path) == name:
            advice = f"Rename one of the two: write `name: {path.stem}`, or call the file {name}.yaml."
            raise argument_error("ansatz.name", f"be {path.stem!r} in the file ansatz/{path.name}", name, advice)


def _name_in(path: Path) -> str | None:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):  # another file's mistake is reported where that file is chosen
        return None
    return content.get("name") if isinstance(content, dict) else None
