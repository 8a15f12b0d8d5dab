"""Canaries of a GRPO run: signs of a step, rules that raise an alarm, and the gap between two judges."""
