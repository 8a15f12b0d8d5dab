"""One warning for a model whose first answers hold no readable span: why, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.turn_format import TurnFormat

FIRST = 20
"""Answers of a model that are looked at."""


class FirstAnswers:
    """Looks at the first score rows of each model."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._texts: dict[str, list[str] | None] = {}

    def look(self, row: Row) -> None:
        """Take in one score row; the twentieth unreadable answer in a row warns."""
        parts = {part["id"]: part["value"] for part in row["parts"]}
        form = parts.get("format")
        if form is None or not row["text"]:
            return
        form = form or parts.get("rubric", 0.0) != 0.0  # judged as a plain reply
        texts = self._texts.setdefault(row["model"], [])
        if texts is None:
            return
        if form:
            self._texts[row["model"]] = None
            return
        texts.append(str(row["text"]))
        if len(texts) == FIRST:
            self._texts[row["model"]] = None
            self._warn(f"{row['model']}: {_reason(texts, turn_format.declared(row))}")


def _reason(texts: list[str], form: TurnFormat) -> str:
    error, count = Counter(map(form.error, texts)).most_common(1)[0]
    if any("<|" in text or "</" in text for text in texts):
        return (
            f"none of its first {FIRST} answers is readable (in {count}: {error}); was it trained with another prompt "
            "(--system, --history full), or cut (--with max_tokens=N)?"
        )
    return (
        f"none of its first {FIRST} answers holds a span marker; a model that writes no spans scores 0 here (judge its "
        "replies as plain ones: --with label=ask), and a server may drop markers as special tokens: name a vLLM server "
        "hosted_vllm/NAME, tell another extra_body = {skip_special_tokens = false}"
    )
