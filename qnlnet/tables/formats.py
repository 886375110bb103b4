"""A layout as Markdown, LaTeX or plain text."""

import textwrap
from collections.abc import Iterable, Sequence

import pandas as pd

from qnlnet.tables.layout import Layout, lay_out

_LATEX = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    **{character: f"${character}$" for character in "|<>"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "ä": r"\"{a}",
    "±": r"$\pm$",
    "−": "$-$",
    "–": "--",
    "≤": r"$\leq$",
    "√": r"$\surd$",
    "²": "$^2$",
    "“": "``",
    "”": "''",
    "†": r"$^\dagger$",
    "‡": r"$^\ddagger$",
}
_TERMINAL = {"−": "-", "≤": "<=", "√": "sqrt", "²": "^2", "“": '"', "”": '"'}
_TERMINAL_WIDTH = 110


def format_markdown(layout: Layout) -> str:
    """Returns a Markdown table with its notes below."""
    table = markdown_table(layout.header, layout.rows, layout.num_text_columns)
    notes = "".join(f"\n{note}\n" for note in layout.notes)
    return f"<!-- Generated from the per-seed rows; do not edit. -->\n\n{table}{notes}"


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], num_text_columns: int) -> str:
    """Returns a Markdown table; the first `num_text_columns` columns are flushed left, numbers right."""
    rule = [":--"] * num_text_columns + ["--:"] * (len(header) - num_text_columns)
    escaped = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in (header, rule, *escaped))


def format_latex(layout: Layout) -> str:
    """Returns a LaTeX tabular with its notes below; the document must load booktabs, and needs nothing else."""
    columns = "l" * layout.num_text_columns + "r" * (len(layout.header) - layout.num_text_columns)
    header, *rows = (
        " & ".join(_escape(cell, _LATEX) for cell in row) + r" \\" for row in (layout.header, *layout.rows)
    )
    notes = [rf"\smallskip\noindent {_escape(note, _LATEX)}\par" for note in layout.notes]
    lines = [
        r"% Generated from the per-seed rows; do not edit. Needs \usepackage{booktabs}.",
        rf"\begin{{tabular}}{{{columns}}}",
        *(r"\toprule", header, r"\midrule", *rows, r"\bottomrule"),
        r"\end{tabular}",
        *(r"\par{\footnotesize", *notes, "}"),
    ]
    return "\n".join(lines) + "\n"


def format_terminal(summary: pd.DataFrame) -> str:
    """Returns a summary as a plain-text table with its notes below, for a terminal with a fixed-width font."""
    return format_layout(lay_out(summary))


def format_layout(layout: Layout) -> str:
    """Returns a layout as a plain-text table with its notes below."""
    notes = [textwrap.fill(_escape(note, _TERMINAL), _TERMINAL_WIDTH) for note in layout.notes]
    return "\n".join([terminal_table(layout.header, layout.rows, layout.num_text_columns), "", *notes])


def terminal_table(header: Sequence[str], rows: Iterable[Sequence[str]], num_text_columns: int) -> str:
    """Returns a plain-text table; the first `num_text_columns` columns are flushed left, numbers right."""
    lines = [[_escape(cell, _TERMINAL) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index < num_text_columns else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _escape(text: str, replacements: dict[str, str]) -> str:
    return "".join(replacements.get(character, character) for character in text)
