"""Training: what sft and grpo need around TRL's trainers. Nothing here subclasses or copies a trainer.

settings, plan, quantize, models, tiny   a run: flags and TOML as tables for TRL, PEFT and bitsandbytes; its model
markers, samples, difficulty             rows as prompts and completions in four spans
preflight/  memory/                      before the start: does the tokenizer hold, does it fit?
trl/                                     TRL's arguments, reward functions, masking, order, several processes
reward_set, dry_run                      the rewards of grpo, and a trial of them without training
canaries/                                is the judge being gamed?
run_folder/                              new, continued or finished; checkpoints and their proof; artifacts
"""
