"""Preflight checks of a model: rows of the vocabulary, tied matrices, and one step of training on a small copy.

The copy has the same architecture and vocabulary with random weights, two thin layers and float32, so what is proven is
how PEFT and transformers treat this kind of model: the markers' rows learn, and saving, loading and merging change
nothing. The states of random number generators are left as they were.
"""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kardia_cli.chat.local.chat_template import encode
from kardia_cli.chat.local.generate import without_bars
from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.training.markers import PROBE, prepare, reply_of
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.preflight.findings import Finding, bad, good, in_words

SMALL: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 2, "head_dim": 16, "moe_intermediate_size": 48, "num_experts": 2, "num_local_experts": 2,
    "num_experts_per_tok": 1, "n_embd": 32, "n_inner": 48, "n_layer": 2, "n_head": 2,
}  # fmt: skip
"""Sizes of the copy, where the config has such a name."""
Lora = Mapping[str, Any] | bool | None
"""Whether a LoRA is trained: its table, or yes with the defaults."""
CLOSE = 1e-4
"""Largest difference of a logit (float32) that counts as the same."""


def findings(
    tokenizer: Any, config: Any, model: Any, lora: Lora, untrained: int, form: TurnFormat
) -> Iterator[Finding]:
    """Questions about a model, from its config and, where it is given, the model itself.

    `untrained`: markers whose rows nobody has trained yet.
    """
    yield _vocabulary(tokenizer, config, model)
    yield _tied(config, model, lora)
    with TemporaryDirectory() as folder:
        yield from _small_copy(copy.deepcopy(tokenizer), config, lora, untrained, form, Path(folder))


def _vocabulary(tokenizer: Any, config: Any, model: Any) -> Finding:
    size, rows = len(tokenizer), int(config.get_text_config().vocab_size)
    if model is None:
        note = f"{rows - size} rows to spare" if size <= rows else f"{size - rows} rows are added before training"
        return good("vocabulary", f"{size} tokens, {rows} rows: {note}")
    heads = [model.get_input_embeddings(), model.get_output_embeddings()]
    found = [int(head.weight.shape[0]) for head in heads if head is not None]
    if min(found) >= size and set(found) == {rows}:
        return good("vocabulary", f"{size} tokens, {rows} rows in each matrix")
    lost = f"{size} tokens, but rows {found} and vocab_size {rows}: an index error, or a folder that cannot be loaded"
    return bad("vocabulary", lost, "resize the embeddings to the tokenizer and save the model again")


def _tied(config: Any, model: Any, lora: Lora) -> Finding:
    tied = bool(config.get_text_config().tie_word_embeddings)
    if model is not None and model.get_output_embeddings() is not None:
        shared = model.get_output_embeddings().weight is model.get_input_embeddings().weight
        if shared != tied:
            lost = f"the config says tie_word_embeddings={tied}, the weights are {'one' if shared else 'two'}"
            return bad(
                "tied matrices", lost + ": a loader may drop one of them", "set tie_word_embeddings as the weights are"
            )
    if not tied:
        return good("tied matrices", "no: input and output rows are learned apart")
    return good("tied matrices", "yes: one matrix" + (", kept one under LoRA (ensure_weight_tying)" if lora else ""))


def _small_copy(
    tokenizer: Any, config: Any, lora: Lora, untrained: int, form: TurnFormat, folder: Path
) -> Iterator[Finding]:
    import torch

    with torch.random.fork_rng(devices=[]), without_bars():
        torch.manual_seed(0)
        try:
            net = small(config, tokenizer)
            ids = torch.tensor([_sample(tokenizer, net, form)])
            net(input_ids=ids)
        except Exception as error:  # noqa: BLE001 (an architecture with sizes of its own is no fault of the tokenizer)
            yield good("one step", f"not tried: no small copy can be made ({type(error).__name__}: {error})"[:160])
            return
        prepare(tokenizer, net, form)
        names = vocabulary_modules(net)
        trained, before, after = _step(net, tokenizer, lora, untrained, ids, form)
        if form.markers:
            yield _learned(names, before, after, lora, untrained)
        yield _kept(trained, tokenizer, ids, folder, lora, form)
        yield _served(folder, tokenizer)


def small(config: Any, tokenizer: Any) -> Any:
    """A random model of this architecture, two thin layers, float32, with a row for each token."""
    from transformers import AutoModelForCausalLM

    thin = copy.deepcopy(config.get_text_config())
    for name, value in SMALL.items():
        if getattr(thin, name, None) is not None:
            setattr(thin, name, value)
    if getattr(thin, "layer_types", None):
        thin.layer_types = thin.layer_types[: thin.num_hidden_layers]
    if getattr(thin, "quantization_config", None) is not None:
        del thin.quantization_config
    thin.vocab_size = max(len(tokenizer), int(thin.vocab_size))
    for name in ("pad_token_id", "bos_token_id"):
        setattr(thin, name, getattr(tokenizer, name, None))
    return AutoModelForCausalLM.from_config(thin, dtype="float32")


def vocabulary_modules(net: Any) -> list[str]:
    """Names of the modules that hold the input and the output matrix (`embed_tokens`, `lm_head`)."""
    heads = [head for head in (net.get_input_embeddings(), net.get_output_embeddings()) if head is not None]
    return [name.rpartition(".")[2] for name, module in net.named_modules() if any(module is head for head in heads)]


def _sample(tokenizer: Any, net: Any, form: TurnFormat) -> list[int]:
    """A prompt and its reply, the reply whole, the prompt cut in front where the model is too short for it."""
    prompt = encode(tokenizer, PROBE) if tokenizer.chat_template else []
    whole = [*prompt, *tokenizer.encode(reply_of(form), add_special_tokens=False), tokenizer.eos_token_id or 0]
    longest = int(getattr(net.config, "max_position_embeddings", None) or len(whole))
    return whole[-longest:]


def _step(net: Any, tokenizer: Any, lora: Lora, untrained: int, ids: Any, form: TurnFormat) -> tuple[Any, Any, Any]:
    """One step of AdamW; the model, and the markers' rows (input, output) before and after."""
    import torch

    plan = Plan(Start("preflight", None, "", tiny=False), {}, _adapter(lora) if lora else None, 0)
    if lora:
        from peft import get_peft_model

        from kardia_cli.training.models import peft_config

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            net = get_peft_model(net, peft_config(plan, net, untrained))
    before = _rows(net, tokenizer, form)
    learned = [weight for weight in net.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=1e-2, weight_decay=0.0)
    net.train()
    logits = net(input_ids=ids).logits
    torch.nn.functional.cross_entropy(logits[0, :-1].float(), ids[0, 1:]).backward()
    optimizer.step()
    return net.eval(), before, _rows(net, tokenizer, form)


def _adapter(lora: Lora) -> dict[str, Any]:
    """The run's own [lora] table, or the default one, at the lowest rank that shows something."""
    from kardia_cli.training.models import LORA

    return {**(lora if isinstance(lora, Mapping) else LORA), "r": 2}


def _rows(net: Any, tokenizer: Any, form: TurnFormat) -> list[Any]:
    """The markers' rows in the input and the output matrix, as the model uses them."""
    ids = tokenizer.convert_tokens_to_ids(list(form.markers))
    heads = [net.get_input_embeddings(), net.get_output_embeddings()]
    return [_active(head)[ids].detach().clone() for head in heads if head is not None]


def _active(layer: Any) -> Any:
    """The matrix in use: the trained copy where PEFT keeps one."""
    copies = getattr(layer, "modules_to_save", None)
    return copies["default"].weight if copies is not None and "default" in copies else layer.weight


def _learned(names: list[str], before: list[Any], after: list[Any], lora: Lora, untrained: int) -> Finding:
    moved = [bool((old != new).any(dim=1).all()) for old, new in zip(before, after, strict=True)]
    way = "LoRA" if lora else "full training"
    if lora and not untrained:
        return good("one step", "LoRA leaves the markers' rows as they are: they have been trained before")
    if all(moved):
        return good("one step", f"{way}: the rows of all {in_words(len(before[0]))} markers move, in input and output")
    side = " and ".join(name for name, ok in zip(("input", "output"), moved, strict=False) if not ok)
    lost = f"{way}: the markers' {side} rows stay as they are: the format is never learned"
    remedy = f"--set lora.modules_to_save={json.dumps(names)}, or --set lora.r=0 to train all parameters"
    return bad("one step", lost, remedy if lora else "take a model whose vocabulary matrices can be trained")


def _kept(net: Any, tokenizer: Any, ids: Any, folder: Path, lora: Lora, form: TurnFormat) -> Finding:
    """Merge, save, load: the same logits, the same tokens."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with torch.no_grad():
        meant = net(input_ids=ids).logits
        if lora:
            net = net.merge_and_unload()
        net.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        again = AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
        apart = float((again(input_ids=ids).logits - meant).abs().max())
    other = AutoTokenizer.from_pretrained(folder)
    text, reply = tokenizer.decode(ids[0], skip_special_tokens=True), reply_of(form)
    same = other.decode(ids[0], skip_special_tokens=True) == text and other.encode(reply) == tokenizer.encode(reply)
    verb = "merged, saved and loaded" if lora else "saved and loaded"
    if apart > CLOSE:
        return bad(
            "saved", f"{verb} its logits differ by {apart:.1e}", "update peft and transformers; keep the adapter"
        )
    if not same or (tokenizer.chat_template and not other.chat_template):
        lost = f"the tokenizer comes back as {type(other).__name__} with other tokens or without its template"
        return bad(
            "saved", lost, "it does not belong to this kind of model: take the model's own, or update transformers"
        )
    how = f"within {apart:.0e}" if apart else "equal"
    return good("saved", f"{verb} it is the same: logits {how} (float32), tokenizer alike")


def _served(folder: Path, tokenizer: Any) -> Finding:
    """Check the files that vLLM and `transformers serve` read from a folder."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    missing = [name for name in ("architectures", "dtype") if not (config.get(name) or config.get(f"torch_{name}"))]
    beside = (folder / "chat_template.jinja").is_file()
    inside = "chat_template" in (folder / "tokenizer_config.json").read_text(encoding="utf-8")
    if tokenizer.chat_template and not (beside or inside):
        missing.append("chat_template.jinja")
    if missing:
        return bad("served", f"the saved folder lacks {', '.join(missing)}: vLLM refuses it", "update transformers")
    return good("served", f"config names {config['architectures'][0]} and its dtype, the template is beside it")
