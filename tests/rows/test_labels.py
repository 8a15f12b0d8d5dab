"""A label set is a file: words find their label, and a wrong file is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.rows import labels

DESK = 'labels = ["lost order", "refund"]\n[aliases]\nmissing = "lost order"\n'


def test_kardias_own_labels_are_the_32_in_their_order() -> None:
    own = labels.load(labels.DEFAULT).labels
    assert (len(own), own[0], own[-1]) == (32, "afraid", "trusting")
    assert list(own) == sorted(own)


def test_a_word_finds_its_label_by_alias_case_and_spaces_aside(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(DESK)
    desk = labels.load(str(file))
    assert [desk.find(word) for word in (" Refund ", "lost_order", "MISSING", "late")] == [
        "refund", "lost order", "lost order", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('labels = ["one"]', "two words or more"),
        ('labels = ["one", "One"]', "small letters"),
        ('labels = ["one", "one"]', "stands twice"),
        (DESK.replace('"lost order"\n', '"lots"\n'), "none of the labels"),
        ("label = []", "unknown key 'label'"),
        ("labels = [", ""),
    ],
)
def test_a_wrong_file_is_one_clear_line_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"wrong\.toml") as caught:
        labels.load(str(file))
    assert said in caught.value.message
