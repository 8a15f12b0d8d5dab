"""ROUGE-L is the longest common subsequence of words: by hand, and as rouge-score has it where it is installed."""

from __future__ import annotations

import random

import pytest

from kardia_cli.metrics.rouge import longest_common, rouge_l
from kardia_cli.metrics.tokens import tokens

WORDS = tokens("i am so sorry to hear that you feel sad and alone what happened today are your friends with")


def f(reply: str, reference: str, beta: float = 1.0) -> float:
    found = rouge_l(reply, reference, beta=beta)
    assert found is not None
    return found.f


def test_precision_recall_and_f_are_those_of_pencil_and_paper() -> None:
    found = rouge_l("the cat sat on the mat", "the cat on a mat")
    assert found is not None
    assert (found.precision, found.recall) == pytest.approx((4 / 6, 4 / 5))
    assert found.f == pytest.approx(2 * (4 / 6) * (4 / 5) / (4 / 6 + 4 / 5))


def test_beta_weighs_recall_and_nlg_evals_1_2_is_another_number() -> None:
    precision, recall, weight = 4 / 6, 4 / 5, 1.2**2
    expected = (1 + weight) * precision * recall / (recall + weight * precision)
    assert f("the cat sat on the mat", "the cat on a mat", beta=1.2) == pytest.approx(expected)
    assert expected > f("the cat sat on the mat", "the cat on a mat")


def test_nothing_is_stemmed() -> None:
    assert f("feeling", "feel") == 0


def test_the_order_of_words_counts() -> None:
    assert f("sorry i am", "i am sorry") == pytest.approx(2 / 3)


def test_an_empty_reply_is_0_and_an_empty_reference_is_not_scored() -> None:
    assert f("", "i am sorry") == 0
    assert f("!!", "i am sorry") == 0
    assert rouge_l("i am sorry", "") is None
    assert rouge_l("", "…") is None


def test_other_scripts_are_measured() -> None:
    assert f("我很难过", "我很高兴") == pytest.approx(0.5)
    assert f("мне так жаль", "мне жаль") == pytest.approx(0.8)


def slow(first: list[str], second: list[str]) -> int:
    """The longest common subsequence by its table, as in a textbook."""
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def test_the_bits_count_what_the_textbook_counts() -> None:
    chance = random.Random(0)
    for _ in range(300):
        first, second = (chance.choices(WORDS[: chance.randint(1, 19)], k=chance.randint(0, 90)) for _ in range(2))
        assert longest_common(first, second) == slow(first, second)


@pytest.mark.parametrize(
    ("reply", "reference", "figures"),
    [
        (
            "I'm so sorry to hear that, what happened?",
            "Oh no! I am sorry to hear that you don't feel well.",
            (5 / 9, 5 / 13, 5 / 11),
        ),
        ("That's great, congrats on 9:30 a.m.!", "Congrats, that is a great start at 9:30", (4 / 9, 4 / 9, 4 / 9)),
        ("you were there when they needed you", "they needed you there when you were away", (4 / 7, 1 / 2, 8 / 15)),
    ],
)  # fmt: skip
def test_these_are_rouge_score_0_1_2s_figures(reply: str, reference: str, figures: tuple[float, ...]) -> None:
    assert rouge_l(reply, reference, how="ascii") == pytest.approx(figures)


def test_it_is_rouge_score_without_its_stemmer() -> None:
    scorer = pytest.importorskip("rouge_score.rouge_scorer").RougeScorer(["rougeL"])
    chance = random.Random(1)
    for _ in range(200):
        reply, reference = (
            " ".join(chance.choices([*WORDS, "don't", "9:30,"], k=chance.randint(1, 30))) for _ in range(2)
        )
        theirs, ours = scorer.score(reference, reply)["rougeL"], rouge_l(reply, reference, how="ascii")
        assert ours is not None
        assert tuple(ours) == pytest.approx(tuple(theirs))


def test_a_very_long_reply_takes_no_time_worth_naming() -> None:
    text = " ".join(WORDS * 200)
    assert longest_common(tokens(text), tokens(text)) == 200 * len(WORDS)
