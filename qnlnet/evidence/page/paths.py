"""The data of an SVG path, written shorter: rounded, and each point relative to the one before."""

import re

_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_PAIRS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}  # points of a segment; Matplotlib writes no others
_LONG = 2000  # letters: a curve through so many points that a tenth of a point is far finer than they lie
_FINE, _COARSE = 2, 1  # decimals, of a point: 1/7200 and 1/720 inch


def shorten_path(data: str) -> str:
    """Returns the data of a path that draws the same; with segments that are not known here, it stays as it is.

    Coordinates are rounded before their differences are taken, so that errors do not add up.
    """
    tokens = _TOKEN.findall(data)
    if {token.upper() for token in tokens if token.isalpha()} - _PAIRS.keys() or re.search("[mlqc]", data):
        return data
    decimals = _COARSE if len(data) > _LONG else _FINE
    text, last, at = "", "", 0
    here = start = (0, 0)
    while at < len(tokens):
        command, count = tokens[at].upper(), 2 * _PAIRS.get(tokens[at].upper(), 0)
        numbers = [round(float(token) * 10**decimals) for token in tokens[at + 1 : at + 1 + count]]
        at += 1 + count
        if command != last or command == "M":
            text += command.lower()
        for place, number in enumerate(numbers):
            text = _append(text, number - here[place % 2], decimals)
        here = start if command == "Z" else (numbers[-2], numbers[-1])
        start = here if command == "M" else start
        last = command
    return text


def _append(text: str, number: int, decimals: int) -> str:
    """Returns the text with one number more, and a space before it where the two would run together."""
    digits = f"{abs(number) / 10**decimals:.{decimals}f}".rstrip("0").rstrip(".").removeprefix("0") or "0"
    sign = "-" if number < 0 else ""
    return f"{text}{'' if sign or not text or text[-1].isalpha() else ' '}{sign}{digits}"
