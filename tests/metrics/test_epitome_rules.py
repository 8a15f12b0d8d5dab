"""The facets of empathy are told from words alone, by rules that share nothing with the rest of the offline judge."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from cpu_time import growth

from kardia_cli.metrics import epitome_rules
from kardia_cli.metrics.epitome_rules import facets
from kardia_cli.text.tables import FOLDER, read_table

PACKAGE = FOLDER.parent
SEEKER = "My brother sold our mother's piano without asking me. I used to sit under it when she played."
WORDS = 8
"""Collections of fewer strings are no word list."""


def levels(reply: str, seeker: str = SEEKER) -> tuple[int, int, int]:
    found = facets(seeker, reply)
    return found["emotional_reaction"].level, found["interpretation"].level, found["exploration"].level


@pytest.mark.parametrize(
    "reply",
    [
        "Pianos are heavy.",
        "Sell the stool as well.",
        "Ask a lawyer about the contract.",
        "",
        "   ",
        "?!",
        ":",
        "\ufffd&amp;#x200B;",
    ],
)
def test_a_reply_with_no_warmth_understanding_or_question_is_zero_throughout(reply: str) -> None:
    assert levels(reply) == (0, 0, 0)
    assert {facet.quote for facet in facets(SEEKER, reply).values()} == {""}


@pytest.mark.parametrize(
    "reply",
    [
        "I'm so sorry about the piano.",
        "I am really worried about you.",
        "That breaks my heart.",
        "Sending you a big hug.",
        "I\u2019m proud of you for writing this down.",
        "im so happy for you!",
    ],
)
def test_a_feeling_of_the_supporters_own_for_the_person_is_a_strong_reaction(reply: str) -> None:
    assert levels(reply)[0] == 2


@pytest.mark.parametrize(
    "reply",
    [
        "I hope tomorrow is gentler.",
        "Hang in there.",
        "Feel free to message me any time.",
        "You are not alone with this.",
        "That sounds so painful.",
        "Good luck with your brother!",
    ],
)
def test_wishes_courage_and_presence_are_a_weak_reaction(reply: str) -> None:
    assert levels(reply)[0] == 1


@pytest.mark.parametrize(
    "reply",
    [
        "Sorry, I have no idea how pianos are sold.",
        "Sorry for my bad English.",
        "He should have said sorry.",
        "Stop feeling sorry for yourself.",
        "I just keep going to work and back.",
    ],
)
def test_a_sorry_that_asks_pardon_or_is_spoken_of_and_courage_for_oneself_are_no_reaction(reply: str) -> None:
    assert levels(reply)[0] == 0


@pytest.mark.parametrize(
    "reply",
    [
        "It sounds like the piano was the last place where she was near.",
        "You must feel robbed of a room that only you knew.",
        "No wonder you are furious with him.",
        "You miss the sound from underneath.",
        "Me too, mine was an organ.",
        "My father gave away our dog when I was nine, and I never forgave him for it.",
    ],
)
def test_what_the_person_feels_or_a_like_experience_is_a_strong_interpretation(reply: str) -> None:
    assert levels(reply)[1] == 2


@pytest.mark.parametrize("reply", ["I understand.", "I hear you.", "I know how you feel.", "I get it."])
def test_understanding_that_is_only_claimed_is_weak(reply: str) -> None:
    assert levels(reply)[1] == 1


@pytest.mark.parametrize(
    "reply",
    [
        "I think you should call him.",
        "Let me know if I can help.",
        "Tell him how you feel.",
        "I suggest a letter.",
        "When you feel ready, write to him.",
    ],
)
def test_opinions_offers_and_feelings_only_supposed_are_no_interpretation(reply: str) -> None:
    assert levels(reply)[1] == 0


@pytest.mark.parametrize(
    "reply",
    [
        "What did she play when you sat there?",
        "Have you told your brother what it meant to you?",
        "Is it the piano or the silence of it that hurts more?",
        "so what did your brother say to that",
    ],
)
def test_a_question_on_the_persons_own_matter_is_a_strong_exploration(reply: str) -> None:
    assert levels(reply)[2] == 2


@pytest.mark.parametrize(
    "reply",
    ["What happened?", "Why?", "How are you?", "What's wrong, friend?", "Tell me more about it.", "Can you explain?"],
)
def test_a_question_for_anyone_is_a_weak_exploration(reply: str) -> None:
    assert levels(reply)[2] == 1


@pytest.mark.parametrize(
    "reply",
    [
        "Do you want to talk?",
        "Who cares?",
        "How do we even live with family?",
        "It never ends, you know?",
        "Can I help?",
        "So what?",
    ],
)
def test_an_offer_to_talk_and_a_rhetorical_question_explore_nothing(reply: str) -> None:
    assert levels(reply)[2] == 0


def test_the_strongest_sentence_counts_and_is_quoted_as_it_stands() -> None:
    reply = "I hope it gets easier.  I\u2019m SO sorry about the piano\u2026 What did she play?"
    found = facets(SEEKER, reply)
    assert found["emotional_reaction"].level == found["exploration"].level == 2
    assert all(facet.quote in reply and facet.quote and facet.reason for facet in found.values() if facet.level)
    assert found["exploration"].quote == "What did she play?"


def test_the_traces_of_forum_posts_disturb_nothing() -> None:
    plain = levels("I'm sorry. I know how you feel. What did she play?")
    noisy = (
        "&gt;what did your brother do? I'm sorry\n\nI&#39;m sorry. I know how you feel, u/some_one. &amp;#x200B;\n"
        "What did she play? r/pianos https://example.com/a?b=c"
    )
    assert levels(noisy) == plain
    assert levels("&gt; I am so sorry, what happened?") == (0, 0, 0)
    assert levels("I\ufffdm sorry") == (2, 0, 0)


def test_time_grows_no_faster_than_the_reply() -> None:
    line = "do you think that you would want to be what you were, "
    assert growth(lambda count: facets("you " * count, line * count), 90) < 8


# --- independence


def test_the_rules_import_nothing_of_the_offline_judge_and_it_reads_no_word_of_theirs() -> None:
    own = Path(epitome_rules.__file__).read_text()
    assert "kardia_cli.offline" not in own
    assert not [path for path in (PACKAGE / "offline").rglob("*.py") if "data/epitome" in path.read_text()]


def word_lists(table: object) -> Iterator[frozenset[str]]:
    """The lists of strings in a TOML table, however deep."""
    if isinstance(table, dict):
        for inner in table.values():
            yield from word_lists(inner)
    elif isinstance(table, list) and len(table) >= WORDS and all(isinstance(item, str) for item in table):
        yield frozenset(table)


def python_lists(path: Path) -> Iterator[frozenset[str]]:
    """The collections of strings in a Python file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield from word_lists([item.value for item in node.elts if isinstance(item, ast.Constant)])


def test_they_share_no_list_with_the_offline_judge() -> None:
    """Not even in part: a quarter of two lists in common would be a list taken over."""
    own = list(word_lists(read_table("epitome")))
    tables = [read_table(str(path.relative_to(FOLDER).with_suffix(""))) for path in FOLDER.glob("offline/**/*.toml")]
    judge = [words for table in tables for words in word_lists(table)]
    judge += [words for path in (PACKAGE / "offline").rglob("*.py") for words in python_lists(path)]
    assert len(own) >= 10
    assert len(judge) >= 3
    for mine in own:
        for theirs in judge:
            assert 4 * len(mine & theirs) < len(mine | theirs), sorted(mine & theirs)[:8]
