"""One rendering for all: earlier turns show their response alone, and no label leaks."""

from __future__ import annotations

from kardia_cli.rows import prompts
from tests.support import four_spans as spans
from tests.support.four_spans import Spans

FIRST = spans.render(Spans("UNDERSTANDING", "REASONING", "terrified", "I hear you."))
ROW = {
    "person": "MBTI: INFP\nAbout: likes {situation} and \\n", "mbti": "INFP",
    "emotion": "GOLDLABEL", "situation": "A fall.",
    "messages": [
        {"role": "user", "content": "one"}, {"role": "assistant", "content": FIRST},
        {"role": "user", "content": "two"}, {"role": "assistant", "content": FIRST},
    ],
}  # fmt: skip


def test_earlier_supporter_turns_show_their_response_only() -> None:
    shown = prompts.conversation(ROW, 3)
    assert [message["content"] for message in shown[1:]] == ["one", "I hear you.", "two"]
    assert "UNDERSTANDING" not in str(shown)
    assert "<|" not in str(shown[1:])


def test_the_gold_emotion_is_in_no_prompt() -> None:
    assert "GOLDLABEL" not in str(prompts.conversation(ROW))
    assert prompts.conversation(ROW) == prompts.conversation({**ROW, "emotion": "joyful"})


def test_the_emotion_of_an_earlier_turn_does_not_reach_a_later_prompt() -> None:
    other = {**ROW, "messages": [*ROW["messages"]]}
    other["messages"][1] = {"role": "assistant", "content": FIRST.replace("terrified", "furious")}
    assert prompts.conversation(ROW, 3) == prompts.conversation(other, 3)


def test_braces_in_data_stay_as_they_are() -> None:
    assert "likes {situation} and" in prompts.system_prompt(ROW)


def test_a_system_message_of_the_row_is_kept() -> None:
    row = {**ROW, "messages": [{"role": "system", "content": "mine"}, *ROW["messages"]]}
    assert prompts.conversation(row, 2)[0]["content"] == "mine"


def test_an_unknown_type_is_absent() -> None:
    assert "MBTI" not in prompts.system_prompt({"person": "About: x", "mbti": None, "situation": "s"})
    assert "MBTI" not in prompts.system_prompt({"person": "MBTI:\nAbout: x", "mbti": None, "situation": "s"})


def test_the_plain_prompt_asks_for_no_spans() -> None:
    assert "<|" not in prompts.system_prompt(ROW, with_format=False)
