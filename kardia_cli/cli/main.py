"""Mounts every file of commands/, and is the only place where an error becomes an exit code.

0 ok · 1 bug · 2 usage · 3 finished, but rows failed · 4 stopped by budget or time · 5 gate not met
6 provider or credentials · 130 interrupted
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kardia_cli import __version__
from kardia_cli.errors import KardiaError, RowError, UsageError

EPILOG = (
    "persona text → build-profiles → profiles → synthesize → dialogues → critique → judged → refine → refined "
    "→ sft → model → grpo → model → evaluate"
)


def command_names() -> list[str]:
    """Names of the subcommands, from the files of commands/."""
    files = (Path(__file__).parents[1] / "commands").glob("*.py")
    return sorted(path.stem.replace("_", "-") for path in files if not path.stem.startswith("_"))


def build(only: str | None = None) -> Any:
    """The application: one subcommand for each file of commands/, in the order of their POSITION.

    With `only` no other command is mounted: a filter that starts should not pay for its siblings' flags.
    """
    app = typer.Typer(
        name="kardia",
        help="From real persona text to an empathetic model, in steps that pipe (Kardia-R1, arXiv 2512.01282).",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_main)
    modules = {
        name: importlib.import_module(f"kardia_cli.commands.{name.replace('-', '_')}")
        for name in ([only] if only else command_names())
    }
    for name in sorted(modules, key=lambda name: (getattr(modules[name], "POSITION", 99), name)):
        settings = {"help_option_names": ["-h", "--help"]}
        app.command(name, epilog=getattr(modules[name], "EXAMPLE", None), context_settings=settings)(modules[name].run)
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # a group, with that many commands
        _name_variables(name, command)
    return group


def _name_variables(name: str, command: Any) -> None:
    """Every option takes KARDIA_<COMMAND>_<OPTION> too; help shows the shared ones (KARDIA_MODEL) alone."""
    for parameter in command.params:
        parameter.show_envvar = bool(parameter.envvar)
        long = max(parameter.opts, key=len)
        if parameter.envvar is None and long.startswith("--"):
            parameter.envvar = _variable(name, long)
        elif parameter.envvar == "KARDIA_JUDGE_MODEL":  # the reward judge and the judge of evaluate may be set apart
            parameter.envvar = [_variable(name, long), parameter.envvar]


def _variable(command: str, option: str) -> str:
    return f"KARDIA_{command}_{option[2:]}".upper().replace("-", "_")


def _main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a row.", is_eager=True)] = False,
    plugins: Annotated[bool, typer.Option("--plugins", help="List sources, strategies, rewards, protocols, rubrics.", is_eager=True)] = False,
    rubric_schema: Annotated[bool, typer.Option("--rubric-schema", help="Print the JSON Schema of a rubric file.", is_eager=True)] = False,
    list_rubrics: Annotated[bool, typer.Option("--list-rubrics", help="Print the rubrics that come with kardia.", is_eager=True)] = False,
    show_rubric: Annotated[str | None, typer.Option("--show-rubric", metavar="NAME", help="Print a rubric's file and its hashes.", is_eager=True)] = None,
    env: Annotated[bool, typer.Option("--env", help="Print versions, ready to paste into an issue.", is_eager=True)] = False,
    ledger_info: Annotated[bool, typer.Option("--ledger-info", help="Print size, age and cost of the ledger, by run and by model.")] = False,
    prune: Annotated[str | None, typer.Option(metavar="TIME", help="With --ledger-info: forget replies older than this, e.g. 30d.")] = None,
    ledger: Annotated[Path | None, typer.Option(envvar="KARDIA_LEDGER", help="With --ledger-info: which ledger.")] = None,
) -> None:  # fmt: skip
    shown = (
        (version, _version), (schema, _schema), (plugins, _plugins), (rubric_schema, _rubric_schema),
        (list_rubrics, _rubrics), (show_rubric, lambda: _rubric(show_rubric or "")), (env, _env),
    )  # fmt: skip
    for wanted, show in shown:
        if wanted:
            print(show())
            raise typer.Exit
    if ledger_info:
        _ledger(ledger, prune)
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise UsageError("--prune and --ledger go with --ledger-info", "kardia --ledger-info --prune 30d")


def _ledger(path: Path | None, prune: str | None) -> None:
    from kardia_cli.chat.ledger.account import Account
    from kardia_cli.chat.ledger.ledger import default_path
    from kardia_cli.cli.durations import duration
    from kardia_cli.screen.console import print_table

    account = Account(path or default_path())
    if prune is not None:
        print(f"forgotten: {account.prune(duration(prune)):,} replies")
    print(account.summary())
    print_table("by run", account.runs())
    print_table("by model", account.models())


def _version() -> str:
    return f"kardia {__version__}"


def _schema() -> str:
    import json

    from kardia_cli.rows.records import row_schema

    return json.dumps(row_schema(), indent=2)


def _rubric_schema() -> str:
    from kardia_cli.cli import listing

    return listing.rubric_schema()


def _rubrics() -> str:
    from kardia_cli.cli import listing

    return listing.rubrics()


def _rubric(name: str) -> str:
    from kardia_cli.cli import listing

    return listing.rubric(name)


def _plugins() -> str:
    from kardia_cli import plugins
    from kardia_cli.judge import rubric_file

    lines = []
    for kind in plugins.FOLDERS:
        for name in plugins.names(kind):  # type: ignore[arg-type]  # the keys of FOLDERS are the kinds
            lines.append(f"{kind:<9} {name:<16} {plugins.summary(kind, name)}")  # type: ignore[arg-type]  # as above
    lines += [f"{'rubric':<9} {name:<16} {rubric_file.load(name).summary}" for name in rubric_file.names()]
    return "\n".join(lines)


def _env() -> str:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    lines = [f"kardia {__version__}", f"python {platform.python_version()} on {platform.platform()}"]
    for name in (
        "typer",
        "pydantic",
        "orjson",
        "aiohttp",
        "litellm",
        "torch",
        "transformers",
        "trl",
        "peft",
        "datasets",
    ):
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name} not installed")
    return "\n".join(lines)


def main() -> None:
    """Entry point of `kardia`."""
    try:
        first = sys.argv[1] if len(sys.argv) > 1 else ""
        build(first if first in command_names() else None)(prog_name="kardia")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit(_explain(error))


def _explain(error: Exception) -> int:
    """Write what went wrong, under `-vv` with a traceback, and return the exit code."""
    from kardia_cli.screen.console import Console

    console, shows_traceback = Console("kardia"), any(word.startswith("-vv") for word in sys.argv[1:])
    if shows_traceback or sys.argv.count("-v") > 1:
        import traceback

        traceback.print_exc()
    if isinstance(error, KardiaError):
        console.warn(error.message + (f"\n        → {error.remedy}" if error.remedy else ""))
        return 1 if isinstance(error, RowError) else error.exit_code
    console.warn(f"a bug: {type(error).__name__}: {error}\n        → run it again with -vv and report it")
    return 1
