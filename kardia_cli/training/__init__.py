"""Training rooms: what sft and grpo need around TRL's trainers. Nothing here subclasses or copies a trainer.

settings.py   flags and TOML → the two tables that go to TRL and PEFT unmirrored
plan.py       what a run is: start, tables, seed
arguments.py  defaults, the paper's batches, what this machine decides
tiny.py       the built-in model, made on the spot
tokens.py     the eight marker tokens in a tokenizer and its model
samples.py    rows → prompt/completion samples, the dev part, what was trimmed or left out
runs.py       the run folder: new, continued, finished, refused
models.py     load a model for training, merge and save it
card.py       RUN/README.md
scoring.py    one scoring task per completion → TRL's reward functions
reports.py    trainer logs → metric rows; everybody else's words → stderr
"""
