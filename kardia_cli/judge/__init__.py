"""The judge: rubric + dialogue → verdict. The only place where a model's words become a level or a verdict.

    rubric.py        criteria, questions, checks            rubric_file.py  reading a rubric, with file and line
    judge.py         Judge: one turn, a fit, a dialogue     judged_turn.py  what the judge sees of a turn
    asking.py        one judge's questions on a turn        prompts.py      the prompts, everything foreign fenced
    replies.py       what may come back, and its rules      readout.py      samples, panels → one opinion
    second_look.py   the second look at a gate              verdicts.py     opinion → levels, verdict, score
    disguise.py      hidden text                            grading_talk.py words to a grader
    calibrations.py  how far a judge agrees with people     review.py       disputed turns, for a person

It raises `CallFailed`, typed, when a reply cannot be read or breaks a rule; no other room invents a number.
"""

from kardia_cli.judge.judge import Judge, unscored

__all__ = ["Judge", "unscored"]
