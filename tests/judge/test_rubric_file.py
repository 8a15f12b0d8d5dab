"""A rubric is checked when it is read: what is wrong is said with file, line and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from kardia_cli.errors import UsageError
from kardia_cli.judge import rubric_file

TEXT = rubric_file.text("kardia-core")


def line_of(text: str, needle: str, nth: int = 1) -> int:
    """The line that holds the needle; with a ^ in front, the one above."""
    if needle.startswith("^"):
        return line_of(text, needle[1:], nth) - 1
    return [number for number, line in enumerate(text.split("\n"), 1) if needle in line][nth - 1]


def test_four_rubrics_are_shipped() -> None:
    assert rubric_file.names() == ["kardia-core", "kardiabench", "perm", "synthesis"]
    assert set(rubric_file.shipped()) == {rubric_file.load(name).read_hash for name in rubric_file.names()}


@pytest.mark.parametrize("name", ["kardia-core", "kardiabench"])
def test_the_papers_five_criteria_are_in_both_rubrics_for_measuring(name: str) -> None:
    found = rubric_file.load(name)
    assert [c.name for c in found.criteria] == ["Relevance", "Fluency", "Empathy", "Persona Consistency", "Safety"]


def test_safety_is_derived_in_the_core_and_an_impression_in_the_papers_rubric() -> None:
    assert rubric_file.load("kardia-core").criteria[-1].derive is not None
    assert rubric_file.load("kardiabench").criteria[-1].derive is None
    assert rubric_file.load("kardiabench").quotes == "check"


def test_every_gate_of_a_shipped_rubric_takes_something_off_safety_or_is_no_matter_of_safety() -> None:
    core = rubric_file.load("kardia-core")
    gates = {question.id for question in core.questions if question.effect == "gate"}
    assert core.criteria[-1].derive is not None
    assert gates - set(core.criteria[-1].derive.subtract) == {"judge_appeal"}


def test_what_the_judge_reads_and_the_policy_have_a_hash_each() -> None:
    core = rubric_file.parse(TEXT, "x")

    def hashes(old: str, new: str) -> tuple[bool, bool]:
        assert old in TEXT
        other = rubric_file.parse(TEXT.replace(old, new, 1), "x")
        return other.read_hash == core.read_hash, other.policy_hash == core.policy_hash

    assert hashes("kardia_rubric: 1", "# a comment\nkardia_rubric: 1") == (True, True)
    assert hashes("version: 0.2.0", "version: 0.2.1") == (True, True)
    assert hashes("Clear and natural\n", "Clear and kind\n") == (False, True)
    assert hashes("0: Nothing is asked,", "0: It asks nothing,") == (False, True)
    assert hashes("agree with a harmful belief", "go along with a harmful belief") == (False, True)
    assert hashes("pass: 3", "pass: 4") == (True, False)
    assert hashes("effect: note", "effect: fail") == (True, False)
    assert hashes("unsafe_promise: 3", "unsafe_promise: 2") == (True, False)
    assert hashes("max: 50", "max: 60") == (True, False)
    assert hashes("policy: mask", "policy: skip") == (True, False)
    assert hashes("disagree: fail", "disagree: note") == (True, False)
    assert hashes("quotes: require", "quotes: check") == (False, True)


@pytest.mark.parametrize(
    ("old", "new", "at", "said", "remedy"),
    [
        ("effect: note", "efect: note", "efect: note", "questions.4.efect: unknown key", "did you mean 'effect'"),
        ("saturate_at: 4", "saturated_at: 4", "saturated_at", "unknown key", "did you mean 'saturate_at'"),
        ("min_quotes: 1", "min_quote: 1", "min_quote: 1", "unknown key", "did you mean 'min_quotes'"),
        ("kind: words, max: 50", "kind: words, maxx: 50", "maxx", "unknown key", "did you mean 'max'"),
        ("    levels:\n", "    levls:\n", "levls", "unknown key", "did you mean 'levels'"),
        ("      3: Clear, but stiff or repetitive\n", "", "^      1: Hard to make", "missing: 3", "add level 3"),
        (
            "      3: Clear, but stiff or repetitive",
            '      3: ""',
            "^      1: Hard to make",
            "missing: 3",
            "add level 3",
        ),
        ("      5: Clear, natural and", "      6: Clear, natural and", "      6: Clear", "no level 6", "1 to 5"),
        ("      2: Several errors", "      3: Several errors", "3: Clear, but", "'3' is there twice", "delete one"),
        ("0: Nothing is asked, ", "", "levels: {1: A question", "facet 'exploration' needs an anchor", "add level 0"),
        ("weight: 0.35", "weight: 0.5", "criteria:", "sum to 1.15, not to 1 \\(0.2 \\+ 0.1 \\+ 0.5", "change a weight"),
        ("weight: 0.35", "weight: -1", "weight: -1", "greater than or equal to 0", "mend that value"),
        ("- id: fluency", "- id: relevance", "- id: relevance", "'relevance' is used twice", "rename"),
        ("{id: length,", "{id: sycophancy,", "{id: sycophancy", "'sycophancy' is used twice", "rename"),
        ("- id: interpretation", "- id: exploration", "- id: exploration", "'exploration' is there twice", "rename"),
        ("kind: words", "kind: wods", "kind: wods", "wods", "four_spans"),
        ("applies: appeal", "applies: appeals", "applies: appeals", "applies", "'appeal'"),
        ("applies: profile", "applies: risk", "applies: risk", "applies", "'profile'"),
        ("unsafe_promise: 3", "unsafe_promises: 3", "unsafe_promises: 3", "unsafe_promises", "'unsafe_promise'"),
        ("    pass: 3", "    pass: 9", "pass: 9", "less than or equal to 5", "mend that value"),
        ("    ask: Is it clear, natural", "    aks: Is it clear, natural", "aks: Is it", "unknown key", "'ask'"),
        (
            "    ask: Is it clear, natural and short enough for a spoken exchange?\n",
            "",
            "- id: fluency",
            "needs `ask`",
            "add",
        ),
        ("kardia_rubric: 1", "kardia_rubric: 2", "kardia_rubric: 2", "Input should be 1", "one of: 1"),
        ("version: 0.2.0\n", "", "kardia_rubric", "version: Field required", "add it"),
    ],
)
def test_each_mistake_is_named_with_file_line_and_remedy(old: str, new: str, at: str, said: str, remedy: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(UsageError, match=said) as caught:
        rubric_file.parse(text, "my.yaml")
    twice = "twice" in said and "'3'" not in said and "sycophancy" not in said
    assert caught.value.message.startswith(f"my.yaml:{line_of(text, at, 2 if twice else 1)}:")
    assert remedy in caught.value.remedy


def test_a_gate_without_other_words_for_the_second_look_is_named() -> None:
    again = line_of(TEXT, "again: Could someone")
    text = "\n".join(line for number, line in enumerate(TEXT.split("\n"), 1) if number != again)
    with pytest.raises(UsageError, match="gate 'gives_method' has no `again`") as caught:
        rubric_file.parse(text, "my.yaml")
    assert caught.value.message.startswith(f"my.yaml:{line_of(text, '- id: gives_method')}:")


def test_text_that_is_not_yaml_is_named_with_its_line() -> None:
    with pytest.raises(UsageError, match=r"my.yaml:\d+: not YAML"):
        rubric_file.parse(TEXT.replace("  - id: fluency", "\t- id: fluency"), "my.yaml")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list\n", "12"])
def test_a_file_that_holds_no_keys_is_no_rubric(text: str) -> None:
    with pytest.raises(UsageError, match=r"my\.yaml:1: not a rubric"):
        rubric_file.parse(text, "my.yaml")


def test_a_wrong_name_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        rubric_file.load("kardia-cor")
    assert "kardia-core" in caught.value.remedy
    with pytest.raises(UsageError, match="no rubric"):
        rubric_file.load(str(tmp_path / "none.yaml"))
    (tmp_path / "latin.yaml").write_bytes(b"id: caf\xe9")
    with pytest.raises(UsageError, match="not UTF-8"):
        rubric_file.load(str(tmp_path / "latin.yaml"))


def test_the_published_schema_is_the_one_that_the_code_checks() -> None:
    published = (rubric_file.folder() / "rubric.schema.json").read_text(encoding="utf-8")
    assert published == json.dumps(rubric_file.schema(), indent=2, ensure_ascii=False) + "\n"


def test_an_editor_that_uses_the_schema_accepts_the_shipped_rubrics_and_refuses_mistakes() -> None:
    import jsonschema

    schema = rubric_file.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for name in rubric_file.names():
        jsonschema.validate(_as_json(rubric_file.text(name)), schema)
    for old, new in [
        ("effect: note", "efect: note"),
        ("      3: Clear, but stiff or repetitive\n", ""),
        ("pass: 3", "pass: 9"),
    ]:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(_as_json(TEXT.replace(old, new, 1)), schema)


def _as_json(text: str) -> object:
    """YAML as an editor sees it: every key is a text."""
    return json.loads(json.dumps(yaml.safe_load(text)))
