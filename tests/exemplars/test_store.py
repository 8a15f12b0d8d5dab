"""Exemplars: what is never served, in which order they come, and what is said where there are too few."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_encoder import build

from kardia_cli.errors import MissingExtra, UsageError
from kardia_cli.exemplars import store
from kardia_cli.exemplars.store import ExemplarStore
from kardia_cli.rows.line import Line, Row
from kardia_cli.stream import embedded

NOBODY: Row = {"id": "new", "situation": "", "messages": []}
TALK = ("The bus was late again.", "A late bus eats the morning.", "And the boss glared.", "Glares like that stay on.")


def row(name: str, *said: str, **fields: Any) -> Row:
    """A dialogue of the train split whose turns take sides in order, the seeker first."""
    messages = [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(said)]
    return {"id": name, "situation": f"situation of {name}", "split": "train", "messages": messages, **fields}


def made(*rows: Row, file: str = "rows.jsonl") -> ExemplarStore:
    return store.from_lines(Line(number, row=each, file=file) for number, each in enumerate(rows, 1))


def ids(
    held: ExemplarStore, query: str, dialogue: Row = NOBODY, count: int = 9, **options: Any
) -> list[tuple[str, int]]:
    found = held.search(query, count, dialogue, **options)
    return [(each.exemplar.dialogue, each.exemplar.turn) for each in found]


def test_the_reply_with_most_of_the_querys_rare_words_comes_first() -> None:
    held = made(row("a", "x", "the dog barks"), row("b", "x", "the dog and the heron wade"), row("c", "x", "the rain"))
    assert ids(held, "a heron and the dog") == [("b", 1), ("a", 1), ("c", 1)]


def test_equal_scores_keep_the_order_of_the_files() -> None:
    names = [f"row-{number}" for number in range(40)]
    held = made(*(row(name, "x", f"number {name} of the heron") for name in names))
    assert ids(held, "heron", count=40) == [(name, 1) for name in names]


def test_no_turn_of_the_dialogue_under_work_is_served_by_whatever_it_is_known() -> None:
    own = row("own", *TALK, anon_username="ann")
    other = row("other", "Mine too.", "A late bus is a thief of time.")
    held = made(own, other)
    for known_by in (
        {"id": "own"},
        {"situation": "Situation  of OWN."},
        {"messages": [{"role": "user", "content": "the bus was late, again"}]},
        {"anon_username": "ann"},
    ):
        assert ids(held, "late bus glares", {**NOBODY, **known_by}) == [("other", 1)], known_by
    assert ids(held, "late bus glares")[:2] == [("own", 3), ("own", 1)]


def test_a_situations_own_commas_of_published_files_do_not_hide_it() -> None:
    held = made(row("own", *TALK, situation="The bus_comma_ again."))
    assert ids(held, "late bus", {**NOBODY, "situation": "The bus, again."}) == []


@pytest.mark.parametrize("split", ["test", "valid", "dev"])
def test_held_out_rows_and_all_rows_of_a_test_person_are_left_out(split: str) -> None:
    held = made(
        row("a", *TALK, anon_username="ann"), row("b", *TALK, anon_username="ann", split=split),
        row("c", *TALK, split=split), row("d", "x", "late"),
    )  # fmt: skip
    assert {each.dialogue for each in held.exemplars} == {"d"}
    assert held.held_out == 3


def test_without_a_split_people_are_held_out_by_hash_and_by_the_files_name() -> None:
    people = [{**row(f"r{number}", *TALK, anon_username=f"person-{number}"), "split": None} for number in range(64)]
    held = made(*people)
    assert 0 < held.held_out < 20
    assert len(held.exemplars) == 2 * (64 - held.held_out)
    assert made(*people, file="test-00000-of-00001.jsonl").exemplars == []


def test_equal_replies_are_given_once_and_a_reply_without_a_word_of_the_query_never() -> None:
    held = made(row("a", "x", "A heron!"), row("b", "x", "a heron"), row("c", "x", "Nothing like it."))
    assert ids(held, "heron") == [("a", 1)]
    assert ids(held, "") == ids(held, "?!") == ids(held, "zebra") == []
    assert (held.searches, held.short) == (4, 4)
    assert ids(held, "heron", count=1) == [("a", 1)]
    assert (held.searches, held.short) == (5, 4)


def test_an_emotion_narrows_the_search_and_the_context_can_be_searched() -> None:
    held = made(
        row("a", "The dog ran off.", "Oh no.", emotion="sad"), row("b", "My dog won a prize.", "Wow.", emotion="proud"),
        row("c", "My dog is ill.", "Poor dog."),
    )  # fmt: skip
    assert ids(held, "dog", by="context", emotion="proud") == [("b", 1)]
    assert len(ids(held, "dog", by="context")) == 3
    assert ids(held, "dog") == [("c", 1)]


def test_hidden_spans_are_neither_searched_nor_shown() -> None:
    held = made(*({**each, "split": "train"} for each in embedded.rows("dialogues")))
    assert held.exemplars
    for exemplar in held.exemplars:
        shown = exemplar.reply + "".join(message["content"] for message in exemplar.context)
        assert "<|" not in shown
    assert {role["role"] for each in held.exemplars for role in each.context} == {"seeker", "supporter"}


def test_turns_before_the_seeker_speaks_and_several_in_a_row_are_read() -> None:
    messages = [
        {"role": "assistant", "content": "Hello."}, {"role": "user", "content": ""},
        {"role": "user", "content": "My heron flew."}, {"role": "assistant", "content": "Flew where?"},
        {"role": "assistant", "content": "..."}, {"role": "assistant", "content": "Tell me."},
    ]  # fmt: skip
    held = made({"id": "a", "split": "train", "messages": messages})
    assert [(each.turn, each.reply, each.answered) for each in held.exemplars] == [
        (3, "Flew where?", "My heron flew."), (5, "Tell me.", "My heron flew."),
    ]  # fmt: skip


def test_lines_that_are_no_dialogues_are_counted_and_cost_nothing_else(tmp_path: Path) -> None:
    lines = [
        json.dumps(row("a", *TALK)), "not json", json.dumps({"situation": "s", "emotion": "sad"}),
        json.dumps(row("b", *TALK, format="nowhere")), json.dumps(row("c", "Only the seeker.")),
    ]  # fmt: skip
    (tmp_path / "one.jsonl").write_text("\n".join(lines), encoding="utf-8")
    held = store.read([str(tmp_path / "one.jsonl")])
    assert held.summary() == ("exemplars: 2 replies of 1 dialogues, 4 rows without a reply that can be read")


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row(name, *TALK)), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no rows")
    held = store.read([str(tmp_path)])
    assert [each.dialogue for each in held.exemplars] == ["a", "a", "b", "b"]
    assert held.hash == store.read([str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]).hash != made().hash


def test_a_name_that_is_nothing_and_rows_that_give_none_say_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rows in nowhere"):
        store.read(["nowhere.jsonl"])
    with pytest.raises(UsageError, match="no rows in"):
        store.read([str(tmp_path)])
    (tmp_path / "x.jsonl").write_text(json.dumps(row("a", *TALK, split="test")), encoding="utf-8")
    with pytest.raises(UsageError, match="1 rows held out, 0 without a reply"):
        store.read([str(tmp_path)])


@pytest.mark.parametrize("file", ["gold.jsonl", "faults.jsonl"])
def test_rows_of_the_examples_are_read(file: str) -> None:
    assert store.read([str(Path(__file__).parents[2] / "examples" / file)]).exemplars


def test_an_encoder_finds_the_same_text_first_and_keeps_every_rule(tmp_path: Path) -> None:
    rows = [row("a", *TALK), row("b", "Mine too.", "A late bus eats the morning!"), row("c", "x", "Herons wade.")]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    model = str(build(tmp_path / "encoder"))
    held = store.read([str(tmp_path / "rows.jsonl")], model)
    assert ids(held, "A late bus eats the morning.")[0] == ("a", 1)
    found = held.search("A late bus eats the morning.", 9, {**NOBODY, "id": "a"})
    assert {each.exemplar.dialogue for each in found} == {"b", "c"}
    assert all(0 < each.score <= 1.0001 for each in found)
    assert held.hash != store.read([str(tmp_path / "rows.jsonl")]).hash
    with pytest.raises(UsageError, match="is no model folder"):
        store.read([str(tmp_path / "rows.jsonl")], str(tmp_path))


def test_without_bm25s_the_remedy_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        store.read(["builtin"])
    assert "retrieval" in caught.value.remedy
