"""The one loop of a stage, JSON lines and CSV in, rows and rejects out."""
