"""The entry point of `kardia`, and the only place where an error becomes an exit code.

0 ok · 1 bug · 2 usage · 3 finished, but rows failed · 4 stopped by budget or time · 5 gate not met
6 provider or credentials · 130 interrupted
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kardia_cli import __version__
from kardia_cli.cli.application import called_command, mount_commands
from kardia_cli.cli.config import check_renamed, parse_duration
from kardia_cli.cli.options import print_rubric, print_rubrics
from kardia_cli.errors import KardiaError, RowError, UsageError

EPILOG = (
    "persona text → build-profiles → profiles → synthesize → dialogues → critique → judged → refine → refined "
    "→ sft → model → grpo → model → evaluate"
)


def build(only: str | None = None) -> Any:
    """Return the application with all its subcommands, or with `only` one."""
    app = typer.Typer(
        name="kardia",
        help="From real persona text to an empathetic model, in steps that pipe (Kardia-R1, arXiv 2512.01282).",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_main)
    return mount_commands(app, only)


def _main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a row.", is_eager=True)] = False,
    plugins: Annotated[
        bool,
        typer.Option(
            "--plugins", help="List sources, strategies, rewards, protocols, rubrics, formats, labels.", is_eager=True
        ),
    ] = False,
    rubric_schema: Annotated[
        bool, typer.Option("--rubric-schema", help="Print the JSON Schema of a rubric file.", is_eager=True)
    ] = False,
    list_rubrics: Annotated[
        bool,
        typer.Option(
            "--list-rubrics", callback=print_rubrics, help="Print the rubrics that come with kardia.", is_eager=True
        ),
    ] = False,
    show_rubric: Annotated[
        str | None,
        typer.Option(
            "--show-rubric", metavar="NAME", callback=print_rubric, help="Print a rubric's file and its hashes.",
            is_eager=True,
        ),
    ] = None,
    env: Annotated[
        bool, typer.Option("--env", help="Print versions, ready to paste into an issue.", is_eager=True)
    ] = False,
    ledger_info: Annotated[
        bool, typer.Option("--ledger-info", help="Print size, age and cost of the ledger, by run and by model.")
    ] = False,
    prune: Annotated[
        str | None, typer.Option(metavar="TIME", help="With --ledger-info: forget replies older than this, e.g. 30d.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option(envvar="KARDIA_LEDGER", help="With --ledger-info: which ledger.")
    ] = None,
) -> None:  # fmt: skip
    if version:
        print(f"kardia {__version__}")
    elif schema:
        from kardia_cli.rows.records import row_schema

        print(json.dumps(row_schema(), indent=2))
    elif plugins:
        _print_plugins()
    elif rubric_schema:
        from kardia_cli.judge import rubric_file

        print(json.dumps(rubric_file.schema(), indent=2, ensure_ascii=False))
    elif env:
        _print_versions()
    elif ledger_info:
        _print_ledger(ledger, prune)
    elif context.invoked_subcommand is None:
        raise UsageError("--prune and --ledger go with --ledger-info", "kardia --ledger-info --prune 30d")
    else:
        return
    raise typer.Exit


def _print_ledger(path: Path | None, prune: str | None) -> None:
    from kardia_cli.chat.ledger.account import Account
    from kardia_cli.chat.ledger.ledger import default_path
    from kardia_cli.screen.console import print_table

    account = Account(path or default_path())
    if prune is not None:
        print(f"forgotten: {account.prune(parse_duration(prune)):,} replies")
    print(account.summary())
    print_table("by run", account.runs())
    print_table("by model", account.models())


def _print_plugins() -> None:
    from kardia_cli import plugins
    from kardia_cli.judge import rubric_file
    from kardia_cli.rows import labels, turn_format

    for kind, name, said in plugins.listed():
        print(f"{kind:<9} {name:<16} {said}")
    for name in rubric_file.names():
        print(f"{'rubric':<9} {name:<16} {rubric_file.load(name).summary}")
    for name in turn_format.names():
        print(f"{'format':<9} {name:<16} {turn_format.load(name).summary}")
    for name in labels.names():
        print(f"{'labels':<9} {name:<16} {labels.load(name).summary}")


def _print_versions() -> None:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    print(f"kardia {__version__}\npython {platform.python_version()} on {platform.platform()}")
    for name in [
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
    ]:
        try:
            print(f"{name} {version(name)}")
        except PackageNotFoundError:
            print(f"{name} not installed")


def main() -> None:
    """Entry point of `kardia`."""
    try:
        check_renamed(sys.argv[1:])
        build(called_command(sys.argv[1:]))(prog_name="kardia")
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
