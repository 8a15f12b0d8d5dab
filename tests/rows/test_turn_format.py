"""A turn format is a file: what it writes it reads, and what breaks it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.rows import turn_format
from kardia_cli.rows.turn_format import TurnFormat

FIVE = """
ask = "Five parts:"
[[span]]
name = "look"
markers = ["[look]", "[/look]"]
hidden = true
[[span]]
name = "mood"
markers = ["[mood]", "[/mood]"]
role = "label"
hidden = true
hint = "one of {labels}"
[[span]]
name = "why"
markers = ["[why]", "[/why]"]
[[span]]
name = "say"
markers = ["[say]", "[/say]"]
role = "reply"
[[span]]
name = "next"
markers = ["[next]", "[/next]"]
hidden = true
"""


@pytest.fixture
def five(tmp_path: Path) -> TurnFormat:
    """A format of five spans from a user's file."""
    file = tmp_path / "five.toml"
    file.write_text(FIVE)
    return turn_format.load(str(file))


def parts_of(form: TurnFormat) -> dict[str, str]:
    """A text for each span."""
    return {span.name: f"words of {span.name}" for span in form.spans} or {"reply": "some words"}


@pytest.mark.parametrize("name", turn_format.names())
def test_what_a_format_writes_it_reads(name: str) -> None:
    form = turn_format.load(name)
    parts = parts_of(form)
    assert form.parse(form.render(parts)) == parts
    assert form.visible(form.render(parts)) == parts[form.reply_span.name if form.reply_span else "reply"]
    assert form.summary


@pytest.mark.parametrize("name", turn_format.names())
def test_the_other_side_never_sees_a_hidden_span_that_is_closed(name: str) -> None:
    form = turn_format.load(name)
    hidden = [span for span in form.spans if span.is_hidden]
    for broken in [form.render(parts_of(form)), *(span.written(f"words of {span.name}") for span in hidden)]:
        for span in hidden:
            assert f"words of {span.name}" not in form.visible(broken)
            assert not form.has_marker(form.visible(broken))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the look span is missing"),
        ("[look]a[/look]", "the mood span is missing"),
        ("[look]a[mood]b[/mood]", "the look span is not closed"),
        ("[/look]", "the look span is closed before it is opened"),
        ("hello [look]a[/look]", "there is text outside the spans"),
        ("[mood]a[/mood]", "found the mood span where look belongs"),
        ("[look]a[/look][mood][/mood][why]a[/why][say]b[/say][next]c[/next]", "the mood span is empty"),
        (
            "[look]a[/look][mood]b[/mood][why]a[/why][say]b[/say][next]c[/next] more",
            "there is text after the next span",
        ),
    ],
)
def test_what_breaks_a_format_is_named(five: TurnFormat, text: str, said: str) -> None:
    assert five.error(text) == said


def test_a_block_around_several_spans_has_to_stand_there() -> None:
    form = turn_format.load("coe")
    whole = form.render(parts_of(form))
    assert whole.startswith("<empathy_think>\n<L1>")
    assert form.error(whole) == ""
    assert form.error(whole.replace("<empathy_think>", "")) == "there is text outside the spans"
    assert form.error(whole.replace("</empathy_think>", "")) == "there is text outside the spans"


def test_labels_and_replies_can_be_exchanged(five: TurnFormat) -> None:
    text = five.render(parts_of(five))
    assert five.label(five.with_label(text, "Calm")) == "calm"
    assert five.visible(five.with_reply(text, "hello")) == "hello"
    assert five.hidden(text) == "words of look\nwords of next"


def test_a_format_without_a_label_names_none() -> None:
    form = turn_format.load("perm")
    assert form.label(form.render(parts_of(form))) == ""
    assert form.label_span is None


def test_the_instructions_list_the_labels(five: TurnFormat) -> None:
    assert five.instructions("calm, cross") == (
        "Five parts:\n[look][/look]\n[mood]one of calm, cross[/mood]\n[why][/why]\n[say][/say]\n[next][/next]"
    )
    assert turn_format.load("plain").instructions() == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("role = \"reply\"", ""), "exactly one span has the role reply"),
        (("name = \"why\"", "name = \"Why?\""), "a span's name is small letters"),
        (("[\"[why]\", \"[/why]\"]", "[\"[why]\"]"), "markers are an opening and a closing text"),
        (("[\"[why]\", \"[/why]\"]", "[\"[say]\", \"[/why]\"]"), "the marker '[say]' stands twice"),
        (("hidden = true", "hide = true"), "unknown key 'hide'"),
        (("role = \"label\"", "role = \"mood\""), "role 'mood' is none of"),
        (("ask =", "asks ="), "unknown key 'asks'"),
        (("ask =", "ask ["), ""),
    ],
)  # fmt: skip
def test_a_wrong_format_file_is_one_clear_line_with_the_file(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(FIVE.replace(*change))
    with pytest.raises(UsageError, match=r"wrong\.toml") as caught:
        turn_format.load(str(file))
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no turn format 'kardai'") as caught:
        turn_format.load("kardai")
    assert "kardia" in caught.value.remedy
