"""The lexical judge: levels, faults and verdicts from the words of a reply alone. Start in judge.py."""
