"""Rows to samples: what is a target, what is shortened, what is left out, who is kept back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_rows import row, rows

from kardia_cli.chat.local.chat_template import encode
from kardia_cli.errors import UsageError
from kardia_cli.rows import prompts
from kardia_cli.training import samples, tiny
from tests.support import four_spans as spans


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from transformers import AutoTokenizer

    folder: Path = tiny.build(rows(exchanges=4), tmp_path_factory.mktemp("tiny"), seed=0)
    return AutoTokenizer.from_pretrained(folder)


def test_each_supporter_turn_is_a_sample_whose_target_is_the_turn_alone(tokenizer: Any) -> None:
    made = samples.for_sft([row(0)], tokenizer, 4096)
    assert [item["turn"] for item in made.items] == [1, 3]
    second = made.items[1]
    assert second["completion"] == [{"role": "assistant", "content": row(0)["messages"][3]["content"]}]
    assert second["prompt"] == prompts.conversation(row(0), 3)
    assert made.counts.shortened == made.counts.too_long == 0


def test_a_turn_that_is_not_four_spans_is_no_target_and_is_counted(tokenizer: Any) -> None:
    spoiled = row(0)
    spoiled["messages"][1]["content"] = "I hear you."
    made = samples.for_sft([spoiled], tokenizer, 4096)
    assert [item["turn"] for item in made.items] == [3]
    assert made.counts.without_spans == 1


def test_the_data_cards_spelling_of_tags_is_trained_as_markers(tokenizer: Any) -> None:
    spelt = row(0, exchanges=1)
    spelt["messages"][1]["content"] = "<understanding>a</understanding><reasoning>b</reasoning>" + (
        "<emotion>sad</emotion><response>c</response>"
    )
    (item,) = samples.for_sft([spelt], tokenizer, 4096).items
    assert item["completion"][0]["content"] == spans.render(spans.Spans("a", "b", "sad", "c"))


def test_a_long_sample_loses_its_oldest_turns_keeps_the_system_message_and_is_counted(tokenizer: Any) -> None:
    long = row(0, exchanges=4)
    whole = tokenizer.apply_chat_template(
        [*prompts.conversation(long, 7), {"role": "assistant", "content": long["messages"][7]["content"]}],
        return_dict=False,
    )
    made = samples.for_sft([long], tokenizer, len(whole) - 1, truncate=True)
    item = made.items[-1]
    assert item["completion"][0]["content"] == long["messages"][7]["content"]
    assert item["prompt"][0] == prompts.conversation(long)[0]
    assert item["prompt"][1:] == prompts.conversation(long, 7)[3:]
    assert item["prompt"][1]["role"] == "user"
    assert made.counts.shortened == 1
    assert made.counts.dropped_turns == 2
    assert "2 oldest turns" in str(made.counts)
    ids = tokenizer.apply_chat_template(item["prompt"] + item["completion"], return_dict=False)
    assert len(ids) == made.lengths[-1] < len(whole)


def test_a_sample_that_is_too_long_is_refused_with_row_turn_and_remedy(tokenizer: Any) -> None:
    long = row(0, exchanges=4)
    lengths = samples.for_sft([long], tokenizer, 4096).lengths
    assert lengths == sorted(lengths)
    with pytest.raises(UsageError) as caught:
        samples.for_sft([row(2, exchanges=1), long], tokenizer, lengths[2])
    assert str(caught.value) == f"row row-0 turn 7: {lengths[3]} tokens with its prompt, but {lengths[2]} fit"
    assert "--truncate" in caught.value.remedy
    with pytest.raises(UsageError, match=rf"row-0 turn 3: .*\(3 such turns, the longest has {lengths[3]}\)"):
        samples.for_sft([long], tokenizer, lengths[0])


def test_the_length_of_a_sample_is_what_trl_makes_of_it(tokenizer: Any) -> None:
    made = samples.for_sft([row(0, exchanges=3)], tokenizer, 4096)
    for item, length in zip(made.items, made.lengths, strict=True):
        assert length == len(tokenizer.apply_chat_template(item["prompt"] + item["completion"], return_dict=False))


def test_a_grpo_prompt_that_is_too_long_is_shortened_or_where_that_is_not_allowed_refused(tokenizer: Any) -> None:
    long = row(0, exchanges=4)
    lengths = samples.for_grpo([long], tokenizer, 4096).lengths
    made = samples.for_grpo([long], tokenizer, lengths[2])
    assert made.counts.shortened == 1
    assert made.lengths == [len(encode(tokenizer, item["prompt"])) for item in made.items]
    with pytest.raises(UsageError, match="row-0 turn 7"):
        samples.for_grpo([long], tokenizer, lengths[2], truncate=False)


def test_a_sample_that_does_not_fit_even_shortened_is_left_out_and_counted(tokenizer: Any) -> None:
    made = samples.for_sft([row(0)], tokenizer, 20, truncate=True)
    assert made.items == []
    assert made.counts.too_long == 2


def test_grpo_prompts_end_in_a_seeker_turn_and_know_their_row_and_turn(tokenizer: Any) -> None:
    open_end = row(1)
    open_end["messages"].append({"role": "user", "content": "One more thing."})
    made = samples.for_grpo([row(0), open_end], tokenizer, 4096)
    assert [(item["row"], item["turn"]) for item in made.items] == [(0, 1), (0, 3), (1, 1), (1, 3), (1, 5)]
    assert all(item["prompt"][-1]["role"] == "user" for item in made.items)
    assert all(len(encode(tokenizer, item["prompt"])) <= 4096 for item in made.items)


def test_of_two_seeker_messages_in_a_row_only_the_last_is_answered() -> None:
    messages = [{"role": role, "content": "x"} for role in ("assistant", "user", "user", "assistant", "user")]
    assert list(samples.answerable({"messages": messages})) == [3, 5]


@pytest.mark.parametrize("people", [2, 3, 9, 200])
def test_the_dev_part_is_whole_people_and_never_empty_nor_everyone(people: int) -> None:
    many = [{**row(number), "anon_username": f"p{number % people}"} for number in range(people * 2)]
    train, dev = samples.split_dev(many)
    names = [{item["anon_username"] for item in part} for part in (train, dev)]
    assert names[0].isdisjoint(names[1])
    assert len(train) + len(dev) == len(many)
    assert 1 <= len(names[1]) <= max(1, people // 4)


def test_one_person_alone_is_trained_on() -> None:
    train, dev = samples.split_dev([row(0), row(2)])
    assert (len(train), len(dev)) == (2, 0)


def test_a_person_stays_in_the_dev_part_when_others_join() -> None:
    few = [{**row(number), "anon_username": f"p{number}"} for number in range(40)]
    more = few + [{**row(number), "anon_username": f"q{number}"} for number in range(40)]
    in_dev = {item["anon_username"] for item in samples.split_dev(few)[1]}
    assert in_dev <= {item["anon_username"] for item in samples.split_dev(more)[1]}
