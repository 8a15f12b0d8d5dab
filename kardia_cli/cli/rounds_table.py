"""What refine and synthesize show at their end, where a judge was at work: see `stages/rounds.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING

from kardia_cli.errors import Stopped, Unfinished

if TYPE_CHECKING:
    from kardia_cli.cli.session import Session
    from kardia_cli.rows.line import Line, Row
    from kardia_cli.stages.rounds import Rounds
    from kardia_cli.stream import flow


async def move(
    session: Session,
    source: AsyncIterator[Line],
    work: flow.Work,
    rounds: Rounds,
    notes: Sequence[Callable[[Row], None]],
) -> None:
    """Move rows, then show what the rounds did: also where rows failed or a cap stopped the run, not where nobody reads.

    `notes` see every row that goes out, too.
    """

    def came_out(row: Row) -> None:
        rounds.count_kept(row)
        for note in notes:
            note(row)

    try:
        progress = await session.move(source, work, on_row=came_out)
    except (Unfinished, Stopped):
        _show(session, rounds)
        raise
    if not progress.closed_early:
        _show(session, rounds)


def _show(session: Session, rounds: Rounds) -> None:
    for title, table in rounds.tables(session.gateway.meters):
        session.console.table(title, table)
