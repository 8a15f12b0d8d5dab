"""`field=column` settings, shared by the sources that read files of any layout."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows.line import Row


def read_map(settings: Sequence[str]) -> dict[str, str]:
    """Return `person=bio` as {"person": "bio"}, "" for a field left empty; raises `UsageError` for anything else."""
    mapping: dict[str, str] = {}
    for setting in settings:
        name, equals, column = (part.strip() for part in setting.partition("="))
        if not name or not equals:
            raise UsageError(f"map {setting!r} is not field=column", "write e.g. map=person=bio, or map=mbti= for none")
        if name in mapping:
            raise UsageError(f"map gives field {name!r} twice", "map each field once")
        mapping[name] = column
    return mapping


def find_missing(mapping: Mapping[str, str], columns: Collection[str]) -> str:
    """Return the reason why the mapping does not fit these columns; "" where it does."""
    absent = sorted({column for column in mapping.values() if column and column not in columns})
    return f"no column {', '.join(map(repr, absent))}; there are: {', '.join(columns)}" if absent else ""


def apply(mapping: Mapping[str, str], row: Row) -> Row:
    """Return the row with mapped columns renamed; raises `RowError` where it lacks one."""
    problem = find_missing(mapping, row.keys())
    if problem:
        raise RowError(problem)
    mapped = {name: row[column] if column else None for name, column in mapping.items()}
    return mapped | {name: value for name, value in row.items() if name not in mapped and name not in mapping.values()}
