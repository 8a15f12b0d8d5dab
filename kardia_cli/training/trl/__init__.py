"""What stands between kardia and TRL's trainers: arguments, reward functions, masking, order, metric rows."""
