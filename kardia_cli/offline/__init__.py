"""The offline pair: a speaker that plays every role and a judge that scores it, by rule, without a model.

    backend.py   hands each task of a request to a role or to the judge
    speaker/     the roles that speak: seeker · supporter (and rewriter) · biographer · sentient
                 reply · faults      a clean reply, and what can be wrong with one
                 feelings · details  reading: emotions by their signs, phrases taken whole
                 scene               the facts of a turn, and choosing phrases
    judge/       the lexical judge; it shares no list with the speaker
    fill.py      placeholders for a schema that neither knows
    phrases.py   reads the phrases and patterns, which are TOML under data/offline/

Same seed, same bytes. It exists for demos, smoke tests and CI: its figures are no evidence about any model.
"""
