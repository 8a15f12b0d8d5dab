"""Adapters to TRL's trainers: arguments, reward functions, masking, order, metric rows."""
