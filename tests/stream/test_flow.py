"""Rows keep their order, a failed row costs one row, and reading pauses while the window is full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kardia_cli.errors import Dropped, ProviderError, RowError
from kardia_cli.rows.line import Line, Row
from kardia_cli.stream import flow
from kardia_cli.stream.flow import Outcome


async def numbers(count: int, seen: list[int] | None = None) -> AsyncIterator[Line]:
    for number in range(count):
        if seen is not None:
            seen.append(number)
        yield Line(number, row={"n": number})


def outcomes(source: AsyncIterator[Line], work: flow.Work, **options: object) -> list[Outcome]:
    async def go() -> list[Outcome]:
        return [outcome async for outcome in flow.stream(source, work, **{"window": 8, **options})]  # type: ignore[arg-type]  # options of the test

    return asyncio.run(go())


async def same(row: Row) -> list[Row]:
    return [row]


def odd_first() -> flow.Work:
    """Work that finishes each odd row before the even one that came before it."""
    done = [asyncio.Event() for _ in range(30)]

    async def work(row: Row) -> list[Row]:
        number = row["n"]
        if number % 2 == 0:
            await done[number + 1].wait()
        done[number].set()
        return [row]

    return work


def test_output_order_is_input_order_though_later_rows_finish_first() -> None:
    assert [o.rows[0]["n"] for o in outcomes(numbers(30), odd_first())] == list(range(30))


def test_unordered_gives_every_row_once_as_it_finishes() -> None:
    given = [o.rows[0]["n"] for o in outcomes(numbers(30), odd_first(), ordered=False)]
    assert sorted(given) == list(range(30))
    assert given.index(1) < given.index(0)


def test_a_failed_row_is_an_outcome_with_its_reason_and_the_stream_goes_on() -> None:
    async def work(row: Row) -> list[Row]:
        if row["n"] == 2:
            raise RowError("too odd")
        if row["n"] == 3:
            raise Dropped("by rule")
        return [row]

    given = outcomes(numbers(5), work)
    assert [str(o.error) if o.error else o.rows[0]["n"] for o in given] == [0, 1, "too odd", "by rule", 4]
    assert given[3].error is not None
    assert given[3].error.kind == "dropped"


def test_a_bad_line_never_reaches_the_work() -> None:
    async def lines() -> AsyncIterator[Line]:
        yield Line(1, error=RowError("not JSON"))
        yield Line(2, row={"n": 2})

    given = outcomes(lines(), same)
    assert str(given[0].error) == "not JSON"
    assert given[1].rows == [{"n": 2}]


def test_an_error_of_the_whole_run_ends_the_stream() -> None:
    async def work(row: Row) -> list[Row]:
        raise ProviderError("bad key")

    with pytest.raises(ProviderError):
        outcomes(numbers(5), work)


def test_reading_pauses_while_the_window_is_full() -> None:
    async def go() -> int:
        seen: list[int] = []
        gate = asyncio.Event()

        async def work(row: Row) -> list[Row]:
            await gate.wait()
            return [row]

        stream = flow.stream(numbers(1000, seen), work, window=8)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.05)
        read = len(seen)
        gate.set()
        await first
        await stream.aclose()
        return read

    assert asyncio.run(go()) <= 9


def test_when_stopped_no_more_is_read_and_what_is_in_work_finishes() -> None:
    async def go() -> list[int]:
        stop = asyncio.Event()

        async def endless() -> AsyncIterator[Line]:
            for number in range(3):
                yield Line(number, row={"n": number})
            await asyncio.Event().wait()

        given = []
        async for outcome in flow.stream(endless(), same, window=8, stop=stop):
            given.append(outcome.rows[0]["n"])
            if len(given) == 1:
                stop.set()
        return given

    assert asyncio.run(asyncio.wait_for(go(), 60)) == [0, 1, 2]


def test_closing_the_stream_cancels_what_is_in_work() -> None:
    async def go() -> bool:
        started, cancelled = asyncio.Event(), asyncio.Event()

        async def work(row: Row) -> list[Row]:
            if row["n"] == 0:
                return [row]
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()
            return []

        stream = flow.stream(numbers(5), work, window=4)
        await anext(stream)
        await started.wait()
        await stream.aclose()
        return cancelled.is_set()

    assert asyncio.run(go())


def test_one_result_may_be_no_row_or_several() -> None:
    async def work(row: Row) -> list[Row]:
        return [row] * row["n"]

    assert [len(o.rows) for o in outcomes(numbers(4), work)] == [0, 1, 2, 3]
