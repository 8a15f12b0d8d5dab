# kardia's stages as targets that build files from files. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

MODEL ?= tiny
SPEAKER ?= offline
JUDGE ?= offline
N ?= 128
SEED ?= 0
EXCHANGES ?= 10
ROWS ?=
OUT ?= out
PYTHON ?= python3

# A real model takes the example settings; tiny has its own defaults.
SFT_CONFIG ?= $(if $(filter tiny,$(MODEL)),,--config examples/sft.toml)
GRPO_CONFIG ?= $(if $(filter tiny,$(MODEL)),,--config examples/grpo.toml)

VENV := .venv
KARDIA := $(VENV)/bin/kardia
READY := $(VENV)/.ready
export KARDIA_SALT ?= kardia-makefile
# glibc gives large blocks back to the kernel after every step and takes them again: a third of a CPU step's time.
export MALLOC_TRIM_THRESHOLD_ ?= 2000000000
export MALLOC_MMAP_THRESHOLD_ ?= 2000000000
export TOKENIZERS_PARALLELISM ?= false
export HF_HUB_DISABLE_TELEMETRY ?= 1

.PHONY: help install data sft grpo eval report demo smoke faults danger refined label-regime probes calibrate learn bench bench-training bench-gpu torture test lint format docs pictures clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16
	@echo; echo "Variables: MODEL=$(MODEL) SPEAKER=$(SPEAKER) JUDGE=$(JUDGE) N=$(N) EXCHANGES=$(EXCHANGES) ROWS=$(ROWS) SEED=$(SEED) OUT=$(OUT)"

install: $(READY) ## Make .venv with kardia, its training packages and its tools

$(READY): pyproject.toml
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "kardia needs Python 3.11 or newer: make PYTHON=python3.11 …"; exit 1; }
	@echo "installing into $(VENV) (some minutes the first time)"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[train,dev]'
	@touch $@

data: $(OUT)/data.jsonl ## Profiles → dialogues → critique → refine: $(OUT)/data.jsonl
sft: $(OUT)/sft/done.json ## Supervised fine-tuning: $(OUT)/sft
grpo: $(OUT)/grpo/done.json ## Reinforcement learning: $(OUT)/grpo
eval: $(OUT)/scores.jsonl ## Measure the untrained start, SFT and GRPO on held-out people
report: $(OUT)/report.html ## Compare them, and a page to read: $(OUT)/report.html

$(OUT)/profiles.jsonl: | $(READY)
	@mkdir -p $(OUT)
	$(KARDIA) build-profiles builtin --seed $(SEED) --rejects $(OUT)/rejects-profiles.jsonl --force -o $@

$(OUT)/dialogues.jsonl: $(OUT)/profiles.jsonl
	$(KARDIA) synthesize $< -n $(N) --max-exchanges $(EXCHANGES) --model $(SPEAKER) --seed $(SEED) --force -o $@

$(OUT)/judged.jsonl: $(OUT)/dialogues.jsonl
	$(KARDIA) critique $< --judge-model $(JUDGE) --seed $(SEED) --force -o $@

$(OUT)/data.jsonl: $(OUT)/judged.jsonl
	$(KARDIA) refine $< --model $(SPEAKER) --judge-model $(JUDGE) --seed $(SEED) --rejects $(OUT)/rejects-refine.jsonl --force -o $@

$(OUT)/sft/done.json: $(OUT)/data.jsonl
	$(KARDIA) sft $< -o $(OUT)/sft --model $(MODEL) --seed $(SEED) $(SFT_CONFIG) --fresh > $(OUT)/sft.jsonl

$(OUT)/grpo/done.json: $(OUT)/sft/done.json
	$(KARDIA) grpo $(OUT)/data.jsonl -o $(OUT)/grpo --model $(OUT)/sft --judge-model $(JUDGE) --seed $(SEED) $(GRPO_CONFIG) --fresh > $(OUT)/grpo.jsonl

$(OUT)/scores.jsonl: $(OUT)/grpo/done.json
	$(KARDIA) evaluate $(OUT)/data.jsonl $(if $(ROWS),-n $(ROWS)) $(if $(wildcard $(OUT)/sft/base),--model $(OUT)/sft/base --name untrained) --model $(OUT)/sft --name sft --model $(OUT)/grpo --name grpo --judge-model $(JUDGE) --seed $(SEED) --force -o $@

$(OUT)/report.html: $(OUT)/scores.jsonl
	$(KARDIA) report $< $(OUT)/sft $(OUT)/grpo --baseline sft --dialogues $(OUT)/data.jsonl --html $@ --force > $(OUT)/report.jsonl

demo: $(READY) ## All stages on embedded defaults: no key, no GPU, no download
	@$(MAKE) --no-print-directory report OUT=out/demo N=512 EXCHANGES=4 ROWS=24
	@echo; echo "What it made:"; ls -d out/demo/*

smoke: $(READY) ## Every command on 4 rows, in seconds
	@rm -rf out/smoke
	@$(MAKE) --no-print-directory smoke-run OUT=out/smoke

smoke-run: | $(READY)
	@mkdir -p $(OUT)
	$(KARDIA) build-profiles builtin -q -n 4 --min-rows 4 -o $(OUT)/profiles.jsonl
	$(KARDIA) synthesize $(OUT)/profiles.jsonl -q -n 4 | $(KARDIA) critique -q | $(KARDIA) refine -q --min-rows 1 -o $(OUT)/data.jsonl
	$(KARDIA) sft $(OUT)/data.jsonl -q --split all -o $(OUT)/sft --set train.max_steps=2 > $(OUT)/sft.jsonl
	$(KARDIA) grpo $(OUT)/data.jsonl -q --split all --model $(OUT)/sft -o $(OUT)/grpo --set train.max_steps=1 --set train.max_completion_length=24 > $(OUT)/grpo.jsonl
	$(KARDIA) evaluate $(OUT)/data.jsonl --split all --model $(OUT)/grpo --with max_tokens=24 -o $(OUT)/scores.jsonl
	$(KARDIA) report $(OUT)/scores.jsonl $(OUT)/grpo -q --dialogues $(OUT)/data.jsonl --html $(OUT)/report.html > $(OUT)/report.jsonl

faults: $(READY) ## How well the offline judge finds planted faults, of the speaker and of hand-written ones
	@mkdir -p out
	@$(KARDIA) synthesize builtin -q -n 500 --seed 11 | $(KARDIA) evaluate --protocol faults --judge-model offline > out/faults-planted.jsonl
	@$(KARDIA) evaluate examples/faults.jsonl --protocol faults --judge-model offline > /dev/null

danger: $(READY) ## How much danger the risk screen hears, and what it says of harmless words
	@$(VENV)/bin/python examples/danger.py

refined: $(READY) ## Do refined dialogues beat their drafts, by a judge that refine never asked? (about 20 seconds)
	@$(VENV)/bin/python examples/refined.py

label-regime: $(READY) ## What wrong labels of the drafts cost: easy rows, judge calls for a kept dialogue (about 3 minutes)
	@$(VENV)/bin/python examples/label_regime.py

learn: $(READY) ## Does GRPO lift the reward on held-out people, and a learning rate of 0 not? 5 seeds (about 25 minutes)
	@$(VENV)/bin/python examples/learn.py -o $(OUT)/learn

GOLD ?= examples/gold.jsonl
probes: $(READY) ## How the JUDGE stands up to 25 families of attacks and edge cases
	@$(KARDIA) evaluate builtin --protocol probes --judge-model $(JUDGE) > /dev/null

calibrate: $(READY) ## How the JUDGE agrees with people's labels (GOLD=gold.jsonl)
	@$(KARDIA) evaluate $(GOLD) --protocol calibration --judge-model $(JUDGE) --judge-calls turn --judge-samples 1 > /dev/null

bench: $(READY) ## Calls a second, CPU, memory and start-up against bare clients (about 8 minutes)
	@$(VENV)/bin/python tests/bench/run.py

bench-training: $(READY) ## sft and grpo against bare TRL: tokens a second, memory, seconds a step
	@$(VENV)/bin/python tests/bench/training.py

bench-gpu: $(READY) ## The same on a GPU, Qwen2 shapes of 0.5B and 7B (says so where there is none)
	@$(VENV)/bin/python tests/bench/training_gpu.py

torture: $(READY) ## Kill a pipe at 120 moments and type it again: same bytes, nothing paid twice (about 12 minutes)
	@$(VENV)/bin/python tests/torture.py

test: $(READY) ## Run the tests
	@OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest -n 2 --dist loadfile

lint: $(READY) ## ruff and mypy
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

format: $(READY) ## Let ruff lay out the code
	@$(VENV)/bin/ruff check --fix . ; $(VENV)/bin/ruff format .

docs: $(READY) ## Write docs/reference/ anew from the code
	@$(VENV)/bin/python tests/support/reference.py

pictures: $(READY) ## Photograph the page of the demo for docs/images/ (needs a Chromium)
	@$(VENV)/bin/python docs/images/take.py out/demo/report.html

clean: ## Remove what the targets made, but not .venv
	rm -rf out dist build .pytest_cache .mypy_cache .ruff_cache
