"""The README cannot drift: its help blocks and tables are made from the code (`make docs` writes them anew)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- made: (?P<name>[a-z0-9 -]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)


def commands() -> list[str]:
    from kardia_cli.cli.main import command_names

    return command_names()


def kardia(*arguments: str) -> str:
    environment = {**os.environ, "TERMINAL_WIDTH": "110", "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", "kardia_cli", *arguments], capture_output=True, text=True, check=True, env=environment
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").split("\n"))


def fenced(text: str) -> str:
    return f"```text\n{text.strip()}\n```\n"


def exit_codes() -> str:
    from kardia_cli.cli import main

    text = (main.__doc__ or "").split("\n\n", 1)[1]
    pairs = [part.strip().split(" ", 1) for part in text.replace("\n", " · ").split("·") if part.strip()]
    return "| code | meaning |\n|---|---|\n" + "".join(f"| {code} | {meaning} |\n" for code, meaning in pairs)


def fields() -> str:
    from kardia_cli.rows.records import RowModel

    lines = [f"| `{name}` | {field.description} |" for name, field in RowModel.model_fields.items()]
    return "| field | what it means |\n|---|---|\n" + "\n".join(lines) + "\n"


def tiny() -> str:
    from kardia_cli.training import tiny

    rows = [
        (stage, key, value)
        for stage, table in {"sft": tiny.SFT, "grpo": tiny.GRPO}.items()
        for key, value in table.items()
    ]
    return "| stage | option | default |\n|---|---|---|\n" + "".join(f"| {s} | `{k}` | {v} |\n" for s, k, v in rows)


def made(name: str) -> str:
    """The body of a block, made from the code."""
    if name == "help":
        return fenced(kardia("--help"))
    if name.startswith("help "):
        return fenced(kardia(name.removeprefix("help "), "--help"))
    if name == "plugins":
        return fenced(kardia("--plugins"))
    return {"exit codes": exit_codes, "fields": fields, "tiny defaults": tiny}[name]()


def blocks() -> dict[str, str]:
    return {match["name"]: match["body"] for match in BLOCK.finditer(README.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", sorted(blocks()))
def test_each_made_block_of_the_readme_equals_the_code(name: str) -> None:
    assert blocks()[name] == made(name), "run `make docs`"


def test_every_command_has_its_help_in_the_readme() -> None:
    assert {f"help {name}" for name in commands()} <= set(blocks())


@pytest.mark.parametrize("name", commands())
def test_every_command_shows_an_example_in_its_help(name: str) -> None:
    assert f"Example: kardia {name}" in kardia(name, "--help") or f"| kardia {name}" in kardia(name, "--help")


def test_every_target_of_the_makefile_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    README.write_text(BLOCK.sub(lambda m: m[1] + made(m["name"]) + m[4], text), encoding="utf-8")
