"""The folder is the registry: a plug-in is one file with one function of a fixed name.

    kind        folder        entry points           function
    source      sources/      kardia.sources         rows(path, **options)
    strategy    strategies/   kardia.strategies      async reply(dialogue, chat, **options)
    reward      rewards/      kardia.rewards         async score(row, completion, judge, chat, **options)
    protocol    protocols/    kardia.protocols       async evaluate(row, chats, judge, **options)

A name is looked for in the folder, then among the entry points of installed packages; a path to a `.py` file is a
plug-in too. What the functions return, and the `SPEC` that a file may have, is in `contracts.py`. Options are keyword
parameters, set with `--with name=value` (`--with rubric.calls=1` for one of several). Nothing is imported before it is
asked for by name.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.util
import inspect
import pkgutil
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from kardia_cli.errors import KardiaError, UsageError
from kardia_cli.rows.line import Line

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Kind = Literal["source", "strategy", "reward", "protocol"]
COMMANDS = "kardia.commands"
"""Group of the entry points that are subcommands."""
_HERE = Path(__file__).parent


class Contract(NamedTuple):
    """Shape of a kind of plug-in: its folder, its function with parameters and result, and a file to copy."""

    folder: str
    function: str
    parameters: tuple[str, ...]
    returns: str
    example: str
    is_async: bool = True

    @property
    def form(self) -> str:
        """The function as its author writes it."""
        words = "async def" if self.is_async else "def"
        return f"{words} {self.function}({', '.join(self.parameters)}, **options) -> {self.returns}"


CONTRACTS: dict[Kind, Contract] = {
    "source": Contract("sources", "rows", ("path",), "Iterator[Line]", "csv.py", is_async=False),
    "strategy": Contract("strategies", "reply", ("dialogue", "chat"), "Turn", "plain.py"),
    "reward": Contract("rewards", "score", ("row", "completion", "judge", "chat"), "Score | None", "format.py"),
    "protocol": Contract("protocols", "evaluate", ("row", "chats", "judge"), "list[Score]", "turns.py"),
}


def built_in(kind: Kind) -> list[str]:
    """Return the names of the files in a kind's folder, sorted; files that begin with `_` are no plug-ins."""
    found = pkgutil.iter_modules([str(_HERE / CONTRACTS[kind].folder)])
    return sorted(module.name.replace("_", "-") for module in found if not module.name.startswith("_"))


def installed(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group (`kardia.strategies`) by name; of two packages the first one's counts."""
    from importlib.metadata import entry_points

    return {point.name: point for point in reversed(entry_points(group=group))}


def names(kind: Kind) -> list[str]:
    """Return the names of all plug-ins of a kind, those of installed packages last."""
    own = built_in(kind)
    return [*own, *sorted(installed(_group(kind)).keys() - set(own))]


def _group(kind: Kind) -> str:
    return f"kardia.{CONTRACTS[kind].folder}"


def module(kind: Kind, name: str) -> types.ModuleType:
    """Import the module of a plug-in. `UsageError` for an unknown name (it names the nearest), or a broken file."""
    if name.endswith(".py"):
        return _imported(kind, name, lambda: _from_path(Path(name)))
    if name in built_in(kind):
        path = f"kardia_cli.{CONTRACTS[kind].folder}.{name.replace('-', '_')}"
    elif (point := installed(_group(kind)).get(name)) is not None:
        path = point.module
    else:
        raise UsageError(f"unknown {kind} {name!r}", nearest(name, names(kind)))
    return _imported(kind, name, lambda: importlib.import_module(path))


def command(name: str) -> types.ModuleType:
    """Import the module of a subcommand that an installed package brings."""
    return _imported("command", name, lambda: importlib.import_module(installed(COMMANDS)[name].module))


def _from_path(path: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(f"kardia_plugin_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"there is no plug-in file {path}", "give a name or a path to a .py file")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def _imported(kind: str, name: str, load: Callable[[], types.ModuleType]) -> types.ModuleType:
    try:
        return load()
    except KardiaError:
        raise
    except SyntaxError as error:
        raise UsageError(f"{kind} {name!r}: {error.filename}:{error.lineno}: {error.msg}", "mend the file") from None
    except Exception as error:
        raise UsageError(f"{kind} {name!r} cannot be imported: {_told(error)}", "mend the file") from error


def _told(error: Exception) -> str:
    """Return what went wrong and the innermost line of code at which it did."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f" ({last.tb_frame.f_code.co_filename}:{last.tb_lineno})" if last is not None else ""
    return f"{type(error).__name__}: {error}{where}"


def load(kind: Kind, name: str) -> Any:
    """Import a plug-in by name or by path and return its function, which checks what it returns.

    `UsageError` for an unknown name and for a file of another shape, with the file, what is expected and an example;
    from the function, for a result of another type and (of a plug-in that does not come with kardia) for any exception.
    """
    loaded, contract = module(kind, name), CONTRACTS[kind]
    function = getattr(loaded, contract.function, None)
    file = str(loaded.__file__)
    label = f"{kind} {name}" if name.endswith(".py") else f"{kind} {name} ({file})"
    if wrong := _wrong_shape(function, contract):
        example = _HERE / contract.folder / contract.example
        raise UsageError(f"{label}: {wrong}", f"write {contract.form}; example: {example}")
    return _checked(function, kind, label, is_own=Path(file).is_relative_to(_HERE))


def _wrong_shape(function: Any, contract: Contract) -> str:
    """Return why a function is no plug-in of this kind, "" if it is one."""
    if function is None:
        return f"it has no function `{contract.function}`"
    if not callable(function):
        return f"its `{contract.function}` is no function, but a {type(function).__name__}"
    if inspect.iscoroutinefunction(function) != contract.is_async:
        return f"its `{contract.function}` is {'not ' if contract.is_async else ''}async"
    try:
        inspect.signature(function).bind(*contract.parameters)
    except TypeError as error:
        return f"its `{contract.function}` cannot be called with ({', '.join(contract.parameters)}): {error}"
    return ""


def _checked(function: Any, kind: Kind, label: str, is_own: bool) -> Any:
    """Wrap a plug-in's function, so that what it returns is held against the contract."""
    contract = CONTRACTS[kind]

    def expect(is_right: bool, value: Any) -> None:
        if not is_right:
            said = f"{label}: `{contract.function}` returned {_shown(value)}, not {contract.returns}"
            raise UsageError(said, f"example: {_HERE / contract.folder / contract.example}")

    def explain(error: Exception) -> None:
        if not is_own and not isinstance(error, KardiaError):
            remedy = "mend the plug-in; -vv prints the whole traceback"
            raise UsageError(f"{label} failed: {_told(error)}", remedy) from error

    if kind == "source":

        @functools.wraps(function)
        def lines(*given: Any, **options: Any) -> Iterator[Line]:
            try:
                found = function(*given, **options)
                expect(isinstance(found, Iterable) and not isinstance(found, str | bytes), found)
                for line in found:
                    expect(isinstance(line, Line), line)
                    yield line
            except Exception as error:
                explain(error)
                raise

        return lines

    @functools.wraps(function)
    async def answer(*given: Any, **options: Any) -> Any:
        try:
            found = await function(*given, **options)
        except Exception as error:
            explain(error)
            raise
        if kind == "strategy":
            expect(isinstance(getattr(found, "text", None), str) and hasattr(found, "trace"), found)
        elif kind == "reward":
            expect(found is None or _is_score(found), found)
        else:
            expect(isinstance(found, list | tuple) and all(map(_is_score, found)), found)
        return found

    return answer


def _is_score(value: Any) -> bool:
    number = getattr(value, "value", "")
    return hasattr(value, "parts") and (number is None or isinstance(number, int | float))


def _shown(value: Any) -> str:
    text = repr(value)
    return f"a {type(value).__name__} ({text if len(text) <= 80 else text[:79] + '…'})"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a remedy that names the nearest known name, or all of them."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"


def summary(kind: Kind, name: str) -> str:
    """Return the first line of the plug-in's docstring."""
    return (module(kind, name).__doc__ or "").strip().split("\n")[0]


def listed() -> list[tuple[str, str, str]]:
    """Return kind, name and summary of every built-in and installed plug-in, the installed with their package.

    One that is broken, or has the name of a built-in one, is listed with what is wrong with it.
    """
    found: list[tuple[str, str, str]] = []
    for kind in CONTRACTS:
        own = built_in(kind)
        found += [(kind, name, _summary_or_fault(kind, name)) for name in own]
        for name, point in sorted(installed(_group(kind)).items()):
            said = "not used: a built-in one has this name" if name in own else _summary_or_fault(kind, name)
            found.append((kind, name, f"{said} (from {_package(point)})"))
    found += [("command", name, f"(from {_package(point)})") for name, point in sorted(installed(COMMANDS).items())]
    return found


def _summary_or_fault(kind: Kind, name: str) -> str:
    try:
        return summary(kind, name)
    except KardiaError as error:
        return f"cannot be used: {error.message}"


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else "an unknown package"


def options(function: Any) -> dict[str, inspect.Parameter]:
    """Return the options of a plug-in: its parameters that have a default."""
    parameters = inspect.signature(function).parameters.values()
    return {item.name: item for item in parameters if item.default is not inspect.Parameter.empty}


def bind(function: Any, name: str, settings: Sequence[str], several: bool = False) -> dict[str, Any]:
    """Return the `--with` settings as keyword arguments of this plug-in.

    With `several` plug-ins at work only settings of the form `name.option=value` are this one's. `UsageError` for an
    unknown option or a value of the wrong type.
    """
    known, hints = options(function), _hints(function, name)
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


def _hints(function: Any, name: str) -> dict[str, Any]:
    try:
        return get_type_hints(function)
    except NameError as error:  # an annotation that is imported for type checkers alone
        raise UsageError(f"{name}: the type of a parameter is not known: {error}", "import it in the file") from None


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
    """Return the type of an option, `| None` taken off."""
    is_union = get_origin(hint) in (Union, types.UnionType)
    return next(kind for kind in get_args(hint) if kind is not types.NoneType) if is_union else hint


def check_owners(settings: Sequence[str], owners: Sequence[str]) -> None:
    """Raise `UsageError` for a `--with owner.option=value` whose owner is not among the plug-ins at work."""
    for setting in settings:
        owner, dot, _ = setting.partition("=")[0].rpartition(".")
        if dot and owner not in owners:
            raise UsageError(f"--with {setting}: {owner!r} is not in use here", nearest(owner, owners))
        if not dot and len(owners) > 1:
            raise UsageError(f"--with {setting}: say whose option it is", f"e.g. --with {owners[0]}.{setting}")
