"""Eight strategies under many names; accuracy never without its floor."""

from __future__ import annotations

import pytest

from kardia_cli.metrics.strategy import StrategySet, accuracy, canonical, definitions, gold_strategy, read_strategy
from kardia_cli.text.tables import read_table


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Questions", "Question"),
        ("Restatement", "Restatement or Paraphrasing"),
        ("Approval and Reassurance", "Affirmation and Reassurance"),
        ("Direct Guidance", "Providing Suggestions"),
        ("Other", "Others"),
        ("Greetings", "Others"),
        ("Reflection of Feelings", "Reflection of feelings"),
        ("self disclosure", "Self-disclosure"),
        (" SELF-DISCLOSURE ", "Self-disclosure"),
    ],
)
def test_every_spelling_of_real_files_is_one_of_the_eight(given: str, name: str) -> None:
    assert canonical(given) == name


def test_what_is_none_of_the_eight_is_not_guessed() -> None:
    assert canonical("Humour") is None
    assert canonical("") is None
    assert canonical(None) is None


@pytest.mark.parametrize(("known", "count"), [("esconv", 8), ("extes", 17)])
def test_aliases_lead_to_strategies_and_each_strategy_to_itself(known: StrategySet, count: int) -> None:
    names = list(definitions(known))
    aliases = read_table("support_strategies")["aliases"][known]
    assert [canonical(alias, known) for alias in aliases] == list(aliases.values())
    assert [canonical(name.upper(), known) for name in names] == names
    assert len(names) == count


def test_a_turns_strategy_is_found_in_both_layouts_of_esconv() -> None:
    assert gold_strategy({"strategy": "Questions"}) == "Question"
    assert gold_strategy({"annotation": {"strategy": "Self-disclosure"}}) == "Self-disclosure"
    assert gold_strategy({"annotation": {}}) is None
    assert gold_strategy({"content": "x"}) is None
    assert gold_strategy({"strategy": ["Question"]}) is None


def test_a_named_strategy_is_taken_off_as_a_prefix_and_nothing_of_the_words_with_it() -> None:
    assert read_strategy("[Question] questions are there") == ("Question", "questions are there")
    assert read_strategy("[Strategy: Questions] Why?") == ("Question", "Why?")
    assert read_strategy("Strategy: Others\nHi there") == ("Others", "Hi there")


@pytest.mark.parametrize(
    "reply", ["[sighs] that is hard", "Question: why?", "Strategy matters.", "", "No [Question] here"]
)
def test_words_that_name_no_strategy_stay(reply: str) -> None:
    assert read_strategy(reply) == (None, reply)


def test_accuracy_stands_beside_the_floor_of_the_commonest_label() -> None:
    golds = ["Question", "Questions", "Others", "Information", None]
    found = accuracy(golds, ["Question", "Others", "Greetings", None, "Question"])
    assert (found.value, found.turns, found.unnamed) == (0.5, 4, 1)
    assert (found.floor, found.commonest) == (0.5, "Question")


def test_always_the_commonest_reaches_the_floor_exactly() -> None:
    golds = ["Question"] * 400 + ["Others"] * 300 + ["Information"] * 1248
    found = accuracy(golds, ["Information"] * len(golds))
    assert found.value == found.floor == 1248 / 1948


def test_a_reply_that_names_none_is_a_miss() -> None:
    assert accuracy(["Question"], ["soothing"]).value == 0


def test_without_gold_there_is_no_accuracy() -> None:
    assert accuracy([None, "Humour"], ["Question", "Question"]) == (None, 0, 0, None, "")
