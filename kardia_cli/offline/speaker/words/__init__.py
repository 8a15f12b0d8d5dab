"""The offline speaker's words: phrase tables apart from logic. All phrases are written for kardia.

Every sentence must hold in any situation of its feeling, because the speaker cannot read one: it adds how something
feels, when and where it comes up, and never a new fact that could contradict what was told.
"""
