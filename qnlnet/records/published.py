"""Published accuracies, read from papers/*/published.yaml, and the rows that may stand beside them.

A row meets a number only where every setting agrees that makes a model, whatever settings there are: what a file does
not name has to be as usual. Rows whose settings are not known meet none.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from qnlnet.config import CONFIG_DIR, BackendConfig, RunConfig, config_from_settings, identity_settings, load_config
from qnlnet.records.configurations import recall_settings

_PAPERS = Path(__file__).resolve().parents[1] / "papers"
_WITHOUT_SHOTS = ("exact", "statevector", "aer")


@dataclass(frozen=True)
class Published:
    """An accuracy of a paper.

    Attributes:
        table: Where it stands there.
        model: What it is called there; empty where the table is about one model only.
        train_mean: Training accuracy, percent; NaN where there is none.
        train_std: The ± of that.
        test_mean: Test accuracy, percent.
        test_std: The ± of that; NaN where there is none.
        source: The paper.
        what: What kind of number it is, such as ``test accuracy, one run``; empty where the tables say it.
    """

    table: str
    model: str
    train_mean: float
    train_std: float
    test_mean: float
    test_std: float
    source: str
    what: str = ""


@dataclass(frozen=True)
class Quoted:
    """A number that a paper quotes of another one's model.

    Attributes:
        model: What it is called there.
        dataset: As in the per-seed rows.
        classes: As in the per-seed rows, such as ``3/6``.
        qubits: How many it uses.
        test_mean: Its test accuracy, percent.
        test_std: The ± of that; NaN where there is none.
        paper: Where the model comes from.
        settings: What it is here, in the words of the command line; empty where it is not told.
    """

    model: str
    dataset: str
    classes: str
    qubits: int
    test_mean: float
    test_std: float
    paper: str
    settings: str = ""

    @property
    def words(self) -> str:
        """The settings and the images, in the words of the command line."""
        return f"{self.settings} data={self.dataset} data.classes=[{self.classes.replace('/', ',')}]"


@dataclass(frozen=True)
class _Entry:
    """A published accuracy with the settings of its model.

    Attributes:
        published: The accuracy.
        words: The settings, in the words of the command line.
        readings: What is added to them, in each way in which the paper can be read; the first is that of the
            published runs.
        free: Dotted keys of settings that may differ.
    """

    published: Published
    words: tuple[str, ...]
    readings: tuple[str, ...]
    free: tuple[str, ...]

    @cached_property
    def cells(self) -> tuple[RunConfig, ...]:
        """The model in each way in which the paper can be read; composing them takes a tenth of a second."""
        return tuple(load_config(*self.words, *reading.split()) for reading in self.readings)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the words choose, such as mnist for data; quick to know."""
        choices = (word.split("=", 1) for word in self.words if "." not in word.split("=", 1)[0])
        files = {group: CONFIG_DIR / group / f"{choice}.yaml" for group, choice in choices if group not in self.free}
        contents = {g: yaml.safe_load(path.read_text(encoding="utf-8")) for g, path in files.items() if path.is_file()}
        return {group: content["name"] for group, content in contents.items() if "name" in content}

    def has_choices_of(self, settings: Mapping[str, Any]) -> bool:
        """Whether a cell with these settings can be the model at all."""
        return all((settings.get(group) or {}).get("name") == name for group, name in self.names.items())


def find_published(cell: Mapping[str, Any], table: str | None = None) -> Published | None:
    """Returns the number of a paper that a cell is to be compared with, or None where there is none.

    Args:
        cell: A row or a cell with its `config_hash`.
        table: Such as ``Table 1``; None: anywhere in a paper.
    """
    settings = recall_settings(cell["config_hash"])
    if settings is None:
        return None
    found = (entry for entry in _entries() if table in (None, entry.published.table))
    return next((entry.published for entry in found if _is_model_of(settings, entry)), None)


def is_trained_as_published(cell: Mapping[str, Any]) -> bool:
    """Returns whether every setting is that of published runs: else a difference to their numbers says little.

    Args:
        cell: A row or a cell with its `config_hash`.
    """
    settings = recall_settings(cell["config_hash"])
    if settings is None:
        return False
    backend = config_from_settings(settings).backend
    same_values = isinstance(backend, BackendConfig) and backend == BackendConfig(name=backend.name)
    if not same_values or backend.name not in _WITHOUT_SHOTS:
        return False
    return any(
        entry.has_choices_of(settings) and _reduce(settings, entry.free) == _settings(entry.cells[0], entry.free)
        for entry in _entries()
    )


@cache
def citation(table: str) -> str:
    """Returns where a table stands, for a reader."""
    (content,) = (content for content in _contents() if any(row["table"] == table for row in content["results"]))
    return f"{content['source']}, {table}"


@cache
def family_in(paper: str, key: str) -> str:
    """Returns which family of models a paper's file calls `key`.

    Args:
        paper: The folder of the paper, such as ``ning2024``.
        key: An entry of ``families`` in its published.yaml.
    """
    return str(read_paper(paper)["families"][key])


@cache
def read_paper(paper: str) -> Mapping[str, Any]:
    """Returns what the published.yaml of a paper says.

    Args:
        paper: The folder of the paper, such as ``ning2024``.
    """
    content: Mapping[str, Any] = yaml.safe_load((_PAPERS / paper / "published.yaml").read_text(encoding="utf-8"))
    return content


@cache
def list_published(table: str, model: str = "") -> tuple[Published, ...]:
    """Returns the published numbers of a table, and of a model where there are several."""
    found = (entry.published for entry in _entries() if entry.published.table == table)
    return tuple(dict.fromkeys(each for each in found if model in ("", each.model)))


@cache
def list_quoted() -> tuple[Quoted, ...]:
    """Returns what papers quote of other papers' models."""
    return tuple(
        Quoted(
            **{key: row[key] for key in ("model", "dataset", "classes", "qubits", "paper", "settings") if key in row},
            test_mean=row["test"][0],
            test_std=_number(row["test"][1]),
        )
        for content in _contents()
        for row in content["quoted"]
    )


def find_quoted(config: RunConfig) -> Quoted | None:
    """Returns what a paper quotes of a cell's model on the same task; None where it does not.

    Settings that the quotation does not name have to be as the model's family has them.
    """
    return next((row for row in list_quoted() if is_meant(config, row.words)), None)


def is_meant(config: RunConfig, words: str) -> bool:
    """Returns whether a cell has the images and the model of some words of the command line, whatever its protocol."""
    if f"model={config.model.name}" not in words.split():
        return False
    meant = _load(words, config.train.protocol)
    same_task = (config.data.name, config.data.classes) == (meant.data.name, meant.data.classes)
    return same_task and meant.model == config.model.model_copy(update={"seeds": meant.model.seeds})


@cache
def _load(words: str, protocol: str) -> RunConfig:
    return load_config(*words.split(), f"protocol={protocol}")


def _is_model_of(settings: Mapping[str, Any], entry: _Entry) -> bool:
    free = (*entry.free, "train")
    return entry.has_choices_of(settings) and any(
        _reduce(settings, free) == _settings(cell, free) for cell in entry.cells
    )


@cache
def _settings(cell: RunConfig, free: tuple[str, ...]) -> Mapping[str, Any]:
    return _reduce(identity_settings(cell), free)


def _reduce(settings: Mapping[str, Any], free: tuple[str, ...]) -> dict[str, Any]:
    """Returns settings without those at the dotted keys `free`."""
    reduced = {key: dict(value) if isinstance(value, Mapping) else value for key, value in settings.items()}
    for key in free:
        section, _, name = key.rpartition(".")
        (reduced.get(section, {}) if section else reduced).pop(name, None)
    return reduced


@cache
def _entries() -> tuple[_Entry, ...]:
    return tuple(_read_entries())


def _read_entries() -> Iterator[_Entry]:
    for content in _contents():
        for row in content["results"]:
            train, test = row.get("train", (None, None)), row["test"]
            published = Published(
                table=row["table"],
                model=row.get("model", ""),
                train_mean=_number(train[0]),
                train_std=_number(train[1]),
                test_mean=_number(test[0]),
                test_std=_number(test[1]),
                source=row.get("source", content["source"]),
                what=row.get("what", ""),
            )
            for one in row.get("any", [""]):
                words = (*row["settings"].split(), *one.split())
                yield _Entry(published, words, tuple(content["readings"]), tuple(content["free"]))


@cache
def _contents() -> tuple[Mapping[str, Any], ...]:
    return tuple(yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_PAPERS.glob("*/published.yaml")))


def _number(value: float | None) -> float:
    return math.nan if value is None else value
