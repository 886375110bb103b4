"""PNG and TIFF files written bit by bit, in kinds that Pillow reads and does not write."""

import struct
import zlib
from collections.abc import Sequence

Pixels = Sequence[Sequence[int]]
GREY, COLOUR, PALETTE, GREY_AND_ALPHA, COLOUR_AND_ALPHA = 0, 2, 3, 4, 6  # PNG's numbers for what a pixel holds


def write_png(depth: int, kind: int, row: Pixels, **chunks: bytes) -> bytes:
    """Returns a PNG of one row.

    Args:
        depth: Bits of a value.
        kind: PNG's number for what a pixel holds.
        row: The values of each pixel.
        chunks: Further chunks by name, such as ``tRNS``.
    """
    header = struct.pack(">IIBBBBB", len(row), 1, depth, kind, 0, 0, 0)
    parts = [("IHDR", header), *chunks.items(), ("IDAT", zlib.compress(b"\0" + _pack(depth, row))), ("IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name.encode(), data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pack(depth: int, row: Pixels) -> bytes:
    """Returns values one after the other, the highest bit first, filled with zeros to whole bytes."""
    bits = "".join(format(value, f"0{depth}b") for pixel in row for value in pixel)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def write_grey_tiff(
    depth: int, row: Sequence[int], *, big_endian: bool = False, white_is_zero: bool = False, signed: bool = False
) -> bytes:
    """Returns a TIFF of one row of grey values of `depth` bits, not compressed."""
    order = ">" if big_endian else "<"
    if depth in (16, 32):
        kind = {16: "h", 32: "i"}[depth]
        data = struct.pack(f"{order}{len(row)}{kind if signed else kind.upper()}", *row)
    else:
        data = _pack(depth, [[value] for value in row])
    data += b"\0" * (len(data) % 2)
    tags = [
        *((256, len(row)), (257, 1), (258, depth), (259, 1), (262, 0 if white_is_zero else 1), (273, 8), (277, 1)),
        *((278, 1), (279, len(data)), (339, 2 if signed else 1)),
    ]
    entries = b"".join(struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0) for tag, value in tags)
    begin = (b"MM\0*" if big_endian else b"II*\0") + struct.pack(f"{order}I", 8 + len(data))
    return begin + data + struct.pack(f"{order}H", len(tags)) + entries + struct.pack(f"{order}I", 0)
