"""What the settings of all models have in common."""

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from qnlnet.config.data import DataConfig
from qnlnet.config.section import Count, Section
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_COLUMNS = ("num_qubits", "dropout")  # that rows of all families have


class ModelConfig(Section):
    """The settings of one family of models; each family has a subclass.

    A default may never change, as the hash of a cell leaves out what is usual: give a new setting a new name.

    Attributes:
        name: The family, as `model=name` chooses it.
        seeds: Replicas when `seeds` is not given.
        title: What a reader calls the family.
        usual_protocol: What trains it where nothing else is said.
        is_fitted: Whether its models are fitted once instead of being trained step by step.
        is_binary: Whether its models tell two classes apart, and no more.
        computes_in_numpy: Whether training them calls linear algebra of NumPy's, which then is kept to one core.
        flat_words: Words of the command line that stand for settings of this family: ``r`` for ``model.r``.
        spoken: Settings that `words` says, so that nobody has to say them again.
        recipes: Settings that each stand for a whole recipe of training, and so bring others with them.
        implied: Settings that follow from others where they are left out, and are told only where they do not.
    """

    title: ClassVar[str] = ""
    is_fitted: ClassVar[bool] = False
    is_binary: ClassVar[bool] = False
    computes_in_numpy: ClassVar[bool] = False
    usual_protocol: ClassVar[str] = "common"
    flat_words: ClassVar[dict[str, str]] = {}
    spoken: ClassVar[tuple[str, ...]] = ()
    recipes: ClassVar[tuple[str, ...]] = ()
    implied: ClassVar[tuple[str, ...]] = ()

    name: str
    seeds: Count = 5

    @classmethod
    def field_of(cls, key: str) -> str:
        """Returns the field that a key of the command line sets: ``feature_map_reps`` for ``r``."""
        return next((name for name, field in cls.model_fields.items() if field.alias == key), key)

    def completed(self, data: DataConfig) -> Self:
        """Returns the settings with those put in that follow from the images."""
        return self

    def check(self, run: "RunConfig") -> None:
        """Raises an `ArgumentError` where settings of the model and of the rest do not go together."""

    def check_left_out(self, *keys: str, why: str) -> None:
        """Checks that settings are as usual which mean nothing beside others.

        Args:
            keys: The settings.
            why: Beside what, such as ``layer=none``.

        Raises:
            ArgumentError: One is not.
        """
        for key in keys:
            if (value := getattr(self, key)) != type(self).model_fields[key].default:
                raise argument_error(f"model.{key}", f"be left out with {why}", value)

    def check_smallest(self, data: DataConfig, least: int, advice: str) -> None:
        """Checks that images are large enough.

        Args:
            data: The images.
            least: Pixels in height and width.
            advice: Why, in a sentence.

        Raises:
            ArgumentError: They have fewer.
        """
        if min(data.image_shape[1:]) < least:
            requirement = f"have {least} pixels or more in height and width with model={self.name}"
            raise argument_error("data.image_shape", requirement, list(data.image_shape), advice)

    def mounted_groups(self) -> dict[str, str]:
        """Returns the groups of configs/ that options of the model come from, each with its option's name."""
        return {}

    def name_parts(self) -> list[str]:
        """Returns the words of a folder's name that say which model it is, before the protocol."""
        return [self.name]

    def name_endings(self) -> list[str]:
        """Returns the words that follow the protocol."""
        return []

    def words(self) -> list[str]:
        """Returns the model in words, for the progress of a run."""
        return [self.name]

    def explain_constant(self) -> str:
        """Returns the sentence for a circuit whose outputs are the same whatever its parameters are."""
        return (
            f"The circuit of model={self.name} must depend on its inputs or weights, but its expectation values are "
            "the same whatever they are, so there is nothing to learn. Choose other settings of the model, or "
            "allow_constant=true to train it anyway."
        )

    def columns(self) -> dict[str, Any]:
        """Returns what per-seed rows say of the model beside its name, by the names of their columns."""
        return {name: getattr(self, name) for name in _COLUMNS if name in type(self).model_fields}


_Model = TypeVar("_Model", bound=ModelConfig)


def settings_of(run: "RunConfig", kind: type[_Model]) -> _Model:
    """Returns the model's settings where they are of one family.

    Raises:
        ArgumentError: The model is of another family.
    """
    if not isinstance(run.model, kind):
        wanted = kind.model_fields["name"].default
        raise argument_error("model", f"be {wanted} here", run.model.name, f"Choose model={wanted}.")
    return run.model
