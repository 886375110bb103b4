"""A configuration with other values."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from qnlnet.config.explanations import explain_validation_error
from qnlnet.config.schema import RunConfig


def with_values(config: RunConfig, values: Mapping[str, Any]) -> RunConfig:
    """Returns a configuration with other values, checked again.

    Args:
        config: The configuration.
        values: Dotted keys such as ``train.epochs`` or ``model.r``, with their new values.

    Raises:
        ArgumentError: A key is unknown, or a value is not acceptable.
    """
    content = config.model_dump(by_alias=True)
    for key, value in values.items():
        *sections, name = key.split(".")
        holder = content
        for section in sections:
            holder = holder.setdefault(section, {})
        holder[name] = value
    try:
        return RunConfig.model_validate(content)
    except ValidationError as error:
        raise explain_validation_error(error) from error
