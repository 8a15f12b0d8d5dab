"""Each view of a rubric sees its own part of a turn and nothing of the others: proven on the prompts that were sent."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
import virtual_clock
from aiohttp import web
from scripted import chat, verdict
from small_rows import rows

from kardia_cli.chat.local import batch
from kardia_cli.chat.local.backend import LocalChat
from kardia_cli.errors import CallFailed, UsageError
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.judge.rubric import Rubric
from kardia_cli.judge.verdicts import weighted_mean
from kardia_cli.rows import turn_format
from kardia_cli.rows.records import Critique, content_hash
from kardia_cli.rows.request import Request
from kardia_cli.training import tiny

PERM = rubric_file.load("perm")
TEXT = rubric_file.text("perm")
SHOWN = {
    "analysis": {"PROFILE", "SITUATION", "ASKED", "NOTES"},
    "response": {"PROFILE", "SITUATION", "ASKED", "REPLY"},
    "seeker": {"PROFILE", "SITUATION", "ASKED", "REPLY"},
    "bystander": {"SITUATION", "ASKED", "REPLY"},
}
WORDS = ("PROFILE", "SITUATION", "ASKED", "NOTES", "REPLY", "furious", "EARLIER-NOTES")
IDS = {view: [item.id for item in PERM.criteria if item.view == view] for view in SHOWN}


def turn(number: int = 0, notes: str = "NOTES", reply: str = "REPLY", label: str = "furious") -> str:
    return turn_format.load("kardia").compose(
        [f"{notes}-{number} one.", f"{notes}-{number} two."], label, f"{reply}-{number}, it is."
    )


def row(number: int = 0) -> dict[str, Any]:
    earlier = turn_format.load("kardia").compose(["EARLIER-NOTES a.", "EARLIER-NOTES b."], "furious", "Go on.")
    said = [{"role": "user", "content": f"ASKED-{number}"}, {"role": "assistant", "content": earlier}]
    return {
        "id": f"x{number}", "person": f"PROFILE-{number}", "mbti": "INFP", "situation": f"SITUATION-{number}",
        "emotion": "furious", "messages": [*said, {"role": "user", "content": "And now?"}],
    }  # fmt: skip


def sent(rubric: Rubric = PERM, text: str = "", given: dict[str, Any] | None = None, **manner: Any) -> list[Request]:
    """The requests for one turn."""
    model, script = chat(verdict)
    asyncio.run(Judge(rubric, model, 0, **manner).judge(given or row(), 3, text or turn()))
    return script.asked


def view_of(prompt: str) -> str:
    """The view of a prompt, by the criteria that it asks; each prompt asks those of one view alone."""
    found = {view for view, ids in IDS.items() if any(f"- {name}: " in prompt for name in ids)}
    assert len(found) == 1, found
    return found.pop()


def seen_in(prompt: str, number: int | None = None) -> set[str]:
    """Which of the marked pieces a prompt holds, of one row or (None) of any."""
    ending = "" if number is None else f"-{number}\\b"
    return {
        word
        for word in WORDS
        if re.search(rf"(?<![-\w]){word}{ending if word in SHOWN['analysis'] | {'REPLY'} else ''}", prompt)
    }


def whole(messages: list[dict[str, Any]]) -> str:
    return "\n".join(str(message["content"]) for message in messages)


@pytest.mark.parametrize("calls", ["turn", "criterion"])
def test_each_view_reads_its_own_part_and_no_other(calls: str) -> None:
    asked = sent(calls=calls)
    assert len(asked) == (4 if calls == "turn" else 8)
    for request in asked:
        view = view_of(whole(request.messages))
        assert seen_in(whole(request.messages)) == SHOWN[view]
        assert seen_in(json.dumps(request.facts)) == SHOWN[view]


def test_the_third_party_reads_nothing_of_the_rubric_for_empathy() -> None:
    prompt = next(whole(r.messages) for r in sent() if view_of(whole(r.messages)) == "bystander")
    for criterion in PERM.criteria:
        known = [criterion.id, criterion.ask, *criterion.levels.values()]
        assert all((words in prompt) == (criterion.view == "bystander") for words in known)
    assert "warm wording is graded elsewhere and earns nothing here" in prompt
    assert "0, 1, 2, 3" in prompt
    assert ", 20; a level between two" in prompt


@pytest.mark.parametrize("manner", [{}, {"calls": "criterion"}, {"samples": 3}], ids=str)
def test_what_a_view_does_not_show_changes_no_byte_of_its_requests(manner: dict[str, Any]) -> None:
    def bytes_of(text: str, given: dict[str, Any]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {view: [] for view in SHOWN}
        for request in sent(text=text, given=given, **manner):
            line = [request.messages, request.facts, request.seed, request.sampling, request.sample]
            found[view_of(whole(request.messages))].append(content_hash(line))
        return found

    before = bytes_of(turn(), row())
    changes = {
        "notes": (bytes_of(turn(notes="OTHER"), row()), {"analysis"}),
        "reply": (bytes_of(turn(reply="OTHER"), row()), {"response", "seeker", "bystander"}),
        "label": (bytes_of(turn(label="sad"), {**row(), "emotion": "sad"}), set()),
        "profile": (bytes_of(turn(), {**row(), "person": "P", "mbti": "ESTJ"}), {"analysis", "response", "seeker"}),
    }
    for name, (after, moved) in changes.items():
        assert {view for view in SHOWN if after[view] != before[view]} == moved, name


def test_a_repair_shows_no_more_than_the_call_did() -> None:
    model, script = chat(lambda request: verdict(request, level=77))
    with pytest.raises(CallFailed):
        asyncio.run(Judge(PERM, model, 0).judge(row(), 3, turn()))
    repairs = [whole(request.messages) for request in script.asked if len(request.messages) > 2]
    assert repairs
    assert all(seen_in(prompt) == SHOWN[view_of(prompt)] for prompt in repairs)


def graded(body: server.Body) -> web.Response:
    """A verdict on what the prompt asks, at 4."""
    prompt = body["messages"][1]["content"]
    nonce = re.findall(r"Set nonce to (\w+)", prompt)[-1]
    asked = [{"id": name, "reason": "r", "quotes": [], "level": 4} for name in re.findall(r"^- (\w+): ", prompt, re.M)]
    return server.completion(json.dumps({"nonce": nonce, "criteria": asked}))


def test_views_stay_apart_on_the_wire_through_the_ledger_and_many_at_once(tmp_path: Path) -> None:
    async def play() -> None:
        async with server.serving(graded) as script:

            async def run(**parts: str) -> list[server.Body]:
                before = len(script.asked)
                async with server.asking(script, use_ledger=True, ledger=tmp_path / "l.sqlite") as gateway:
                    judge = Judge(PERM, gateway.chat("openai/judge"), 0)
                    await asyncio.gather(*(judge.judge(row(n), 3, turn(n, **parts)) for n in range(16)))
                return script.asked[before:]

            first = await run()
            assert len(first) == 16 * 4
            for body in first:
                prompt = whole(body["messages"])
                number = int(re.findall(r"SITUATION-(\d+)", prompt)[0])
                assert seen_in(prompt, number) == seen_in(prompt) == SHOWN[view_of(prompt)]
                assert {int(found) for found in re.findall(r"(?:NOTES|REPLY|PROFILE|ASKED)-(\d+)", prompt)} == {number}
            assert await run() == []
            assert {view_of(whole(body["messages"])) for body in await run(notes="OTHER")} == {"analysis"}
            other = [view_of(whole(body["messages"])) for body in await run(reply="OTHER")]
            assert sorted(other) == sorted(["response", "seeker", "bystander"] * 16)

    virtual_clock.run(play())


def test_views_stay_apart_in_the_batch_of_a_local_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[list[list[int]]] = []
    made = batch.Batch.__init__

    def watched(self: batch.Batch, model: Any, given: list[batch.Row], *rest: Any) -> None:
        batches.append([one.prompt for one in given])
        made(self, model, given, *rest)

    monkeypatch.setattr(batch.Batch, "__init__", watched)
    folder = tiny.build(rows(), tmp_path / "model", seed=3)
    requests = sent()

    async def ask() -> Any:
        local = LocalChat(folder)
        try:
            short = [Request(r.messages, r.task, sampling={"max_tokens": 2}, seed=r.seed) for r in requests]
            await asyncio.gather(*(local.complete(request) for request in short))
            return local._loaded.tokenizer
        finally:
            await local.aclose()

    tokenizer = asyncio.run(ask())
    assert [len(found) for found in batches] == [4]
    shown = {view_of(prompt): seen_in(prompt) for prompt in map(tokenizer.decode, batches[0])}
    assert shown == SHOWN


def test_a_turn_without_hidden_spans_is_not_asked_about_them() -> None:
    model, script = chat(verdict)
    given = {**row(), "format": "plain"}
    critique = asyncio.run(Judge(PERM, model, 0).judge(given, 3, "I am here."))
    assert len(script.asked) == 3
    assert next(item.detail for item in critique.findings if item.id == "resonation") == "not asked: no analysis"
    assert critique.score == pytest.approx(0.8)


def test_levels_of_other_scales_are_kept_as_they_are_and_none_off_the_scale_is_taken() -> None:
    def judged(points: int) -> Critique:
        def answer(request: Request) -> dict[str, Any]:
            return verdict(request, level=points if "20" in request.facts["labels"] else 4)

        return asyncio.run(Judge(PERM, chat(answer)[0], 0).judge(row(), 3, turn()))

    critique = judged(17)
    assert [level.level for level in critique.levels] == [4, 4, 4, 17, 17, 17, 17, 17]
    with pytest.raises(CallFailed, match="21 is none of 0, 1"):
        judged(21)


def test_a_yes_or_no_criterion_is_answered_in_words_and_counts_as_1_or_0() -> None:
    text = TEXT.replace("scale: 0-20\n    ask: Does the reply bring", "scale: yes-no\n    ask: Does the reply bring")
    text = text.replace(
        "levels: {0: Nothing in it helps, 10: A usable thought in general words, 20: It",
        "levels: {0: Not at all, 1: It",
    )
    rubric = rubric_file.parse(text, "mine.yaml")

    def answer(request: Request) -> dict[str, Any]:
        return verdict(request, level="yes" if "yes" in request.facts["labels"] else 3)

    model, script = chat(answer)
    critique = asyncio.run(Judge(rubric, model, 0).judge(row(), 3, turn()))
    assert next(level.level for level in critique.levels if level.id == "effectiveness") == 1
    assert len(script.asked) == 5
    assert rubric.criteria[3].share(1) == 1.0


@pytest.mark.parametrize(
    ("old", "new", "said", "remedy"),
    [
        ("view: seeker", "view: seekr", "view", "'seeker'"),
        ("scale: 0-20", "scale: 0-10", "scale", "'0-20'"),
        ("mean: harmonic", "mean: harmonious", "aggregate.mean", "'harmonic'"),
        (", 20: It moves this very matter on", "", "needs an anchor for both ends of 0 to 20", "add level 20"),
        (", 20: It moves", ", 21: It moves", "has no level 21", "0 to 20"),
        ("view: bystander\n", "view: bystander\n    pass: 3\n", "has the scale 0-20", "need the scale 1-5"),
    ],
)  # fmt: skip
def test_a_mistake_in_views_and_scales_is_named_with_its_remedy(old: str, new: str, said: str, remedy: str) -> None:
    assert old in TEXT
    with pytest.raises(UsageError, match=said) as caught:
        rubric_file.parse(TEXT.replace(old, new, 1), "mine.yaml")
    assert remedy in caught.value.remedy


def test_views_and_scales_are_what_the_judge_reads_and_the_mean_is_policy() -> None:
    def same(old: str, new: str) -> tuple[bool, bool]:
        other = rubric_file.parse(TEXT.replace(old, new, 1), "mine.yaml")
        return other.read_hash == PERM.read_hash, other.policy_hash == PERM.policy_hash

    assert same("view: seeker", "view: response") == (False, True)
    assert same("mean: harmonic", "mean: geometric") == (True, False)


def test_harmonic_is_at_most_geometric_and_that_at_most_arithmetic() -> None:
    grid = [(a / 5, b / 5, c / 5) for a in range(1, 6) for b in range(1, 6) for c in range(1, 6)]
    for shares in grid:
        pairs = [(1 / 3, share) for share in shares]
        low, middle, high = (weighted_mean(pairs, kind) for kind in ("harmonic", "geometric", "arithmetic"))
        assert low <= middle + 1e-12 <= high + 2e-12
    assert [weighted_mean([(1, 0.0), (1, 1.0)], kind) for kind in ("harmonic", "geometric")] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "calls", "requests", "policy"),
    [
        ("kardia-core", "turn", "7bfe8689df70e18d", "27bdb39fed70bbff"),
        ("kardia-core", "criterion", "8ba4bc82d21f74ef", "27bdb39fed70bbff"),
        ("kardiabench", "turn", "ccffc0a94c28fb01", "ca2dd46fdf923230"),
        ("kardiabench", "criterion", "556e32e2834fc16b", "ca2dd46fdf923230"),
        ("synthesis", "turn", "120c85e8ff69ed1c", "85f32c6a77183a9c"),
        ("synthesis", "criterion", "2cfff7a939a169c5", "85f32c6a77183a9c"),
    ],
)
def test_a_rubric_without_views_is_asked_and_weighed_as_before_there_were_any(
    name: str, calls: Any, requests: str, policy: str
) -> None:
    given = {
        "id": "x", "person": "Mia, 31", "mbti": "INFP", "situation": "Her dog died.", "emotion": "sad",
        "messages": [{"role": "user", "content": "I miss her."}],
    }  # fmt: skip
    text = turn_format.load("kardia").compose(["She grieves.", "Stay close."], "sad", "You miss her so much.")
    model, script = chat(verdict)
    rubric = rubric_file.load(name)
    asyncio.run(Judge(rubric, model, 0, calls=calls).judge(given, 1, text))
    asked = [[r.messages, r.facts, r.seed, json.dumps(r.schema.model_json_schema())] for r in script.asked if r.schema]
    assert (content_hash(asked), rubric.policy_hash) == (requests, policy)
