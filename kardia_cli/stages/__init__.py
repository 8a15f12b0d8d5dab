"""The arrows of the flow: one file = one stage. No flags, no printing, no plug-in is imported here.

    raw row ─ profiles ─▶ profile ─ dialogues ─▶ dialogue ─ critiques ─▶ judged ─ refinements ─▶ refined
                                                                                                   │
                                          scores ◀─ evaluation ◀─ model ◀─ grpo ◀─ model ◀─ sft ◀──┘

A stage takes a row and gives rows; the flow, the files and the flags are the commands' business.
"""
