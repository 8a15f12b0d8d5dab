"""The figure of a comparison: for each criterion a panel with every name's mean and 95 % interval. PDF, SVG or PNG.

Vectors in PDF and SVG, fonts embedded as TrueType; the same comparison gives the same bytes (no dates inside).
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Any

from kardia_cli.errors import MissingExtra, UsageError
from kardia_cli.reporting.comparison import Comparison, label_of

FORMATS = {".pdf": "pdf", ".svg": "svg", ".png": "png"}
_COLUMNS = 3
_LETTERS = 30
"""A longer name goes on in the next line."""
_COLOURS = ("#1f4e79", "#c05a1c", "#3b7d4f", "#7a4a8c", "#8a6d1d", "#5c6670")
_QUIET = "#6b6b6b"
_NO_DATE: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None}, "svg": {"Date": None}, "png": {"Software": None},
}  # fmt: skip
_SETTINGS: dict[Any, Any] = {
    "pdf.fonttype": 42,
    "svg.hashsalt": "kardia",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "text.usetex": False,
}


def format_of(suffix: str) -> str:
    """The format that a file's suffix asks for; `UsageError` for another."""
    if suffix.lower() not in FORMATS:
        raise UsageError(f"a figure is no {suffix or 'file without suffix'}", f"name it {', '.join(FORMATS)}")
    return FORMATS[suffix.lower()]


def draw(found: Comparison, kind: str, warn: Callable[[str], None] | None = None) -> bytes:
    """The figure's file as bytes, `kind` pdf, svg or png. `MissingExtra` without matplotlib.

    `warn` is told of letters that the font lacks.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra.of("report", "a figure needs matplotlib") from None
    shown = [c for c in found.criteria if any(found.cells[name][c]["value"] is not None for name in found.names)]
    columns = max(1, min(_COLUMNS, len(shown)))
    height = max(1, -(-len(shown) // columns))
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        width, panel = 2.9 * columns + 0.8, 0.75 + 0.28 * sum(map(_lines, _labels(found)))
        figure = Figure(figsize=(width, panel * height), dpi=150, layout="constrained")
        grid = figure.subplots(height, columns, squeeze=False, sharey=True)
        for number, axes in enumerate(grid.flat):
            if number < len(shown):
                _panel(axes, found, shown[number])
            else:
                axes.set_axis_off()
        figure.supxlabel(textwrap.fill(_legend(found), int(15 * width)), fontsize=8, color=_QUIET)
        file = BytesIO()
        figure.savefig(file, format=kind, metadata=_NO_DATE[kind])
    if warn is not None and any("missing from font" in str(each.message) for each in caught):
        warn(
            "the figure's font lacks letters of these names, and boxes stand for them: "
            "name the files otherwise (NAME=FILE)"
        )
    return file.getvalue()


def _labels(found: Comparison) -> list[str]:
    return ["\n".join(textwrap.wrap(_plain(label_of(found.counts, name)), _LETTERS)) for name in found.names]


def _lines(label: str) -> float:
    """Its height, one line being 1."""
    return max(1.0, 0.55 * (label.count("\n") + 1))


def _panel(axes: Any, found: Comparison, criterion: str) -> None:
    for place, name in enumerate(found.names):
        cell, gap = found.cells[name][criterion], found.differences.get(name, {}).get(criterion)
        if cell["value"] is None:
            continue
        colour = _COLOURS[place % len(_COLOURS)]
        if cell["low"] is not None and cell["high"] is not None:
            axes.plot([cell["low"], cell["high"]], [place, place], color=colour, lw=1.4, solid_capstyle="butt")
        decided = gap is None or gap["verdict"] in ("better", "worse")
        axes.plot([cell["value"]], [place], "o", ms=5, mec=colour, mfc=colour if decided else "white")
    axes.set_title(_plain(criterion.replace("_", " ")), fontsize=9, loc="left")
    axes.set_yticks(range(len(found.names)), _labels(found), fontsize=8)
    axes.set_ylim(len(found.names) - 0.5, -0.5)
    axes.tick_params(labelsize=8, colors=_QUIET)
    axes.locator_params(axis="x", nbins=4)
    axes.margins(x=0.12)
    axes.grid(axis="x", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(found: Comparison) -> str:
    by = f"means with 95 % intervals clustered by {found.clustered_by}"
    if not found.differences:
        return by
    return _plain(f"{by}; filled: {found.baseline}, or unlike it after Holm; open: tied or not tested")


def _plain(text: str) -> str:
    """No dollar starts a formula."""
    return text.replace("$", r"\$")
