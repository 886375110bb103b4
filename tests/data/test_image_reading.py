"""Images that cannot be read: the first is named with the reason, and all are counted."""

import os
import shutil
import struct
import tempfile
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qnlnet.data.image_folder import read_image_folder
from qnlnet.data.image_reading import read_images
from qnlnet.errors import DataError

WriteImages = Callable[..., list[Path]]
SHAPE = (3, 8, 8)
NOBODY = 65534
TOO_LARGE = "has more than 89,478,485 pixels, which may be a trap that fills the memory; shrink it"


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Is somebody else meanwhile if this is root, to whom nothing is closed."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Returns a folder that everybody can enter, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        path.chmod(0o755)
    shutil.rmtree(folder)


def png_of(width: int, height: int) -> bytes:
    """Returns a PNG that announces many pixels and has none."""
    header = struct.pack(">4s2I5B", b"IHDR", width, height, 8, 0, 0, 0, 0)
    checked = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + checked + struct.pack(">I4s4s", 4, b"IDAT", b"")


def complaint_about(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_images([path], SHAPE)
    assert caught.value.__cause__ is None
    begin, end = f"Image {path} must be readable, but ", ". Repair or remove what cannot be read."
    message = str(caught.value)
    assert message.startswith(begin)
    assert message.endswith(end)
    return message.removeprefix(begin).removesuffix(end)


def test_images_come_in_the_order_of_their_files_with_distinct_digests(
    write_images: WriteImages, tmp_path: Path
) -> None:
    paths = write_images(tmp_path, 50)[::-1]
    read = read_images(paths, SHAPE)
    assert [image.path for image in read] == paths
    assert len({image.digest for image in read}) == 50
    np.testing.assert_array_equal(read[7].pixels, read_images([paths[7]], SHAPE)[0].pixels)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif", ".webp", ".gif", ".jp2", ".tga"])
def test_truncated_image_is_named(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"image{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert complaint_about(path).startswith("is cut off or damaged (")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty"),
        (b"<html>404</html>", "is no image in a format that we can read, such as PNG or JPEG"),
        (png_of(10_000, 10_000), TOO_LARGE),  # Pillow warns
        (png_of(20_000, 20_000), TOO_LARGE),  # Pillow refuses
        (png_of(9_000, 9_000), "is cut off or damaged (broken data stream when reading image file)"),
    ],
    ids=["empty", "page", "large", "larger", "cut off"],
)
def test_what_is_no_image_is_named_with_the_reason(content: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(content)
    assert complaint_about(path) == complaint


def test_photographs_in_formats_of_cameras_are_not_passed_over(write_images: WriteImages, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_images(tmp_path / name, 10)
    (tmp_path / "b" / "IMG_1.HEIC").write_bytes(b"\x00\x00\x00\x18ftypheic")
    with pytest.raises(
        DataError, match=r"Image .*/b/IMG_1\.HEIC must be readable, but is no image in a format that we"
    ):
        read_image_folder(tmp_path, ["a", "b"], SHAPE)


def test_pixels_without_an_agreed_brightness_are_named(tmp_path: Path) -> None:
    path = tmp_path / "image.tif"
    Image.fromarray(np.ones((2, 2), np.float32)).save(path)
    assert complaint_about(path) == "has floating-point numbers for pixels; save it with 8 or 16 bits"


def test_broken_links_pipes_and_lost_files_are_named(tmp_path: Path) -> None:
    link, pipe, lost = (tmp_path / f"{name}.png" for name in ("link", "pipe", "lost"))
    link.symlink_to(tmp_path / "nothing.png")
    os.mkfifo(pipe)
    assert complaint_about(link) == "is a link to a file that is not there"
    assert complaint_about(pipe) == "is no regular file"
    assert complaint_about(lost) == "is gone"


def test_closed_image_and_closed_folder_are_named(open_folder: Path, write_images: WriteImages) -> None:
    image, *_ = write_images(open_folder / "a", 10)
    write_images(open_folder / "b", 10)
    read_image_folder(open_folder, ["a", "b"], SHAPE)  # imports what an ordinary user may not read
    image.chmod(0)
    with ordinary_user():
        assert complaint_about(image) == "is not: Permission denied"
    (open_folder / "b").chmod(0)
    closed = rf"^Folder {open_folder}/b must be readable, but is not: Permission denied\.$"
    with ordinary_user(), pytest.raises(DataError, match=closed):
        read_image_folder(open_folder, ["a", "b"], SHAPE)
    open_folder.chmod(0o700)
    with ordinary_user(), pytest.raises(DataError, match=rf"^Folder {open_folder} must be readable, but is not: Perm"):
        read_image_folder(open_folder, ["a", "b"], SHAPE)


def test_the_first_of_many_is_named_and_all_are_counted(write_images: WriteImages, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_images(tmp_path / name, 60)
    for name in ("b/003.png", "b/050.png", "a/059.png"):
        (tmp_path / name).write_bytes(b"no image")
    with pytest.raises(
        DataError, match=r"^Image .*/a/059\.png must .* It is the first of 3 such files among 120\. Rep"
    ):
        read_image_folder(tmp_path, ["a", "b"], SHAPE)


def test_warnings_about_metadata_are_kept_back_and_the_filters_left_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    palette = Image.new("P", (4, 4))
    palette.save(path, transparency=b"\x00\x80")  # Pillow warns when such a palette becomes RGB
    before = list(warnings.filters)
    assert len(read_images([path], SHAPE)) == 1
    assert list(warnings.filters) == before
