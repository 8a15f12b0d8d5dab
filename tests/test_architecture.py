"""The layers of the package: imports go to the same or a lower layer, in no cycle; heavy imports come late."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "kardia_cli"

# A room is a folder, or one of the five loose files; the number is its layer (docs/design.md).
LAYERS = {
    "__init__": 0, "errors": 0,
    "rows": 1, "text": 1, "weights": 1, "screen": 1, "plugins": 1,
    "metrics": 2, "statistics": 2, "stream": 2,
    "chat": 3, "offline": 3,
    "judge": 4, "environments": 4, "exemplars": 4,
    "contracts": 5, "sources": 5, "strategies": 5, "rewards": 5, "evaluation": 5, "reporting": 5,
    "training": 6, "protocols": 6,
    "stages": 7,
    "cli": 8,
    "commands": 9, "__main__": 9,
}  # fmt: skip
LOOSE = {"__init__", "__main__", "errors", "contracts", "plugins"}
PLUG_INS = ["strategies", "rewards", "protocols", "sources"]
HEAVY = {"torch", "transformers", "trl", "peft", "datasets", "accelerate", "litellm"}


def files() -> list[Path]:
    """Every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """The dotted name of a file's module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room in which a module stands."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """The modules of this package that a file imports, wherever in it the import stands."""
    known = {name_of(each) for each in files()}
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kardia_cli":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else str(node.module))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in known}
    return frozenset(found - {name_of(path)})


def cycle(arrows: Mapping[str, Iterable[str]]) -> list[str]:
    """One circle of arrows, [] where there is none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_file_has_a_layer_and_imports_none_above_it(path: Path) -> None:
    here = room_of(name_of(path))
    assert here in LAYERS, f"{path.name} stands in no layer: add its room to LAYERS"
    for other in map(room_of, imports(path)):
        assert LAYERS[other] <= LAYERS[here], f"{here} (layer {LAYERS[here]}) imports {other} ({LAYERS[other]})"


def test_no_two_files_import_each_other_and_no_circle_of_files() -> None:
    assert cycle({name_of(path): imports(path) for path in files()}) == []


def test_no_two_rooms_import_each_other_and_no_circle_of_rooms() -> None:
    arrows: dict[str, set[str]] = {}
    for path in files():
        here = room_of(name_of(path))
        arrows.setdefault(here, set()).update({room_of(module) for module in imports(path)} - {here, "__init__"})
    assert cycle(arrows) == []


def test_a_circle_is_seen() -> None:
    assert cycle({"a": ["b"], "b": ["c"], "c": ["a"]})
    assert cycle({"a": ["b"], "b": ["c"], "c": []}) == []


def test_only_five_files_are_loose() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == LOOSE


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_imports_a_heavy_package_when_it_is_imported(path: Path) -> None:
    for node in tree_of(path).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not {name.split(".")[0] for name in names} & HEAVY


@pytest.mark.parametrize("kind", PLUG_INS)
def test_plug_in_folders_hold_plug_ins_that_never_import_each_other(kind: str) -> None:
    from kardia_cli import plugins

    for path in (PACKAGE / kind).glob("*.py"):
        assert not [module for module in imports(path) if room_of(module) == kind]
        if path.stem != "__init__":
            function = next(each.function for each in plugins.CONTRACTS.values() if each.folder == kind)
            assert function in {getattr(node, "name", "") for node in tree_of(path).body}, f"{path} is no plug-in"


@pytest.mark.parametrize("room", ["stages", "reporting", "judge", "rows"])
def test_no_plug_in_is_imported_by_the_rooms_that_serve_all_of_them(room: str) -> None:
    for path in (PACKAGE / room).rglob("*.py"):
        assert not {room_of(module) for module in imports(path)} & set(PLUG_INS)


def test_a_command_is_one_file_without_helpers() -> None:
    assert not list((PACKAGE / "commands").glob("_[!_]*"))


def test_help_loads_nothing_but_typer_and_rich() -> None:
    script = (
        "import sys; sys.argv = ['kardia', '--help']\n"
        "from kardia_cli.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([n for n in ('torch','transformers','trl','peft','datasets',"
        "'litellm','pydantic','aiohttp','orjson','yaml')"
        " if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_there_is_no_utils_module() -> None:
    assert not [path for path in files() if "util" in path.stem]


def test_importing_the_package_has_no_side_effect_on_the_environment() -> None:
    script = (
        "import os; before = dict(os.environ); import kardia_cli.cli.main, kardia_cli.cli.session; "
        "assert dict(os.environ) == before"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# Names of protocols that are words of another meaning there.
OTHER_MEANINGS = {
    ("reporting/flips.py", "turns"),  # a column
    ("reporting/page/labelling.py", "turns"),  # the turns of a talk
    ("reporting/page/static/browser.js", "turns"),  # how many turns a talk has
    ("judge/track_record.py", "calibration"),  # a key of a run's config.json
}


@pytest.mark.parametrize("room", ["reporting", "judge", "stream"])
def test_no_protocol_is_named_by_the_rooms_that_serve_all_of_them(room: str) -> None:
    from kardia_cli import plugins

    names = "|".join(plugins.built_in("protocol"))
    for path in [*(PACKAGE / room).rglob("*.py"), *(PACKAGE / room).rglob("*.js")]:
        place = str(path.relative_to(PACKAGE))
        for _, name in re.findall(rf"([\"'`])({names})\1", path.read_text(encoding="utf-8")):
            assert (place, name) in OTHER_MEANINGS, f"{place} names the protocol {name}: say it in the protocol's SPEC"


def test_no_code_outside_the_stand_in_names_a_span_or_a_marker_of_a_format() -> None:
    from kardia_cli.rows import turn_format

    spans = [span for name in turn_format.names() for span in turn_format.load(name).spans]
    markers = {marker for span in spans for pair in span.spellings for marker in pair}
    # Names that are no words of other things (a row has an emotion, a server gives a response).
    names = {span.name for span in spans} - {"emotion", "response", "reasoning", "analysis", "answer", "wish"}
    read = re.compile(r"\b(?:parts|spans?|found|turn|read)(?:\.|\[\")(?:emotion|response|reasoning|analysis)\b")
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.js")]:
        if "offline" in path.relative_to(PACKAGE).parts:
            continue
        text = path.read_text(encoding="utf-8")
        place = str(path.relative_to(PACKAGE))
        found = [marker for marker in markers if marker in text]
        found += [name for name in names if re.search(rf"[\"'.]{name}\b", text)] + read.findall(text)
        assert not found, f"{place} names {found}: ask the format (rows/turn_format.py)"
