"""From the settings that decide a cell, as they are kept beside its rows, back to its configuration."""

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from qnlnet.config.explanations import explain_validation_error
from qnlnet.config.first_form import nest
from qnlnet.config.lookups import PLACEHOLDERS
from qnlnet.config.model.registry import section_of
from qnlnet.config.schema import RunConfig
from qnlnet.errors import ResultsError

_ANYWHERE = "anywhere"  # own images need a root, and none changes a number


def config_from_settings(settings: Mapping[str, Any]) -> RunConfig:
    """Returns the configuration whose `identity_settings` these are; what changes no number is as usual.

    Raises:
        ResultsError: They are not those of a configuration that this version can read.
    """
    values = nest(copy.deepcopy(dict(settings)))
    model = values["model"]
    if isinstance(model.get("reducer"), dict):
        model["reducer"].setdefault("seeds", 1)
    data = values.get("data", {})
    if isinstance(data, dict) and data.get("name") == "image_folder":
        data.setdefault("root", _ANYWHERE)
    try:
        if section_of(str(model.get("name"))).is_fitted:
            values["train"] = {**PLACEHOLDERS, **values["train"]}
        return RunConfig.model_validate({**values, "seeds": 1})
    except ValidationError as error:
        raise ResultsError(f"The settings cannot be read by this version: {explain_validation_error(error)}") from error
