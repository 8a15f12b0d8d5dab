"""The house stands: imports go to the same or a lower layer, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "kardia_cli"

# The digit is the layer; a folder counts for all files in it.
LAYERS = {
    "errors": 1, "line": 1, "records": 1,
    "spans": 2, "persona": 2, "prompts": 2, "jsonl": 2, "embedded": 2, "flow": 2, "plugins": 2, "rubric": 2, "rubric_file": 2, "listing": 2, "risk": 2, "risk_patterns": 2, "disguise": 2, "confusables": 2, "grading_talk": 2,
    "agreement": 2, "statistics": 2, "metrics": 2, "calibrations": 2, "families": 2,
    "cleaning": 2, "identity": 2, "splits": 2, "console": 2, "terminal": 2, "durations": 2, "chat": 2,
    "judge": 3, "verdicts": 3,
    "contracts": 4, "environments": 4, "scoring": 4,
    "sources": 5, "strategies": 5, "rewards": 5, "protocols": 5, "training": 5,
    "stages": 6, "reporting": 6, "pipe": 6, "roles": 6, "output": 6, "tally": 6, "review": 6, "summary": 6,
    "options": 7, "config_file": 7, "session": 7, "estimate": 7, "trainee": 7, "commands": 7, "cli": 8, "__main__": 8, "__init__": 0,
}  # fmt: skip
HEAVY = {"torch", "transformers", "trl", "peft", "datasets", "accelerate", "litellm"}
# `config_file` asks cli for the names of the commands, to check a config file's tables; the import is inside the function.
KNOWN_UPWARD = {("config_file", "cli")}


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_rooms(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "kardia_cli":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("kardia_cli.")}
    return {name for name in found if name in LAYERS}


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_file_has_a_layer_and_imports_none_above_it(path: Path) -> None:
    here = room(path)
    assert here in LAYERS, f"{path.name} stands in no layer: add it to LAYERS"
    for other in imported_rooms(ast.parse(path.read_text())):
        if (here, other) not in KNOWN_UPWARD:
            assert LAYERS[other] <= LAYERS[here], f"{here} (layer {LAYERS[here]}) imports {other} ({LAYERS[other]})"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_imports_a_heavy_package_when_it_is_imported(path: Path) -> None:
    for node in ast.parse(path.read_text()).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not {name.split(".")[0] for name in names} & HEAVY


@pytest.mark.parametrize("kind", ["strategies", "rewards", "protocols", "sources"])
def test_plug_ins_never_import_each_other(kind: str) -> None:
    for path in (PACKAGE / kind).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"kardia_cli.{kind}"):
                assert all(name.name.startswith("_") for name in node.names) or node.module.split(".")[-1].startswith(
                    "_"
                )


def test_stages_import_no_plug_in() -> None:
    for path in (PACKAGE / "stages").glob("*.py"):
        rooms = imported_rooms(ast.parse(path.read_text()))
        assert not rooms & {"strategies", "rewards", "protocols", "sources"}


def test_help_loads_nothing_but_typer_and_rich() -> None:
    script = (
        "import sys; sys.argv = ['kardia', '--help']\n"
        "from kardia_cli.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([n for n in ('torch','transformers','trl','peft','datasets','litellm','pydantic','aiohttp','orjson','yaml') if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_there_is_no_utils_module() -> None:
    assert not [path for path in files() if "util" in path.stem]


def test_importing_the_package_has_no_side_effect_on_the_environment() -> None:
    script = "import os; before = dict(os.environ); import kardia_cli.cli.main, kardia_cli.cli.session; assert dict(os.environ) == before"
    subprocess.run([sys.executable, "-c", script], check=True)
