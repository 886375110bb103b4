"""A folder of own images: what its configuration leaves open is read off the folder before anything is named by it."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hydra import initialize_config_dir

from qnlnet.config import CONFIG_DIR, RunConfig, cell_name, config_hash, load_config, run_directory
from qnlnet.errors import ArgumentError, DataError

Load = Callable[..., RunConfig]


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Returns a folder with two empty classes: configurations are made without looking at the images."""
    for name in ("dogs", "cats"):
        (tmp_path / "pets" / name).mkdir(parents=True)
    return tmp_path / "pets"


def load(root: Path | str, *overrides: str) -> RunConfig:
    return load_config("data=image_folder", f"data.root={root}", *overrides)


def test_folder_says_label_and_classes(pets: Path) -> None:
    data = load(pets).data
    assert (data.label, data.classes, data.dataset) == ("pets", ("cats", "dogs"), "image_folder:pets")
    assert load(pets, "data.classes=[dogs,cats]").data.classes == ("dogs", "cats")
    assert load(pets, "data.label=mine").data.dataset == "image_folder:mine"
    assert load(pets, "data.label=2024").data.label == "2024"


def test_classes_of_divided_folders_are_those_of_the_splits(tmp_path: Path) -> None:
    for split, name in (("train", "a"), ("train", "b"), ("test", "b"), ("test", "a"), ("val", "a")):
        (tmp_path / split / name).mkdir(parents=True)
    assert load(tmp_path).data.classes == ("a", "b")


def test_channels_say_normalisation_and_convolutions(pets: Path) -> None:
    colour, grey = load(pets), load(pets, "data.image_shape=[1,28,28]")
    assert (colour.data.mean, colour.data.std, colour.model.cnn_channels) == ((0.5,) * 3, (0.5,) * 3, (6, 12))
    assert (grey.data.mean, grey.data.std, grey.model.cnn_channels) == ((0.5,), (0.5,), (2, 16))
    given = load(pets, "data.image_shape=[1,28,28]", "data.mean=[0.1]", "data.cnn_channels=[3,4]")
    assert (given.data.mean, given.data.std, given.model.cnn_channels) == ((0.1,), (0.5,), (3, 4))


def test_numbers_are_names_of_folders(tmp_path: Path) -> None:
    for name in ("0", "1", "2", "007", "1.50"):
        (tmp_path / name).mkdir()
    assert load(tmp_path, "data.classes=[0,1]").data.classes == ("0", "1")
    assert load(tmp_path, "data.classes=[007,'1.50']").data.classes == ("007", "1.50")
    assert config_hash(load(tmp_path, "data.classes=[0,1]")) == config_hash(load(tmp_path, "data.classes=['0','1']"))


def test_a_finished_configuration_needs_no_folder(pets: Path) -> None:
    config = load(pets)
    stored = config.model_dump(mode="json", by_alias=True)
    for name in ("cats", "dogs"):
        (pets / name).rmdir()
    pets.rmdir()
    assert RunConfig.model_validate(stored) == config
    assert load(pets, "data.classes=[cats,dogs]") == config


def test_home_is_expanded(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(pets.parent))
    data = load('"~/pets"').data
    assert (data.root, data.label, data.classes) == ("~/pets", "pets", ("cats", "dogs"))


@pytest.mark.parametrize("root", [".", "cats/..", "./", "../pets"])
def test_label_is_the_name_of_the_folder_however_it_is_written(
    root: str, pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pets)
    assert load(root).data.label == "pets"


def test_what_a_label_can_not_have_becomes_an_underscore(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "(my) pets $1" / name).mkdir(parents=True)
    assert load(f"'{tmp_path / '(my) pets $1'}'").data.label == "_my__pets__1"


def test_run_directories_are_readable_and_differ_between_folders(pets: Path, tmp_path: Path) -> None:
    for name in ("cats", "dogs"):
        (tmp_path / "others" / name).mkdir(parents=True)
    first, second = load(pets), load(tmp_path / "others")
    assert cell_name(first) == "image_folder-pets-cats-dogs_cnn_ansatz0_r1_D1_released"
    assert cell_name(second) == "image_folder-others-cats-dogs_cnn_ansatz0_r1_D1_released"
    assert config_hash(first) != config_hash(second)
    assert run_directory(first) != run_directory(second)
    renamed = load(tmp_path / "others", "data.label=pets")  # the same images in another place
    assert run_directory(renamed) == run_directory(first)


def test_own_mnist_is_not_taken_for_mnist(tmp_path: Path) -> None:
    for name in ("0", "1"):
        (tmp_path / "mnist" / name).mkdir(parents=True)
    own = load(tmp_path / "mnist", "data.image_shape=[1,28,28]")
    assert own.data.dataset != load_config("data=mnist").data.dataset
    assert cell_name(own) != cell_name(load_config("data=mnist"))


def test_names_of_files_are_short_and_plain_whatever_folders_are_called(tmp_path: Path) -> None:
    names = ["ä" * 100, "a:b*c?"]
    for name in names:
        (tmp_path / name).mkdir()
    directory = run_directory(load(tmp_path, "data.label=x"))
    assert directory.parent == Path("outputs")
    assert directory.name.startswith(f"image_folder-x-a_b_c_-{'ä' * 20}_cnn_")


MISTAKES = {
    "data.root=null": "Argument `data.root` must name the folder of your images with data=image_folder, but is None. "
    "Write data.root=path/to/folder; it has one folder of images for each class.",
    "data.root=nowhere": "Argument `data.root` must be a folder with one folder of images for each class, but is "
    "'nowhere'. There is no such folder: HERE/nowhere.",
    "data.classes=[cats]": "Argument `data.classes` must name two different classes or more, but is ['cats']. "
    "For example data.classes=[cats,dogs].",
    "data.classes=[cats,cats]": "Argument `data.classes` must name two different classes or more, but is "
    "['cats', 'cats']. "
    "For example data.classes=[cats,dogs].",
    "data.classes=cats": "Argument `data.classes` must be a list, such as [3,6], but is 'cats'.",
    "data.classes=[cats,true]": "Argument `data.classes` must be names of folders, but is True. Put names in quotes "
    'that look like something else: \'data.classes=["1.5","true"]\'.',
    "data.classes=[1.5,2]": "Argument `data.classes` must be names of folders, but is 1.5. Put names in quotes that "
    'look like something else: \'data.classes=["1.5","true"]\'.',
    "data.classes=[pets/cats,pets/dogs]": "Argument `data.classes` must be names of folders, without the way to them, "
    "but is 'pets/cats'. Say where they are with data.root.",
    "data.verify=false": "Argument `data.verify` must be left out with data=image_folder, but is False. "
    "There is no official release that own images could differ from.",
    "data.image_shape=[2,28,28]": "Argument `data.image_shape` must begin with 1 channel for grey or 3 for colour, "
    "but is [2, 28, 28].",
    "data.image_shape=[three,28,28]": "Argument `data.image_shape.0` must be an integer, but is 'three'.",
    "data.image_shape=28": "Argument `data.image_shape` must be a list, such as [3,6], but is 28.",
    "data.mean=[0.5]": "Argument `data.mean` must have one value for each of the 3 channels of data.image_shape, "
    "but is [0.5].",
    "data.label=a/b": "Argument `data.label` must begin with a letter or digit and have at most 60 letters, digits and "
    ". _ + -, but is 'a/b'.",
    "data.label=''": "Argument `data.label` must begin with a letter or digit and have at most 60 letters, digits and "
    ". _ + -, but is ''.",
    "data.label=true": "Argument `data.label` must be text, but is True.",
    "data.convert_colours=perhaps": "Argument `data.convert_colours` must be true or false, but is 'perhaps'.",
}


@pytest.mark.parametrize(("override", "message"), MISTAKES.items(), ids=MISTAKES)
def test_mistake(override: str, message: str, pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pets)
    with pytest.raises(ArgumentError) as caught:
        load(pets, override)
    assert str(caught.value).replace(str(pets), "HERE") == message


def test_more_than_two_classes_are_listed_with_an_example(pets: Path) -> None:
    (pets / "birds").mkdir()
    with pytest.raises(ArgumentError) as caught:
        load(pets)
    assert str(caught.value) == (
        f"Argument `data.classes` must name two of the 3 folders in {pets}, which are birds, cats, dogs, but is None. "
        "For example data.classes=[birds,cats]."
    )
    assert load(pets, "data.classes=[birds,cats]").data.classes == ("birds", "cats")


@pytest.mark.parametrize(
    "names", [("Müller", "o'clock"), ('say "x"', "a,b"), ("true", "x"), ("1e5", "1.50"), ("0", "a b")]
)
def test_the_example_can_be_copied_to_the_command_line(names: tuple[str, str], tmp_path: Path) -> None:
    for name in (*names, "zzz"):
        (tmp_path / name).mkdir()
    with pytest.raises(ArgumentError, match="must name two of the 3 folders") as caught:
        load(tmp_path)
    (example,) = shlex.split(str(caught.value).partition("For example ")[2].removesuffix("."))
    assert sorted(load(tmp_path, example).data.classes) == sorted(names)


def test_many_classes_are_not_all_listed(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"n{number:02d}").mkdir()
    with pytest.raises(
        ArgumentError, match=r"two of the 40 folders in .*, which are n00, n01, .*, n11 and 28 more, but"
    ):
        load(tmp_path)


@pytest.mark.parametrize(("folders", "there"), [([], "there is none"), (["cats"], "there is only cats")])
def test_fewer_than_two_classes_are_refused(folders: list[str], there: str, tmp_path: Path) -> None:
    for name in (*folders, ".hidden", "__MACOSX"):
        (tmp_path / name).mkdir()
    (tmp_path / "cat.png").touch()
    with pytest.raises(DataError) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        f"Folder {tmp_path} must have one folder of images for each of two classes, but {there}."
    )


@pytest.mark.parametrize("key", ["label=x", "convert_colours=true", "accept_copies=true"])
def test_what_is_for_own_images_is_refused_elsewhere(key: str) -> None:
    name = key.partition("=")[0]
    with pytest.raises(
        ArgumentError, match=rf"`data.{name}` must be left out with data=mnist, but is .*image_folder\.$"
    ):
        load_config(f"+data.{key}")


def test_it_works_inside_an_application_too(pets: Path) -> None:
    expected = load(pets)
    with initialize_config_dir(str(CONFIG_DIR), version_base="1.3"):
        assert load(pets) == expected
