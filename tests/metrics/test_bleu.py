"""BLEU keeps its signature, counts the corpus and not the mean of replies, and knows what short and empty texts are."""

from __future__ import annotations

import math
import sys

import pytest

from kardia_cli.errors import MissingExtra
from kardia_cli.metrics import bleu

REPLIES = ["i am so sorry to hear that", "what happened today"]
REFERENCES = ["i am very sorry to hear that", "what happened to you"]


def corpus(replies: list[str], references: list[str], **options: object) -> bleu.Bleu:
    found = bleu.corpus(replies, references, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_orders_1_and_2_are_those_of_pencil_and_paper() -> None:
    found = corpus(REPLIES, REFERENCES)
    brevity = math.exp(1 - 11 / 10)
    ones, twos = 8 / 10, (4 + 1) / 8
    assert found.scores[1] == pytest.approx(100 * brevity * ones)
    assert found.scores[2] == pytest.approx(100 * brevity * math.sqrt(ones * twos))
    assert (found.reply_tokens, found.reference_tokens, found.pairs) == (10, 11, 2)
    assert found.brevity == pytest.approx(brevity)


def test_the_signature_says_order_case_tokeniser_smoothing_and_version() -> None:
    found = corpus(REPLIES, REFERENCES, lowercase=True)
    assert found.signatures[2].startswith("BLEU-2|nrefs:1|case:lc|eff:no|tok:13a|smooth:exp|version:")
    assert len(set(found.signatures.values())) == 4


def test_the_corpus_is_no_mean_of_sentences() -> None:
    whole = corpus(REPLIES, REFERENCES).scores[4] / 100
    each = [bleu.sentence(reply, own) or 0.0 for reply, own in zip(REPLIES, REFERENCES, strict=True)]
    assert abs(whole - sum(each) / 2) > 0.03


def test_a_short_reply_that_is_right_is_not_0_for_want_of_4_grams() -> None:
    assert bleu.sentence("What happened?", "What happened?") == pytest.approx(1.0)
    assert bleu.sentence("Oh no", "Oh no") == pytest.approx(1.0)


def test_a_corpus_of_short_replies_has_no_4_grams_so_the_order_matters() -> None:
    found = corpus(["Oh no", "I see"], ["Oh no", "I see"])
    assert found.scores[1] == pytest.approx(100)
    assert found.scores[4] < found.scores[2]


def test_an_empty_reply_is_0_and_costs_brevity_and_an_empty_reference_is_no_pair() -> None:
    assert bleu.sentence("", "I am sorry") == 0
    assert bleu.sentence("I am sorry", " \u2028") is None
    assert bleu.corpus(["x"], [""]) is None
    assert bleu.corpus([], []) is None
    both, one = corpus([*REPLIES, ""], [*REFERENCES, "that is hard"]), corpus(REPLIES, REFERENCES)
    assert both.scores[1] < one.scores[1]
    assert corpus([*REPLIES, "that is hard"], [*REFERENCES, ""]) == one


def test_a_line_separator_inside_a_reply_does_not_shift_the_pairs() -> None:
    torn = [REPLIES[0].replace("sorry ", "sorry\u2028"), REPLIES[1]]
    assert corpus(torn, REFERENCES) == corpus(REPLIES, REFERENCES)


def test_chinese_needs_a_tokeniser_that_cuts_it() -> None:
    assert corpus(["我很难过听到这个"], ["我很难过知道这个"]).scores[1] == 0
    assert corpus(["我很难过听到这个"], ["我很难过知道这个"], tokenise="zh").scores[1] == pytest.approx(75)


def test_text_that_looks_tokenised_is_measured_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    corpus(["I am sorry ."] * 200, ["I am sad ."] * 200)
    assert not caplog.records


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        bleu.corpus(["a"], [])


def test_without_sacrebleu_the_remedy_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.bleu", None)
    bleu._metric.cache_clear()
    with pytest.raises(MissingExtra) as caught:
        bleu.sentence("a", "b")
    assert "the extra `metrics`" in caught.value.remedy
    bleu._metric.cache_clear()
