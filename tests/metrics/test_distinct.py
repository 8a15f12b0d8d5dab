"""Dist-n says its N and its tokeniser, and compares systems at one N; the traps of the field's scripts are here."""

from __future__ import annotations

import random

import pytest

from kardia_cli.metrics.distinct import DRAWS, distinct, fixed, ngrams
from kardia_cli.metrics.strategy import read_strategy

WORDS = [f"word{number}" for number in range(400)]


def replies(count: int, seed: int = 0, length: int = 12) -> list[str]:
    """Replies whose words are as uneven as those of a language: the k-th is drawn in proportion to 1/k."""
    chance = random.Random(seed)
    weights = [1 / place for place in range(1, len(WORDS) + 1)]
    return [" ".join(chance.choices(WORDS, weights, k=length)) for _ in range(count)]


def ratio(texts: list[str], order: int = 1) -> float:
    found = distinct(texts, order).ratio
    assert found is not None
    return found


def test_it_is_different_over_all_of_the_corpus_with_n_and_tokeniser() -> None:
    found = distinct(["I am sorry.", "I am glad!"], 1)
    assert (found.different, found.total, found.replies, found.tokeniser) == (4, 6, 2, "words")
    assert found.ratio == pytest.approx(4 / 6)
    assert distinct(["I am sorry.", "I am glad!"], 2).ratio == pytest.approx(3 / 4)


def test_ngrams_never_cross_from_one_reply_to_the_next() -> None:
    assert distinct(["a b", "c d"], 2).total == 2
    assert ngrams(["a"], 2) == []


def test_a_constant_reply_is_one_over_n() -> None:
    assert ratio(["I am sorry to hear that."] * 5257) == pytest.approx(1 / 5257)
    assert ratio(["I am sorry to hear that."] * 5257, 2) == pytest.approx(1 / 5257)


def test_it_shrinks_with_n_so_the_same_speaker_looks_worse_on_more_rows() -> None:
    speaker = replies(2000)
    assert ratio(speaker) < 0.6 * ratio(speaker[:200])


def test_at_one_n_the_same_speaker_is_the_same_whatever_the_number_of_rows() -> None:
    at_one = fixed({"few": replies(200, seed=1), "many": replies(2000, seed=2)}, 1)
    few, many = at_one["few"].ratio, at_one["many"].ratio
    assert few is not None
    assert many is not None
    assert few == pytest.approx(many, rel=0.1)
    assert at_one["few"].total == at_one["many"].total == 200 * 12


def test_longer_replies_do_not_lower_dist_at_one_n() -> None:
    at_one = fixed({"short": replies(300, seed=1, length=8), "long": replies(300, seed=2, length=32)}, 1)
    short, long = at_one["short"].ratio, at_one["long"].ratio
    assert short == pytest.approx(long, rel=0.1)
    assert ratio(replies(300, seed=2, length=32)) < 0.6 * ratio(replies(300, seed=1, length=8))


def test_a_narrow_speaker_stays_narrow_at_one_n() -> None:
    at_one = fixed({"narrow": ["I am sorry to hear that"] * 100, "wide": replies(400)}, 2)
    assert (at_one["narrow"].ratio or 0) < 0.05 < (at_one["wide"].ratio or 0)


def test_the_system_with_the_fewest_is_counted_whole_and_the_seed_fixes_the_rest() -> None:
    systems = {"few": replies(50, seed=1), "many": replies(500, seed=2)}
    at_one = fixed(systems, 1)
    assert at_one["few"].ratio == pytest.approx(ratio(systems["few"]))
    assert fixed(systems, 1) == at_one
    assert fixed(systems, 1, seed=7)["many"].ratio != at_one["many"].ratio


def test_the_last_reply_that_was_drawn_is_cut_at_n() -> None:
    assert fixed({"few": ["a b"], "one": ["c d e f g"]}, 1)["one"] == (1.0, 2, DRAWS, 0)


def test_an_n_that_a_system_does_not_have_gives_none_and_never_a_smaller_n() -> None:
    at_one = fixed({"few": ["a b c"], "many": replies(500)}, 1, total=1000)
    assert at_one["few"].ratio is None
    assert at_one["many"].total == 1000


def test_empty_replies_add_nothing_and_a_silent_system_does_not_set_n() -> None:
    assert distinct(["", " "], 1).ratio is None
    assert distinct(["", "a b"], 1).ratio == 1
    at_one = fixed({"silent": ["", ""], "speaks": ["a b", "b"]}, 1)
    assert at_one["silent"].ratio is None
    assert (at_one["speaks"].ratio, at_one["speaks"].total) == (pytest.approx(2 / 3), 3)
    assert fixed({}, 1) == {}


def test_another_tokeniser_is_another_number() -> None:
    texts = ["Sorry, sorry! SORRY.", "sorry…"]
    values = {how: distinct(texts, 1, how=how).ratio for how in ("words", "words+punct", "space")}
    assert len(set(values.values())) == 3


def test_a_line_separator_is_no_new_reply() -> None:
    assert distinct(["a\u2028b"], 2).total == 1


def test_a_prefix_is_taken_off_as_a_prefix_and_not_as_characters() -> None:
    """Two published scorers call `line.strip("Greedy:")`, which eats letters at both ends of a reply and moves Dist."""
    plain = ["questions are there", "one question", "is this not a question"]
    stripped = [read_strategy(f"[Question] {reply}")[1] for reply in plain]
    assert stripped == plain
    assert ratio(stripped) == ratio(plain) == pytest.approx(9 / 10)
