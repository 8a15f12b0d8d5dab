"""What is shown of rubrics: the list, one with its hashes, and the schema for editors."""

from __future__ import annotations

import json

from kardia_cli.judge import rubric_file


def rubrics() -> str:
    """The shipped rubrics, one a line: name, version, hash of what the judge reads, hash of the policy, summary."""
    lines = []
    for name in rubric_file.names():
        found = rubric_file.load(name)
        lines.append(f"{name:<12} {found.version}  {found.read_hash} / {found.policy_hash}  {found.summary}")
    return "\n".join(lines)


def rubric(name: str) -> str:
    """The text of a rubric's file under its two hashes; `UsageError` where it is wrong or not there."""
    found = rubric_file.load(name)
    return f"# what the judge reads: {found.read_hash}, policy: {found.policy_hash}\n{rubric_file.text(name).rstrip()}"


def rubric_schema() -> str:
    """The JSON Schema of a rubric file, as it stands in rubrics/rubric.schema.json."""
    return json.dumps(rubric_file.schema(), indent=2, ensure_ascii=False)
