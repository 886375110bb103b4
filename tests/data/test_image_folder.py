"""A folder of own images: its layouts, what is read of it, and how it is divided."""

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qnlnet.data import Dataset
from qnlnet.data.image_decoding import decode_image

WriteImages = Callable[..., list[Path]]
Load = Callable[..., Dataset]


def decode(path: Path, shape: tuple[int, int, int] = (3, 16, 16)) -> np.ndarray:
    return decode_image(path.read_bytes(), shape)[0]


def as_set(images: np.ndarray) -> set[bytes]:
    return {image.tobytes() for image in images}


def test_a_fifth_of_each_class_tests_and_every_image_is_used_once(pets: Path, load: Load) -> None:
    dataset = load()
    assert dataset.classes == ("cats", "dogs")
    assert np.bincount(dataset.train_labels).tolist() == [16, 12]
    assert np.bincount(dataset.test_labels).tolist() == [4, 3]
    for label, name in enumerate(dataset.classes):
        train, test = (
            images[labels == label]
            for images, labels in (
                (dataset.train_images, dataset.train_labels),
                (dataset.test_images, dataset.test_labels),
            )
        )
        assert as_set(train) | as_set(test) == {decode(path).tobytes() for path in (pets / name).iterdir()}
        assert not as_set(train) & as_set(test)


def test_split_and_fingerprint_are_the_same_on_every_machine(load: Load, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(20):
            pixels = bytes(range(7 * number, 7 * number + 12 * 9))[:: 1 if name == "a" else -1]
            (tmp_path / name / f"{number}.pgm").write_bytes(b"P5 12 9 255\n" + pixels)
    dataset = load(image_shape=(1, 8, 8))
    for label, name in enumerate(("a", "b")):
        paths = sorted((tmp_path / name).iterdir(), key=lambda path: hashlib.sha256(path.read_bytes()).digest())
        expected = {decode(path, (1, 8, 8)).tobytes() for path in paths[:4]}
        assert as_set(dataset.test_images[dataset.test_labels == label]) == expected
    assert dataset.fingerprint == "ef4dd02be7bc"


def test_given_splits_are_kept_as_they_are_in_the_order_of_names(divided_pets: Path, load: Load) -> None:
    dataset = load()
    for split, images, labels in (
        ("train", dataset.train_images, dataset.train_labels),
        ("test", dataset.test_images, dataset.test_labels),
    ):
        paths = [path for name in ("cats", "dogs") for path in sorted((divided_pets / split / name).iterdir())]
        np.testing.assert_array_equal(images, np.stack([decode(path) for path in paths]))
        assert labels.tolist() == [["cats", "dogs"].index(path.parent.name) for path in paths]


def test_names_of_the_splits_may_be_capitals_and_other_folders_beside_them_are_not_read(
    divided_pets: Path, load: Load, write_images: WriteImages
) -> None:
    before = load().fingerprint
    (divided_pets / "train").rename(divided_pets / "Train")
    (divided_pets / "test").rename(divided_pets / "TEST")
    write_images(divided_pets / "unsorted", 3)
    assert load().fingerprint == before


def test_the_split_depends_on_nothing_but_the_images(pets: Path, load: Load, tmp_path_factory: Any) -> None:
    expected = load()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("dogs", "cats"):
        (elsewhere / name).mkdir()
        for path in sorted((pets / name).iterdir(), reverse=True):  # written in another order
            shutil.copyfile(path, elsewhere / name / path.name)
    assert load(elsewhere).fingerprint == expected.fingerprint
    for path in (pets / "cats").iterdir():  # called something else: another order, but the same images test
        path.rename(path.with_name(f"cat {99 - int(path.stem)}.PNG"))
    renamed = load()
    assert as_set(renamed.test_images) == as_set(expected.test_images)
    assert as_set(renamed.train_images) == as_set(expected.train_images)


def test_the_split_does_not_depend_on_the_other_class(pets: Path, load: Load, write_images: WriteImages) -> None:
    cats = as_set(load().test_images[:4])
    write_images(pets / "birds", 11)
    other = load(classes=("birds", "cats"))
    assert as_set(other.test_images[other.test_labels == 1]) == cats


def test_the_order_in_which_the_disk_lists_files_does_not_matter(
    pets: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = load().fingerprint
    scandir = os.scandir

    def list_backwards(folder: Path) -> nullcontext[list[os.DirEntry[str]]]:
        with scandir(folder) as entries:
            return nullcontext(sorted(entries, key=lambda entry: entry.name[::-1]))

    monkeypatch.setattr(os, "scandir", list_backwards)
    with os.scandir(pets / "cats") as entries:
        assert [entry.name for entry in entries][:2] == ["000.png", "010.png"]
    assert load().fingerprint == expected


def test_copies_of_a_file_stay_together_and_images_that_come_later_move_few(pets: Path, load: Load) -> None:
    before = load()
    for path in list((pets / "cats").iterdir()):
        shutil.copyfile(path, path.with_name(f"copy of {path.name}"))
    after = load()
    assert as_set(after.test_images) == as_set(before.test_images)
    assert not as_set(after.test_images) & as_set(after.train_images)
    assert np.bincount(after.test_labels).tolist() == [8, 3]


def test_a_new_image_moves_at_most_one_other(pets: Path, load: Load, write_images: WriteImages) -> None:
    before = as_set(load().test_images)
    write_images(pets / "more", 1)[0].rename(pets / "cats" / "new.png")
    shutil.rmtree(pets / "more")
    assert len(before - as_set(load().test_images)) <= 1


def test_validation_holds_out_training_images_and_leaves_the_test_images_alone(pets: Path, load: Load) -> None:
    full, validation = load(), load(evaluate_on="validation")
    assert np.bincount(validation.test_labels).tolist() == [3, 2]
    assert as_set(validation.test_images) | as_set(validation.train_images) == as_set(full.train_images)
    assert not validation.official


def test_own_images_are_never_official(pets: Path, load: Load) -> None:
    assert not load().official


def test_fewest_images_are_enough_for_the_usual_four_components_even_when_some_are_held_out(
    load: Load, write_images: WriteImages, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        write_images(tmp_path / name, 10)
    assert np.bincount(load().train_labels).tolist() == [8, 8]
    assert np.bincount(load().test_labels).tolist() == [2, 2]
    assert np.bincount(load(evaluate_on="validation").train_labels).tolist() == [6, 6]


def test_images_in_sub_folders_count_and_hidden_or_other_files_do_not(pets: Path, load: Load) -> None:
    before = load()
    cats = pets / "cats"
    (cats / "2024" / "may").mkdir(parents=True)
    for number in range(5):
        (cats / f"{number:03d}.png").rename(cats / "2024" / "may" / f"{number:03d}.png")
    for name in (".hidden.png", "._000.png", "Thumbs.db", "README.txt", "2024/notes.csv", "no suffix"):
        (cats / name).write_bytes(b"no image")
    (cats / ".cache").mkdir()
    shutil.copyfile(cats / "010.png", cats / ".cache" / "other.png")
    for name in (".git", "__MACOSX"):  # no classes
        (pets / name).mkdir()
    (pets / "labels.csv").touch()
    after = load()
    assert as_set(after.test_images) == as_set(before.test_images)
    assert as_set(after.train_images) == as_set(before.train_images)


def test_links_are_followed_but_not_in_circles(pets: Path, load: Load, tmp_path_factory: Any) -> None:
    expected = load().fingerprint
    links = tmp_path_factory.mktemp("links")
    (links / "cats").symlink_to(pets / "cats")
    (links / "dogs").mkdir()
    for path in (pets / "dogs").iterdir():
        (links / "dogs" / path.name).symlink_to(path)
    (links / "dogs" / "again").symlink_to(links / "dogs")
    assert load(links).fingerprint == expected


def test_accents_are_the_same_however_they_are_stored(load: Load, write_images: WriteImages, tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "Bäume") for form in ("NFC", "NFD"))
    write_images(tmp_path / decomposed, 10)
    write_images(tmp_path / "Häuser", 10)
    assert load().classes == (composed, "Häuser")
    assert load(classes=(decomposed, "Häuser")).fingerprint == load().fingerprint


def test_folders_that_are_called_like_numbers_can_be_chosen(
    load: Load, write_images: WriteImages, tmp_path: Path
) -> None:
    for name in ("0", "1", "2"):
        write_images(tmp_path / name, 10)
    dataset = load(classes=(2, 0))
    assert dataset.classes == ("2", "0")
    expected = {decode(path).tobytes() for path in (tmp_path / "2").iterdir()}
    assert as_set(dataset.train_images[dataset.train_labels == 0]) < expected


def test_home_is_expanded_and_the_data_root_of_the_environment_is_not_used(
    pets: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = load().fingerprint
    monkeypatch.setenv("HOME", str(pets.parent))
    monkeypatch.setenv("QNLNET_DATA", "/nowhere")
    assert load(Path("~") / pets.name).fingerprint == expected
    monkeypatch.chdir(pets)
    assert load(Path()).fingerprint == expected


def test_classes_may_be_called_train_and_test(load: Load, write_images: WriteImages, tmp_path: Path) -> None:
    write_images(tmp_path / "train", 10)
    write_images(tmp_path / "ship", 10)
    assert load().classes == ("ship", "train")
