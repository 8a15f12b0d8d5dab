"""The built-in sentient user: a good reply raises the mood, a dismissive one lowers it, and all is deterministic."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest

from kardia_cli.environments.sentient import BY_ID, is_goodbye
from kardia_cli.offline.speaker import sentient

SAID = "I stopped in the middle of the piece. Everybody heard it."
GOOD = {
    "perspectives": "That sounds painful. On the other hand, she may see it differently; what did she say to you?",
    "advice": "I am so sorry, that sounds frightening. You could ask him for it in writing; who could help you move?",
    "motives": "That must hurt. Perhaps she is afraid that her joy would wound you. What was her face like?",
    "growth": "It sounds lonely to be left out again. What would you do differently with the next team?",
    "praise": "It took courage to stop and stand there. I admire that you stayed on the stage. How did you manage?",
    "listening": "That sounds so cold and lonely. I'm listening: what happened after you called him?",
    "empathy": "You must feel ashamed and alone with that silence. I am so sorry. What do you hear at night?",
    "innocence": "You did nothing wrong, you were at your desk. "
    "I'm sorry, that must feel bitter. What did he tell you?",
}
BAD = [
    "Get over it.", "It happens to everyone, cheer up.", "Calm down, you are overreacting.", "Others have it worse.",
    "Stop complaining. Deal with it.",
]  # fmt: skip


def facts(reply: str, intention: str = "empathy", **more: Any) -> dict[str, Any]:
    history = [{"role": "seeker", "content": SAID}]
    known = {"history": history, "reply": reply, "intention": intention, "kind": BY_ID[intention].kind, "nonce": "n"}
    return known | more


def change(reply: str, intention: str = "empathy", **more: Any) -> int:
    return sentient.change_of(facts(reply, intention, **more))[0]


@pytest.mark.parametrize("intention", BY_ID)
def test_a_good_reply_raises_the_mood_and_serves_its_own_hope_more_than_a_bare_one_does(intention: str) -> None:
    assert change(GOOD[intention], intention) >= 4
    assert change(GOOD[intention], intention) > change("I see.", intention)


@pytest.mark.parametrize("reply", BAD)
@pytest.mark.parametrize("intention", BY_ID)
def test_a_dismissive_reply_lowers_it_whatever_they_hope_for(intention: str, reply: str) -> None:
    assert change(reply, intention) <= -6


def test_silence_is_the_worst_and_what_it_cannot_read_changes_nothing() -> None:
    assert change("") == -10
    assert change("我在听。") == 0


def test_orders_hurt_one_who_hopes_to_be_understood_and_not_one_who_hopes_for_advice() -> None:
    reply = "You should sleep more."
    assert change(reply, "empathy") < change(reply, "advice")


def test_the_same_reply_again_lowers_the_mood() -> None:
    again = [{"role": "supporter", "content": GOOD["empathy"]}, {"role": "seeker", "content": SAID}]
    assert change(GOOD["empathy"], history=again) < 0 < change(GOOD["empathy"])


def test_it_parts_in_the_best_and_worst_mood_and_only_there() -> None:
    for band in "SABCF":
        for seed in range(12):
            spoken = sentient.say(
                {**facts("x"), "band": band, "situation": "I put my violin away."}, random.Random(seed)
            )
            assert is_goodbye(orjson.loads(spoken.text)["message"]) == (band in "SF")


def test_it_says_the_same_for_the_same_facts_and_carries_the_nonce() -> None:
    first, second = (sentient.say({**facts("x"), "band": "B"}, random.Random(3)) for _ in range(2))
    assert first == second
    assert orjson.loads(first.text)["nonce"] == "n"
    assert sentient.feel(facts("x"), random.Random(1)) == sentient.feel(facts("x"), random.Random(2))
