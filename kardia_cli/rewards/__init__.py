"""Rewards: what GRPO pays for. One file, one `async score(row, completion, judge, chat, **options) -> Score | None`."""
