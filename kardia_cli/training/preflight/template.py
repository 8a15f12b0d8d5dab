"""Preflight checks of a chat template: prompt and reply fit together, the reply ends, and generation stops there.

TRL takes as the completion what the whole talk has beyond the prompt; evaluation and vLLM start from the prompt
alone. So the prompt has to be the beginning of the whole, token by token.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kardia_cli.chat.local.chat_template import encode, fold_system
from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.training.markers import PROBE, TEMPLATE_SETTINGS, closing, end_tokens, reply_of
from kardia_cli.training.preflight.findings import Finding, bad, good


def findings(tokenizer: Any, form: TurnFormat, generation_config: Any = None) -> Iterator[Finding]:
    """Questions about the template, in the order in which a failure makes the later ones idle."""
    from jinja2.exceptions import TemplateError

    if not tokenizer.chat_template:
        remedy = "train the -Instruct model, or put its chat_template.jinja beside the tokenizer"
        yield bad("chat template", "there is none: no talk can be shown to the model", remedy)
        return
    try:
        answer = [{"role": "assistant", "content": reply_of(form)}]
        prompt, whole = encode(tokenizer, PROBE), _ids(tokenizer, PROBE + answer)
    except TemplateError as error:
        yield bad("chat template", f"it refuses a talk: {error}", "take a template with user and assistant turns")
        return
    yield _system(tokenizer, prompt)
    seam = _seam(tokenizer, prompt, whole)
    yield seam
    if not seam.ok:
        return
    completion = whole[len(prompt) :]
    yield _reply(tokenizer, completion, form)
    thinking = _thinking(tokenizer, prompt, whole)
    if thinking is not None:
        yield thinking
    yield _end(tokenizer, completion, end_tokens(tokenizer, generation_config), form)


def _ids(tokenizer: Any, messages: list[dict[str, str]], **settings: Any) -> list[int]:
    chosen = {**TEMPLATE_SETTINGS, **settings}
    return list(tokenizer.apply_chat_template(fold_system(tokenizer, messages), return_dict=False, **chosen))


def _system(tokenizer: Any, prompt: list[int]) -> Finding:
    folded = fold_system(tokenizer, PROBE) != PROBE
    shown = tokenizer.decode(prompt)
    if _same(PROBE[0]["content"]) not in _same(shown):
        lost = "the template leaves the system message out: the model would see neither person nor task"
        return bad("system message", lost, "take a template that shows it, or one that refuses it (then it is folded)")
    if folded:
        return good("system message", "the template has no such role: it goes before the first user turn")
    return good("system message", "shown in its own role")


def _seam(tokenizer: Any, prompt: list[int], whole: list[int]) -> Finding:
    common = next(
        (i for i, (a, b) in enumerate(zip(prompt, whole, strict=False)) if a != b), min(len(prompt), len(whole))
    )
    if common == len(prompt):
        return good("seam", f"the prompt ({len(prompt)} tokens) is the beginning of the whole talk ({len(whole)})")
    ends, goes_on = tokenizer.decode(prompt[common:]), tokenizer.decode(whole[common : common + 8])
    lost = f"the prompt ends {ends!r} where the whole talk goes on {goes_on!r}: trained on another prompt than used"
    return bad("seam", lost, "take a template whose generation prompt begins its assistant turns")


def _reply(tokenizer: Any, completion: list[int], form: TurnFormat) -> Finding:
    text = tokenizer.decode(completion, skip_special_tokens=True)
    read, meant = form.read(text), form.parse(reply_of(form))
    if read is not None and [_same(part) for part in read.values()] == [_same(part) for part in meant.values()]:
        return good("completion", f"the reply is all of it: {len(completion)} tokens are learned")
    lost = f"what is learned is not the reply: {text[:60]!r}"
    return bad("completion", lost, "take a template that writes a message as it is")


def _thinking(tokenizer: Any, prompt: list[int], whole: list[int]) -> Finding | None:
    """Check the empty block of a thinking template; None where the template does not think."""
    if "<think>" not in tokenizer.decode(whole):
        return None
    where = "prompt" if "<think>" in tokenizer.decode(prompt) else "completion"
    plain = _plain(tokenizer)
    asked = "" if plain == prompt else "; a server must be asked with chat_template_kwargs enable_thinking=false"
    return good("thinking", f"an empty <think> block stands in the {where}, spans are read behind it{asked}")


def _plain(tokenizer: Any) -> list[int]:
    """The prompt as one gets it who sets nothing, for instance `vllm serve`."""
    messages = fold_system(tokenizer, PROBE)
    return list(tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False))


def _end(tokenizer: Any, completion: list[int], ends: list[int], form: TurnFormat) -> Finding:
    end = closing(tokenizer, completion, form)
    if end is None:
        lost = f"nothing closes a reply (it ends {tokenizer.decode(completion[-3:])!r}): the model never learns to stop"
        return bad("end of turn", lost, "let the template end an assistant turn with the tokenizer's eos_token")
    shown = tokenizer.convert_ids_to_tokens(end)
    if end in ends:
        return good("end of turn", f"{shown!r} ({end}) closes the reply, is learned, and generation stops at it")
    lost = f"{shown!r} closes a reply, but generation stops only at {ends}: replies run on to the limit"
    return bad("end of turn", lost, f'put {end} into "eos_token_id" of generation_config.json')


def _same(text: str) -> str:
    """Text without white space and case: those are asked about elsewhere."""
    return "".join(text.split()).lower()
