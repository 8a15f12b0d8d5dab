"""Exemplars: replies of other dialogues that a strategy shows to its model.

--exemplars FILE|FOLDER ─▶ store.read ─▶ ExemplarStore ─▶ search ─▶ replies, best first
"""
