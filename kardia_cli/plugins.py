"""The folder is the registry: a plug-in is one file with one function of a fixed name.

    kind        folder        function
    source      sources/      rows(path, **options)
    strategy    strategies/   async reply(dialogue, chat, **options)
    reward      rewards/      async score(row, completion, judge, chat, **options); may have NEEDS_JUDGE = False,
                              shares(judge) and split(judge, score) (its own parts, for normalising each alone)
    protocol    protocols/    async evaluate(row, chats, judge, **options); may have summarize(rows), further(rows),
                              record(rows, judge) and NEEDS_MODEL = False

A plug-in's options are its own keyword parameters, set with `--with name=value` (`--with rubric.calls=1` for one of
several). A path to a `.py` file is a plug-in too. Nothing is imported before it is asked for by name.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import pkgutil
import types
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from kardia_cli.errors import UsageError

Kind = Literal["source", "strategy", "reward", "protocol"]
FOLDERS: dict[str, str] = {
    "source": "sources",
    "strategy": "strategies",
    "reward": "rewards",
    "protocol": "protocols",
}
FUNCTIONS: dict[str, str] = {"source": "rows", "strategy": "reply", "reward": "score", "protocol": "evaluate"}
_HERE = Path(__file__).parent


def names(kind: Kind) -> list[str]:
    """Names of the built-in plug-ins of a kind, sorted; files that begin with `_` are helpers."""
    found = pkgutil.iter_modules([str(_HERE / FOLDERS[kind])])
    return sorted(module.name.replace("_", "-") for module in found if not module.name.startswith("_"))


def load(kind: Kind, name: str) -> Any:
    """Import a plug-in by name or by path and return its function; `UsageError` names the nearest otherwise."""
    function = getattr(module(kind, name), FUNCTIONS[kind], None)
    if function is None:
        raise UsageError(f"{kind} {name!r} has no function `{FUNCTIONS[kind]}`", "see kardia_cli/contracts.py")
    return function


def module(kind: Kind, name: str) -> types.ModuleType:
    """The module of a plug-in."""
    if name.endswith(".py"):
        return _from_path(Path(name))
    if name not in names(kind):
        raise UsageError(f"unknown {kind} {name!r}", nearest(name, names(kind)))
    return importlib.import_module(f"kardia_cli.{FOLDERS[kind]}.{name.replace('-', '_')}")


def _from_path(path: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(f"kardia_plugin_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"there is no plug-in file {path}", "give a name or a path to a .py file")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy that names the nearest known name, or all of them."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"


def summary(kind: Kind, name: str) -> str:
    """First line of the plug-in's docstring."""
    return (module(kind, name).__doc__ or "").strip().split("\n")[0]


def options(function: Any) -> dict[str, inspect.Parameter]:
    """The options of a plug-in: its parameters that have a default."""
    parameters = inspect.signature(function).parameters.values()
    return {item.name: item for item in parameters if item.default is not inspect.Parameter.empty}


def bind(function: Any, name: str, settings: Sequence[str], several: bool = False) -> dict[str, Any]:
    """Read `--with` settings into keyword arguments of this plug-in.

    With `several` plug-ins at work only settings of the form `name.option=value` are this one's. `UsageError` for an
    unknown option or a value of the wrong type.
    """
    known, hints = options(function), get_type_hints(function)
    chosen: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        owner, dot, option = key.rpartition(".")
        if not equals:
            raise UsageError(f"--with {setting!r} is not name=value")
        if (dot and owner != name) or (several and not dot):
            continue
        if option not in known:
            raise UsageError(f"{name} has no option {option!r}", nearest(option, known) if known else "it takes none")
        many = _is_list(_kind(hints.get(option, str)))
        read = _convert(value, hints.get(option, str), f"--with {setting}")
        chosen[option] = [*chosen.get(option, []), read] if many else read
    return chosen


def _is_list(hint: Any) -> bool:
    return get_origin(hint) in (list, tuple, Sequence)


def _convert(value: str, hint: Any, where: str) -> Any:
    kind = _kind(hint)
    if _is_list(kind):
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise UsageError(f"{where}: {value!r} is none of {', '.join(map(str, get_args(kind)))}")
        return value
    if kind is bool:
        if value.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise UsageError(f"{where}: {value!r} is neither true nor false")
        return value.lower() in ("true", "1", "yes")
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise UsageError(f"{where}: {value!r} is not {kind.__name__}") from None


def _kind(hint: Any) -> Any:
    """The type of an option, `| None` taken off."""
    return next(kind for kind in get_args(hint) if kind is not types.NoneType) if _is_union(hint) else hint


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)


def check_owners(settings: Sequence[str], owners: Sequence[str]) -> None:
    """`UsageError` for a `--with owner.option=value` whose owner is not among the plug-ins at work."""
    for setting in settings:
        owner, dot, _ = setting.partition("=")[0].rpartition(".")
        if dot and owner not in owners:
            raise UsageError(f"--with {setting}: {owner!r} is not in use here", nearest(owner, owners))
        if not dot and len(owners) > 1:
            raise UsageError(f"--with {setting}: say whose option it is", f"e.g. --with {owners[0]}.{setting}")
