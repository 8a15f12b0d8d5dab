"""`page(data)`: one file of HTML with everything in it, which opens without a network and runs no word of any row.

Rows stand in `<script type="application/json">`, where `<` and the line separators that HTML or JavaScript might take
for something else are escaped; the page's own script reads them as JSON and puts every text in by `textContent`. The
policy in the head forbids every request, frame, form and object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import orjson

from kardia_cli.reporting.page import curves, labelling
from kardia_cli.reporting.page.dialogues import compact
from kardia_cli.rows import turn_format

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
SCRIPTS = ("base", "text", "plots", "report", "dialogue", "browser", "rating", "start")
_SHELL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"></header>
<main id="main" tabindex="-1"></main>
<noscript><p class="empty">This page shows its rows with JavaScript, which is switched off.</p></noscript>
<script type="application/json" id="kardia-data">{data}</script>
<script type="application/json" id="kardia-dialogues">{dialogues}</script>
<script>
"use strict";
(() => {{
{script}
}})();
</script>
</body>
</html>
"""


def page(data: Mapping[str, Any]) -> str:
    """The page of `data`; every key may be missing.

    title      what stands on top
    report     a `model.Comparison` as a dict
    dialogues  rows of any stage
    scores     score rows: models' replies, shown at their dialogue's turn; `name` on a row wins over `model`
    runs       [{name, metrics: [rows of metrics.jsonl]}]
    label      what the dialogues are listed by: emotion (default), or another word
    labels     `labelling.labels_of(rubric)`: with it people can label; `only` leaves out all that a rater must not know
    """
    labels = data.get("labels") or None
    only = bool(labels and labels.get("only"))
    title = "Label blind" if only else str(data.get("title") or "kardia")  # a title may be the models' names
    scores = data.get("scores") or []
    held = compact(data.get("dialogues") or [], scores)
    if only:
        held = labelling.blind(held)
    head = {
        "title": title,
        "report": None if only else _report(data.get("report"), scores),
        "runs": [] if only else _runs(data.get("runs") or []),
        "labels": labels,
        "label": str(data.get("label") or "emotion"),
        "formats": _formats(held.records),
        "index": held.lines,
        "texts": held.texts,
    }
    return _SHELL.format(
        policy=escape(POLICY),
        title=escape(title),
        style=_asset("viewer.css"),
        data=embedded(head),
        dialogues="\n".join(embedded(record) for record in held.records),
        script="\n".join(_asset(f"{name}.js") for name in SCRIPTS),
    )


def _formats(records: Sequence[Any]) -> dict[str, Any]:
    """Return the spans of the formats that turns are kept in, kardia's own always, by name."""
    turns = [turn for record in records for turn in [*record.get("messages", []), *record.get("answers", [])]]
    names = dict.fromkeys([turn_format.DEFAULT, *(turn["format"] for turn in turns if "format" in turn)])
    return {name: [asdict(span) for span in turn_format.load(name).spans] for name in names}


def embedded(value: Any) -> str:
    """Return JSON that is safe inside a script element: no `<`, no U+2028 or U+2029, no line break."""
    text = orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _plain(value: Any) -> Any:
    """Convert what orjson does not know: named tuples to dicts, sets to sorted lists, the rest to text."""
    as_dict: Callable[[], Any] | None = getattr(value, "_asdict", None)
    if as_dict is not None:
        return as_dict()
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def _report(report: Any, scores: Any) -> dict[str, Any] | None:
    """The comparison, with the confusion of emotions counted from the scores where it holds none."""
    if not report:
        return None
    kept = dict(report) if isinstance(report, Mapping) else dict(report.as_dict())
    if not kept.get("confusion"):
        counts: dict[str, Counter[tuple[str, str]]] = {}
        for score in scores:
            if score.get("label") and score.get("emotion"):
                name = str(score.get("name") or score.get("model") or "?")
                counts.setdefault(name, Counter())[score["emotion"], score["label"]] += 1
        kept["confusion"] = {name: [[*pair, n] for pair, n in sorted(found.items())] for name, found in counts.items()}
    return kept


def _runs(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each training run's name and the panels of its curves."""
    return [{"name": str(run.get("name") or "run"), "panels": curves.panels(run.get("metrics") or [])} for run in runs]


@cache
def _asset(name: str) -> str:
    """A file of static/, as it is written into the page."""
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")
