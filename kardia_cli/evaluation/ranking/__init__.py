"""Ranks and pairs of replies: the question, the judge's or people's orders, strengths and tables."""
