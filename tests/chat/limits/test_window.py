"""The window and the ceilings per minute, against simulated servers and a clock that is only counted."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from kardia_cli.chat.limits.window import CUT, START, USUAL, Pace, Window

Server = Callable[[float], tuple[float, bool]]
"""When a call that goes out now comes back, and whether with an answer (else with a 429)."""
CEILING = 256


def unlimited(latency: float = 0.2, sigma: float = 0.0, seed: int = 1) -> Server:
    """Works on any number of calls at once; `sigma` spreads the latency (lognormal)."""
    chance = random.Random(seed)
    return lambda now: (now + latency * chance.lognormvariate(0.0, sigma), True)


def queueing(slots: int, latency: float = 0.2, sigma: float = 0.0, seed: int = 1) -> Server:
    """Works on so many calls at once; the others wait in its queue."""
    chance, free = random.Random(seed), [0.0] * slots

    def serve(now: float) -> tuple[float, bool]:
        done = max(now, heapq.heappop(free)) + latency * chance.lognormvariate(0.0, sigma)
        heapq.heappush(free, done)
        return done, True

    return serve


def rate_limited(per_second: float, latency: float = 0.5, sigma: float = 0.3, seed: int = 1) -> Server:
    """Takes so many a second, and as many in a burst; the rest gets a 429 at once."""
    chance, level, seen = random.Random(seed), per_second, 0.0

    def serve(now: float) -> tuple[float, bool]:
        nonlocal level, seen
        level, seen = min(per_second, level + (now - seen) * per_second), now
        if level < 1.0:
            return now + 0.02, False
        level -= 1.0
        return now + latency * chance.lognormvariate(0.0, sigma), True

    return serve


class Simulation:
    """Callers without end, a window, a server; all pause for a second after a 429, as the limiter makes them."""

    def __init__(self, server: Server, ceiling: int = CEILING) -> None:
        self.window, self.server = Window(ceiling), server
        self.now, self.paused, self.answers, self.refusals = 0.0, 0.0, 0, 0
        self.seen: list[tuple[float, float]] = []  # the limit, and since when
        self._flying: list[tuple[float, int, float, bool]] = []
        self._sent = 0

    def step(self) -> None:
        """Send what may go, and take in what comes back next."""
        while self.now >= self.paused and len(self._flying) < int(self.window.limit):
            self.window.sent(self.now)
            done, good = self.server(self.now)
            heapq.heappush(self._flying, (done, self._sent, self.now, good))
            self._sent += 1
        self.window.waited()
        if self.now < self.paused and (not self._flying or self._flying[0][0] >= self.paused):
            self.now = self.paused
            return
        self.now, _, sent_at, good = heapq.heappop(self._flying)
        if good:
            self.answers += 1
            self.window.answered(self.now, self.now - sent_at)
        else:
            self.refusals += 1
            self.window.refused(self.now, sent_at)
            self.paused = max(self.paused, self.now + 1.0)
        self.seen.append((self.now, self.window.limit))

    def run(self, answers: int) -> Simulation:
        """Go on until so many more answers have come."""
        wanted = self.answers + answers
        while self.answers < wanted:
            self.step()
        return self

    def typical(self, share: float = 0.5) -> float:
        """The limit that was not exceeded for this share of the second half of the time."""
        lasted = sorted((limit, after - at) for (at, limit), (after, _) in pairwise(self.seen) if at > self.now / 2)
        left = share * sum(time for _, time in lasted)
        for limit, time in lasted:
            left -= time
            if left <= 0:
                return limit
        return lasted[-1][0]

    @property
    def highest(self) -> float:
        """The highest limit of the second half of the time."""
        return max(limit for at, limit in self.seen if at > self.now / 2)

    @property
    def rate(self) -> float:
        """Answers a second so far."""
        return self.answers / self.now


SERVERS: dict[str, Callable[[int], Server]] = {
    "unlimited": lambda seed: unlimited(sigma=0.5, seed=seed),
    "heavy tails": lambda seed: unlimited(sigma=1.0, seed=seed),
    "one at a time": lambda seed: queueing(1, sigma=0.5, seed=seed),
    "32 slots": lambda seed: queueing(32, sigma=0.5, seed=seed),
    "10 a second": lambda seed: rate_limited(10, seed=seed),
    "200 a second": lambda seed: rate_limited(200, seed=seed),
}


# ── the window


@pytest.mark.parametrize(("ceiling", "start"), [(1, 1), (USUAL, START), (CEILING, CEILING / 2), (1000, 500)])
def test_it_climbs_to_the_ceiling_within_two_rounds_where_nothing_queues(ceiling: int, start: float) -> None:
    run = Simulation(unlimited(), ceiling)
    assert run.window.limit == start
    while run.window.limit < ceiling:
        run.step()
    assert run.answers <= 2 * start


@pytest.mark.parametrize("seed", range(4))
def test_it_climbs_to_the_ceiling_though_latencies_differ(seed: int) -> None:
    run = Simulation(unlimited(sigma=0.5, seed=seed)).run(4000)
    assert run.window.limit == CEILING
    assert Simulation(unlimited(sigma=0.5, seed=seed)).run(40_000).typical() == CEILING


@pytest.mark.parametrize("ceiling", [1, 2, 7, 16, 40])
def test_a_low_ceiling_is_reached_too(ceiling: int) -> None:
    assert Simulation(unlimited(), ceiling).run(500).typical() == ceiling


@pytest.mark.parametrize("sigma", [0.0, 0.5])
@pytest.mark.parametrize("slots", [1, 8, 32])
def test_before_a_server_that_queues_it_settles_at_about_what_the_server_works_on_and_creeps_no_further(
    slots: int, sigma: float
) -> None:
    for seed in range(3):
        run = Simulation(queueing(slots, sigma=sigma, seed=seed)).run(max(3000, 400 * slots))
        assert 0.75 * slots <= run.typical() <= 4 * slots
        assert run.typical(0.95) <= 4 * slots
        full = run.rate
        assert full >= 0.85 * slots / 0.2 / (1.133 if sigma else 1.0)  # the mean of that lognormal


def test_a_server_that_works_on_one_call_at_a_time_gets_a_handful_at_first_and_then_few() -> None:
    run = Simulation(queueing(1), USUAL).run(8)
    assert run.window.limit <= 4
    assert max(limit for _, limit in run.seen) <= START


def test_it_follows_a_server_that_becomes_slower() -> None:
    fast, slow = queueing(200), queueing(8)
    run = Simulation(fast).run(3000)
    assert run.window.limit >= 128
    run.server = slow
    assert run.run(20_000).window.limit <= 32


def test_it_follows_a_server_that_gets_more_room() -> None:
    run = Simulation(queueing(4)).run(2000)
    assert run.window.limit <= 16
    run.server = queueing(64)
    assert run.run(30_000).window.limit >= 48


def test_a_window_that_is_never_full_says_nothing_about_the_server() -> None:
    window = Window(CEILING)
    for number in range(500):
        window.sent(float(number))
        window.answered(number + 0.5, 0.5)
    assert window.limit == CEILING / 2


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("ceiling", [1, 3, 40, CEILING])
def test_it_is_never_above_its_ceiling_and_never_below_one(name: str, ceiling: int) -> None:
    run = Simulation(SERVERS[name](ceiling), ceiling).run(3000)
    assert all(1 <= limit <= ceiling for _, limit in run.seen)


def test_a_burst_of_429_cuts_it_once() -> None:
    run = Simulation(unlimited()).run(2000)
    before = run.window.limit
    sent = [run.now - number / 1000 for number in range(100)]
    cut = [run.window.refused(run.now + number / 1000, at) for number, at in enumerate(sent)]
    assert cut == [True] + [False] * 99
    assert run.window.limit == CUT * before
    assert run.window.refused(run.now + 2.0, run.now + 1.0)  # a call that went out after the cut is another burst
    assert run.window.limit == CUT * CUT * before


def test_after_a_burst_of_429_it_is_back_within_few_rounds_of_good_answers() -> None:
    run = Simulation(unlimited()).run(5000)
    assert run.window.limit == CEILING
    run.window.refused(run.now, run.now)
    assert run.window.limit == CUT * CEILING
    assert run.run(3 * CEILING).window.limit >= 0.9 * CEILING
    assert run.run(80 * CEILING).window.limit == CEILING


@pytest.mark.parametrize(("per_second", "share"), [(10, 0.1), (50, 0.05), (200, 0.03)])
def test_before_a_rate_limit_it_uses_nearly_all_that_is_allowed_and_few_calls_are_refused(
    per_second: int, share: float
) -> None:
    run = Simulation(rate_limited(per_second)).run(300 * per_second)
    assert run.rate >= 0.9 * per_second
    assert run.refusals <= share * run.answers


def test_a_429_in_the_leap_falls_back_to_twice_what_had_gone_well() -> None:
    run = Simulation(rate_limited(20), USUAL)
    while not run.window.cuts:
        run.step()
    assert run.window.limit <= 2 * START


def test_a_window_that_began_high_and_was_refused_opens_anew_from_low() -> None:
    run = Simulation(rate_limited(50))
    while not run.window.cuts:
        run.step()
    assert run.window.limit == START
    assert run.run(2000).rate >= 40


def test_it_starts_anew_where_the_server_was_away() -> None:
    run = Simulation(unlimited(), USUAL).run(2000)
    run.window.reopen()
    assert run.window.limit == START
    while run.window.limit < USUAL:
        run.step()
    assert run.answers <= 2000 + USUAL + 3 * START  # what was in flight, and a few rounds


def test_tasks_of_different_length_are_not_taken_for_a_queue() -> None:
    window, now, flying = Window(CEILING), 0.0, list[tuple[float, int, float, str]]()
    for number in range(3000):
        while len(flying) < int(window.limit):
            task, seconds = ("short", 0.1) if len(flying) % 2 else ("long", 1.0)
            window.sent(now)
            heapq.heappush(flying, (now + seconds, number * 1000 + len(flying), now, task))
        window.waited()
        now, _, sent_at, task = heapq.heappop(flying)
        window.answered(now, now - sent_at, task)
    assert window.limit >= CEILING / 2


# ── a ceiling per minute


def spent(pace: Pace, amounts: Iterator[float], minutes: float) -> list[tuple[float, float]]:
    """When each amount was taken, where callers always wait to go."""
    now, taken = 0.0, list[tuple[float, float]]()
    while now < 60 * minutes:
        wait = pace.wait(now)
        if wait > 0:
            now += max(wait, 1e-6)
            continue
        amount = next(amounts)
        pace.take(now, amount)
        taken.append((now, amount))
    return taken


def most_in_a_minute(taken: list[tuple[float, float]]) -> float:
    """The largest sum of any 60 s."""
    most = total = 0.0
    first = 0
    for at, amount in taken:
        total += amount
        while taken[first][0] < at - 60.0:
            total -= taken[first][1]
            first += 1
        most = max(most, total)
    return most


def ones() -> Iterator[float]:
    while True:
        yield 1.0


@pytest.mark.parametrize("per_minute", [1, 2, 10, 59, 60, 61, 100, 600, 5000])
def test_no_sixty_seconds_hold_more_requests_than_the_ceiling_and_nearly_as_many(per_minute: int) -> None:
    taken = spent(Pace(per_minute), ones(), 5)
    assert most_in_a_minute(taken) <= per_minute
    assert len(taken) >= 0.9 * 5 * per_minute


@pytest.mark.parametrize("largest", [10, 300, 2500])
def test_no_sixty_seconds_hold_more_tokens_than_the_ceiling_however_large_a_call_is(largest: int) -> None:
    chance = random.Random(largest)
    pace = Pace(6000)
    pace.take(0.0, largest)
    taken = [(0.0, float(largest)), *spent(pace, iter(lambda: chance.uniform(1, largest), None), 10)]
    assert most_in_a_minute(taken) <= 6000
    assert sum(amount for _, amount in taken) >= 0.5 * 10 * 6000


def test_a_pause_saves_up_a_second_and_no_more() -> None:
    pace = Pace(600)
    pace.take(0.0, 1.0)
    taken = 0
    while pace.wait(1000.0) == 0.0:
        pace.take(1000.0, 1.0)
        taken += 1
    assert taken <= 10


def test_a_reply_that_is_longer_than_announced_is_waited_for_and_a_shorter_one_gives_back() -> None:
    pace = Pace(6100)
    pace.take(0.0, 50.0)
    announced = pace.wait(1.0)
    pace.take(1.0, 500.0)
    assert announced == 0.0
    assert pace.wait(1.0) > 4.0
    pace.take(1.0, -500.0)
    assert pace.wait(1.0) == 0.0


def test_a_ceiling_below_one_a_minute_lets_one_go_at_a_time() -> None:
    pace = Pace(0.5)
    assert pace.wait(0.0) == 0.0
    pace.take(0.0, 1.0)
    assert pace.wait(0.0) == pytest.approx(122.0)


def test_refusals_at_a_window_of_one_do_not_put_off_the_next_step_up() -> None:
    window, now = Window(64), 0.0
    for _ in range(20):  # down to one call, and refused there again and again
        window.sent(now)
        window.refused(now, now)
        now += 1.0
    assert window.limit == 1
    answers = 0
    while window.limit < 4 and answers < 1000:
        now += 0.1 / int(window.limit)  # a server that has all the room in the world
        window.sent(now)
        window.waited()
        window.answered(now, 0.1)
        answers += 1
    assert window.limit >= 4
