"""Grey images with a border that makes them a square of so many pixels that rows and columns are counted by qubits."""

from typing import TYPE_CHECKING

from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

SIDE = 32  # pixels, of the square


def check_square_images(run: "RunConfig", readings: int) -> None:
    """Checks that images fit into the square, that there is a reading for each class, and the backend.

    Args:
        run: The cell.
        readings: Outcomes that the measured qubits can have.

    Raises:
        ArgumentError: They are in colour or larger, classes are more, or the backend is not exact.
    """
    shape, classes = run.data.image_shape, run.data.classes
    if shape[0] != 1:
        advice = "Each pixel is one number for it."
        raise argument_error("data.image_shape", f"have one channel with model={run.model.name}", list(shape), advice)
    if max(shape[1:]) > SIDE:
        requirement = f"have at most {SIDE} × {SIDE} pixels with model={run.model.name}"
        raise argument_error("data.image_shape", requirement, list(shape))
    if len(classes) > readings:
        advice = "Each is an outcome of the qubits that are measured."
        requirement = f"name at most {readings} with model={run.model.name}"
        raise argument_error("data.classes", requirement, list(classes), advice)
    if run.backend.name != "exact":
        advice = "Leave backend out: it runs by matrices here."
        raise argument_error("backend", f"be exact with model={run.model.name}", run.backend.name, advice)
