"""Intervals and tests for rows that belong together in clusters (not in the paper).

    student.py      Student's t: probability and quantile
    estimates.py    a mean with its interval; rows of one cluster (a profile, a dialogue) count together
    shares.py       a share with an interval that stays within 0 and 1
    differences.py  two models on the same rows: difference, p, what could have been found; Holm over several criteria

Agreement between raters and what is no mean (kappa, macro-F1: redrawn clusters) is in `agreement`.
"""

from kardia_cli.statistics.differences import Difference, holm, paired_difference, verdict
from kardia_cli.statistics.estimates import Estimate, mean_estimate
from kardia_cli.statistics.shares import share_estimate

__all__ = ["Difference", "Estimate", "holm", "mean_estimate", "paired_difference", "share_estimate", "verdict"]
