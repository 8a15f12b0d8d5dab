"""The protocol `references` holds replies against the row's own, says what a figure hangs on, and asks no judge."""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import warm
from scripted import chat
from small_rows import rows as training_rows

from kardia_cli.chat.gateway import Chat
from kardia_cli.errors import CallFailed, RowError, UsageError
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.metrics import bleu
from kardia_cli.protocols import references
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Request
from kardia_cli.stages.evaluation import Measure, evaluate, without_text
from kardia_cli.training import tiny
from tests.support import four_spans as spans
from tests.support.four_spans import Spans


def turn(response: str, emotion: str = "sad") -> str:
    return spans.render(Spans("hidden words of understanding", "hidden reasons", emotion, response))


def row(*own: str, strategies: tuple[str, ...] = (), number: int = 0) -> Row:
    messages: list[dict[str, str]] = []
    for at, reply in enumerate(own):
        messages += [{"role": "user", "content": f"seeker {at}"}, {"role": "assistant", "content": reply}]
    for message, name in zip([each for each in messages if each["role"] == "assistant"], strategies, strict=False):
        message["strategy"] = name
    return {"id": f"row-{number}", "emotion": "sad", "situation": "s", "messages": messages}


def fails(request: Request) -> Any:
    raise AssertionError("the judge was asked")


def measured(given: Row | list[Row], answers: Mapping[str, Any], **options: Any) -> list[Row]:
    """The score rows; an answer is a text, or a function of the request."""
    model, _ = chat(fails, "judge")
    judge = Judge(rubric_file.load("kardia-core"), model, 0)
    chats: dict[str, Chat] = {name: chat(_always(say), name)[0] for name, say in answers.items()}

    async def go() -> list[Row]:
        async def score(one: Row, players: Mapping[str, Chat], whose: Judge) -> Any:
            return await references.evaluate(one, players, whose, **options)

        measure = Measure("references", score, references.SPEC)
        found = [await evaluate(one, measure, chats, judge) for one in (given if isinstance(given, list) else [given])]
        return [each for its in found for each in its]

    return asyncio.run(go())


def _always(say: Any) -> Callable[[Request], Any]:
    return say if callable(say) else lambda request: say


def parts(scored: Row) -> dict[str, float | None]:
    return {part["id"]: part["value"] for part in scored["parts"]}


def table(title: str, scored: list[Row]) -> list[dict[str, Any]]:
    return next(lines for name, lines in references.further(scored) if name.startswith(title))


def test_only_the_response_span_counts_on_both_sides() -> None:
    (plain,) = measured(row("that is hard"), {"m": "that was hard"})
    (whole,) = measured(row(turn("that is hard")), {"m": turn("that was hard", "angry")})
    assert parts(plain) == parts(whole)
    assert (whole["response"], whole["reference"], whole["label"]) == ("that was hard", "that is hard", "angry")
    assert whole["value"] == pytest.approx(2 / 3)
    assert parts(whole)["ref.rouge_l"] == whole["value"]
    assert parts(whole)["ref.bleu"] == pytest.approx(bleu.sentence("that was hard", "that is hard"))
    assert parts(whole)["ref.words"] == 3


def test_each_model_answers_each_turn_and_sees_no_reply_that_is_still_to_come() -> None:
    seen: list[list[str]] = []

    def says(request: Request) -> str:
        seen.append([message["content"] for message in request.messages[1:]])
        return "yes"

    found = measured(row(turn("first own"), turn("second own")), {"a": says, "b": "no"})
    assert [(each["model"], each["turn"]) for each in found] == [("a", 1), ("a", 3), ("b", 1), ("b", 3)]
    assert sorted(seen, key=len) == [["seeker 0"], ["seeker 0", "first own", "seeker 1"]]


def test_an_empty_reply_is_0_and_an_empty_reply_of_the_row_is_not_scored() -> None:
    empty, nothing_to_compare = measured(
        row("that is hard", "\u2026"), {"m": lambda request: "" if len(request.messages) == 2 else "yes"}
    )
    assert (empty["value"], parts(empty)["ref.bleu"], parts(empty)["ref.dist_1"]) == (0, 0, None)
    assert (nothing_to_compare["value"], parts(nothing_to_compare)["ref.rouge_l"]) == (None, None)
    assert "nothing to compare" in nothing_to_compare["reason"]


def test_a_call_that_failed_is_no_reply_and_a_refusal_is_an_empty_one() -> None:
    found = measured(
        row("that is hard"), {"slow": CallFailed("timeout", "slow"), "shy": CallFailed("refusal", "no"), "m": "that"}
    )
    slow, shy, _ = found
    assert (slow["value"], slow["parts"], slow["response"]) == (None, [], None)
    assert (shy["value"], shy["response"]) == (0, "")
    assert [line["no reply"] for line in references.summarize(found)] == [1, 0, 0]
    assert "BLEU-1" not in json.dumps([line for line in table("BLEU", found) if line["model"] == "slow"])


def test_the_rows_own_replies_are_a_system_without_a_model() -> None:
    scored = measured([row("so sorry, so sorry", "tell me more"), row("oh no", number=1)], {}, gold=True)
    assert {each["model"] for each in scored} == {"gold"}
    assert all(each["value"] is None and "ref.rouge_l" not in parts(each) for each in scored)
    (line,) = references.summarize(scored)
    assert (line["dialogues"], line["turns"], line["Dist-1 %"]) == (2, 3, pytest.approx(100 * 7 / 9))
    assert "BLEU-2" not in line
    assert table("EPITOME", scored)[0]["emotional reaction"] > 0


def test_without_model_and_gold_it_says_what_to_type() -> None:
    with pytest.raises(UsageError) as caught:
        measured(row("that is hard"), {})
    assert "gold=true" in caught.value.remedy


def test_a_row_without_a_supporter_turn_is_an_error_of_that_row() -> None:
    with pytest.raises(RowError, match="no supporter turn"):
        measured({"id": "x", "messages": [{"role": "user", "content": "hello"}]}, {"m": "yes"})


def test_bleu_is_of_the_corpus_and_its_signature_stands_above_it() -> None:
    own = ["i am very sorry to hear that", "what happened to you"]
    said = ["i am so sorry to hear that", "what happened today"]
    scored = measured([row(*own)], {"m": lambda request: said[len(request.messages) > 2]})
    whole = bleu.corpus(said, own)
    assert whole is not None
    title, lines = next(each for each in references.further(scored) if each[0].startswith("BLEU"))
    assert "BLEU-N|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" in title
    assert [lines[0][f"BLEU-{order}"] for order in (1, 2, 3, 4)] == list(whole.scores.values())
    assert references.summarize(scored)[0]["BLEU-4"] == whole.scores[4]


def test_the_tables_come_from_the_rows_alone_as_they_are_saved_and_as_memory_keeps_them() -> None:
    scored = measured(row("that is hard", "tell me more"), {"a": "that is sad", "b": "go on"}, tokeniser="words+punct")
    saved = [json.loads(json.dumps(each)) for each in scored]
    kept = [without_text(each) for each in scored]
    for same in (saved, kept):
        assert references.summarize(same) == references.summarize(scored)
        assert references.further(same) == references.further(scored)
    assert "tokeniser words+punct" in table_title("Dist", saved)


def test_rows_that_were_measured_with_different_options_are_never_pooled() -> None:
    given = row("that is hard")
    scored = measured(given, {"a": "that"}, tokeniser="chars") + measured(given, {"b": "that"})
    with pytest.raises(UsageError, match="different options"):
        references.summarize(scored)


def table_title(start: str, scored: list[Row]) -> str:
    return next(title for title, _ in references.further(scored) if title.startswith(start))


def test_a_constant_reply_is_seen_and_systems_are_compared_at_one_n() -> None:
    given = [row(f"word{at} other{at}", f"third{at}", number=at) for at in range(20)]
    lines = table("Dist", measured(given, {"m": "i am sorry to hear that"}, gold=True))
    gold, model = lines
    (column,) = [name for name in gold if name.startswith("Dist-1 % at N=")]
    assert column == "Dist-1 % at N=60"
    assert (gold["N 1"], model["N 1"]) == (60, 240)
    assert model["Dist-1 %"] == pytest.approx(100 * 6 / 240)
    assert model[column] == pytest.approx(100 * 6 / 60)
    assert gold[column] == gold["Dist-1 %"] == 100


def test_an_n_of_ones_own_is_the_columns_name_and_too_few_tokens_give_no_figure() -> None:
    (line,) = table("Dist", measured(row("one two three"), {}, gold=True, total=1000))
    assert line["Dist-1 % at N=1000"] is None


def test_a_named_strategy_is_a_hit_or_a_miss_and_no_word_of_the_reply() -> None:
    given = row("why?", "that is hard", "i see", strategies=("Questions", "Reflection of Feelings", "Question"))
    said = ["[Question] why?", "[Others] hm", "plain words"]
    scored = measured(given, {"m": lambda request: said[len(request.messages) // 2 - 1], "untold": "hm"})
    assert [parts(each).get("strategy") for each in scored] == [1, 0, None, None, None, None]
    assert scored[0]["value"] == 1
    (line,) = table("Support strategy", scored)
    assert (line["model"], line["turns"], line["named none"], line["always"]) == ("m", 3, 1, "Question")
    assert (line["accuracy %"], line["floor %"]) == (pytest.approx(100 / 3), pytest.approx(200 / 3))


def test_a_model_told_to_name_one_misses_where_it_does_not() -> None:
    (scored,) = measured(row("why?", strategies=("Question",)), {"m": "why?"}, strategy=True)
    assert parts(scored)["strategy"] == 0
    (unlabelled,) = measured(row("why?"), {"m": "why?"}, strategy=True)
    assert "strategy" not in parts(unlabelled)


def test_a_line_separator_is_kept_in_one_row() -> None:
    (scored,) = measured(row("that\u2028is hard"), {"m": "that is\u2028hard"})
    assert scored["value"] == 1
    assert scored["reference"] == "that\u2028is hard"


def test_chinese_is_measured_and_a_tokeniser_that_does_not_cut_it_is_named() -> None:
    own, said = "我很难过听到这个", "我很难过知道这个"
    scored = measured(row(own), {"m": said})
    assert scored[0]["value"] == pytest.approx(6 / 8)
    assert "bleu=zh" in table_title("BLEU", scored)
    better = measured(row(own), {"m": said}, bleu="zh")
    assert "bleu=zh" not in table_title("BLEU", better)
    assert table("BLEU", better)[0]["BLEU-1"] == pytest.approx(75)


def test_bleu_can_be_left_out() -> None:
    scored = measured(row("that is hard"), {"m": "that"}, bleu="off")
    assert "ref.bleu" not in parts(scored[0])
    assert not [title for title, _ in references.further(scored) if title.startswith("BLEU")]


def test_perplexity_is_per_token_over_the_corpus_and_names_model_and_tokeniser(tmp_path: Path) -> None:
    folder = tiny.build(training_rows(), tmp_path / "tiny", seed=0)
    scored = measured(row("that is hard", "tell me more about the exam"), {"m": "oh"}, gold=True, ppl=str(folder))
    losses = [
        (parts(each)["ref.nats"] or 0, parts(each)["ref.tokens"] or 0) for each in scored if each["model"] == "gold"
    ]
    title, lines = next(each for each in references.further(scored) if each[0].startswith("ppl by tiny@"))
    assert "tok:" in title
    assert lines[0]["perplexity"] == pytest.approx(math.exp(sum(n for n, _ in losses) / sum(t for _, t in losses)))
    assert lines[0]["tokens"] == sum(count for _, count in losses)


@pytest.mark.parametrize("option", ["ppl", "bertscore"])
def test_a_folder_that_is_no_model_ends_the_run_with_one_line(tmp_path: Path, option: str) -> None:
    with pytest.raises(UsageError, match="no model folder"):
        measured(row("that is hard"), {"m": "oh"}, **{option: str(tmp_path / "none")})


def kardia(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = warm.run(Path.cwd(), "evaluate", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def table_lines(said: str) -> list[str]:
    """What stderr says of tables: all after the line on the split."""
    return said[said.index("references, ") :].split("\n")


def test_the_command_line_takes_its_options_and_writes_one_row_a_turn(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps(row("that\u2028is hard", "go on"), ensure_ascii=False) + "\n", encoding="utf-8")
    options = ["--split", "all", "--with", "gold=true", "--with", "bleu=off", "--with", "tokeniser=words+punct"]
    done = kardia(str(path), "--protocol", "references", *options)
    assert len(done.stdout.strip("\n").split("\n")) == 2
    assert "tokeniser words+punct" in " ".join(done.stderr.split())


def test_saved_replies_are_measured_and_their_scores_give_the_same_tables_again_without_any_model(
    tmp_path: Path,
) -> None:
    data, replies, scores = (tmp_path / name for name in ("data.jsonl", "replies.jsonl", "scores.jsonl"))
    data.write_text(json.dumps(row(turn("that is hard"), turn("go on"))) + "\n")
    saved = [{"id": "row-0", "turn": at, "text": text, "model": "m"} for at, text in ((1, "that was hard"), (3, "on"))]
    replies.write_text("".join(json.dumps(each) + "\n" for each in saved))
    first = kardia(str(data), "--protocol", "references", "--split", "all", "--predictions", str(replies))
    scores.write_text(first.stdout)
    again = kardia(str(scores), "--from-scores")
    assert again.stdout == first.stdout
    assert [json.loads(line)["value"] for line in first.stdout.strip().split("\n")] == pytest.approx([2 / 3, 2 / 3])
    assert table_lines(again.stderr) == table_lines(first.stderr)
