"""kardia report over score rows, dialogues and runs: read all, compare, write every form, then hold the gates."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kardia_cli.contracts import ProtocolSpec, protocol_spec, spec_of_rows
from kardia_cli.errors import UsageError

if TYPE_CHECKING:
    from kardia_cli.cli.report_flags import Compared, Files, Written
    from kardia_cli.reporting.comparison import Comparison
    from kardia_cli.reporting.runs import Choice, Material
    from kardia_cli.reporting.specs import Spec
    from kardia_cli.rows.line import Row
    from kardia_cli.screen.console import Console

_OF_SCORES = ("baseline", "criteria", "gate", "calibration", "protocol", "cost")
_OF_THE_PAGE = ("dialogues", "rate", "blind")


@dataclass(frozen=True)
class Asked:
    """All that was typed."""

    words: Sequence[str]
    choice: Choice
    compared: Compared
    written: Written
    files: Files

    def spec_of(self, protocol: str) -> ProtocolSpec:
        """Return the SPEC of the protocol that rows name; a file that they name is run only if it is typed, too."""
        return protocol_spec(protocol) if protocol == self.compared.protocol else spec_of_rows(protocol)


def run(asked: Asked, console: Console) -> None:
    """Everything; raises `GateFailed` when all is written."""
    from kardia_cli.reporting import figure, gates, runs, specs

    wanted = asked.written.wanted()
    _check_page(asked)
    if "figure" in wanted:
        figure.format_of(wanted["figure"].suffix)
    bounds = [gates.parse(text) for text in asked.compared.gate or []]
    named = specs.parse(asked.words)
    _check_targets(wanted, asked.files.output, _sources(named, asked.compared))
    with contextlib.ExitStack() as stack:
        targets = {name: _target(path, asked.files.force, stack) for name, path in wanted.items()}
        rows = _rows_target(asked, stack)
        material = asyncio.run(
            runs.load(
                named,
                asked.spec_of,
                asked.choice,
                "html" in wanted,
                lambda: console.say("waiting for score rows on stdin"),
            )
        )
        found = _compared(asked, material, console)
        if found is not None:
            found.gates.extend(gates.check(bounds, found))
            _show(found, console)
        else:
            _show_runs(material, console)
        for name, write in targets.items():
            write(_render(name, asked, found, material, console))
        _write_rows(rows, found, material)
    if found is not None:
        gates.enforce(found.gates)


def _check_page(asked: Asked) -> None:
    """`UsageError` for what only the page shows, where no page is asked for."""
    for name in _OF_THE_PAGE:
        if getattr(asked.compared, name) and asked.written.html is None:
            raise UsageError(f"--{name} is about the page, and none is asked for", "add --html FILE")


def _sources(named: Sequence[Spec], what: Compared) -> list[Path]:
    """Every file that is read."""
    typed = [*(what.dialogues or []), *(what.cost or []), *([what.calibration] if what.calibration else [])]
    return [*(Path(file) for spec in named for file in spec.files if file != "-"), *typed]


def _check_targets(wanted: dict[str, Path], output: Path | None, sources: Sequence[Path]) -> None:
    """One form for each file, one at most for stdout, and none where something is read from: --force would lose it."""
    paths = [*wanted.values(), *([output] if output else [])]
    places = ["-" if str(path) == "-" else path.resolve() for path in paths]
    read = {path.resolve() for path in sources if path.is_file()}
    for path, place in zip(paths, places, strict=True):
        if places.count(place) > 1 and not _is_device(path):
            where = "stdout" if place == "-" else str(path)
            raise UsageError(f"two forms of the report would go to {where}", "give each its own file")
        if place in read:
            raise UsageError(f"{path} is read for this report, and would be replaced by it", "give another name")


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _target(path: Path, force: bool, stack: contextlib.ExitStack) -> Callable[[bytes], None]:
    from kardia_cli.stream.output import beside

    descriptor = 1 if str(path) == "-" else stack.enter_context(beside(path, force))

    def write(data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(descriptor, left) :]
        except BrokenPipeError:
            return  # nobody reads on: quiet success

    return write


def _rows_target(asked: Asked, stack: contextlib.ExitStack) -> Any:
    """Return the writer of the comparison's rows; None if stdout takes another form."""
    from kardia_cli.stream.jsonl import PlainWriter
    from kardia_cli.stream.output import output_descriptor

    taken = any(str(path) == "-" for path in asked.written.wanted().values())
    if taken and asked.files.output is None:
        return None
    return PlainWriter(stack.enter_context(output_descriptor(asked.files.output, asked.files.force)))


def _compared(asked: Asked, material: Material, console: Console) -> Comparison | None:
    """The comparison of what was read; None where no scores were named, which the flags must then not need."""
    from kardia_cli.reporting import compare, costs

    what = asked.compared
    if material.groups:
        found = compare.compare(material.groups, what.baseline, what.criteria or (), asked.spec_of(material.protocol))
        found.calibration.extend(_calibration(what.calibration, found))
        found.cost.extend(costs.read(path) for path in what.cost or [])
        return found
    needing = [name for name in _OF_SCORES if getattr(what, name)]
    needing += [name for name in asked.written.wanted() if name != "html"]
    if needing:
        raise UsageError(
            f"--{needing[0]} needs score rows, and no file holds any", "name files that kardia evaluate wrote"
        )
    if material.dialogues and asked.written.html is None:
        raise UsageError(
            f"{' and '.join(asked.words)}: dialogues, and no scores to compare",
            "to read them: --html FILE; to measure them: kardia evaluate",
        )
    if not material.runs and asked.written.html is None:
        console.warn("nothing to compare")
    return None


def _calibration(path: Path | None, found: Comparison) -> list[str]:
    """Return a record's line on the judge of these scores; `UsageError` if it is of another judge."""
    from kardia_cli.judge import calibrations

    if path is None:
        return []
    identity = found.identity
    known = (identity["judge_manner"] or {}).get("hash")
    record = calibrations.load(path)
    judge_hash = record.values["judge_hash"] if known is None else known
    return [calibrations.quote(calibrations.given(path, identity["judge"], judge_hash, identity["rubric_hash"]))]


def _render(name: str, asked: Asked, found: Comparison | None, material: Material, console: Console) -> bytes:
    """One form of the report."""
    from kardia_cli.reporting import figure, latex, markdown, methods

    if name == "html":
        return _page(asked, found, material).encode()
    assert found is not None
    if name == "figure":
        path = asked.written.wanted()["figure"]
        return figure.draw(found, figure.format_of(path.suffix), console.warn)
    if name == "json":
        return _json(found.as_dict())
    if name == "methods":
        return methods.render(found, asked.spec_of(material.protocol)).encode()
    return (markdown.render if name == "markdown" else latex.render)(found).encode()


def _json(values: dict[str, Any]) -> bytes:
    import orjson

    return orjson.dumps(values, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _page(asked: Asked, found: Comparison | None, material: Material) -> str:
    from kardia_cli.reporting import viewing
    from kardia_cli.reporting.page.page import page

    beside: list[Row] = asyncio.run(_dialogues(asked.compared.dialogues or []))
    return page(viewing.data(found, material, beside, _labels(asked), asked.spec_of(material.protocol).label))


def _labels(asked: Asked) -> dict[str, Any]:
    """Return the labels that people can give in the page."""
    from kardia_cli.cli.session import DEFAULT_RUBRIC
    from kardia_cli.judge import rubric_file
    from kardia_cli.reporting.page.labelling import labels_of

    return labels_of(rubric_file.load(asked.compared.rate or DEFAULT_RUBRIC), only=asked.compared.blind)


async def _dialogues(paths: Sequence[Path]) -> list[Row]:
    from kardia_cli.reporting import runs

    return [row for path in paths for row in await runs.dialogues(path)]


def _write_rows(writer: Any, found: Comparison | None, material: Material) -> None:
    """The comparison as rows; where only runs were named, their metrics."""
    from kardia_cli.reporting import compare

    if writer is None:
        return
    lines = compare.as_lines(found) if found is not None else []
    if found is None:
        lines = [{"run": run["name"], **row} for run in material.runs for row in run["metrics"]]
    for line in lines:
        writer.write(line)


def _show(found: Comparison, console: Console) -> None:
    """The tables, doubts and gates, on stderr."""
    from kardia_cli.reporting import gates, tables
    from kardia_cli.reporting.comparison import label_of

    console.say(tables.headline(found))
    for doubt in found.warnings:
        console.warn(doubt)
    console.table(f"means with 95 % intervals, clustered by {found.clustered_by}", tables.means(found))
    for name in found.differences:
        paired = f"{found.unit} by {found.unit} (intervals of each by itself)"
        title = f"{label_of(found.counts, name)} less {found.baseline}, {paired}"
        console.table(title, tables.gaps(found, name))
    if found.baseline is None and len(found.names) > 1:
        console.say("nothing is compared: name what to compare with, --baseline NAME")
    for line in found.calibration:
        console.say(line)
    for each in found.gates:
        console.say(gates.sentence(each))


def _show_runs(material: Material, console: Console) -> None:
    from kardia_cli.reporting.page import curves

    for run in material.runs:
        rows = []
        for panel in curves.panels(run["metrics"]):
            for line in panel["lines"]:
                title = panel["title"] if len(panel["lines"]) == 1 else f"{panel['title']}, {line['name']}"
                values = [value for _, value in line["points"]]
                ends = f"{values[0]:.3g} → {values[-1]:.3g}"
                rows.append({"curve": title, "first → last": ends, "lowest": min(values), "highest": max(values)})
        console.say(f"{run['name']}: {len(run['metrics']):,} logged rows")
        console.table("", rows)
