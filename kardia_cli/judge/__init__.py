"""The judge: rubric + dialogue → verdict. The only place where a model's words become a level or a verdict.

    judge.py     Judge: one turn, a fit, a whole dialogue      seen.py      what is judged, and what the judge sees of it
    asking.py    one judge's questions on a turn, samples      prompts.py   the words, with everything foreign fenced
    replies.py   what may come back, and its rules             readout.py   samples, log-probabilities, panels → one opinion
    looking.py   the second look at a gate

It raises `CallFailed`, typed, when a reply cannot be read or breaks a rule, and nobody else invents a number.
"""

from kardia_cli.judge.judge import Judge, unscored

__all__ = ["Judge", "unscored"]
