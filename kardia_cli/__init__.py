"""kardia: from real persona text to an empathetic model, in steps that pipe.

    persona text ─ build-profiles ─▶ profiles ─ synthesize ─▶ dialogues ─ critique ─▶ judged dialogues
                                                                │                          │
                 evaluate ◀─ model ◀─ grpo ◀─ model ◀─ sft ◀────┴───── refined ◀─ refine ◀─┘

One row, growing from left to right: every stage reads and writes JSONL with the fields of KardiaBench at the top level
and passes on what it does not know. commands/ holds flags, stages/ the arrows above, chat/ every model call, judge/ the
only place where words become levels; sources/, strategies/, rewards/ and protocols/ are folders of plug-ins.
"""

__version__ = "0.2.0"
