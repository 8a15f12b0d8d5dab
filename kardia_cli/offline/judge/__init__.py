"""The lexical judge: levels, faults and verdicts from the words of a reply alone. Start in judge.py."""

PLACEHOLDER = "(offline placeholder) no rule for this"
"""The reason of a level or an answer that was drawn by seed and not judged."""
