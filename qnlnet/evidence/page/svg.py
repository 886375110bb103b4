"""An .svg file of Matplotlib's as part of a page: smaller, and with ids that no other figure has.

Glyphs, words and markers are the same in many figures. They become shared definitions, named after their content, which
stand on the page once. Other ids get a prefix if something refers to them, and go otherwise.
"""

import hashlib
import itertools
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from qnlnet.evidence.page.paths import shorten_path

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NUMBER = re.compile(r"-?\d*\.\d+(?:e-?\d+)?")
_TRANSLATE = re.compile(r"translate\([^)]*\)")
_PLACE = re.compile(r"translate\((-?[\d.]+) (-?[\d.]+)\)")
_OPACITY = re.compile(r"(?<!-)\bopacity:")  # acts on a group as a whole, and on its members one by one
_KNOWN_STYLE = "*{stroke-linejoin:round;stroke-linecap:butt}"  # the page says it of whole drawings: groups can differ
_UNKNOWN_TAGS = {"script", "foreignObject", "animate", "set", "a", "text"}
_COORDINATES = {"x", "y", "width", "height", "cx", "cy", "r", "x1", "x2", "y1", "y2", "points"}
_DECIMALS = 2  # of a point: 1/7200 inch


@dataclass(frozen=True)
class Drawing:
    """A drawing for a page.

    Attributes:
        content: What stands inside of the <svg> element.
        view_box: Its attribute viewBox.
        width: Its width in points.
        shared: Definitions that stand on the page once, by id.
        labels: The words in it, from top to bottom as they were drawn, without numbers.
    """

    content: str
    view_box: str
    width: float
    shared: dict[str, str]
    labels: tuple[str, ...]


def read_drawing(text: str, prefix: str) -> Drawing | None:
    """Returns the drawing of an .svg file; None if it holds what cannot become part of a page.

    Args:
        text: The file.
        prefix: Begins all ids that are not shared.

    Raises:
        xml.etree.ElementTree.ParseError: It is not XML.
    """
    root = ElementTree.fromstring(text)
    _simplify_names(root)
    styles = ["".join(element.itertext()) for element in root.iter("style")]
    if any("".join(style.split()) != _KNOWN_STYLE for style in styles) or "viewBox" not in root.attrib:
        return None
    if _UNKNOWN_TAGS & {element.tag for element in root.iter()}:
        return None
    _drop(root, {"metadata", "style"})
    shared = _share(root)
    _rename(root, {name: name if name in shared else f"{prefix}-{name}" for name in _references(root)})
    _flatten(root)
    for element in root.iter():
        _round(element)
        _shorten_place(element)
    shared |= _share_words(root)
    _share_looks(root)
    content = "".join(_to_text(child) for child in root)
    view_box = root.attrib["viewBox"]
    return Drawing(content, view_box, float(view_box.split()[2]), shared, read_labels(text))


def read_labels(text: str) -> tuple[str, ...]:
    """Returns the words that Matplotlib notes beside their glyphs, each once, without numbers."""
    labels = (re.sub(r"[${}\\]|mathdefault|mathrm", "", " ".join(found.split())) for found in _COMMENT.findall(text))
    return tuple(dict.fromkeys(label for label in labels if re.search(r"[^\W\d_]{2}", label)))


def _simplify_names(root: ElementTree.Element) -> None:
    """Takes the namespaces away: a page in HTML needs none."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG).rpartition("}")[2]
        element.attrib = {
            key.removeprefix(_XLINK): " ".join(value.split()) if key in {"d", "style"} else value
            for key, value in element.attrib.items()
        }
        element.text = None if not (element.text or "").strip() else element.text
        element.tail = None


def _drop(parent: ElementTree.Element, tags: set[str]) -> None:
    for child in list(parent):
        if child.tag in tags:
            parent.remove(child)
        else:
            _drop(child, tags)


def _flatten(parent: ElementTree.Element) -> None:
    """Takes empty groups away, and those that do nothing but hold their content."""
    content: list[ElementTree.Element] = []
    for child in parent:
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            content.extend(child)
        elif len(child) or child.tag not in {"g", "defs"}:
            content.append(child)
    parent[:] = content


def _share_words(root: ElementTree.Element) -> dict[str, str]:
    """Takes the glyphs of each word out of its group, points to their shared name, and returns them by that name."""
    shared: dict[str, str] = {}
    for group in root.iter("g"):
        if len(group) > 1 and all(child.tag == "use" and "style" not in child.attrib for child in group):
            glyphs = "".join(_to_text(child) for child in group)
            name = _name_of(glyphs)
            shared[name] = f'<g id="{name}">{glyphs}</g>'
            group[:] = [ElementTree.Element("use", {"href": f"#{name}"})]
    return shared


def _share_looks(parent: ElementTree.Element) -> None:
    """Puts neighbours that look the same and are clipped by the same into a group that says so once."""
    content: list[ElementTree.Element] = []
    for look, found in itertools.groupby(parent, _look):
        neighbours = list(found)
        if look and len(neighbours) > 2:
            group = ElementTree.Element("g", dict(look))
            for element in neighbours:
                for key in group.attrib:
                    del element.attrib[key]
            group[:] = neighbours
            content.append(group)
        else:
            content.extend(neighbours)
    for child in parent:
        _share_looks(child)
    parent[:] = content


def _look(element: ElementTree.Element) -> tuple[tuple[str, str], ...]:
    """Returns the attributes that a group can have in place of its members."""
    if element.tag not in {"path", "use"} or "transform" in element.attrib or _OPACITY.search(element.get("style", "")):
        return ()
    return tuple((key, element.attrib[key]) for key in ("clip-path", "style") if key in element.attrib)


def _share(root: ElementTree.Element) -> dict[str, str]:
    """Takes the paths out of <defs>, points to their shared names, and returns them by that name."""
    shared: dict[str, str] = {}
    names: dict[str, str] = {}
    for definitions in root.iter("defs"):
        for path in [child for child in definitions if child.tag == "path" and "id" in child.attrib]:
            old = path.attrib.pop("id")
            _round(path)
            text = _to_text(path)
            name = _name_of(text)
            names[old], shared[name] = name, text.replace("<path", f'<path id="{name}"', 1)
            definitions.remove(path)
    for element in root.iter("use"):
        target = element.attrib["href"].removeprefix("#")
        element.attrib["href"] = f"#{names.get(target, target)}"
    return shared


def _references(root: ElementTree.Element) -> set[str]:
    found = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            found |= set(_REFERENCE.findall(value))
            if key == "href" and value.startswith("#"):
                found.add(value.removeprefix("#"))
    return found


def _rename(root: ElementTree.Element, names: dict[str, str]) -> None:
    for element in root.iter():
        if (old := element.attrib.pop("id", None)) in names:
            element.attrib["id"] = names[old]
        for key, value in element.attrib.items():
            if key == "href" and value.startswith("#"):
                element.attrib[key] = f"#{names[value.removeprefix('#')]}"
            elif key != "id":
                element.attrib[key] = _REFERENCE.sub(lambda match: f"url(#{names[match[1]]})", value)


def _round(element: ElementTree.Element) -> None:
    for key, value in element.attrib.items():
        if key == "d":
            element.attrib[key] = shorten_path(value)
        elif key in _COORDINATES:
            element.attrib[key] = _NUMBER.sub(_rounded, value)
        elif key == "transform":  # factors of a scale stay as they are
            element.attrib[key] = _TRANSLATE.sub(lambda match: _NUMBER.sub(_rounded, match[0]), value)


def _shorten_place(element: ElementTree.Element) -> None:
    """Writes the place of a glyph or marker as x and y, which do the same."""
    place = _PLACE.fullmatch(element.attrib.get("transform", ""))
    if place and element.tag == "use" and not element.attrib.keys() & {"x", "y"}:
        del element.attrib["transform"]
        element.attrib |= {key: value for key, value in zip("xy", place.groups(), strict=True) if value != "0"}


def _name_of(definition: str) -> str:
    return f"s{hashlib.sha256(definition.encode()).hexdigest()[:8]}"


def _rounded(match: re.Match[str]) -> str:
    text = f"{float(match[0]):.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _to_text(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode").replace(" />", "/>").replace("; ", ";").replace(": ", ":")
