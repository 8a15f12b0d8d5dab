#!/usr/bin/env bash
# SFT, then GRPO with policy and judge on one 80 GB card. Untried on a GPU: read README.md first.
#
#   DATA=refined.jsonl examples/one_gpu/run.sh
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
data=${DATA:?name the refined rows: DATA=refined.jsonl}
policy=${POLICY:-hf/Qwen/Qwen2.5-7B-Instruct}
judge=${JUDGE:-Qwen/Qwen3-8B}
share=${JUDGE_SHARE:-0.30}  # of the card: 15.3 GiB of weights, 1.5 for its own working memory, the rest is cache
runs=${RUNS:-runs}
mkdir -p "$runs"

# 1. Without a GPU's hour: would tokens, template and memory do?
kardia sft "$data" --model "$policy" --config "$here/sft.toml" --check

# 2. SFT has the card for itself.
kardia sft "$data" --model "$policy" --config "$here/sft.toml" -o "$runs/sft" > "$runs/sft.jsonl"

# 3. The judge first: vLLM takes its share at once, so what is left is plain to see.
vllm serve "$judge" --served-model-name judge --host 127.0.0.1 --port 8001 \
    --gpu-memory-utilization "$share" --max-model-len 8192 > "$runs/judge.log" 2>&1 &
server=$!
trap 'kill "$server" 2> /dev/null || true' EXIT
until curl --silent --fail http://127.0.0.1:8001/health > /dev/null; do
    kill -0 "$server" 2> /dev/null || { tail -n 20 "$runs/judge.log" >&2; exit 1; }
    sleep 5
done

# 4. What is free now is what the policy may have.
kardia grpo "$data" --model "$runs/sft" --config "$here/grpo.toml" --check
kardia grpo "$data" --model "$runs/sft" --config "$here/grpo.toml" --dry-run -n 16 > "$runs/dry_run.jsonl"

# 5. Killed and typed again, the same command goes on from its last checkpoint.
kardia grpo "$data" --model "$runs/sft" --config "$here/grpo.toml" -o "$runs/grpo" \
    --reward format=1 --reward emotion=1 --reward rubric=1 > "$runs/grpo.jsonl"
