"""Training rooms: what sft and grpo need around TRL's trainers. Nothing here subclasses or copies a trainer.

what a run is      settings.py (flags and TOML → tables for TRL, PEFT, bitsandbytes) · plan.py · arguments.py (defaults, the
                   paper's batches, this machine) · quantize.py (QLoRA) · ranks.py (several processes)
what it starts on  tiny.py (the built-in model) · tokens.py (the eight markers) · models.py (load) · saving.py (merge, cast, save)
before it starts   exam.py, exam_*.py, findings.py (does the tokenizer hold?) · memory*.py (does it fit?)
what it reads      difficulty.py (easy rows to sft, hard ones to grpo) · samples.py (rows → prompts and completions) · order.py
what grpo pays     scoring.py (one scoring task a completion → TRL's reward functions) · masking.py (what was not scored) ·
                   dry_run.py (the rewards before the training)
is it gamed?       canaries.py, canary_signs.py, canary_rules.py · probe_set.py (the gap to a held-out judge)
what it leaves     runs.py (new, continued, finished, refused) · checkpoints.py, proof.py (resume is the same run) · reports.py ·
                   keepsakes.py (samples, environment) · curves.py · card.py
"""
