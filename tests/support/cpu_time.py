"""How work grows with its input, measured in CPU time, so that a busy machine changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(work: Callable[[int], object], size: int, factor: int = 4) -> float:
    """Return how many times longer `work(factor * size)` takes than `work(size)`: about `factor` where it is linear.

    CPU time of this thread, the least of three goes; a millisecond is added to both, so that noise is no growth.
    """

    def seconds(of_size: int) -> float:
        goes = []
        for _ in range(3):
            began = time.thread_time()
            work(of_size)
            goes.append(time.thread_time() - began)
        return min(goes) + 1e-3

    return seconds(factor * size) / seconds(size)
