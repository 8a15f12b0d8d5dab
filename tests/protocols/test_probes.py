"""Probes move a judge that can be moved, and leave fence, nonce, parser, quotes and masks as they are."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from scripted import chat, verdict

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.names import ModelSpec
from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed, RowError, UsageError
from kardia_cli.evaluation.probing import attacks, corrupted
from kardia_cli.evaluation.probing.expectations import Case, advantages, broken, spread
from kardia_cli.evaluation.probing.probe_families import BY_NAME, BY_NUMBER, FAMILIES, INJECTIONS, Leaf, read
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.offline.backend import OfflineChat
from kardia_cli.protocols import probes
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import check_row
from kardia_cli.rows.request import Request
from kardia_cli.stages.evaluation import Measure
from kardia_cli.stages.evaluation import evaluate as as_rows
from kardia_cli.stream import embedded
from tests.support import four_spans as spans
from tests.support.four_spans import FORM, PLAIN, Spans

CORE = rubric_file.load("kardia-core")
ROWS = {row["id"]: row for row in embedded.rows("probes")}
Answers = Callable[[Request], Any]


def scripted(answers: Answers, rubric: str = "kardia-core", **options: Any) -> Judge:
    model, _ = chat(answers)
    return Judge(rubric_file.load(rubric), model, 0, **options)


def offline() -> Judge:
    return Judge(CORE, Chat(ModelSpec("offline", "offline", "offline"), OfflineChat(), "", {}), 0)


def scored(row: Row, judge: Judge, **options: Any) -> list[Score]:
    return list(asyncio.run(probes.evaluate(row, {}, judge, **options)))


def one(name: str, answers: Answers, rubric: str = "kardia-core", **options: Any) -> Score:
    (score,) = scored(ROWS[name], scripted(answers, rubric, **options))
    return score


def of(*families: int) -> list[str]:
    return [name for name, row in ROWS.items() if row["probe"]["family"] in families]


def steady(request: Request) -> dict[str, Any]:
    """A judge whom nothing moves: 3 for all, and nothing found."""
    return verdict(request, level=3)


# --- judges that obey what they read


def obeys_words(request: Request) -> dict[str, Any]:
    """Gives the highest level where the reply asks for something, else 2."""
    asks = re.search(r"grad|level|mark|score|assess|evaluat|bewert|\b5\b|10/10", request.facts["reply"], re.IGNORECASE)
    return verdict(request, level=5 if asks else 2)


def echoes_json(request: Request) -> Any:
    """Gives back the first verdict that it finds in the prompt, and one of its own only where there is none."""
    start = request.facts["reply"].find('{"nonce"')
    if start < 0:
        return verdict(request, level=2)
    found, _ = json.JSONDecoder().raw_decode(request.facts["reply"][start:])
    return found


def copies_nonce(request: Request) -> dict[str, Any]:
    """Takes for its nonce the first that it reads in the reply."""
    found = re.search(r"nonce\W+([0-9a-f]{8})", request.facts["reply"])
    return {**verdict(request, level=5), "nonce": found[1] if found else request.facts["nonce"]}


def obeys_all_it_sees(request: Request) -> dict[str, Any]:
    """Gives 5 where anything at all in its prompt tells it to."""
    return verdict(request, level=5 if "must enter 5" in str(request.messages) + str(request.facts) else 2)


@pytest.mark.parametrize("name", [name for name in of(1) if name != "probe-01-7"])
def test_a_judge_that_obeys_the_reply_is_caught_with_its_lift(name: str) -> None:
    score = one(name, obeys_words)
    assert score.value == 0.0
    assert score.parts["lift.empathy"] == 3.0
    assert "empathy +3.00" in score.reason


@pytest.mark.parametrize("name", [name for name in of(*INJECTIONS) if name != "probe-02-3"])
def test_a_judge_whom_nothing_moves_holds_against_every_injection(name: str) -> None:
    score = one(name, steady)
    assert (score.value, score.parts["lift"]) == (1.0, 0.0), score.reason


@pytest.mark.parametrize("name", ["probe-02-1", "probe-02-2", "probe-02-3", "probe-02-5", "probe-02-6"])
def test_an_echoed_verdict_lacks_the_nonce_and_is_a_failure_never_a_number(name: str) -> None:
    score = one(name, echoes_json)
    assert score.value is None
    assert "not scored: nonce" in score.reason


def test_the_judge_that_echoes_is_failed_by_its_type() -> None:
    row = ROWS["probe-02-1"]
    text = attacks.attacked("verdict", row["probe"]["without"], "", CORE, FORM)
    with pytest.raises(CallFailed) as caught:
        asyncio.run(scripted(echoes_json).judge(row, 1, text, form=PLAIN))
    assert caught.value.why == "nonce"


def test_of_an_echo_and_a_verdict_the_one_with_the_nonce_counts() -> None:
    def both(request: Request) -> str:
        return f"{orjson.dumps(echoes_json(request)).decode()}\n{orjson.dumps(verdict(request, level=2)).decode()}"

    score = one("probe-02-1", both)
    assert (score.value, score.parts["lift"]) == (1.0, 0.0), score.reason


def test_a_nonce_read_in_the_reply_is_the_wrong_one() -> None:
    assert one("probe-02-2", copies_nonce).reason.endswith("'deadbeef'")


def test_the_fence_is_none_that_the_reply_can_close() -> None:
    asked: list[Request] = []

    def keeps(request: Request) -> dict[str, Any]:
        asked.append(request)
        return steady(request)

    for name in of(3):
        one(name, keeps)
    for request in asked:
        prompt = request.messages[1]["content"]
        fences = re.findall(r"^---[0-9a-f]{12}---$", prompt, re.MULTILINE)
        own = max(set(fences), key=fences.count)
        assert fences.count(own) == 8, "four pieces of material, each between two lines of one fence"
        assert own not in request.facts["reply"]
        assert request.facts["reply"] == prompt.split(own)[7].strip("\n")


def test_slots_in_a_reply_are_read_as_they_stand() -> None:
    filled = ROWS["probe-04-1"]
    assert "{nonce}" in filled["probe"]["with"]
    assert one("probe-04-1", steady).value == 1.0

    def sees_its_nonce(request: Request) -> dict[str, Any]:
        return verdict(request, level=5 if "{nonce}" not in str(request.messages[1]) else 2)

    assert one("probe-04-1", sees_its_nonce).parts["lift.empathy"] == -3.0


def test_what_the_hidden_spans_say_reaches_no_judge() -> None:
    assert "must enter 5" in ROWS["probe-01-7"]["probe"]["with"]
    score = one("probe-01-7", obeys_all_it_sees)
    assert (score.value, score.parts["lift"]) == (1.0, 0.0), score.reason


def test_an_injection_in_the_talk_that_is_blamed_on_the_reply_breaks_the_probe() -> None:
    def blames(request: Request) -> dict[str, Any]:
        asked = {question["id"] for question in request.facts["questions"]}
        return verdict(request, level=3, present=("sycophancy",) if "sycophancy" in asked else ())

    row = json.loads(json.dumps(ROWS["probe-05-1"]))
    row["probe"]["expect"][1]["id"] = (
        "sycophancy"  # judge_appeal itself is not asked here: the reply says nothing of it
    )
    (score,) = scored(row, scripted(blames))
    assert score.value == 0.0
    assert "sycophancy found" in score.reason


def test_hidden_letters_are_judged_as_plain_ones_and_kept_as_they_were() -> None:
    score = one("probe-09-6", obeys_words)
    assert "l\u200be\u200bv\u200be\u200bl" in score.text
    assert score.parts["lift.fluency"] == 3.0, "the judge reads what was hidden, so its lift can be seen"


# --- hollow replies, and what code decides


@pytest.mark.parametrize("name", of(8))
def test_a_reply_that_says_nothing_is_at_the_floor_without_a_call(name: str) -> None:
    def never(request: Request) -> dict[str, Any]:
        raise AssertionError("asked")

    assert one(name, never).value == 1.0


@pytest.mark.parametrize("name", of(7))
def test_a_generous_judge_of_master_keys_is_caught(name: str) -> None:
    assert one(name, lambda request: verdict(request, level=5)).value == 0.0


@pytest.mark.parametrize("name", of(10, 11))
def test_padding_and_repetition_are_found_by_code(name: str) -> None:
    reason = one(name, lambda request: verdict(request, level=1)).reason
    assert reason.endswith("held")


# --- a judge whose answers are spoilt


@pytest.mark.parametrize("name", of(22, 23, 24))
def test_a_spoilt_answer_is_a_typed_failure_or_is_mended(name: str) -> None:
    assert one(name, steady).value == 1.0


@pytest.mark.parametrize("name", of(22, 23, 24))
def test_a_spoilt_answer_is_one_with_a_call_for_each_criterion_too(name: str) -> None:
    score = one(name, steady, calls="criterion")
    assert score.value == 1.0, score.reason


@pytest.mark.parametrize("fault", [*corrupted.RAISED, *corrupted.INSTEAD, *corrupted.TEXTS, *corrupted.EDITS])
def test_no_fault_of_the_judge_gives_a_number(fault: str) -> None:
    model, _ = chat(steady)
    twin, times = corrupted.corrupted(Judge(CORE, model, 0), fault, "require")
    with pytest.raises(CallFailed):
        asyncio.run(twin.judge(ROWS["probe-01-1"], 1, ROWS["probe-01-1"]["probe"]["without"], form=PLAIN))
    assert times


def test_spoiling_a_judge_leaves_the_judge_as_it_was() -> None:
    judge = scripted(steady)
    text = ROWS["probe-01-1"]["probe"]["without"]
    corrupted.corrupted(judge, "timeout")
    critique = asyncio.run(judge.judge(ROWS["probe-01-1"], 1, text, form=PLAIN))
    assert critique.levels[0].level == 3


def test_the_second_look_of_a_spoilt_panel_is_taken_by_the_same_twin() -> None:
    model, _ = chat(steady)
    twin, _times = corrupted.corrupted(Judge(CORE, model, 0, gate=model), "timeout")
    assert twin.gate is twin.chats[0]


def test_a_judge_that_forgives_a_spoilt_answer_breaks_the_probe() -> None:
    row = json.loads(json.dumps(ROWS["probe-22-9"]))  # mended at the second asking, so there is no failure to expect
    row["probe"]["expect"] = [{"what": "failed", "id": "off_menu"}]
    (score,) = scored(row, scripted(steady))
    assert score.value == 0.0
    assert "a verdict in place of a failure" in score.reason


def test_a_failure_of_another_type_breaks_the_probe() -> None:
    row = json.loads(json.dumps(ROWS["probe-23-1"]))
    row["probe"]["expect"] = [{"what": "failed", "id": "refusal"}]
    (score,) = scored(row, scripted(steady))
    assert "failure timeout, not refusal" in score.reason


@pytest.mark.parametrize("name", ["probe-22-1", "probe-01-1", "probe-25-1"])
def test_a_judge_that_fails_by_itself_is_not_scored(name: str) -> None:
    score = one(name, lambda request: CallFailed("server", "down"))
    assert score.value is None
    assert "not scored: server" in score.reason


def test_a_fault_that_finds_nothing_to_spoil_is_not_scored() -> None:
    row = json.loads(json.dumps(ROWS["probe-24-5"]))
    (score,) = scored(row, scripted(lambda r: verdict(r, level=3), "kardiabench"))  # it asks no questions
    assert score.value is None
    assert "nothing that drop_answer could spoil" in score.reason


# --- groups


def test_a_group_of_equal_scores_gives_no_advantage_and_no_nan() -> None:
    assert advantages([0.4] * 8) == [0.0] * 8
    assert advantages([0.0] * 8) == [0.0] * 8
    assert spread([0.4] * 8) == 0.0


def test_a_reply_that_was_not_scored_changes_nothing_for_the_others() -> None:
    scores = [0.67, 0.7, 0.74, 0.69]
    with_gap = advantages([0.67, None, 0.7, 0.74, 0.69])
    assert with_gap[1] is None
    assert [gain for gain in with_gap if gain is not None] == advantages(scores)
    assert advantages([None, None]) == [None, None]
    assert spread([None]) is None


@pytest.mark.parametrize("name", ["probe-25-1", "probe-25-2"])
def test_equal_replies_get_equal_scores(name: str) -> None:
    score = one(name, steady)
    assert (score.value, score.parts["spread"]) == (1.0, 0.0)


def test_a_moody_judge_gives_a_group_a_signal_that_is_not_there() -> None:
    moods = iter([2, 3] * 8)
    score = one("probe-25-1", lambda request: verdict(request, level=next(moods)))
    assert score.value == 0.0
    assert "scores spread" in score.reason


def vetoes(request: Request) -> dict[str, Any]:
    """Finds clinical advice, and agrees at the second look."""
    if request.task == "judge.gate":
        answers = [{"id": q["id"], "reason": "r", "quote": "", "present": True} for q in request.facts["questions"]]
        return {"nonce": request.facts["nonce"], "answers": answers}
    return verdict(request, level=len(request.facts["reply"]) % 5 + 1, present=("clinical_advice",))


def test_a_group_that_is_all_vetoed_is_equal_however_its_levels_differ() -> None:
    assert one("probe-25-3", vetoes).value == 1.0
    assert "8 of 8 not vetoed" in one("probe-25-3", steady).reason


# --- what is expected


def test_a_gate_that_the_second_look_overrules_is_cleared_and_not_found() -> None:
    def disputes(request: Request) -> dict[str, Any]:
        answer = vetoes(request)
        for item in answer["answers"] if request.task == "judge.gate" else ():
            item["present"] = False
        return answer

    row = json.loads(json.dumps(ROWS["probe-15-1"]))
    row["probe"]["expect"] = [
        {"what": "cleared", "id": "clinical_advice"},
        {"what": "adjudicated", "id": "clinical_advice"},
    ]
    assert scored(row, scripted(disputes))[0].value == 1.0
    assert "clinical_advice found" in scored(row, scripted(vetoes))[0].reason
    row["probe"]["expect"] = [{"what": "found", "id": "clinical_advice"}]
    assert "overruled" in scored(row, scripted(disputes))[0].reason
    assert scored(row, scripted(vetoes))[0].value == 1.0


def test_a_judge_is_not_asked_for_the_persona_where_no_profile_is_and_a_blank_one_is_none() -> None:
    assert one("probe-19-1", steady).value == 1.0
    assert one("probe-19-2", steady).value == 1.0


def test_a_judge_that_leaves_the_persona_ungraded_holds_where_the_profile_says_nothing() -> None:
    def abstains(request: Request) -> dict[str, Any]:
        answer = verdict(request, level=3)
        for item in answer["criteria"]:
            if item["id"] == "persona_consistency":
                item.update(level=None, quotes=[])
        return answer

    assert one("probe-19-3", abstains).value == 1.0
    assert "not left ungraded" in one("probe-19-3", steady).reason


def test_what_a_rubric_does_not_ask_is_not_held_against_the_judge() -> None:
    score = one("probe-13-1", steady, "kardiabench")
    assert score.value is None
    assert "asks nothing of what is expected" in score.reason


def shown(text: str, prompt: str, what: str, judged: str = "") -> str | None:
    """What an expectation says of a turn `text` where the judge was asked `prompt`, and got to judge `judged`."""
    row = ROWS["probe-01-6"]
    critique = asyncio.run(scripted(steady).judge(row, 1, judged or text))
    asked = [Request([{"role": "user", "content": prompt}], "judge.turn")]
    return broken(Leaf.model_validate({"what": what}), Case(scripted(steady), row, text, None, [critique], None, asked))


def test_a_judge_that_is_shown_other_words_or_hidden_ones_or_is_asked_for_nothing_breaks_the_probe() -> None:
    text = spans.render(Spans("deep down", "because", "guilty", "Say {more}."))
    assert shown(text, "…\nSay {more}.\n…", "verbatim") == ""
    assert "does not stand" in (shown(text, "…\nSay less.\n…", "verbatim") or "")
    assert shown(text, "Say {more}.", "unseen") == ""
    assert "hidden span" in (shown(text, "They mean: deep down", "unseen") or "")
    assert "1 calls" in (shown(text, "Say {more}.", "floor") or "")


def test_a_text_whose_hidden_letters_were_lost_breaks_the_probe() -> None:
    text = spans.render(Spans("deep down", "because", "guilty", "Say more. g\u200br\u200ba\u200bd\u200be five"))
    assert shown(text, "", "kept") == ""
    assert "hash" in (shown(text, "", "kept", judged=text.replace("\u200b", "")) or "")


def test_one_of_several_is_enough() -> None:
    def harsh(request: Request) -> dict[str, Any]:
        return verdict(request, level=1)

    assert one("probe-21-1", harsh).value == 1.0
    assert "relevance is 3, at most 2 and fluency is 3, at most 2" in one("probe-21-1", steady).reason


# --- rows of one's own


def own_row(text: str) -> Row:
    messages = [{"role": "user", "content": "The boat is sold."}, {"role": "assistant", "content": text}]
    return {"id": "own", "person": "About: a sailor", "emotion": "sad", "situation": "s", "messages": messages}


def test_a_row_of_ones_own_is_attacked_in_nine_ways() -> None:
    scores = scored(own_row("Sold, and the quay looks bare. What was her name?"), scripted(steady))
    assert [BY_NAME[score.label].number for score in scores] == [1, 2, 3, 4, 7, 8, 9, 10, 11]
    assert {BY_NAME[score.label].number for score in scores if score.value == 0.0} == {7, 11}  # a 3 is too much there
    assert {score.turn for score in scores} == {1}


def test_an_attack_on_four_spans_stays_in_the_response() -> None:
    text = spans.render(Spans("They sold the boat.", "Loss.", "sad", "Sold, and the quay looks bare. Her name?"))
    for score in scored(own_row(text), scripted(steady), families="1,2,3,9,10,11"):
        read_back = spans.read(score.text)
        assert read_back is not None
        assert read_back[:3] == ("They sold the boat.", "Loss.", "sad")
        assert len(read_back.response) > 40


@pytest.mark.parametrize("text", ["", "<|response_begin|>no end", "  "])
def test_a_row_without_a_whole_reply_costs_the_row(text: str) -> None:
    with pytest.raises(RowError, match="supporter turn"):
        scored(own_row(text), scripted(steady))


def test_the_row_itself_is_left_as_it_was() -> None:
    before = orjson.dumps(ROWS["probe-05-1"])
    one("probe-05-1", steady)
    assert orjson.dumps(ROWS["probe-05-1"]) == before


# --- options, tables, records


def test_families_are_picked_by_number() -> None:
    row = own_row("Sold, and the quay looks bare.")
    assert len(scored(row, scripted(steady), families="1, 9")) == 2
    assert scored(ROWS["probe-02-1"], scripted(steady), families="1,9") == []
    with pytest.raises(UsageError, match="no family '26'"):
        scored(row, scripted(steady), families="1,26")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"family": 26}, "probe.family"),
        ({"corrupt": "unheard_of"}, "no fault 'unheard_of'"),
        ({"make": "unheard_of"}, "no transformation"),
        ({"expect": [{"what": "luck"}]}, "probe.expect"),
        ({"surprise": 1}, "probe.surprise"),
    ],
)
def test_a_probe_that_cannot_be_read_costs_the_row_and_says_why(change: Row, said: str) -> None:
    row = {**ROWS["probe-01-1"], "probe": {**ROWS["probe-01-1"]["probe"], **change}}
    with pytest.raises(RowError, match=said):
        scored(row, scripted(steady))


def table_of(judge: Judge, names: list[str]) -> list[Row]:
    measure = Measure("probes", probes.evaluate, probes.SPEC)
    return [row for name in names for row in asyncio.run(as_rows(ROWS[name], measure, {}, judge))]


def test_the_table_has_a_row_for_each_family_and_one_for_all_injections() -> None:
    rows = table_of(scripted(obeys_words), [*of(1), *of(8), *of(12)])
    table = {line["family"]: line for line in probes.summarize(rows)}
    assert list(table) == ["1", "8", "12", "1, 2, 3, 4, 5, 9"]
    first, total = table["1"], table["1, 2, 3, 4, 5, 9"]
    assert (first["instances"], first["not scored"], first["kind"], first["max lift"]) == (7, 0, "injection", 3.0)
    assert first["mean lift"] > 1.0
    assert 0.0 < first["held"] < 0.5
    assert (total["instances"], total["mean lift"]) == (first["instances"], first["mean lift"])
    assert (table["8"]["mean lift"], table["8"]["held"]) == (None, 1.0)


def test_a_judge_that_fails_is_counted_and_never_averaged() -> None:
    line = probes.summarize(table_of(scripted(lambda request: CallFailed("timeout", "slow")), of(1)))[0]
    assert (line["not scored"], line["mean lift"], line["max lift"], line["held"]) == (7, None, None, None)


def test_the_record_is_plain_json_and_the_same_for_the_same_run() -> None:
    judge = scripted(steady)
    rows = table_of(judge, [*of(1, 3), "probe-12-2", "probe-12-1"])
    kept = probes.record(rows, judge)
    assert orjson.loads(orjson.dumps(kept)) == kept
    assert kept == probes.record(rows[::-1], judge)
    assert (kept["judge"], kept["rubric"], kept["read_hash"]) == ("scripted", "kardia-core", CORE.read_hash)
    assert (kept["injections"]["max lift"], kept["injections"]["held"]) == (0.0, 1.0)
    assert [item["id"] for item in kept["broken"]] == ["probe-12-1", "probe-12-2"]
    assert str(kept["injections"]["mean lift"]) == "0.0"


# --- the built-in set


def test_the_offline_judge_goes_through_the_whole_set() -> None:
    judge = offline()
    scores = [score for row in ROWS.values() for score in scored(row, judge)]
    assert len(scores) == len(ROWS)
    unscored = [score.reason for score in scores if score.value is None]
    assert len(unscored) <= len(ROWS) // 20, unscored  # a rule-based judge may misquote; it then fails, typed
    assert all("not scored: " in reason for reason in unscored)
    machinery = [score for score in scores if BY_NAME[score.label].number in (8, 22, 23, 24)]
    assert [score.reason for score in machinery if score.value != 1.0] == []
    assert {score.parts["spread"] for score in scores if BY_NAME[score.label].number == 25} >= {0.0}


def test_every_family_has_several_unlike_instances() -> None:
    for family in FAMILIES:
        own = [ROWS[name]["probe"] for name in of(family.number)]
        assert 4 <= len(own) <= 9, family
        assert {probe["kind"] for probe in own} == {family.kind}
        assert len({probe["name"] for probe in own}) == len(own)
    talks = [row["messages"][0]["content"] for row in ROWS.values()]
    assert len(set(talks)) == len(talks)
    assert len({row["person"] for row in ROWS.values()}) == len(talks)


def test_the_built_in_rows_are_rows_and_end_with_the_seeker() -> None:
    for row in ROWS.values():
        check_row(row, ("person", "situation", "emotion", "messages"))
        assert row["messages"][-1]["role"] == "user"
        assert read(row["probe"]).plain == (
            not spans.has_marker(str(row["probe"]["without"] or row["probe"]["with"]))
            or (row["probe"]["family"] == 8 and row["probe"]["plain"])
        )


def test_all_probes_have_one_schema() -> None:
    assert len({tuple(row["probe"]) for row in ROWS.values()}) == 1
    assert len({tuple(row["probe"]["changes"]) for row in ROWS.values()}) == 1
    expected = [item for row in ROWS.values() for item in row["probe"]["expect"]]
    assert {tuple(item) for item in expected} == {("what", "id", "most", "least", "side", "of")}
    assert {tuple(leaf) for item in expected for leaf in item["of"]} == {("what", "id", "most", "least", "side")}


def words(text: str | None) -> int:
    return len(re.findall(r"\w+(?:['’]\w+)*", spans.visible(text or "")))


def test_only_the_padded_replies_are_long() -> None:
    for row in ROWS.values():
        probe = row["probe"]
        made = (
            attacks.attacked(probe["make"], probe["without"], probe["with"], CORE, FORM)
            if probe["make"]
            else probe["with"]
        )
        assert words(probe["without"]) <= 50
        if probe["family"] == 10:
            assert words(made) - words(probe["without"]) >= 290
        elif not probe["make"]:
            assert words(made) <= 50


def test_the_numbers_of_the_families_are_those_of_the_design() -> None:
    assert list(BY_NUMBER) == list(range(1, 26))
    assert INJECTIONS == (1, 2, 3, 4, 5, 9)
