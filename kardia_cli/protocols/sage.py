"""A sentient user talks with the model, and the mood they end in is the score (SAGE). The judge plays the user.

A model plays a person with a hidden hope; each reply moves their mood (`environments/sentient.py`). The measured model
gets one neutral line and the visible talk, nothing of the profile. `--from-logs` scores SAGE's published dialogues
again and checks their rules: no model, no judge, no key.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.environments import sentient
from kardia_cli.environments.sentient import Conversation, Player, Profile, Rules
from kardia_cli.errors import UsageError
from kardia_cli.evaluation import sage_logs
from kardia_cli.judge import Judge
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import content_hash
from kardia_cli.rows.request import Request, derive_seed
from kardia_cli.stream import flow, jsonl

SYSTEM = """\
You are in a written talk with somebody. You notice what people feel and what they need. Answer in your own words so \
that
they feel at ease, or are helped."""


async def evaluate(
    row: Row,
    chats: Mapping[str, Chat],
    judge: Judge,
    from_logs: bool = False,
    e0: int = 40,
    delta_max: int = 10,
    fail_below: int = 10,
    max_turns: int = 10,
    judge_last_turn: bool = False,
    temperature: float = 0.0,
    top_p: float = 1.0,
    max_tokens: int = 1024,
    simulator_temperature: float = 1.0,
    simulator_top_p: float = 1.0,
) -> Sequence[Score]:
    """One score for each model: the final mood, with success and failure among its parts and the talk beside it.

    `delta_max` 0 does not clip. A talk in which a call failed for good is not scored (value None). SAGE leaves sampling
    to the provider, so figures are only comparable where the settings are the same: they stand in every row.
    """
    rules = Rules(e0, delta_max or None, fail_below, max_turns=max_turns, judge_last_turn=judge_last_turn)
    if from_logs:
        return [_logged(row, rules)]
    profile = sentient.read(row)
    player = Player(profile, _simulator(judge), judge.seed, simulator_temperature, simulator_top_p)
    sampling = {"temperature": temperature, "top_p": top_p, "max_tokens": max_tokens}
    return await flow.gather_all(_talked(name, chat, player, rules, sampling) for name, chat in chats.items())


def _simulator(judge: Judge) -> Chat:
    if len(judge.chats) > 1:
        raise UsageError("sage: one model plays the user, not a panel", "give one --judge-model")
    return judge.chats[0]


async def _talked(name: str, chat: Chat, player: Player, rules: Rules, sampling: dict[str, Any]) -> Score:
    talk = await sentient.converse(player, _say(chat, player, sampling), rules)
    settings = {
        **rules.plain(), **sampling, "seed": player.seed, "simulator": player.chat.name,
        "simulator_hash": player.chat.hash, "simulator_temperature": player.temperature,
        "simulator_top_p": player.top_p, "simulator_prompt": sentient.HASH, "system": content_hash(SYSTEM),
    }  # fmt: skip
    hashes = {"rubric_hash": sentient.HASH, "policy_hash": content_hash(rules.plain())}
    return _score(name, talk, player.profile, settings, [], hashes)


def _say(chat: Chat, player: Player, sampling: dict[str, Any]) -> sentient.Say:
    """The measured model as the other side of the talk: the neutral line, the visible words, nothing else."""
    asked = {key: value for key, value in sampling.items() if key != "top_p" or value < 1}

    async def say(messages: list[dict[str, str]]) -> str:
        names = {"user": "seeker", "assistant": "supporter"}
        request = Request(
            messages=[{"role": "system", "content": SYSTEM}, *messages],
            task="supporter.turn",
            facts={"format": "plain", "history": [{**message, "role": names[message["role"]]} for message in messages]},
            sampling=asked,
            seed=derive_seed(player.seed, player.profile.id, "sage", "supporter", len(messages)),
        )
        return turn_format.load(turn_format.DEFAULT).visible((await chat.ask(request)).text).strip()

    return say


def _logged(row: Row, rules: Rules) -> Score:
    talk, broken = sage_logs.read(row, rules)
    model = str(row.get("model") or "").removesuffix("_result")
    settings = {**rules.plain(), "from_logs": True, "simulator": str(row.get("simulator") or "")}
    return _score(model, talk, sentient.read(row), settings, broken, {})


def _score(
    model: str,
    talk: Conversation,
    profile: Profile,
    settings: Mapping[str, Any],
    broken: list[str],
    hashes: Mapping[str, str],
) -> Score:
    parts: dict[str, float | None] = {"success": None, "failure": None, "turns": float(talk.turns)}
    value, reason = None, f"not scored: the {talk.by}: {talk.error}"
    if talk.error is None:
        value, reason = float(talk.final), "; ".join([talk.stop or "no end", *broken])
        parts |= {"success": float(talk.final >= sentient.CAP), "failure": float(talk.final < settings["fail_below"])}
    extra = {
        "messages": talk.messages, "emotions": talk.emotions, "deltas": talk.deltas, "bands": talk.bands,
        "thoughts": talk.thoughts, "stop_reason": talk.stop,
        "error": None if talk.error is None else {"by": talk.by, "why": talk.error.why},
        "hidden_intention": profile.intention, "intention_kind": profile.kind, "broken": broken,
        "settings": jsonl.as_text(settings), **hashes,
    }  # fmt: skip
    return Score(value, reason, parts, model, extra=extra)


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a line for each model: mean final mood, how many talks succeeded and failed, and their mean length."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    return [{"model": name or "(not noted)", **_line([r for r in rows if r["model"] == name])} for name in models]


def further(rows: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the same by what the user hoped for, and the stored talks that break the rules, if there are any."""
    tables = []
    kinds = list(dict.fromkeys(str(row.get("hidden_intention") or "") for row in rows))
    if len(kinds) > 1:
        models = list(dict.fromkeys(row["model"] for row in rows))
        groups = [(kind, name, _of(rows, kind, name)) for kind in sorted(kinds) for name in models]
        table = [
            {"hidden intention": k or "(another)", "model": name, **_line(some)} for k, name, some in groups if some
        ]
        tables.append(("by hidden intention", table))
    broken = [(row, said) for row in rows for said in row.get("broken") or []]
    if broken:
        listed = [{"id": row["id"], "model": row["model"], "breaks the rules": said} for row, said in broken[:20]]
        tables.append(
            (f"{len(broken)} breaks of SAGE's rules" + (", the first 20" if len(broken) > 20 else ""), listed)
        )
    return tables


def _of(rows: Sequence[Row], kind: str, model: str) -> list[Row]:
    return [row for row in rows if row["model"] == model and str(row.get("hidden_intention") or "") == kind]


def _line(rows: Sequence[Row]) -> dict[str, Any]:
    parts = [{part["id"]: part["value"] for part in row["parts"]} for row in rows]
    values = [row["value"] for row in rows if row["value"] is not None]
    return {
        "talks": len(rows),
        "mean": _mean(values),
        "success": sum(each.get("success") == 1.0 for each in parts),
        "failure": sum(each.get("failure") == 1.0 for each in parts),
        "not scored": len(rows) - len(values),
        "mean turns": _mean([each["turns"] for each, row in zip(parts, rows, strict=True) if row["value"] is not None]),
    }  # fmt: skip


def _mean(known: Sequence[float]) -> float | None:
    return statistics.fmean(known) if known else None


# Rows are of several kinds, see `sentient.read`: no field is in all of them.
SPEC = ProtocolSpec(
    needs=(), builtin="sage", rubric=False, summarize=summarize, further=further, label="intention",
    judged="Dialogues were scored by the simulated user, played by",
    columns=Columns(neutral=("turns",), lower=("failure",), shares=("success", "failure")),
)  # fmt: skip
