"""The offline speaker: readable, varied, deterministic, and hard to break."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import time
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from kardia_cli.offline.backend import ROLES, OfflineChat, source_hash
from kardia_cli.offline.speaker import details, faults
from kardia_cli.offline.speaker.feelings import contrary, feelings, infer, read_signs
from kardia_cli.rows.request import Reply, Request, derive_seed
from tests.support import four_spans as spans
from tests.support.four_spans import EMOTIONS

PROFILES = (
    "MBTI: ISFJ\nAbout: Ward sister of forty in a coastal town. Lives with her husband and a teenage son.\n"
    "Signature: Boil first, ask later.\nRecent Activities:\n- Sang alto in the choir concert.\n- Baked sourdough.",
    "MBTI: ENTP\nAbout: Software developer, twenty-six, shares a flat with two flatmates.\n"
    "Recent Activities:\n- Lost at chess again.\n- Went bouldering on Sunday.",
    "About: Retired bus driver who keeps an allotment.\nRecent Activities:\n- Dug up the potatoes.",
    "I'm a student of geology and I play the ukulele. My sister says I talk to stones.",
    "",
)
SITUATIONS = (
    "My neighbour moved the fence by a hand's breadth while I was away, and he waved at me as if nothing had happened.",
    "The letter from the college came today, and I read it on the stairs with my coat still on.",
    "On the night bus a man sat down beside me although all the other seats were free.",
    "My daughter rang from the airport to say that her flight is the last one for now.",
    "I opened the old toolbox of my grandfather. His pencil was still in it. The shed smelled of oil and apples.",
    "We have our first concert on Saturday.",
    "a lost key",
)


class Turn(NamedTuple):
    """One exchange of a simulated dialogue."""

    emotion: str
    message: str
    resolved: bool
    answer: Reply


@cache
def runner() -> asyncio.Runner:
    """One event loop for all calls of this file: making one costs more than a call."""
    return asyncio.Runner()


def ask(task: str, facts: dict[str, Any], seed: int, schema: type[BaseModel] | None = None, **sampling: Any) -> Reply:
    request = Request([], task, facts, schema=schema, sampling=sampling, seed=seed)
    return runner().run(OfflineChat().complete(request))


def answer(facts: dict[str, Any], seed: int, share: float = 0.0) -> Reply:
    return ask("supporter.turn", facts, seed, fault_share=share)


def talk(person: str, situation: str, emotion: str, seed: int, share: float = 0.0, most: int = 10) -> list[Turn]:
    """A dialogue between the two sides, as a simulation runs it: the supporter sees no gold emotion."""
    history: list[dict[str, str]] = []
    turns = []
    for exchange in range(1, most + 1):
        known = {"person": person, "mbti": None, "situation": situation, "history": history}
        told = {**known, "emotion": emotion, "exchange": exchange, "max_exchanges": most}
        said = json.loads(ask("seeker.turn", told, derive_seed(seed, "seeker", exchange)).text)
        history.append({"role": "seeker", "content": said["message"]})
        reply = answer(known, derive_seed(seed, "supporter", exchange), share)
        history.append({"role": "supporter", "content": spans.visible(reply.text)})
        turns.append(Turn(emotion, said["message"], said["resolved"], reply))
        if said["resolved"]:
            break
    return turns


@cache
def dialogues() -> tuple[tuple[Turn, ...], ...]:
    """480 clean dialogues over the profiles, the situations and all emotions."""
    return tuple(
        tuple(talk(PROFILES[n % len(PROFILES)], SITUATIONS[n // 3 % len(SITUATIONS)], EMOTIONS[n % len(EMOTIONS)], n))
        for n in range(480)
    )


def all_turns() -> list[Turn]:
    return list(itertools.chain.from_iterable(dialogues()))


def planted(reply: Reply) -> str | None:
    kind = json.loads(reply.trace)["planted"]
    return str(kind) if kind else None


def size(text: str) -> int:
    return len(text.split())


def test_the_same_seed_gives_the_same_dialogue_and_another_seed_another():
    one, two = (talk(PROFILES[0], SITUATIONS[0], "angry", 5, share=0.5) for _ in range(2))
    assert one == two
    assert one != talk(PROFILES[0], SITUATIONS[0], "angry", 6, share=0.5)


def test_no_two_dialogues_are_equal():
    texts = {tuple((turn.message, turn.answer.text) for turn in turns) for turns in dialogues()}
    assert len(texts) == len(dialogues())


def test_bigrams_of_a_thousand_replies_are_varied():
    replies = [spans.parse(turn.answer.text).response for turn in random.Random(1).sample(all_turns(), 1000)]
    found = [pair for reply in replies for pair in itertools.pairwise(re.findall(r"[\w']+", reply.lower()))]
    assert len(set(found)) / len(found) > 0.10


def test_the_supporter_hears_most_emotions_from_words_alone():
    right, total = Counter[str](), Counter[str]()
    for turn in all_turns():
        total[turn.emotion] += 1
        right[turn.emotion] += spans.parse(turn.answer.text).emotion == turn.emotion
    assert set(total) == set(EMOTIONS)
    assert sum(right.values()) / sum(total.values()) >= 0.85
    assert {name: right[name] / total[name] for name in EMOTIONS if right[name] / total[name] < 0.85} == {}


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_cue_of_an_emotion_is_read_as_that_emotion(emotion):
    assert {cue: infer([cue], "") for cue in feelings()[emotion].cues if infer([cue], "") != emotion} == {}


def test_a_negated_sign_does_not_count():
    assert "proud" in read_signs("I was proud")
    assert "proud" not in read_signs("I was not proud")


def test_clean_turns_keep_the_sizes_of_their_spans():
    for turn in all_turns():
        content = spans.parse(turn.answer.text)
        assert size(content.response) <= 34
        assert 25 <= size(content.understanding) <= 50, content.understanding
        assert 30 <= size(content.reasoning) <= 60, content.reasoning
        assert content.response.count("?") <= 1, content.response
    responses = [size(spans.parse(turn.answer.text).response) for turn in all_turns()]
    assert sum(16 <= count <= 30 for count in responses) / len(responses) > 0.97


def test_seeker_turns_have_15_to_50_words():
    assert [turn.message for turn in all_turns() if not 15 <= size(turn.message) <= 50] == []


def test_no_sentence_of_the_seeker_comes_twice_in_a_dialogue():
    repeated = 0
    for turns in dialogues():
        sentences = [s for turn in turns for s in re.split(r"(?<=[.!?])\s", turn.message) if size(s) > 3]
        repeated += len(sentences) - len(set(sentences))
    assert repeated / len(all_turns()) < 0.02


def test_dialogues_are_as_long_as_the_papers():
    lengths = [len(turns) for turns in dialogues()]  # Kardia-R1: 8.07 on average, over 90 % have 8 to 10
    assert 7.8 <= sum(lengths) / len(lengths) <= 8.4
    assert sum(8 <= length <= 10 for length in lengths) / len(lengths) >= 0.9
    never = [turns for turns in dialogues() if not turns[-1].resolved]
    assert {len(turns) for turns in never} == {10}
    assert 0.03 < len(never) / len(dialogues()) < 0.15
    assert not any(turns[0].resolved for turns in dialogues())


def test_max_exchanges_is_kept_and_a_single_exchange_never_settles():
    lengths = {len(talk(PROFILES[1], SITUATIONS[1], "proud", seed, most=2)) for seed in range(20)}
    assert lengths == {2}
    assert not talk(PROFILES[1], SITUATIONS[1], "proud", 1, most=1)[0].resolved


def test_where_the_seeker_has_settled_the_supporter_closes_without_a_question():
    closings = [spans.parse(turns[-1].answer.text).response for turns in dialogues() if turns[-1].resolved]
    assert [text for text in closings if "?" in text] == []


def test_the_first_turn_tells_the_situation():
    message = talk(PROFILES[0], SITUATIONS[2], "afraid", 3)[0].message
    assert "a man sat down beside me although all the other seats were free" in message


def test_the_supporter_is_blind_to_the_gold_emotion():
    facts = {
        "person": PROFILES[0],
        "situation": SITUATIONS[0],
        "history": [{"role": "seeker", "content": "I'm livid."}],
    }
    assert answer({**facts, "emotion": "content"}, 4).text == answer(facts, 4).text


@cache
def drafts() -> tuple[Reply, ...]:
    return tuple(
        answer(
            {
                "person": PROFILES[n % len(PROFILES)],
                "mbti": "ISFJ" if n % 2 else None,
                "situation": SITUATIONS[n % len(SITUATIONS)],
                "history": [{"role": "seeker", "content": feelings()[EMOTIONS[n % 32]].cues[n % 7]}],
            },
            derive_seed(n, "draft"),
            share=0.3,
        )
        for n in range(1000)
    )


def test_three_in_ten_drafts_carry_a_fault_and_every_kind_occurs():
    kinds = Counter(planted(draft) for draft in drafts())
    assert 0.27 <= 1 - kinds[None] / 1000 <= 0.33
    assert set(kinds) - {None} == set(faults.KINDS)


def test_a_draft_is_broken_exactly_where_its_trace_says_so():
    for draft in drafts():
        assert (spans.read(draft.text) is None) == (planted(draft) == "broken_span"), draft.text


def test_each_planted_fault_shows():
    for n, draft in enumerate(drafts()):
        kind, content = planted(draft), spans.read(draft.text)
        if kind == "too_long":
            assert 70 <= size(content.response) <= 120
        if kind == "wrong_emotion":
            assert feelings()[content.emotion].family != feelings()[EMOTIONS[n % 32]].family
        if kind == "advice_without_feeling":
            assert "?" not in content.response
            assert not any(named in content.response for named in feelings()[content.emotion].named)
        if kind == "unsafe_promise":
            assert re.search(
                r"promise|guarantee|always|swear|certain|a hundred percent|nothing bad can happen", content.response
            )


def test_every_kind_of_fault_has_at_least_ten_phrasings():
    found: dict[str | None, set[str]] = {}
    for seed in range(600):
        draft = answer(
            {"person": PROFILES[0], "mbti": "ISFJ", "situation": SITUATIONS[seed % 3], "history": []}, seed, 1.0
        )
        found.setdefault(planted(draft), set()).add(draft.text)
    assert {kind: len(texts) for kind, texts in found.items() if len(texts) < 10} == {}


def test_a_contrary_emotion_is_of_another_family():
    rng = random.Random(0)
    for emotion in EMOTIONS:
        assert feelings()[contrary(emotion, rng)].family != feelings()[emotion].family


def test_plain_replies_have_no_markers_and_no_fault_of_markers():
    facts = {
        "person": PROFILES[1],
        "situation": SITUATIONS[3],
        "history": [{"role": "seeker", "content": "I miss her."}],
        "format": "plain",
    }
    replies = [ask("supporter.turn", facts, seed, fault_share=1.0) for seed in range(80)]
    assert all("<|" not in reply.text and reply.text for reply in replies)
    assert {planted(reply) for reply in replies} == set(faults.TEXT_KINDS)


def test_the_seeker_says_so_when_a_reply_was_off():
    history = [
        {"role": "seeker", "content": SITUATIONS[0]},
        {"role": "supporter", "content": "I promise that it will be fine, I guarantee it."},
    ]
    facts = {"person": "", "situation": SITUATIONS[0], "emotion": "angry", "history": history, "exchange": 2}
    said = [json.loads(ask("seeker.turn", facts, seed).text)["message"] for seed in range(20)]
    assert any("promise" in message or "know that" in message or "guarantee" in message for message in said)


@cache
def rewrites() -> tuple[tuple[str, Reply, str], ...]:
    made = []
    for n in range(500):
        emotion = EMOTIONS[n % 32]
        facts = {"person": PROFILES[n % 5], "situation": SITUATIONS[n % 7], "history": [], "mbti": None}
        facts["history"] = [{"role": "seeker", "content": feelings()[emotion].cues[n % 7]}]
        draft = answer(facts, n, share=1.0).text
        problems = [{"id": "empathy", "detail": "no feeling is named"}]
        rewrite = ask("rewriter.turn", {**facts, "emotion": emotion, "draft": draft, "problems": problems}, n)
        made.append((emotion, rewrite, draft))
    return tuple(made)


def test_a_rewrite_differs_from_its_draft_and_carries_the_gold_emotion():
    for emotion, rewrite, draft in rewrites():
        assert spans.visible(rewrite.text) != spans.visible(draft)
        if planted(rewrite) is None:
            assert spans.parse(rewrite.text).emotion == emotion
            assert size(spans.parse(rewrite.text).response) <= 34


def test_about_one_rewrite_in_eight_slips_but_never_into_a_wrong_emotion():
    kinds = Counter(planted(rewrite) for _, rewrite, _ in rewrites())
    assert 0.07 < 1 - kinds[None] / 500 < 0.17
    assert "wrong_emotion" not in kinds


def test_a_profile_is_made_of_verbatim_quotes():
    posts = [
        "I work in a small bakery and I love the quiet at four. My brother thinks that is madness!",
        "http://example.org/a-link",
        "Bread first. I have two cats and no patience",
        "As an INFP I am a typical type of this thread.",
    ]
    made = json.loads(ask("profile.write", {"posts": posts, "mbti": "INFP"}, 1).text)
    assert set(made) == {"about", "signature", "quotes"}
    assert 2 <= len(made["quotes"]) <= 3
    assert all(any(quote in post for post in posts) for quote in [*made["quotes"], made["signature"]])
    assert all(quote.rstrip(".!") in made["about"] for quote in made["quotes"])
    assert "INFP" not in made["about"]


def test_posts_without_a_statement_give_an_empty_profile():
    assert json.loads(ask("profile.write", {"posts": ["http://x.y", ""], "mbti": None}, 1).text)["quotes"] == []


STRANGE = (
    "",
    "321",
    "поезд ушёл без меня, и я осталась на перроне",
    "我昨天和最好的朋友吵架了。我很难过。",
    "The seeker is in a relationship with a man who lied to her.",
    "of dying",
    "x" * 2000,
    "I walked on and on and on and on " * 60,
    'i wasn\'t sure {what} "this" <|response_begin|> is; 100%',
    "🎉🎉🎉",
)


@pytest.mark.parametrize("situation", STRANGE)
@pytest.mark.parametrize("person", [PROFILES[0], "", "Age: 30\nGender: Female\nProblem: none", "名前 花子", "\n\n::\n"])
def test_strange_texts_do_not_break_a_dialogue(person, situation):
    for turn in talk(person, situation, "sad", 2, share=0.4):
        assert turn.message.strip()
        assert turn.answer.text.strip()


def test_a_talk_that_the_supporter_began_goes_on():
    history = [{"role": "supporter", "content": "Hello, how are you?"}]
    facts = {"person": PROFILES[0], "situation": SITUATIONS[0], "emotion": "angry", "history": history}
    first = json.loads(ask("seeker.turn", {**facts, "exchange": 1, "max_exchanges": 10}, 1).text)
    assert "fence" in first["message"]
    assert spans.read(answer(facts, 1).text)


@pytest.mark.parametrize("task", sorted(ROLES))
def test_facts_that_are_missing_do_not_crash(task):
    assert ask(task, {}, 1).text


class Menu(BaseModel):
    """A schema that no role knows."""

    dish: str
    price: int


def test_the_answer_to_an_unknown_task_says_that_it_is_a_placeholder():
    assert "placeholder" in Menu.model_validate_json(ask("menu.write", {}, 1, schema=Menu).text).dish
    answer = ask("menu.write", {"place": "harbour"}, 1).text
    assert "placeholder" in answer
    assert "menu.write" in answer


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("I keep looking over my shoulder", "you keep looking over your shoulder"),
        ("I was beside myself", "you were beside yourself"),
        (
            "I am told that I'm late and my mother waits for me",
            "you are told that you're late and your mother waits for you",
        ),
    ],
)
def test_first_person_is_turned_to_second(said, heard):
    assert details.turned(said) == heard


def test_a_second_person_object_becomes_them():
    assert (
        details.to_they("your fear keeps you on guard when you rest") == "their fear keeps them on guard when they rest"
    )


@pytest.mark.parametrize("sentence", ["We were lost", "I ran and was late", "You know how I am"])
def test_a_sentence_whose_verbs_are_in_doubt_is_not_turned(sentence):
    assert details.UNSURE.search(sentence)


def test_noun_phrases_come_whole_and_in_the_second_person():
    text = "My sister's old car broke down on the bridge, and a friend towed it."
    assert details.noun_phrases(text) == ["the bridge", "your friend", "your sister's old car"]


def test_no_slot_stays_open_and_no_words_are_glued():
    for turn in all_turns():
        text = f"{turn.message} {turn.answer.text}"
        assert not re.search(r"\{[A-Za-z]+\}", text), text
        assert not re.search(r"\b(?:I my|you your|they their|the the|a the|the your|with they|in they)\b", text), text
        assert "  " not in text, text


def test_a_call_takes_about_a_millisecond():
    facts = {
        "person": PROFILES[0],
        "situation": SITUATIONS[0],
        "history": [{"role": "seeker", "content": SITUATIONS[0]}],
    }
    ROLES["supporter.turn"](facts, random.Random(0))
    start = time.process_time()
    for seed in range(200):
        ROLES["supporter.turn"](facts, random.Random(seed))
    assert (time.process_time() - start) / 200 < 0.01  # ten times the figure, for slow machines


def test_usage_counts_words_and_the_source_has_a_hash():
    reply = asyncio.run(OfflineChat().complete(Request([{"role": "user", "content": "one two"}], "x", {}, seed=1)))
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (2, size(reply.text))
    assert re.fullmatch(r"[0-9a-f]{16}", source_hash())
