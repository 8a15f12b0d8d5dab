"""A sentient user is read from SAGE's profiles and logs, from kardia's profiles, and from kardia's dialogues."""

# ruff: noqa: RUF001  (Chinese punctuation is meant)

from __future__ import annotations

from typing import Any

import pytest

from kardia_cli.environments.sentient import BY_ID, INTENTIONS, read
from kardia_cli.errors import RowError
from kardia_cli.stream import jsonl
from kardia_cli.stream.embedded import _FOLDER

SAGES: dict[str, Any] = {
    "id": "a1", "player": "* 姓名：林夏", "scene": "## 故事", "main_cha": "回避型", "cha_group": ["内向", "胆小"],
    "task": "你希望对方用心倾听你的情绪宣泄", "first_talk": "今天好累。",
}  # fmt: skip
DIALOGUE: dict[str, Any] = {
    "id": "d1", "person": "MBTI: INFP", "situation": "My kiln broke.", "emotion": "sad",
    "messages": [
        {"role": "system", "content": "be kind"}, {"role": "user", "content": "All my bowls are gone."},
        {"role": "assistant", "content": "Oh."},
    ],
}  # fmt: skip


def test_sages_own_profile_is_read_unchanged() -> None:
    found = read(SAGES)
    assert (found.id, found.person, found.scene, found.first_talk) == ("a1", "* 姓名：林夏", "## 故事", "今天好累。")
    assert (found.intention, found.kind, found.hidden) == ("listening", "emotional", SAGES["task"])
    assert found.traits == ("回避型", "内向", "胆小")


def test_a_line_of_its_logs_is_a_profile_too() -> None:
    log = {name: value for name, value in SAGES.items() if name not in ("first_talk", "main_cha", "cha_group")}
    log |= {
        "character": "回避型",
        "topic": "职场",
        "history": [{"role": "user", "content": "好烦。", "emotion-point": 40}],
    }
    assert (read(log).first_talk, read(log).topic, read(log).traits) == ("好烦。", "职场", ("回避型",))


def test_each_of_its_eight_tasks_is_one_of_the_eight_intentions() -> None:
    tasks = {
        "你希望对方辩证地分析事件中的问题": "perspectives",
        "你想获得能真实帮助你解决当下困境的建议": "advice",
        "你想分析事件中其他人物这么做的原因": "motives",
        "你希望对方引导你针对事件进行自我反思，收获自我成长": "growth",
        "你希望对方真诚地夸奖你在事件中的具体行为": "praise",
        "你希望对方用心倾听你的情绪宣泄": "listening",
        "你希望对方深刻共情你的感受，而不是简单的安慰": "empathy",
        "你认为自己在事件中没有任何责任和错误，你想要对方也认同你没有错": "innocence",
    }
    assert {task: read({**SAGES, "task": task}).intention for task in tasks} == tasks
    assert sum(intention.kind == "rational" for intention in INTENTIONS) == 4


def test_a_dialogue_gives_person_situation_and_its_first_message_and_a_hope_by_the_hash_of_its_id() -> None:
    found = read(DIALOGUE)
    assert (found.person, found.scene, found.first_talk) == ("MBTI: INFP", "My kiln broke.", "All my bowls are gone.")
    assert found.intention == read(dict(DIALOGUE)).intention != ""
    assert found.hidden == BY_ID[found.intention].text
    assert {read({**DIALOGUE, "id": f"d{number}"}).intention for number in range(200)} == set(BY_ID)


def test_a_profile_with_a_situation_opens_with_it() -> None:
    found = read({name: DIALOGUE[name] for name in ("id", "person", "situation")})
    assert found.first_talk == "My kiln broke."


def test_a_hope_in_free_words_is_kept_as_it_is() -> None:
    found = read({**DIALOGUE, "hidden_intention": "to be asked to dance", "intention_kind": "emotional"})
    assert (found.hidden, found.intention, found.kind) == ("to be asked to dance", "", "emotional")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "x", "scene": "s", "first_talk": "f"}, "'person'"),
        ({"id": "x", "person": "p", "first_talk": "f"}, "'scene'"),
        ({"id": "x", "person": "p", "mbti": "INFP"}, "'scene' is missing or empty; .*`kardia synthesize` makes them"),
        ({"id": "x", "person": "p", "scene": "s"}, "'first_talk'"),
        ({"id": "x", "person": "p", "scene": ["s"], "first_talk": "f"}, "'scene' is no text"),
    ],
)
def test_what_is_missing_is_named(row: dict[str, Any], said: str) -> None:
    with pytest.raises(RowError, match=said):
        read(row)


def test_the_embedded_scenarios_are_one_for_each_intention_and_never_say_it() -> None:
    profiles = [read(line.row) for line in jsonl.read_all(_FOLDER / "sage.jsonl") if line.row is not None]
    assert [profile.intention for profile in profiles] == [intention.id for intention in INTENTIONS]
    for profile in profiles:
        assert profile.kind == BY_ID[profile.intention].kind
        assert profile.hidden not in profile.scene + profile.first_talk
        assert len(profile.traits) == 3
