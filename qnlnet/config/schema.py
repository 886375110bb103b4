"""What can be configured, and which values are allowed: the frozen schema behind the YAML files in configs/."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PositiveFloat, SerializeAsAny, model_validator

from qnlnet.config.backend import AnyBackendConfig, BackendConfig
from qnlnet.config.data import DataConfig
from qnlnet.config.first_form import nest
from qnlnet.config.logger import LoggerConfig
from qnlnet.config.lookups import PLACEHOLDERS, open_choices, without_lookups
from qnlnet.config.model.base import ModelConfig
from qnlnet.config.model.registry import section_of
from qnlnet.config.section import Count, Index, Section
from qnlnet.errors import argument_error


class EvaluationConfig(Section):
    """A trained model and the test images that it is to judge; `images` None: 200, or all where there are fewer."""

    run: str
    seed: Index = 0
    images: Count | None = None
    image_seed: Index = 0
    data_root: str | None = None
    backend: AnyBackendConfig = BackendConfig()


class TrainConfig(Section):
    """The protocol: loss, batches, order, optimizer.

    Attributes:
        protocol: Its name.
        epochs: How often all images are seen.
        batch_size: Images of a step.
        loss: ``raw_nll``: the negative score of the right class; ``cross_entropy``: −log softmax of the scores;
            ``log_sigmoid``: −log sigmoid of the score of the right class. Of two classes, with v half the difference of
            their scores and y = ±1: ``hinge``, max(0, 1 − y v); ``squared``, (v − y)²/2.
        learning_rate: Of the optimizer, in the first epoch; with ``one_cycle`` its largest value.
        schedule: How it falls: ``exponential`` by `lr_decay` an epoch, ``cosine`` to `min_learning_rate` behind the
            last, ``milestones`` by `lr_decay` at each of these; ``one_cycle``, from step to step, as torch's
            OneCycleLR: up from a 25th in three tenths of all steps, then down to next to nothing, while Adam's first
            decay rate goes from 0.95 to 0.85 and back; ``cosine_restarts`` to `min_learning_rate`, and up again each
            `restart_every`.
        lr_decay: Factor of an epoch, of `decay_steps` steps, or of a milestone.
        decay_steps: Steps in which the rate falls once by `lr_decay`, or along the whole cosine, behind which it stays;
            it then changes from step to step. None: it changes from epoch to epoch.
        milestones: Epochs behind which the learning rate falls.
        restart_every: Epochs or steps, as `restart_unit` says, from one start of ``cosine_restarts`` to the next.
        restart_unit: ``epochs``; or ``steps``, as in code that calls the scheduler behind each batch.
        min_learning_rate: Where ``cosine`` and ``cosine_restarts`` end.
        shuffle: Whether each epoch has an order of its own.
        drop_last: Whether the last batch of an epoch is left out where it is smaller than the others.
        drop_last_test: Whether test images that are left over behind the last whole batch count as answered wrong, as
            in code that leaves them out and divides by all.
        starts: First weights that are tried for an epoch; the smallest training loss goes on.
        optimizer: ``adam``; ``adamw``; or ``sgd``, stochastic gradient descent.
        momentum: Of ``sgd``.
        weight_decay: What times the weights is added to the gradient, as torch's Adam and SGD have it; with ``adamw``
            the weights shrink by this times the learning rate in each step.
        clip_norm: The largest norm that the gradient of all parameters together may have; a longer one is scaled down
            to it. None for any.
        label_smoothing: Share of the target that all classes have alike, with ``cross_entropy``.
        augmentation: What happens to an image each time that it trains: ``affine``, turned by up to 5° and shifted by
            up to a tenth of its width and height; ``flip_crop``, mirrored or not and shifted by up to 4 pixels.
        augmentation_fill: What comes in from beyond the edges: ``black``; or ``mean``, the mean of the dataset, as in
            code that moves images when they are normalised already and fills with 0.
        flush_denormal: Whether numbers that fade away become zeros; without it each costs as much as a hundred others.
        clip_value: Each number of a gradient that is larger becomes this, or minus this; None: none does.
        weights_seed: Seed of the first weights of all replicas, which then differ in the order of their images; None:
            each replica has first weights of its own.
        gradient_norms: Whether the norm of each trained parameter's gradient is kept, a mean over the steps of each
            epoch, in gradients.csv. It makes a cell of its own: it has rows that others have not.
    """

    protocol: str
    epochs: Count
    batch_size: Count
    loss: Literal["raw_nll", "cross_entropy", "log_sigmoid", "hinge", "squared"]
    learning_rate: PositiveFloat
    schedule: Literal["exponential", "cosine", "milestones", "one_cycle", "cosine_restarts"] = "exponential"
    lr_decay: float = Field(default=1.0, gt=0, le=1)
    decay_steps: Count | None = None
    milestones: tuple[Count, ...] = ()
    restart_every: Count | None = None
    restart_unit: Literal["epochs", "steps"] = "epochs"
    min_learning_rate: float = Field(default=0.0, ge=0)
    shuffle: bool
    drop_last: bool = False
    drop_last_test: bool = False
    starts: Count = 1
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    momentum: float = Field(default=0.0, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0)
    clip_norm: PositiveFloat | None = None
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    augmentation: Literal["none", "affine", "flip_crop"] = "none"
    augmentation_fill: Literal["black", "mean"] = "black"
    flush_denormal: bool = True
    clip_value: PositiveFloat | None = None
    weights_seed: Index | None = None
    gradient_norms: bool = False

    @property
    def has_plain_steps(self) -> bool:
        """Whether steps are those of Adam without decay, images and gradients as they are, one rate an epoch."""
        return (
            (self.optimizer, self.weight_decay) == ("adam", 0.0)
            and self.schedule not in ("one_cycle", "cosine_restarts")
            and (self.decay_steps, self.clip_norm, self.clip_value) == (None, None, None)
            and (self.label_smoothing, self.augmentation) == (0.0, "none")
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.momentum and self.optimizer != "sgd":
            advice = "It is for train.optimizer=sgd."
            raise argument_error("train.momentum", f"be 0 with train.optimizer={self.optimizer}", self.momentum, advice)
        if bool(self.milestones) != (self.schedule == "milestones"):
            requirement = "name epochs" if self.schedule == "milestones" else "be left out"
            advice = "They are for train.schedule=milestones."
            raise argument_error(
                "train.milestones", f"{requirement} with schedule={self.schedule}", list(self.milestones), advice
            )
        self._check_restarts()
        if self.label_smoothing and self.loss != "cross_entropy":
            advice = "It is for train.loss=cross_entropy."
            requirement = f"be 0 with train.loss={self.loss}"
            raise argument_error("train.label_smoothing", requirement, self.label_smoothing, advice)
        if self.augmentation == "none" and self.augmentation_fill != "black":
            requirement = "be left out with train.augmentation=none"
            raise argument_error("train.augmentation_fill", requirement, self.augmentation_fill)
        if self.decay_steps is not None and self.schedule == "milestones":
            advice = "Milestones are epochs."
            raise argument_error("train.decay_steps", "be left out with schedule=milestones", self.decay_steps, advice)
        return self

    def _check_restarts(self) -> None:
        """Checks the settings of cosines: there with them, and left out with all others."""
        if self.schedule == "cosine_restarts" and self.restart_every is None:
            advice = "For example train.restart_every=5."
            requirement = "be a number of epochs or steps with schedule=cosine_restarts"
            raise argument_error("train.restart_every", requirement, None, advice)
        if self.min_learning_rate > self.learning_rate:
            requirement = f"be at most train.learning_rate, {self.learning_rate:g}"
            raise argument_error("train.min_learning_rate", requirement, self.min_learning_rate)
        cosines = ("cosine", "cosine_restarts")
        for key, schedules in (
            ("restart_every", cosines[1:]),
            ("restart_unit", cosines[1:]),
            ("min_learning_rate", cosines),
        ):
            value = getattr(self, key)
            if self.schedule not in schedules and value != type(self).model_fields[key].default:
                advice = f"It is for train.schedule={' or '.join(schedules)}."
                raise argument_error(f"train.{key}", f"be left out with schedule={self.schedule}", value, advice)


def _build_model(value: Any) -> Any:
    """Checks the settings of a model against the schema of its family."""
    if not isinstance(value, dict):
        return value
    name = value.get("name")
    if not isinstance(name, str):
        raise argument_error("model.name", "name a family of models", name)
    return section_of(name).model_validate(value)


AnyModelConfig = Annotated[SerializeAsAny[ModelConfig], BeforeValidator(_build_model)]


class RunConfig(Section):
    """One cell and how many replicas of it to train.

    Attributes:
        choices: Settings that are still to be chosen on held-out training images, each with its candidates, such as
            ``("train.learning_rate", (1e-3, 1e-2))``; they hold their first candidate until then.
        choice_seeds: Seeds of each candidate.
    """

    data: DataConfig
    model: AnyModelConfig
    backend: AnyBackendConfig = BackendConfig()
    train: TrainConfig
    choices: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    choice_seeds: Count = 1
    allow_constant: bool = False
    seeds: Count
    workers: Count | None = None
    force: bool = False
    checkpoint_every: float = Field(default=10.0, ge=0)  # seconds
    logger: LoggerConfig = LoggerConfig()
    output_dir: str | None = None

    def override(self, *words: str) -> "RunConfig":
        """Returns the configuration with other values, checked again; everything that is not named stays as it is.

        >>> from qnlnet import load_config
        >>> config = load_config("data=digits", "reducer=pca").override("r=2", "train.epochs=5", "ansatz=1")
        >>> (config.model.feature_map_reps, config.train.epochs, config.model.ansatz.name)
        (2, 5, '1')

        Args:
            words: Overrides as on the command line.

        Raises:
            ArgumentError: A key is unknown, a value is not acceptable, or the word chooses a file of configs/ that
                other settings follow from, such as ``data=cifar10``: only `load_config` can do that.
        """
        from qnlnet.config.values import override  # it composes, and builds configurations by this schema

        return override(self, *words)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, values: Any) -> Any:
        """Takes out what only feeds interpolations in the YAML files, and the form that models had before families."""
        return without_lookups(open_choices(nest(values))) if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _check(self) -> Self:
        object.__setattr__(self, "model", self.model.completed(self.data))
        for key, placeholder in PLACEHOLDERS.items() if self.model.is_fitted else ():
            if (value := getattr(self.train, key)) != placeholder:
                requirement = f"be left out with model={self.model.name}, which is fitted once"
                raise argument_error(f"train.{key}", requirement, value)
        if self.model.is_binary and len(self.data.classes) != 2:
            advice = "It tells two classes apart: data.classes=[3,6]."
            requirement = f"name two with model={self.model.name}"
            raise argument_error("data.classes", requirement, list(self.data.classes), advice)
        if self.train.loss in ("hinge", "squared") and len(self.data.classes) != 2:
            requirement = f"be cross_entropy or log_sigmoid with {len(self.data.classes)} classes"
            raise argument_error("train.loss", requirement, self.train.loss, "This one is for two.")
        self.model.check(self)
        return self
