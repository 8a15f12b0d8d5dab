"""The nouns: records of a row, lines, turns in spans, labels, prompts, profile text, requests and splits."""
