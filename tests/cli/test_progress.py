"""A run says how far it is, what it took, what it will come to, and who is waited for."""

from __future__ import annotations

import re
import time

import pytest
from rich.text import Text

from kardia_cli.chat.limits.meter import Meter, RowCost
from kardia_cli.cli.progress import Progress, describe_calls, describe_wait, format_count, format_duration
from kardia_cli.errors import CallFailed, Dropped, RowError
from kardia_cli.rows.line import Line
from kardia_cli.rows.request import Reply, Request, Usage
from kardia_cli.screen.console import Console
from kardia_cli.stream.flow import Outcome

QUESTION = Request([{"role": "user", "content": "?"}], "judge.turn")


def progress(meters: list[Meter] | None = None, expected: int | None = None) -> Progress:
    return Progress("critique", Console("kardia critique"), meters or [], expected)


def finished(run: Progress, rows: int, cost: float = 0.01, calls: int = 1, error: RowError | None = None) -> Progress:
    for number in range(rows):
        run.charge(RowCost(number, calls, cost))
        run.count(Outcome(Line(number), [] if error else [{}], error))
    return run


def asked(meter: Meter, cost: float | None, times: int = 1) -> Meter:
    for _ in range(times):
        meter.count_reply(QUESTION, Reply("well", usage=Usage(700, 300), cost=cost))
    return meter


def test_the_live_line_tells_rows_failures_calls_tokens_and_cost() -> None:
    meter = asked(Meter("openai/m"), 0.25, times=2)
    meter.count_cached(QUESTION)
    run = finished(progress([meter], expected=9), 3)
    finished(run, 1, error=CallFailed("timeout", "late"))
    finished(run, 1, error=Dropped("too short"))
    assert run.status() == "5/9 rows · 1 failed · 1 dropped · 2 calls (1 remembered) · 0 in flight · 2k tokens · $0.5"


def test_an_unknown_price_is_called_unknown_and_never_0() -> None:
    assert "price unknown" in progress([asked(Meter("m"), None)]).status()
    both = asked(asked(Meter("m"), None), 0.5)
    assert "$0.50 + 1 calls of unknown price" in progress([both]).status()
    assert describe_calls(asked(Meter("m"), None)).endswith("price unknown")
    assert asked(Meter("m"), None).as_dict()["cost"] is None


def test_a_model_in_this_process_has_no_place_in_the_bill() -> None:
    assert progress([asked(Meter("offline", free=True), 0.0)]).status() == "0 rows"


def test_who_is_waited_for_and_why_stands_in_the_line() -> None:
    meter = Meter("openai/judge", wait_reason="429 ×12", resumes_at=14.2)
    assert describe_wait(meter, 10.0) == "429 ×12, next try 4 s"
    assert describe_wait(meter, 20.0) == "429 ×12"
    assert (
        progress([meter]).status().startswith("0 rows · 0 calls · 0 in flight · 0 tokens · $0 · openai/judge: 429 ×12")
    )


def test_cost_and_time_are_projected_from_20_rows_on_as_a_range() -> None:
    meter = asked(Meter("m"), 0.01, times=19)
    run = finished(progress([meter], expected=1000), 19)
    assert run.total_cost() is None
    assert run.time_left() is None
    asked(meter, 0.03)
    finished(run, 1, cost=0.03)
    low, high = run.total_cost() or (0.0, 0.0)
    assert low < 1000 * 0.011 < high
    assert high < 20
    fast, slow = run.time_left() or (0.0, 0.0)
    assert 0 <= fast < slow


def test_rows_that_were_only_remembered_say_nothing_of_those_to_come() -> None:
    meter = asked(Meter("m"), 0.02, times=20)
    run = finished(progress([meter], expected=200), 100, cost=0.0, calls=0)
    finished(run, 20, cost=0.02)
    assert run.total_cost() == (pytest.approx(0.4 + 80 * 0.02), pytest.approx(0.4 + 80 * 0.02))


def test_without_a_known_end_nothing_is_projected() -> None:
    run = finished(progress(), 50)
    assert run.total_cost() is None
    assert run.time_left() is None
    assert run.status() == "50 rows"


def test_text_of_a_reason_cannot_paint_the_terminal() -> None:
    meter = Meter("m", wait_reason="[red]boo[/red]")
    assert r"\[red]boo" in progress([meter], expected=4).live_line(200)


def busy_line(columns: int) -> str:
    meter = asked(
        Meter("openai/gpt-4o-mini", wait_reason="429 ×12", resumes_at=time.monotonic() + 90), 0.0125, times=40
    )
    run = finished(progress([meter], expected=1280), 40, cost=0.0125)
    finished(run, 2, error=CallFailed("timeout", "late"))
    return Text.from_markup(run.live_line(columns)).plain


def test_a_wide_terminal_shows_all_there_is() -> None:
    line = busy_line(200)
    for part in ("critique ━━━━", "42/1280 rows", "2 failed", "40 calls", "in flight", "tokens", "$0.5 of $", " left"):
        assert part in line
    assert re.search(r"openai/gpt-4o-mini: 429 ×12, next try \d+ s$", line)


def test_80_columns_keep_cost_time_left_and_the_reason_for_waiting() -> None:
    line = busy_line(80)
    assert len(line) <= 80
    for part in ("critique 42/1280 rows", "$0.5", " left", "429 ×12, next try "):
        assert part in line


@pytest.mark.parametrize(("count", "shown"), [(999, "999"), (1234, "1.23k"), (2_500_000, "2.5M"), (3e9, "3G")])
def test_counts_are_short(count: float, shown: str) -> None:
    assert format_count(count) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(9, "0:09"), (130, "2:10"), (7384, "2h03")])
def test_times_are_short(seconds: float, shown: str) -> None:
    assert format_duration(seconds) == shown
