"""The pages of docs/reference/, made from the code: `make docs` writes them, `test_docs.py` compares them.

pages()     {file name: text}, every page
write()     put them into docs/reference/
"""

from __future__ import annotations

import inspect
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
MADE = "<!-- Made from the code by `make docs`: change it there. -->\n\n"
SHARED = "Flags that several commands share"
OWN = "Input, output and messages"

# Names in the environment that are not KARDIA_<COMMAND>_<OPTION>; test_docs compares the KARDIA_ ones with the code.
VARIABLES = {
    "KARDIA_MODEL": "the model that speaks in build-profiles, synthesize and refine, where `--model` is not given",
    "KARDIA_JUDGE_MODEL": "the judge of critique, refine, grpo and evaluate, where `--judge-model` is not given",
    "KARDIA_LEDGER": "the ledger's file, for every command",
    "KARDIA_MAX_COST": "USD that all commands of one pipe may spend together",
    "KARDIA_API_KEY": "key of an endpoint given by `--api-base` or `NAME@URL`, after the provider's own name",
    "KARDIA_SALT": "salt of `anon_username`; without it one is made once in the data folder and never printed",
    "KARDIA_VLLM_ARGS": "further flags of a `vllm serve` that kardia starts, in shell words",
    "OPENAI_API_KEY, OPENAI_BASE_URL": "key and address of `openai/…`",
    "HOSTED_VLLM_API_KEY, HOSTED_VLLM_API_BASE": "key and address of `hosted_vllm/…`",
    "XDG_CACHE_HOME": "where the ledger and the digests of weights lie: `kardia/` in it (default: `~/.cache`)",
    "XDG_DATA_HOME": "where the salt and the records of judges lie: `kardia/` in it (default: `~/.local/share`)",
}
TABLES = {
    "(top level)": "defaults of flags for every command that has them, e.g. `seed = 7`",
    "[COMMAND]": "defaults of one command's flags, e.g. `[synthesize]`; a name that no command knows is refused",
    "[models.NAME]": "an alias: `name`, `base`, `revision`, `sampling`, `reasoning_effort`, `extra_body`, `price`",
    '[prices."NAME"]': "USD per million tokens, `input` and `output`",
    "[train]": "options of TRL's `SFTConfig` or `GRPOConfig`, unmirrored (sft, grpo)",
    "[lora]": "options of PEFT's `LoraConfig`, unmirrored; `r = 0` trains all parameters (sft, grpo)",
    "[quantize]": "options of `BitsAndBytesConfig` (sft, grpo)",
}

HEADS = {
    "cli": """# Commands and flags

For somebody who knows what to do and looks for a flag. `kardia COMMAND --help` prints the same. A flag that
means the same in several commands stands once, under [flags that several commands
share](#flags-that-several-commands-share). Every flag can also be set by `KARDIA_<COMMAND>_<OPTION>` or in a
[config file](settings.md).
""",
    "fields": """# Fields of a row

For somebody who reads or writes the JSONL. Every line is one row; each stage adds its own field and passes on
what it does not know. `kardia --schema` prints this as JSON Schema.
""",
    "plug_ins": """# Plug-ins

For somebody who looks for a name to give to `--source`, `--strategy`, `--reward`, `--protocol` or `--rubric`,
or for its options (`--with option=value`). A path to a file of your own works as a name too:
[extending](../extending.md). `kardia --plugins` lists the same names.
""",
    "exit_codes": """# Exit codes

For somebody who runs kardia from a script or CI. After 4 and 130 the same command goes on where it stopped; 3
leaves the failed rows in `--rejects FILE`.
""",
    "settings": """# Settings

For somebody who sets kardia up once. A setting is taken from the flag, else from the environment, else from the
`--config` file (TOML), else from its default. No file is read unasked, except `.env` in the working folder,
from which names that end in `_KEY`, `_TOKEN` or `_SECRET` are read.
""",
    "environment": """## Environment

Every flag has its name: `KARDIA_<COMMAND>_<OPTION>`, e.g. `KARDIA_SYNTHESIZE_MODEL`. Besides:
""",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; pipes in cells are escaped and line breaks become spaces."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |\n" for row in lines
    )


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    made = {
        "cli.md": cli(),
        "fields.md": fields(),
        "plug-ins.md": plug_ins(),
        "exit-codes.md": exit_codes(),
        "settings.md": settings(),
    }
    return {name: MADE + text.strip() + "\n" for name, text in made.items()}


def write() -> None:
    """Write every page into docs/reference/."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def cli() -> str:
    """Return the page of all commands; a flag that means the same in several is described once."""
    from kardia_cli.cli.main import build

    group: Any = build()
    takers: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, command in group.commands.items():
        for flag in _flags(command):
            takers[flag].append(name)
    shared = {flag: names for flag, names in takers.items() if len(names) > 1}
    parts = [
        HEADS["cli"],
        "## kardia\n\n" + _flag_table(_flags(group)),
    ]
    for name, command in group.commands.items():
        own = [flag for flag in _flags(command) if flag not in shared]
        also = list(dict.fromkeys(flag[0] for flag in _flags(command) if flag in shared))
        links = ", ".join(f"[{panel}](#{anchor(panel)})" for panel in also)
        arguments = " ".join(item.metavar for item in command.params if not item.opts[0].startswith("-"))
        parts.append(
            f"## kardia {name}\n\n{command.help.strip()}\n\n"
            f"    kardia {name} [OPTIONS] {arguments}\n\n{command.epilog}\n\n{_flag_table(own)}\n"
            f"Besides, from the flags below: {links}.\n"
        )
    parts.append(f"## {SHARED}\n")
    for panel in dict.fromkeys(flag[0] for flag in shared):
        rows = [(*flag[1:], _named(names, list(group.commands))) for flag, names in shared.items() if flag[0] == panel]
        parts.append(f"### {panel}\n\n" + table(("flag", "value", "default", "meaning", "commands"), rows))
    return "\n".join(parts)


def _named(names: Sequence[str], known: Sequence[str]) -> str:
    """Return `all`, `all but …` or the names."""
    missing = [name for name in known if name not in names]
    return "all" if not missing else f"all but {', '.join(missing)}" if len(missing) < 3 else ", ".join(names)


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    kept = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def _flag_table(flags: Iterable[tuple[str, ...]]) -> str:
    return table(("flag", "value", "default", "meaning"), (flag[1:] for flag in flags))


def _flags(command: Any) -> list[tuple[str, ...]]:
    """Return a command's options as (panel, names, value, default, help), in the order of its help."""
    hints = get_type_hints(command.callback, include_extras=False) if command.callback else {}
    found = []
    for item in command.params:
        if item.opts[0].startswith("-") and item.name not in ("help", "install_completion", "show_completion"):
            names = ", ".join(f"`{name}`" for name in (*item.opts, *item.secondary_opts))
            value, default = _value(item, hints.get(item.name)), _default(item)
            said = " ".join((item.help or "").split())
            variable = [item.envvar] if isinstance(item.envvar, str) else list(item.envvar or [])
            wide = next((name for name in variable if name in VARIABLES), "")
            found.append((item.rich_help_panel or OWN, names, value, default, said + (f" [{wide}]" if wide else "")))
    return found


def _value(item: Any, hint: Any) -> str:
    """Return what an option takes: its metavar, its choices or its type; empty for a switch."""
    if item.is_flag or item.count:
        return ""
    kind = _plain(hint)
    value = {int: "number", float: "number", Path: "file"}.get(kind, "text")
    if item.metavar:
        value = f"`{item.metavar}`"
    elif get_origin(kind) is Literal:
        value = " / ".join(f"`{choice}`" for choice in get_args(kind))
    return f"{value}, repeatable" if item.multiple else value


def _plain(hint: Any) -> Any:
    """Return the type without `None` and without the list around it."""
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(kind for kind in get_args(hint) if kind is not types.NoneType)
    return get_args(hint)[0] if get_origin(hint) is list else hint


def _default(item: Any) -> str:
    if isinstance(item.show_default, str):
        return item.show_default
    if item.default in (None, "", [], ()) or item.default is False or callable(item.default) or item.count:
        return ""
    return str(item.default)


def fields() -> str:
    """Return the page of a row's fields and of the records inside it."""
    from pydantic import BaseModel

    from kardia_cli.rows import labels
    from kardia_cli.rows.records import RowModel

    def inside(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
        for field in model.model_fields.values():
            kind = _plain(_plain(field.annotation))
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield kind
                yield from inside(kind)

    def rows(model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
        for name, field in model.model_fields.items():
            yield f"`{name}`", _typed(field.annotation), field.description or ""

    parts = [HEADS["fields"] + "\n" + table(("field", "type", "meaning"), rows(RowModel))]
    for model in dict.fromkeys(inside(RowModel)):
        said = (model.__doc__ or "").strip()
        parts.append(f"## {model.__name__}\n\n{said}\n\n{table(('field', 'type', 'meaning'), rows(model))}")
    emotions = ", ".join(labels.load(labels.DEFAULT).labels)
    parts.append(f"## The 32 emotions\n\nThe labels of EmpatheticDialogues: {emotions}.\n")
    return "\n".join(parts)


def _typed(hint: Any) -> str:
    """Return a type in words: `list of Critique`, `FAIL / PASS`, `text, or null`."""
    from pydantic import BaseModel

    if get_origin(hint) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not types.NoneType]
        return " or ".join(map(_typed, kinds)) + (", or null" if types.NoneType in get_args(hint) else "")
    if get_origin(hint) is Literal:
        return " / ".join(map(str, get_args(hint)))
    if get_origin(hint) is list:
        return f"list of {_typed(get_args(hint)[0])}"
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return {str: "text", int: "whole number", float: "number", bool: "true / false"}.get(hint, str(hint))


def plug_ins() -> str:
    """Return the page of the built-in plug-ins and their options."""
    from kardia_cli import contracts, plugins
    from kardia_cli.judge import rubric_file
    from kardia_cli.rows import labels, turn_format

    kinds = {"source": "Sources", "strategy": "Strategies", "reward": "Rewards", "protocol": "Protocols"}
    parts = [HEADS["plug_ins"]]
    for kind, heading in kinds.items():
        parts.append(f"## {heading} (`--{kind}`)\n")
        for name in plugins.built_in(kind):
            function = plugins.load(kind, name)
            options = [
                (f"`{option}`", f"`{item.annotation}`", "" if item.default in (None, (), "") else f"`{item.default}`")
                for option, item in plugins.options(function).items()
                if option != "exemplars"  # a flag of its own
            ]
            said = table(("option", "value", "default"), options) if options else "No options.\n"
            more = f"{inspect.getdoc(function)}\n\n" if options else ""
            more += _needs(contracts.protocol_spec(name)) if kind == "protocol" else ""
            parts.append(f"### {name}\n\n{plugins.summary(kind, name)}\n\n{more}{said}")
    parts.append("## Rubrics (`--rubric`)\n\n`kardia --show-rubric NAME` prints one to start from.\n")
    parts.append(table(("rubric", "what it holds"), ((n, rubric_file.load(n).summary) for n in rubric_file.names())))
    parts.append("## Formats (`--format`)\n\nHow a supporter turn is written.\n")
    parts.append(table(("format", "what a turn is"), ((n, turn_format.load(n).summary) for n in turn_format.names())))
    parts.append("## Labels (`--labels`)\n\nWhat a dialogue may be labelled with.\n")
    parts.append(table(("labels", "what they are"), ((n, labels.load(n).summary) for n in labels.names())))
    return "\n".join(parts)


def _needs(spec: Any) -> str:
    """Return what a protocol needs, as a sentence."""
    judge = "a judge and a rubric" if spec.rubric else "a judge" if spec.judge else ""
    models = {0: "", 1: "a model"}.get(spec.models, f"{spec.models} models")
    things = [*(f"the field `{name}`" for name in spec.needs), models, judge if spec.judge else ""]
    return f"Needs {', '.join(thing for thing in things if thing)}.\n\n"


def exit_codes() -> str:
    """Return the page of exit codes, from the tree of errors."""
    from kardia_cli.errors import KardiaError, RowError

    ends = [kind for kind in KardiaError.__subclasses__() if not issubclass(kind, RowError)]
    rows = [
        ("0", "The run finished; what a rule dropped is no failure."),
        ("1", "A bug: please report it with `kardia --env`."),
        *(
            (str(kind.exit_code), (kind.__doc__ or "").split("\n")[0])
            for kind in sorted(ends, key=lambda k: k.exit_code)
        ),
    ]
    return HEADS["exit_codes"] + "\n" + table(("code", "meaning"), rows)


def settings() -> str:
    """Return the page of environment names, tables of the config file and defaults of the tiny model."""
    from kardia_cli.training import tiny

    tables = (("sft", tiny.SFT), ("grpo", tiny.GRPO))
    own = [(stage, f"`{key}`", str(value)) for stage, values in tables for key, value in values.items()]
    names = ((", ".join(f"`{name}`" for name in names.split(", ")), said) for names, said in VARIABLES.items())
    return "\n".join([
        HEADS["settings"],
        HEADS["environment"],
        table(("name", "meaning"), names),
        "## The config file\n",
        table(("table", "what it holds"), ((f"`{name}`", said) for name, said in TABLES.items())),
        "## Defaults of the tiny model\n\nWith `--model tiny`, in place of TRL's:\n",
        table(("stage", "option", "default"), own),
    ])  # fmt: skip


if __name__ == "__main__":
    write()
