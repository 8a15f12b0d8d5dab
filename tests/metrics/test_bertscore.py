"""BERTScore by a local encoder, made here with random weights: the arithmetic, not the meaning, is tested."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_encoder import TALK, build

from kardia_cli.errors import UsageError
from kardia_cli.metrics import bertscore
from kardia_cli.metrics.bertscore import BertScore, Encoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("encoder") / "tiny-bert")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder(folder, 2)


def test_the_same_words_are_1_and_other_words_are_less(encoder: Encoder) -> None:
    same, other = encoder.score(TALK[0], TALK[0]), encoder.score(TALK[1], TALK[0])
    assert same is not None
    assert other is not None
    assert tuple(same) == pytest.approx((1, 1, 1), abs=1e-4)
    assert other.f < 0.99


def test_precision_and_recall_change_places_with_reply_and_reference(encoder: Encoder) -> None:
    there, back = encoder.score(TALK[0], TALK[1]), encoder.score(TALK[1], TALK[0])
    assert there is not None
    assert back is not None
    assert (there.precision, there.recall) == pytest.approx((back.recall, back.precision), abs=1e-5)


def test_an_empty_reply_is_0_and_an_empty_reference_is_not_scored(encoder: Encoder) -> None:
    assert encoder.score("", TALK[0]) == BertScore(0.0, 0.0, 0.0)
    assert encoder.score(TALK[0], "") is None


def test_a_text_longer_than_the_encoder_reads_is_cut(encoder: Encoder) -> None:
    found = encoder.score(" ".join(TALK * 9), TALK[0])
    assert found is not None
    assert 0 < found.f <= 1


def test_another_layer_is_another_scale_so_it_stands_in_the_signature(folder: Path, encoder: Encoder) -> None:
    last = Encoder(folder, 0)
    assert last.layer == 3
    assert last.score(*TALK) != encoder.score(*TALK)
    assert bertscore.signature(str(folder), 2).startswith("tiny-bert@")
    assert bertscore.signature(str(folder), 2).endswith("|L2|no-idf|no-rescaling")


def test_the_mean_leaves_out_what_was_not_scored() -> None:
    assert bertscore.mean([BertScore(0.2, 0.4, 0.3), None, BertScore(0.4, 0.6, 0.5)]) == pytest.approx((0.3, 0.5, 0.4))
    assert bertscore.mean([None]) is None


def test_a_folder_without_an_encoder_or_a_layer_it_lacks_is_one_clear_line(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match=r"no config\.json"):
        bertscore.encoder(str(tmp_path))
    with pytest.raises(UsageError, match="layers 1 to 3, not 9"):
        bertscore.encoder(str(folder), 9)


def test_it_is_bert_scores_own_figure(folder: Path, encoder: Encoder) -> None:
    theirs = pytest.importorskip("bert_score").BERTScorer(
        model_type=str(folder), num_layers=2, device="cpu", nthreads=1
    )
    for reply, reference in [(TALK[0], TALK[1]), ("sorry", TALK[0]), ("x y. z", "sad and alone")]:
        expected = [float(side[0]) for side in theirs.score([reply], [reference])]
        assert encoder.score(reply, reference) == pytest.approx(expected, abs=1e-5)
