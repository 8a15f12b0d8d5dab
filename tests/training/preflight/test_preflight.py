"""Preflight: passed and refused checks, on tokenizers of every kind and on a model's small copy."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import tokenizers_by_hand as by_hand

from kardia_cli.errors import UsageError
from kardia_cli.training.markers import reply_of
from kardia_cli.training.preflight import model as model_checks
from kardia_cli.training.preflight import preflight
from kardia_cli.training.preflight.findings import Finding
from tests.support.four_spans import FORM, MARKERS


def broken(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings if not finding.ok}


def named(findings: list[Finding], name: str) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def with_markers(tokenizer: Any, **flags: bool) -> Any:
    from tokenizers import AddedToken

    tokenizer.add_tokens([AddedToken(marker, normalized=False, **flags) for marker in MARKERS])
    return tokenizer


def gemma() -> Any:
    return by_hand.byte_level(
        by_hand.GEMMA, eos="<eos>", pad="<pad>", bos="<bos>", specials=("<start_of_turn>", "<end_of_turn>")
    )


MAKERS = {
    "byte-level": by_hand.byte_level,
    "thinking": lambda: by_hand.byte_level(by_hand.THINKING),
    "sentence-piece": by_hand.sentence_piece,
    "no system role": gemma,
    "pads with its end": lambda: by_hand.byte_level(pad="<|im_end|>"),
    "special markers": lambda: with_markers(by_hand.byte_level(), special=True),
    "greedy markers": lambda: with_markers(by_hand.byte_level(), special=False, lstrip=True, rstrip=True),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_what_training_can_prepare_passes_and_is_left_as_it_was(kind: str) -> None:
    tokenizer = MAKERS[kind]()
    before = tokenizer.backend_tokenizer.to_str()
    findings = preflight.check(tokenizer, form=FORM, lora=False)
    assert broken(findings) == {}
    assert tokenizer.backend_tokenizer.to_str() == before


def packaged(name: str) -> Any:
    """A byte-level tokenizer with a real chat template, one of those that come with TRL, and the tokens it names."""
    trl = pytest.importorskip("trl")
    file = Path(trl.__file__).parent / "chat_templates" / f"{name}.jinja"
    if not file.is_file():
        pytest.skip(f"this TRL has no {file.name}")
    template = file.read_text(encoding="utf-8")
    specials = dict.fromkeys(
        re.findall(r"<\|\w+\|>|<\w+_of_\w+>|</?think>|<\w+\|>|<\|\w+>|<\uff5c[^\uff5c]+\uff5c>", template)
    )
    return by_hand.byte_level(template, eos="</s>", pad="<pad>", bos="<s>", specials=tuple(specials))


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("qwen2_5", "<|im_end|>"), ("qwen3", "<|im_end|>"), ("qwen3_5_think", "<|im_end|>"), ("llama3_2", "<|eot_id|>"),
        ("gemma", "<end_of_turn>"), ("gemma3", "<end_of_turn>"), ("phi3", "<|end|>"), ("lfm2", "<|im_end|>"),
    ],
)  # fmt: skip
def test_real_templates_pass_and_their_end_of_turn_is_found(name: str, end: str) -> None:
    findings = preflight.check(packaged(name), form=FORM, lora=False)
    assert broken(findings) == {}
    assert repr(end) in named(findings, "end of turn").detail


@pytest.mark.parametrize(
    ("name", "breaks"),
    [("deepseek_r1_distill", "seam"), ("glm4moe", "end of turn"), ("gptoss", "completion")],
)
def test_real_templates_that_four_spans_do_not_fit_are_refused(name: str, breaks: str) -> None:
    assert set(broken(preflight.check(packaged(name), form=FORM, lora=False))) == {breaks}


def test_what_training_changes_is_said() -> None:
    said = named(preflight.check(MAKERS["special markers"](), form=FORM, lora=False), "prepared").detail
    assert "8 markers were special tokens and are made ordinary" in said
    assert (
        "<|kardia_pad|>"
        in named(preflight.check(MAKERS["pads with its end"](), form=FORM, lora=False), "prepared").detail
    )
    assert "generation stops at" in named(preflight.check(gemma(), form=FORM, lora=False), "prepared").detail


def test_a_tokenizer_that_lower_cases_is_refused_with_the_reason() -> None:
    found = broken(preflight.check(by_hand.word_piece(), form=FORM, lora=False))["text"]
    assert "lower-cases" in found.detail
    assert "cased" in found.remedy


def test_without_a_chat_template_nothing_can_be_trained() -> None:
    found = broken(preflight.check(by_hand.byte_level(None), form=FORM, lora=False))
    assert "chat template" in found
    assert "chat_template.jinja" in found["chat template"].remedy


def test_special_markers_vanish_before_the_rewards_where_they_are_not_mended() -> None:
    found = broken(preflight.check(MAKERS["special markers"](), form=FORM, lora=False, prepared=False))
    assert "8 of 8 vanish" in found["markers"].detail


def test_markers_that_eat_the_space_beside_them_are_caught() -> None:
    found = broken(preflight.check(MAKERS["greedy markers"](), form=FORM, lora=False, prepared=False))
    assert "is read as" in found["neighbours"].detail


def test_a_marker_that_is_only_seen_between_spaces_is_caught() -> None:
    tokenizer = with_markers(by_hand.byte_level(), special=False, single_word=True)
    assert "neighbours" in broken(preflight.check(tokenizer, form=FORM, lora=False, prepared=False))
    assert broken(preflight.check(tokenizer, form=FORM, lora=False)) == {}


def test_a_system_message_that_the_template_swallows_is_caught() -> None:
    template = by_hand.CHATML.replace("{% for m in messages %}", "{% for m in messages if m['role'] != 'system' %}")
    found = broken(preflight.check(by_hand.byte_level(template), form=FORM, lora=False))
    assert "neither person nor task" in found["system message"].detail


def test_a_template_without_system_role_gets_it_before_the_first_user_turn() -> None:
    assert "no such role" in named(preflight.check(gemma(), form=FORM, lora=False), "system message").detail


def test_a_prompt_that_is_no_beginning_of_the_whole_is_caught() -> None:
    template = by_hand.CHATML.replace("{{ '<|im_start|>assistant\n' }}", "{{ '<|im_start|>supporter\n' }}")
    found = broken(preflight.check(by_hand.byte_level(template), form=FORM, lora=False))
    assert "trained on another prompt" in found["seam"].detail


def test_text_that_melts_into_the_prompt_is_caught() -> None:
    template = by_hand.CHATML.replace(
        "<|im_start|>assistant\n' }}{% endif %}", "<|im_start|>assistant\nA' }}{% endif %}"
    )
    assert "seam" in broken(preflight.check(by_hand.byte_level(template), form=FORM, lora=False))


def test_a_thinking_template_is_recognised_and_what_a_server_needs_is_said() -> None:
    found = named(preflight.check(MAKERS["thinking"](), form=FORM, lora=False), "thinking")
    assert found.ok
    assert "enable_thinking=false" in found.detail


def test_a_template_that_closes_nothing_is_caught() -> None:
    template = by_hand.CHATML.replace("m['content'] + '<|im_end|>\n'", "m['content'] + '\n'")
    assert (
        "never learns to stop"
        in broken(preflight.check(by_hand.byte_level(template), form=FORM, lora=False))["end of turn"].detail
    )


def test_an_end_of_turn_that_generation_runs_past_is_caught_where_nothing_is_mended() -> None:
    found = broken(preflight.check(gemma(), form=FORM, lora=False, prepared=False))
    assert "generation stops only at" in found["end of turn"].detail
    assert "generation_config.json" in found["end of turn"].remedy


def test_padding_with_the_end_of_a_turn_is_caught_where_nothing_is_mended() -> None:
    found = broken(preflight.check(MAKERS["pads with its end"](), form=FORM, lora=False, prepared=False))
    assert "never learns to stop" in found["padding"].detail


def test_a_model_without_markers_may_be_measured_as_it_is() -> None:
    findings = preflight.check(by_hand.byte_level(), form=FORM, lora=False, prepared=False)
    assert broken(findings) == {}
    assert "written as text" in named(findings, "markers").detail


@pytest.mark.parametrize("lora", [True, False], ids=["LoRA", "full"])
@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("kind", ["qwen2", "qwen3", "llama", "gemma2"])
def test_new_rows_learn_and_saving_and_merging_change_nothing(kind: str, tied: bool, lora: bool) -> None:
    tokenizer = by_hand.byte_level()
    findings = preflight.check(tokenizer, form=FORM, lora=lora, config=by_hand.config(tokenizer, kind, tied))
    assert broken(findings) == {}
    assert "rows of all eight markers move" in named(findings, "one step").detail
    assert {"saved", "served", "tied matrices", "vocabulary"} <= {finding.name for finding in findings}


def test_a_model_whose_matrices_have_other_names_is_refused_with_the_names() -> None:
    tokenizer = by_hand.byte_level()
    config = by_hand.config(tokenizer, "gpt_neox", tied=False)
    found = broken(preflight.check(tokenizer, form=FORM, lora=True, config=config))["one step"]
    assert 'lora.modules_to_save=["embed_in", "lm_head"]' in found.remedy
    table = {"lora_alpha": 4, "target_modules": "all-linear", "modules_to_save": ["embed_in", "lm_head"]}
    assert broken(preflight.check(tokenizer, form=FORM, lora=table, config=config)) == {}


def test_lora_without_the_vocabulary_never_learns_the_markers() -> None:
    tokenizer = by_hand.byte_level()
    table = {"target_modules": "all-linear", "modules_to_save": []}
    found = broken(preflight.check(tokenizer, form=FORM, lora=table, config=by_hand.config(tokenizer)))
    assert "never learned" in found["one step"].detail


def test_one_row_that_stays_as_it_was_is_enough_to_break() -> None:
    import torch

    before, after = torch.zeros(8, 4), torch.ones(8, 4)
    assert model_checks._learned(["a", "b"], [before], [after], lora=True, untrained=8).ok
    after[3] = 0
    assert not model_checks._learned(["a", "b"], [before], [after], lora=True, untrained=8).ok


def test_a_tokenizer_of_another_family_does_not_survive_saving() -> None:
    tokenizer = by_hand.sentence_piece()
    assert "saved" in broken(
        preflight.check(tokenizer, form=FORM, lora=False, config=by_hand.config(tokenizer, "qwen2"))
    )
    assert (
        broken(preflight.check(tokenizer, form=FORM, lora=False, config=by_hand.config(tokenizer, "llama", tied=False)))
        == {}
    )


def tiny_model(tokenizer: Any, rows: int | None = None, tied: bool = True) -> Any:
    from transformers import AutoModelForCausalLM

    config = by_hand.config(tokenizer, "qwen2", tied, rows)
    config.hidden_size, config.num_hidden_layers = 64, 1
    config.layer_types = config.layer_types[:1]
    return AutoModelForCausalLM.from_config(config)


def test_a_prepared_model_passes_and_its_random_state_is_left_alone() -> None:
    import torch

    from kardia_cli.training.markers import prepare

    tokenizer = by_hand.byte_level()
    model = tiny_model(tokenizer)
    prepare(tokenizer, model, FORM)
    state = torch.random.get_rng_state()
    preflight.require(tokenizer, model, form=FORM, lora=True)
    assert torch.equal(state, torch.random.get_rng_state())


def test_fewer_rows_than_tokens_are_an_index_error_foretold() -> None:
    tokenizer = by_hand.byte_level()
    model = tiny_model(tokenizer)
    found = broken(preflight.check(with_markers(tokenizer, special=False), model, form=FORM, lora=False))
    assert "index error" in found["vocabulary"].detail


def test_a_config_that_says_tied_of_a_model_that_is_not_is_caught() -> None:
    tokenizer = with_markers(by_hand.byte_level(), special=False)
    model = tiny_model(tokenizer, tied=False)
    model.config.tie_word_embeddings = True
    assert (
        "the weights are two"
        in broken(preflight.check(tokenizer, model, form=FORM, lora=False))["tied matrices"].detail
    )


def test_a_model_that_comes_back_from_the_disk_as_another_is_caught(tmp_path: Path) -> None:
    import torch

    tokenizer = with_markers(by_hand.byte_level(), special=False)
    model = tiny_model(tokenizer)
    ids = torch.tensor([tokenizer.encode(reply_of(FORM))])
    assert model_checks._kept(model.eval(), tokenizer, ids, tmp_path / "good", form=FORM, lora=False).ok
    model.lm_head.register_forward_hook(lambda layer, given, logits: logits + 0.01)  # what no file keeps
    found = model_checks._kept(model, tokenizer, ids, tmp_path / "lost", form=FORM, lora=False)
    assert not found.ok
    assert "logits differ by" in found.detail


def test_require_stops_at_the_first_that_breaks_with_the_remedy() -> None:
    with pytest.raises(UsageError, match="lower-cases") as caught:
        preflight.require(by_hand.word_piece(), form=FORM, lora=False)
    assert caught.value.remedy
    said: list[str] = []
    preflight.require(by_hand.byte_level(), form=FORM, lora=False, say=said.append)
    assert "checks passed" in said[0]


def test_the_table_shows_how_to_mend_what_breaks_and_only_that() -> None:
    rows = preflight.table(preflight.check(by_hand.byte_level(None), form=FORM, lora=False))
    assert {row["result"] for row in rows} == {"ok", "BREAKS"}
    assert all(bool(row["remedy"]) == (row["result"] == "BREAKS") for row in rows)


def test_a_folder_is_examined_without_its_weights(tmp_path: Path) -> None:
    tokenizer = by_hand.byte_level()
    tokenizer.save_pretrained(tmp_path)
    config = by_hand.config(tokenizer)
    config.architectures = ["Qwen2ForCausalLM"]
    config.save_pretrained(tmp_path)
    findings, read = preflight.check_folder(tmp_path, form=FORM, lora=True)
    assert broken(findings) == {}
    assert read.hidden_size == 512
    with pytest.raises(UsageError, match="cannot be checked"):
        preflight.check_folder(tmp_path / "nothing", form=FORM, lora=True)


def test_a_copy_of_a_tokenizer_is_a_copy() -> None:
    tokenizer = by_hand.byte_level()
    other = with_markers(copy.deepcopy(tokenizer), special=False)
    assert len(other) == len(tokenizer) + len(MARKERS)
