"""How many calls at once, and how fast: pure state machines with the time handed in; `gate` waits by them.

    Window   calls in flight to one model: starts low, climbs while throughput grows, cut once per burst of 429
    Pace     a ceiling per minute (--rpm, --tpm): a bucket that holds about a second

The numbers are ours. A round is as many answers as the window held when it began.
"""

from __future__ import annotations

from dataclasses import dataclass, field

START = 16
LEAP = 16.0
"""Growth of the window after a first round in which nothing queued; later rounds leap by half of that."""
CUT = 0.75
STEP = 0.1


@dataclass
class _Round:
    """What is measured over one round: answers, their summed times, and the times they would take with no queue."""

    began: float
    size: int
    answers: int = 0
    seconds: float = 0.0
    ideal: float = 0.0
    full: bool = False


@dataclass
class Window:
    """Calls in flight that one model gets. `limit` is how many, at most `ceiling`.

    A 429 cuts it, once for all calls that were in flight then; errors 5xx do not. A server that queues sends no 429: the
    window stops climbing when throughput no longer grows, and falls when answers take twice as long without it.
    """

    ceiling: int
    limit: float = 0.0
    opening: bool = True
    cuts: int = 0
    _round: _Round | None = None
    _last: tuple[float, float, float] | None = None  # limit, answers/s and mean seconds of the round before
    _least: dict[str, float] = field(default_factory=dict)
    _cut_at: float = -1.0
    _target: float = 0.0
    _steady: int = 0

    def __post_init__(self) -> None:
        self.limit = float(min(START, self.ceiling))

    def waited(self) -> None:
        """A call had to wait for room: only a full window says anything about the server."""
        if self._round is not None:
            self._round.full = True

    def sent(self, now: float) -> None:
        """A call goes out."""
        if self._round is None:
            self._round = _Round(now, max(1, int(self.limit)))

    def answered(self, now: float, seconds: float, task: str = "") -> None:
        """An answer came after `seconds`; replies of one task are taken to be of like length."""
        least = self._least[task] = min(seconds, self._least.get(task, seconds))
        found = self._round
        if found is None:
            return
        found.answers += 1
        found.seconds += seconds
        found.ideal += least
        if found.answers >= found.size or (now - found.began >= 3 * least and self._queues(found, now)):
            self._finish(found, now)

    def refused(self, now: float, sent_at: float) -> bool:
        """A 429 (or a timeout) for a call that went out at `sent_at`; True where it cut the window."""
        if sent_at <= self._cut_at:
            return False
        safe = self._last[0] if self.opening and self._last is not None else 0.0
        self._target = self.limit
        self.limit = max(1.0, min(self.limit * CUT, 2 * safe) if safe else self.limit * CUT)
        self.opening, self._cut_at, self._round, self._last = False, now, None, None
        self.cuts += 1
        return True

    def reopen(self) -> None:
        """Start low again: the server was away."""
        self.limit, self.opening = float(min(START, self.ceiling)), True
        self._round = self._last = None

    def _served(self, found: _Round, now: float) -> float:
        """How many calls the server works on at once, going by the least time that each takes (Little's law)."""
        return found.ideal / max(now - found.began, 1e-9)

    def _queues(self, found: _Round, now: float) -> bool:
        """Whether the first round shows already that most of the window only waits in the server's queue."""
        first = self.opening and self._last is None and found.full and found.answers >= 2
        return first and self._served(found, now) < 0.25 * self.limit

    def _finish(self, found: _Round, now: float) -> None:
        rate = found.answers / max(now - found.began, 1e-9)
        mean = found.seconds / found.answers
        self._round = _Round(now, 0)
        if found.full:
            grown = self._open(found, now, rate) if self.opening else self._keep(rate, mean)
            if not self.opening and self._last is not None and grown <= self._last[0]:
                self._last = (grown, max(rate, self._last[1]), min(mean, self._last[2]))
            else:
                self._last = (self.limit, rate, mean)
            self.limit = max(1.0, min(float(self.ceiling), grown))
        self._round.size = max(1, int(self.limit))

    def _open(self, found: _Round, now: float, rate: float) -> float:
        """The next limit while the window is opening."""
        if self._last is None:
            share = self._served(found, now) / self.limit
            if share >= 0.35:
                return self.limit * LEAP
            if share >= 0.2:
                return self.limit * 4
            self.opening = False
            return max(2.0, 2 * self._served(found, now))
        before, rate_before, _ = self._last
        gain = (rate / rate_before - 1) / max(self.limit / before - 1, 1e-9)
        if gain >= 0.5:
            return self.limit * LEAP / 2
        if gain >= 0.2:
            return self.limit * 2
        self.opening = False
        return max(before, min(self.limit, before * rate / rate_before))

    def _keep(self, rate: float, mean: float) -> float:
        """The next limit once the window is open: back to where a cut was, then on in small steps while it pays."""
        if self.limit < 0.95 * self._target:
            return self.limit + max(1.0, 0.5 * (self._target - self.limit))
        self._target = 0.0
        if self._last is None:
            return self.limit + max(1.0, STEP * self.limit)
        before, rate_before, mean_before = self._last
        if mean >= 2 * mean_before and rate <= 1.1 * rate_before:
            return self.limit * 0.8
        if rate > 1.02 * rate_before or self.limit <= before:
            self._steady = 0 if rate > 1.02 * rate_before else self._steady + 1
            if self._steady < 3 or self._steady % 8 == 0:
                return self.limit + max(1.0, STEP * self.limit)
            return self.limit
        return max(before, 1.0)


@dataclass
class Pace:
    """A ceiling of `per_minute` (requests or tokens): any 60 s hold no more, for what is taken costs what was announced.

    Holds a second's worth; what turns out larger than announced is a debt that later calls wait for.
    """

    per_minute: float
    _level: float = 0.0
    _seen: float = -1.0

    @property
    def _rate(self) -> float:
        return self.per_minute / 61.0

    @property
    def _most(self) -> float:
        return max(1.0, self._rate)

    def _fill(self, now: float) -> None:
        self._level = self._most if self._seen < 0 else min(self._most, self._level + (now - self._seen) * self._rate)
        self._seen = now

    def wait(self, now: float) -> float:
        """Seconds until the next call may go out."""
        self._fill(now)
        needed = min(1.0, self._most)
        return 0.0 if self._level >= needed else (needed - self._level) / self._rate

    def take(self, now: float, amount: float) -> None:
        """Take it out; the level may fall below nothing."""
        self._fill(now)
        self._level -= amount
