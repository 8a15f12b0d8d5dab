"""The pages hold: the reference is made from the code, links lead somewhere, commands exist, examples run."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import reference

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
PROSE = [page for page in PAGES if page.parent.name != "reference"]
FENCE = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n```\w*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<to>[^)\s]+)\)")
SEPARATORS = {"|", "||", "&&", ";", "&", "(", ")"}


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


@cache
def app() -> Any:
    from kardia_cli.cli.main import build

    return build()


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_each_page_of_the_reference_equals_the_code(name: str) -> None:
    assert (reference.FOLDER / name).read_text(encoding="utf-8") == reference.pages()[name], "run `make docs`"


def test_every_page_that_names_a_version_names_this_one() -> None:
    from kardia_cli import __version__

    named = "\n".join(
        (ROOT / page).read_text(encoding="utf-8") for page in ("CITATION.cff", "docs/guide/quickstart.md")
    )
    assert set(re.findall(r"^version: (.+)$|kardia_cli-([\d.]+)-py3", named, re.MULTILINE)) == {
        (__version__, ""),
        ("", __version__),
    }


def test_the_reward_in_the_readme_is_the_one_that_the_page_of_extending_runs() -> None:
    blocks = [block["body"] for block in FENCE.finditer((ROOT / "README.md").read_text(encoding="utf-8"))]
    assert [body for body in blocks if "async def score" in body] == [
        match["body"] for match in FILE.finditer(sections()["A reward"])
    ]


def test_the_readme_has_at_most_300_lines() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 300


@cache
def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {reference.anchor(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)) for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_and_anchor_leads_somewhere(page: Path) -> None:
    for match in LINK.finditer(without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"https?:|mailto:", match["to"]):
            continue
        path, _, anchor = match["to"].partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{match['to']}: there is no {path}"
        assert not anchor or anchor in anchors(target), f"{match['to']}: {target.name} has no such heading"


def test_every_page_of_the_guide_is_listed_in_the_index() -> None:
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    pages = [page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md") if page.stem != "index"]
    assert [str(page) for page in pages if f"]({page})" not in index] == []


@pytest.mark.parametrize("page", PROSE, ids=named)
def test_every_file_of_this_project_that_a_page_names_exists(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for path in re.findall(r"`((?:kardia_cli|examples|tests|rubrics|docs)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), f"there is no {path}"


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words after each `kardia` in the shell blocks of a page."""
    for block in FENCE.finditer(text):
        if block["kind"] in ("sh", "bash"):
            for line in block["body"].replace("\\\n", " ").splitlines():
                yield from split(line)


def split(line: str) -> Iterator[list[str]]:
    """Yield the arguments of each `kardia` in a line: pipes, lists and redirections end them."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.wordchars += "…%:@,[]{}"
    words = [*lexer, ";"]
    while words:
        end = next(at for at, word in enumerate(words) if word in SEPARATORS)
        part, words = words[:end], words[end + 1 :]
        nested = [word for word in part if "kardia " in word]
        for inner in nested:  # bash -c '…'
            yield from split(inner)
        at = next((at for at, word in enumerate(part) if word in ("kardia", "kardia_cli")), None)
        if not nested and at is not None:
            given = part[at + 1 :]
            yield given[: next((at for at, word in enumerate(given) if set(word) <= set("<>")), len(given))]


def check(arguments: list[str]) -> None:
    """Fail where the command or one of its flags does not exist."""
    is_command = bool(arguments) and not arguments[0].startswith("-") and arguments[0] != "…"
    command = app().commands.get(arguments[0]) if is_command else app()
    assert command is not None, f"there is no command {arguments[0]}"
    known = {name for item in command.params for name in (*item.opts, *item.secondary_opts)} | {"--help", "-h", "-vv"}
    flags = {word.partition("=")[0] for word in arguments if word.startswith("-") and word != "-"}
    assert flags <= known, f"{' '.join(arguments)}: no such flag"


@pytest.mark.parametrize("page", PROSE, ids=named)
def test_every_command_on_a_page_names_commands_and_flags_that_exist(page: Path) -> None:
    for arguments in commands(page.read_text(encoding="utf-8")):
        if page.stem != "extending" or arguments[0] != "count":  # the command that the page adds
            check(arguments)


def test_a_command_that_does_not_exist_is_found() -> None:
    assert [*commands("```sh\nKARDIA_SEED=1 kardia synthesize -n 2 | kardia refine > x\n```")] == [
        ["synthesize", "-n", "2"],
        ["refine"],
    ]
    for wrong in (["synthesise"], ["synthesize", "--modle", "x"], ["--no-such-flag"]):
        with pytest.raises(AssertionError):
            check(wrong)


@pytest.mark.parametrize("name", sorted(app().commands))
def test_every_command_shows_an_example_in_its_help(name: str) -> None:
    assert f"kardia {name}" in app().commands[name].epilog


@pytest.mark.parametrize("page", PROSE, ids=named)
def test_every_target_of_the_makefile_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wanted = set(re.findall(r"(?:^ *|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert wanted <= targets


def test_every_name_in_the_environment_is_on_the_page_of_settings() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "kardia_cli").rglob("*.py"))
    used = set(re.findall(r"\bKARDIA_[A-Z]+(?:_[A-Z]+)*\b", code))
    of_a_flag = {name for name in used if re.match(rf"KARDIA_({'|'.join(commands_in_capitals())})_", name)}
    assert used - of_a_flag == {name for name in reference.VARIABLES if name.startswith("KARDIA_")}


def commands_in_capitals() -> list[str]:
    return [name.upper().replace("-", "_") for name in app().commands]


def test_the_rooms_on_the_page_of_the_design_are_those_of_the_tree() -> None:
    layers = runpy.run_path(str(ROOT / "tests/test_architecture.py"))["LAYERS"]
    drawn = re.findall(r"^[├└]── (\S.*?) +(\d)  ", (ROOT / "docs/design.md").read_text(encoding="utf-8"), re.MULTILINE)
    shown = {name.removesuffix("/").removesuffix(".py"): int(layer) for names, layer in drawn for name in names.split()}
    assert shown == {name: layer for name, layer in layers.items() if name != "__init__"}


def sections() -> dict[str, str]:
    """The sections of extending.md that hold a file, by heading."""
    parts = re.split(r"^## ", (ROOT / "docs/extending.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n")[0]: part for part in parts if FILE.search(part)}


def test_extending_has_an_example_of_each_kind() -> None:
    kinds = [
        "A source",
        "A strategy",
        "A reward",
        "A protocol",
        "A rubric",
        "A turn format",
        "A label set",
        "A command",
    ]
    assert list(sections()) == [*kinds, "In a package of your own"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of extending.md, and beside them a copy of the package where one of them belongs."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "kardia_cli", folder / "kardia_cli", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "rubrics", folder / "rubrics")
    for match in FILE.finditer((ROOT / "docs/extending.md").read_text(encoding="utf-8")):
        (folder / match["name"]).write_text(match["body"], encoding="utf-8")
    install(folder)
    program = folder / "bin" / "kardia"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kardia_cli "$@"\n')
    program.chmod(0o755)
    return folder


def install(folder: Path) -> None:
    """Write what pip leaves of the package in the folder's pyproject.toml, as far as entry points go."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items())
        for group, named in project["entry-points"].items()
    )
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (info / "entry_points.txt").write_text(points)


@pytest.mark.parametrize("heading", sections())
def test_the_examples_of_extending_run(heading: str, desk: Path) -> None:
    lines = [block["body"] for block in FENCE.finditer(sections()[heading]) if block["kind"] == "sh"]
    environment = {**os.environ, "PATH": f"{desk / 'bin'}:{os.environ['PATH']}", "KARDIA_SALT": "test"}
    environment["PYTHONPATH"] = str(desk)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
        cwd=desk, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
