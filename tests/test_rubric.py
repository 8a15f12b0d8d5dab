"""A rubric is checked when it is read: what is wrong is said with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from kardia_cli import rubric
from kardia_cli.errors import UsageError

TEXT = (rubric.folder() / "kardia-core.yaml").read_text(encoding="utf-8")


def line_of(text: str, needle: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if needle in line)


def test_the_shipped_rubric_has_the_papers_five_criteria() -> None:
    core = rubric.load("kardia-core")
    assert [item.name for item in core.criteria] == ["Relevance", "Fluency", "Empathy", "Persona Consistency", "Safety"]
    assert [item.id for item in core.judged] == ["relevance", "fluency", "empathy", "persona_consistency"]


def test_the_hash_changes_with_a_word_and_not_with_a_comment() -> None:
    core = rubric.parse(TEXT, "x")
    assert rubric.parse("# a comment\n" + TEXT, "x").hash == core.hash
    assert rubric.parse(TEXT.replace("Clear and natural", "Clear and kind"), "x").hash != core.hash
    assert (
        rubric.parse(TEXT.replace("weight: 0.35", "weight: 0.30").replace("weight: 0.15", "weight: 0.20"), "x").hash
        != core.hash
    )


@pytest.mark.parametrize(
    ("old", "new", "at", "said", "remedy"),
    [
        ("effect: note", "efect: note", "efect: note", "efect", "did you mean 'effect'"),
        ("      3: Clear, but stiff or repetitive\n", "", "- id: fluency", "missing: \\[3\\]", ""),
        ("weight: 0.35", "weight: 0.5", "kardia_rubric", "sum to 1.15, not to 1", ""),
        ("- id: fluency", "- id: relevance", "kardia_rubric", "'relevance' is used twice", ""),
        ("kind: words", "kind: wods", "kind: wods", "wods", ""),
        ("{unsafe_promise: 3", "{unsafe_promises: 3", "kardia_rubric", "unsafe_promises", ""),
        ("    pass: 3", "    pass: 9", "pass: 9", "less than or equal to 5", "mend that value"),
    ],
)
def test_each_mistake_is_named_with_file_and_line(old: str, new: str, at: str, said: str, remedy: str) -> None:
    text = TEXT.replace(old, new, 1)
    with pytest.raises(UsageError, match=said) as caught:
        rubric.parse(text, "my.yaml")
    assert caught.value.message.startswith(f"my.yaml:{line_of(text, at)}:")
    assert remedy in caught.value.remedy


def test_text_that_is_not_yaml_is_named_with_its_line() -> None:
    with pytest.raises(UsageError, match=r"my.yaml:\d+: not YAML"):
        rubric.parse(TEXT.replace("  - id: fluency", "\t- id: fluency"), "my.yaml")


def test_an_empty_file_is_no_rubric() -> None:
    with pytest.raises(UsageError, match=r"my\.yaml:1"):
        rubric.parse("", "my.yaml")


def test_a_wrong_name_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        rubric.load("kardia-cor")
    assert "kardia-core" in caught.value.remedy
    with pytest.raises(UsageError, match="no rubric"):
        rubric.load(str(tmp_path / "none.yaml"))
