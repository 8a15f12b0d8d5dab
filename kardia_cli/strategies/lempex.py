"""A reply led by same-emotion exemplars and by target levels of EPITOME's facets (LEMPEx, Majumder et al. 2022)."""

from __future__ import annotations

from typing import Literal

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.steps import Steps
from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.errors import UsageError
from kardia_cli.exemplars.store import ExemplarStore, required
from kardia_cli.metrics.epitome import FACETS, lexical_levels
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.prompts import fill, transcript
from kardia_cli.rows.request import Request


async def reply(
    dialogue: Dialogue,
    chat: Chat,
    exemplars: ExemplarStore | None = None,
    k: int = 10,
    er: int = 2,
    ip: int = 1,
    ex: int = 2,
    emotion: Literal["predicted", "gold"] = "predicted",
    tries: int = 3,
    pick: Literal["retry", "best"] = "retry",
    temperature: float = 0.8,
) -> Turn:
    """Show k replies to people of the same emotion, ask for the levels, score the reply by rules, and try again.

    `er`, `ip` and `ex` are the levels 0 to 2 of emotional reaction, interpretation and exploration. `pick` best makes
    all `tries`, retry stops at the first that has the levels; the nearest is kept. `emotion` gold needs --drafts told.
    Not as in the paper: BM25 over what the exemplars answer, rules for classifiers, a prompt for a loss.
    """
    target = dict(zip(FACETS, (er, ip, ex), strict=True))
    if not all(0 <= level <= 2 for level in target.values()):
        raise UsageError("lempex: er, ip and ex are levels of 0 to 2", "for example --with er=2")
    store, steps, form = required(exemplars, "lempex"), Steps(chat), turn_format.declared(dialogue.row())
    label = _gold(dialogue) if emotion == "gold" else await _predict(dialogue, steps)
    said = [message["content"] for message in dialogue.messages if message["role"] == "user"]
    found = store.search(" ".join(said), k, dialogue.identity(), by="context", emotion=label)
    note = fill(_NOTE, {
        "emotion": label,
        "replies": "\n".join(f"- {each.exemplar.reply}" for each in found) or "(none was found)",
        "levels": "\n".join(f"- {_LEVELS[facet][level]}" for facet, level in target.items()),
    })  # fmt: skip
    made = []
    for sample in range(max(tries, 1)):
        request = dialogue.request(temperature, note=note, sample=sample)
        answer = await steps.write("write", request, form.error)
        achieved = {facet: int(level) for facet, level in lexical_levels(form.visible(answer.text), said[-1]).items()}
        distance = sum(abs(achieved[facet] - target[facet]) for facet in FACETS)
        made.append((distance, sample, answer, achieved))
        if distance == 0 and pick == "retry":
            break
    _, chosen, answer, achieved = min(made, key=lambda one: one[:2])
    trace = steps.trace(
        answer, emotion=label, emotion_source=emotion, exemplars=[each.record() for each in found],
        exemplars_wanted=k, store=store.hash, target=target, achieved=achieved, tries=len(made), chosen=chosen,
    )  # fmt: skip
    return Turn(form.normalise(answer.text.strip()), trace)


def _gold(dialogue: Dialogue) -> str:
    if not dialogue.emotion:
        raise UsageError("lempex: emotion=gold, and the drafts are blind to it", "add --drafts told, or leave it out")
    return dialogue.emotion


async def _predict(dialogue: Dialogue, steps: Steps) -> str:
    """Return the label that the model gives the seeker's words, without the gold one in its prompt."""
    known = labels.of(dialogue.row())
    facts = {key: value for key, value in dialogue.request(0.0).facts.items() if key != "told"}
    shown = {"talk": transcript(facts["history"]), "kind": known.kind, "labels": ", ".join(known.labels)}
    request = Request(
        messages=[{"role": "user", "content": fill(_LABEL, shown)}],
        task="supporter.label",
        facts=facts,
        sampling={"temperature": 0.0},
        seed=dialogue.seed_for("supporter.label"),
    )

    def read(text: str) -> str | None:
        return known.find(turn_format.load("plain").visible(text).strip(" .\"'*\n"))

    answer = await steps.write("label", request, lambda text: "" if read(text) else "it is none of the labels")
    return read(answer.text) or ""


_LABEL = """\
{talk}

Name the {kind} of the seeker, as one of these and nothing else: {labels}"""

_NOTE = """

For you alone, before you write the turn. How others replied to people whose label was {emotion}; take their manner, \
not their matter, which is another person's life:
{replies}

What your reply has to show:
{levels}"""

_LEVELS = {
    "emotional_reaction": (
        "no feeling of your own",
        "some warmth: a kind word, a wish, that you are there",
        "in plain words, what you yourself feel for them",
    ),
    "interpretation": (
        "no guess at what they feel or live through",
        "that you understand, without guessing more",
        "in your own words, what they seem to feel or live through",
    ),
    "exploration": (
        "no question",
        "one open question that could be asked of anyone",
        "one question about something of their own that they have not told yet",
    ),
}
