"""The page: one HTML file that needs no other file, no network and no script."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qnlnet.errors import argument_error
from qnlnet.evidence.page.content import Content, group_parts, read_content
from qnlnet.evidence.page.figures import Figure
from qnlnet.evidence.page.manifest import SECTIONS
from qnlnet.evidence.page.markdown import Heading, Prose
from qnlnet.evidence.page.origins import collect_versions
from qnlnet.evidence.page.palette import DARK, LIGHT, custom_properties
from qnlnet.evidence.page.tables import Table
from qnlnet.evidence.page.verdicts import SIGNS, tone_of

PAGE = "index.html"
FOLDER = "report"
_TEMPLATES = Path(__file__).parent / "templates"
_KINDS = {Heading: "heading", Prose: "prose", Table: "table", Figure: "figure"}


def render_page(results: Path, page: Path | None = None) -> str:
    """Returns the page of what is in `results`; equal files give equal pages.

    Args:
        results: The folder results/.
        page: The folder in which the page will lie, from where its links start; results/report by default.

    Raises:
        ArgumentError: There is no folder `results`.
        ResultsError: A file in it is damaged.
    """
    if not results.is_dir():
        raise argument_error(
            "results", "be a folder", str(results), "Start in the project’s folder, or say --results DIR."
        )
    contents = [read_content(section, results, page or results / FOLDER) for section in SECTIONS]
    sections = [content for _, group in group_parts(contents) for content in group]
    origins = [origin for content in sections for origin in content.origins]
    return (
        _environment()
        .get_template("page.html")
        .render(
            groups=group_parts(contents),
            sections=sections,
            shared=_shared_drawings(sections),
            origins=origins,
            versions=collect_versions(origins),
            light=Markup(custom_properties(LIGHT)),
            dark=Markup(custom_properties(DARK)),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"kind": lambda part: _KINDS[type(part)], "tone": tone_of, "sign": lambda tone: SIGNS[tone]}
    return environment


def _shared_drawings(contents: list[Content]) -> Markup:
    """Returns the glyphs and markers of all figures, each once."""
    shared: dict[str, str] = {}
    for content in contents:
        for part in content.parts:
            if isinstance(part, Figure) and part.drawing:
                shared |= part.drawing.shared
    return Markup("\n".join(shared[name] for name in sorted(shared)))
