"""The four spans survive writing and reading, in both spellings, and every way to break them is noticed."""

from __future__ import annotations

import pytest

from tests.support import four_spans as spans
from tests.support.four_spans import Spans

WHOLE = Spans("they are worried", "the exam is near", "anxious", "That sounds tense. What worries you most?")


def test_what_is_rendered_is_read_back() -> None:
    assert spans.parse(spans.render(WHOLE)) == WHOLE


def test_the_spelling_of_the_data_card_is_read_and_normalised() -> None:
    card = "".join(f"<{name}>{text}</{name}>" for name, text in zip(spans.NAMES, WHOLE, strict=True))
    assert spans.parse(card) == WHOLE
    assert spans.normalise(card) == spans.render(WHOLE)


def test_an_empty_think_block_before_the_turn_is_allowed() -> None:
    assert spans.parse("<think>\n\n</think>\n\n" + spans.render(WHOLE)) == WHOLE


def test_a_response_may_hold_angle_brackets_and_line_breaks() -> None:
    turn = WHOLE._replace(response="x < y,\n<b>bold</b> & |pipes|")
    assert spans.parse(spans.render(turn)) == turn


@pytest.mark.parametrize(
    ("breakage", "reason"),
    [
        (lambda text: text.replace("<|reasoning_end|>", ""), "reasoning span is not closed"),
        (lambda text: text.replace("<|emotion_begin|>", "<|emotoin_begin|>"), "text outside|closed before"),
        (lambda text: text.replace("<|response_end|>", ""), "response span is not closed"),
        (lambda text: text.replace("anxious", " "), "emotion span is empty"),
        (lambda text: text + " and more", "after the response"),
        (lambda text: "Sure! " + text, "outside the spans"),
        (lambda text: "\n".join(reversed(text.split("\n"))), "where understanding belongs"),
        (lambda text: text + "\n" + text.split("\n")[0], "where nothing belongs"),
        (lambda text: "\n".join(text.split("\n")[:2]), "emotion span is missing"),
        (lambda text: "", "understanding span is missing"),
        (lambda text: "just words", "understanding span is missing"),
    ],
)
def test_each_breakage_is_named(breakage, reason: str) -> None:  # type: ignore[no-untyped-def]  # a lambda table
    with pytest.raises(spans.SpanError, match=reason):
        spans.parse(breakage(spans.render(WHOLE)))
    assert spans.read(breakage(spans.render(WHOLE))) is None


def test_the_other_side_sees_the_response_alone() -> None:
    assert spans.visible(spans.render(WHOLE)) == WHOLE.response


@pytest.mark.parametrize("missing", spans.MARKERS)
def test_the_other_side_never_sees_a_marker_of_a_broken_turn(missing: str) -> None:
    seen = spans.visible(spans.render(WHOLE).replace(missing, ""))
    assert "<|" not in seen
    assert WHOLE.response in seen


def test_plain_text_is_seen_as_it_is() -> None:
    assert spans.visible("  Hello there. ") == "Hello there."
    assert not spans.has_marker("Hello there.")
