"""The number and the rate of calls: pure state machines with the time handed in; `limiter` waits by them.

    Window   calls in flight to one model: opens in leaps, is cut once per burst of 429, and then now and then
             compared with a neighbour: the larger stays only where it is served faster
    Pace     a ceiling per minute (--rpm, --tpm): a bucket that holds about a second

The numbers are not in the paper. A round is as many answers as the window held when it began.
"""

from __future__ import annotations

from dataclasses import dataclass, field

START = 16
USUAL = 64
"""Calls in flight at the start, under the usual ceiling; a user who sets a higher one knows the server: half of it."""
LEAP = 16.0
"""Growth of the window after a first round in which nothing queued; later rounds leap by half of that."""
CUT = 0.75
STEP = 1.5
"""How much larger or smaller the window is that the present one is compared with."""
WORTH = 0.15
"""Share of what a larger window could bring that it has to bring, or the smaller one serves."""
ANSWERS = 64
"""So many answers at least go into a comparison: latencies differ from call to call."""
LONGEST_REST = 32
"""Rounds between two comparisons, once they have changed nothing for a while."""


@dataclass
class _Round:
    """Measures of one round: answers, and the seconds that they would have taken without a queue."""

    began: float
    size: int
    answers: int = 0
    ideal: float = 0.0
    full: bool = False


@dataclass
class Window:
    """Calls in flight that one model gets. `limit` is how many, at most `ceiling`.

    A 429 cuts it, once for all calls that were in flight then; errors 5xx do not. A server that queues sends no 429:
    the window stops growing, or shrinks, where the answers come no faster for it.
    """

    ceiling: int
    limit: float = 0.0
    opening: bool = True
    cuts: int = 0
    _round: _Round | None = None
    _last: tuple[float, float] | None = None  # limit and answers/s of the round before
    _least: dict[str, float] = field(default_factory=dict)
    _cut_at: float = -1.0
    _target: float = 0.0
    _heard: bool = True  # an answer came since the last cut
    _upwards: bool = True
    _rest: int = 1
    _patience: int = 1

    def __post_init__(self) -> None:
        self.limit = self._start

    @property
    def _start(self) -> float:
        return float(min(START, self.ceiling) if self.ceiling <= USUAL else self.ceiling // 2)

    def waited(self) -> None:
        """Note that a call had to wait for room: only a full window says anything about the server."""
        if self._round is not None:
            self._round.full = True

    def sent(self, now: float) -> None:
        """Note that a call goes out."""
        if self._round is None:
            self._round = _Round(now, self._size())

    def answered(self, now: float, seconds: float, task: str = "") -> None:
        """Note an answer after `seconds`; replies of one task are taken to be of like length."""
        self._heard = True
        least = self._least[task] = min(seconds, self._least.get(task, seconds))
        found = self._round
        if found is None:
            return
        found.answers += 1
        found.ideal += least
        if found.answers >= found.size or (now - found.began >= 3 * least and self._queues(found, now)):
            self._finish(found, now)

    def refused(self, now: float, sent_at: float) -> bool:
        """Note a 429 (or a timeout) for a call that went out at `sent_at`; True if it cut the window."""
        if sent_at <= self._cut_at:
            return False
        before, most = self.limit, self.limit * CUT
        if self.opening:  # all that is known to go well is the round before
            most = min(most, 2 * self._last[0] if self._last is not None else START)
        elif self._heard or not self._target:
            self._target = before
        self.limit = max(1.0, most)
        self.opening = self.opening and self._last is None and before > START  # began high: opens anew, from low
        self._cut_at, self._round, self._last = now, None, None
        if self._heard:  # refusals with no answer between them are one piece of news: it comes back to where they began
            self._upwards, self._rest = False, self._longer_rest()
        self._heard = False
        self.cuts += 1
        return True

    def reopen(self) -> None:
        """Start low again: the server was away."""
        self.limit, self.opening, self._target = self._start, True, 0.0
        self._round = self._last = None

    @property
    def _returning(self) -> bool:
        """True on the way back to where the window was cut."""
        return self.limit < 0.95 * self._target

    def _size(self) -> int:
        limit = max(1, int(self.limit))
        return limit if self.opening or self._returning else -(-ANSWERS // limit) * limit

    def _served(self, found: _Round, now: float) -> float:
        """Return how many calls the server works on at once, by the least time that each takes (Little's law)."""
        return found.ideal / max(now - found.began, 1e-9)

    def _queues(self, found: _Round, now: float) -> bool:
        """Return True if the first round shows already that most of the window waits in the server's queue."""
        first = self.opening and self._last is None and found.full and found.answers >= 2
        return first and self._served(found, now) < 0.25 * self.limit

    def _finish(self, found: _Round, now: float) -> None:
        before = self.limit
        if found.full:
            rate = found.answers / max(now - found.began, 1e-9)
            wanted = self._open(self._served(found, now), rate) if self.opening else self._keep(rate)
            self.limit = max(1.0, min(float(self.ceiling), wanted))
        # A smaller window is measured from the next call on: until then more are in flight than it lets through.
        self._round = None if self.limit < before else _Round(now, self._size())

    def _open(self, served: float, rate: float) -> float:
        """Return the next limit while the window is opening."""
        last, self._last = self._last, (self.limit, rate)
        if last is None:
            share = served / self.limit
            if share >= 0.35:
                return self.limit * LEAP
            if share >= 0.2:
                return self.limit * 4
            return self._end_opening(max(2.0, 2 * served))
        before, rate_before = last
        if self.limit <= before:
            return self._end_opening(self.limit)
        gain = _gain((self.limit, rate), last)
        if gain >= 0.5 and self.limit >= self.ceiling:
            self._patience = LONGEST_REST
            return self._end_opening(self.limit)
        if gain >= 0.2:
            return self.limit * (LEAP / 2 if gain >= 0.5 else 2)
        return self._end_opening(max(before, min(self.limit, before * rate / rate_before)))

    def _end_opening(self, limit: float) -> float:
        """End the opening at this limit and return it."""
        self.opening, self._last, self._rest = False, None, self._patience
        return limit

    def _keep(self, rate: float) -> float:
        """Return the next limit once the window is open: back to where a cut was; else, after a rest, a neighbour."""
        if self._returning:
            return min(self._target, self.limit + max(1.0, 0.5 * (self._target - self.limit)))
        self._target = 0.0
        here, last = (self.limit, rate), self._last
        self._last = here
        if last is None or int(last[0]) == int(self.limit):
            self._rest -= 1
            return self._neighbour() if self._rest <= 0 else self.limit
        if (_gain(here, last) >= WORTH) == (self.limit > last[0]):  # the neighbour is better: on in this direction
            self._patience = 1
            return self._neighbour()
        self._upwards, self._rest, self._last = not self._upwards, self._longer_rest(), None
        return last[0]

    def _neighbour(self) -> float:
        if self._upwards and self.limit < self.ceiling:
            return max(self.limit * STEP, self.limit + 1)
        if not self._upwards and self.limit > 1:
            return min(self.limit / STEP, self.limit - 1)
        self._upwards, self._rest = not self._upwards, self._patience
        return self.limit

    def _longer_rest(self) -> int:
        self._patience = min(LONGEST_REST, 2 * self._patience)
        return self._patience


def _gain(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the share of the possible gain that the larger of two windows (limit, answers/s) brings.

    1 if nothing queues, 0 if all does.
    """
    (low, slow), (high, fast) = sorted((one, other))
    return (fast / slow - 1) / max(high / low - 1, 1e-9)


@dataclass
class Pace:
    """A ceiling of `per_minute` requests or tokens in any 60 s, if one call takes less than half of it.

    Holds a second's worth; what turns out larger than announced is a debt that later calls wait for.
    """

    per_minute: float
    _level: float = 0.0
    _seen: float = -1.0
    _largest: float = 1.0

    @property
    def _rate(self) -> float:
        """Units that come in a second: so few that the last call of a minute, large as it may be, still fits."""
        return (self.per_minute - min(self._largest - 1.0, self.per_minute / 2)) / 61.0

    @property
    def _most(self) -> float:
        return max(1.0, self._rate)

    def _fill(self, now: float) -> None:
        self._level = self._most if self._seen < 0 else min(self._most, self._level + (now - self._seen) * self._rate)
        self._seen = now

    def wait(self, now: float) -> float:
        """Return the seconds until the next call may go out."""
        self._fill(now)
        needed = min(1.0, self._most)
        return 0.0 if self._level >= needed else (needed - self._level) / self._rate

    def take(self, now: float, amount: float) -> None:
        """Take an amount out; the level may fall below 0."""
        self._fill(now)
        self._level -= amount
        self._largest = max(self._largest, amount)
