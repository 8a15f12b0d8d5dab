"""Draft, replies of others found by the draft, support strategies of both, rewrite (APTNESS, Hu et al. 2024)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, conlist, create_model

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.steps import Steps
from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.exemplars.store import ExemplarStore, required
from kardia_cli.metrics.strategy import StrategySet, canonical, definitions
from kardia_cli.rows import turn_format
from kardia_cli.rows.prompts import ChatMessage, fill, history, transcript
from kardia_cli.rows.request import Request
from kardia_cli.stream.flow import gather_all


async def reply(
    dialogue: Dialogue,
    chat: Chat,
    exemplars: ExemplarStore | None = None,
    k: int = 2,
    strategies: Literal["esconv", "extes"] = "esconv",
    tries: int = 3,
    temperature: float = 0.8,
) -> Turn:
    """Make 1 + (1 + k) + 1 calls; the draft is the query, and each of the k replies is labelled in its own context.

    `tries` bounds how often the turn is asked for until it is in its format. Not as in the paper: the search is BM25,
    and the model that speaks labels the strategies.
    """
    store, steps, row = required(exemplars, "aptness"), Steps(chat), dialogue.row()
    request = dialogue.request(temperature, is_plain=True, role="supporter.draft")
    draft = turn_format.load("plain").visible((await steps.ask("draft", request)).text)
    found = store.search(draft, k, dialogue.identity())
    texts = [(history(row), draft), *((each.exemplar.context, each.exemplar.reply) for each in found)]
    named = await gather_all(
        _label(context, text, strategies, steps, dialogue.seed_for("supporter.strategies", number))
        for number, (context, text) in enumerate(texts)
    )
    union = list(dict.fromkeys(name for names in named for name in names))
    note = fill(_NOTE, {
        "draft": draft,
        "replies": "\n".join(f"- {each.exemplar.reply}" for each in found) or "(none was found)",
        "strategies": "\n".join(f"- {name}: it {definitions(strategies)[name]}" for name in union),
    })  # fmt: skip
    form = turn_format.declared(row)
    answer = await steps.write("rewrite", dialogue.request(temperature, note=note), form.error, tries)
    shown = [each.record() | {"strategies": names} for each, names in zip(found, named[1:], strict=True)]
    trace = steps.trace(
        answer, draft=draft, draft_strategies=named[0], exemplars=shown, exemplars_wanted=k, store=store.hash,
        strategies=union,
    )  # fmt: skip
    return Turn(form.normalise(answer.text.strip()), trace)


async def _label(
    context: Sequence[ChatMessage], text: str, known: StrategySet, steps: Steps, seed: int
) -> Sequence[str]:
    """Return the strategies of a reply in its context, by their names in the set, each once."""
    told = "\n".join(f"- {name}: it {meaning}" for name, meaning in definitions(known).items())
    values = {"talk": transcript([*context]), "reply": text, "set": told}
    request = Request(
        messages=[{"role": "user", "content": fill(_LABEL, values)}],
        task="supporter.strategies",
        facts={"history": [*context], "reply": text, "set": known},
        schema=_schema(known),
        sampling={"temperature": 0.0},
        seed=seed,
    )
    parsed: Any = (await steps.ask("strategies", request)).parsed
    return list(dict.fromkeys(parsed.strategies))


@cache
def _schema(known: StrategySet) -> type[BaseModel]:
    """Return the schema of the answer: one to three names of the set, also by an alias or in other letter case."""

    def read(word: str) -> str:
        name = canonical(word, known)
        if name is None:
            raise ValueError(f"{word!r} is none of the strategies")
        return name

    one: Any = Annotated[str, AfterValidator(read), Field(json_schema_extra={"enum": list(definitions(known))})]
    return create_model("Strategies", strategies=(conlist(one, min_length=1, max_length=3), ...))


_LABEL = """\
The talk so far:
{talk}

The supporter's reply:
{reply}

Which of these strategies of support does the reply use? Name one to three, the main one first.
{set}"""

_NOTE = """

For you alone, before you write the turn. Your first draft of the reply:
{draft}

What others replied in talks like this one:
{replies}

The strategies that the draft and these replies use:
{strategies}

Write the reply better than the draft: use the strategies that fit this person now, and learn from the others how to \
say it. What they speak of is another person's life: take no fact from it."""
