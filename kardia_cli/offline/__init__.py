"""The offline speaker: a rule-based backend that plays every role without a model, the same bytes for the same seed.

    backend.py     dispatches on the task of a request
    seeker.py  supporter.py  rewriter.py  biographer.py      the roles that speak
    reply.py  faults.py                                      a clean reply, and what can be wrong with one
    feelings.py  details.py                                  reading: emotions by their signs, phrases taken whole
    words/                                                   phrase tables, apart from logic
    scorer*.py  fill.py                                      the lexical judge, and replies to tasks nobody knows

It exists for demos, smoke tests and CI. Its dialogues are readable and its figures are not evidence about any model.
"""
