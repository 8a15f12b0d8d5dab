"""A text becomes tokens by a named rule, in any script."""

from __future__ import annotations

import pytest

from kardia_cli.metrics.tokens import NAMES, Tokeniser, is_unspaced, tokens


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("words", ["don't", "stop", "it's", "9", "30", "e"]),
        ("words+punct", ["don't", "stop", "!", "it's", "9", ":", "30", "_", "e"]),
        ("ascii", ["don", "t", "stop", "it", "s", "9", "30", "e"]),
        ("chars", list("don'tstop!it's9:30_e")),
        ("space", ["Don’t", "stop!", "It's", "9:30", "_e"]),
    ],
)
def test_each_tokeniser_cuts_the_same_text_in_its_own_way(how: Tokeniser, found: list[str]) -> None:
    assert tokens("Don’t stop! It's 9:30 _e", how) == found


@pytest.mark.parametrize("how", NAMES)
@pytest.mark.parametrize("text", ["", "   \n", "\u2028", "\u200b" * 0])
def test_a_text_without_anything_has_no_token(text: str, how: Tokeniser) -> None:
    assert tokens(text, how) == []


def test_a_line_separator_parts_words_and_not_texts() -> None:
    assert tokens("I hear\u2028you") == ["i", "hear", "you"]


def test_han_and_kana_are_tokens_of_their_own_and_latin_words_among_them_stay_whole() -> None:
    assert tokens("我很难过,OK吗?") == ["我", "很", "难", "过", "ok", "吗"]
    assert tokens("つらいね") == list("つらいね")


def test_words_of_other_scripts_stay_whole_with_their_marks_and_joiners() -> None:
    assert tokens("мне жаль") == ["мне", "жаль"]
    assert tokens("मुझे दुख है") == ["मुझे", "दुख", "है"]
    assert tokens("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645") == ["\u0645\u06cc\u062e\u0648\u0627\u0647\u0645"]
    assert tokens("힘들겠어요 정말") == ["힘들겠어요", "정말"]


def test_composed_and_decomposed_letters_are_one_token() -> None:
    assert tokens("cafe\u0301") == tokens("caf\u00e9") == ["caf\u00e9"]


def test_case_does_not_make_another_token() -> None:
    assert tokens("SORRY") == tokens("sorry")


def test_a_text_without_spaces_is_told_from_one_with_them() -> None:
    assert is_unspaced("我很难过")
    assert not is_unspaced("I said 你好 to everyone")
    assert not is_unspaced("!!!")
