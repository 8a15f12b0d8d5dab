"""From evaluate's flags to a measure, its models and the settings that its score rows note."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kardia_cli import plugins
from kardia_cli.contracts import protocol_spec
from kardia_cli.errors import UsageError

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Chat, Gateway
    from kardia_cli.chat.names import ModelSpec
    from kardia_cli.chat.predicted import Predictions
    from kardia_cli.chat.prompting import Prompting
    from kardia_cli.cli.evaluate_flags import Measured
    from kardia_cli.judge import Judge
    from kardia_cli.stages.evaluation import Measure

FLAGS = {"from_logs": "--from-logs", "references": "--references"}
"""Options of protocols that have a flag of their own."""
_ENDPOINT = re.compile(r"@https?://.*$")


def measure(what: Measured) -> Measure:
    """The protocol with its options; `UsageError` where it lacks one that a flag sets."""
    from kardia_cli.stages.evaluation import Measure

    function = plugins.load("protocol", what.protocol)
    plugins.check_owners(what.settings or [], [what.protocol])
    chosen = plugins.bind(function, what.protocol, what.settings or [])
    known = plugins.options(function)
    for option, flag in FLAGS.items():
        if not getattr(what, option):
            continue
        if option not in known:
            raise UsageError(f"{flag}: protocol {what.protocol} has no such option", _protocols_with(option))
        chosen[option] = True
    defaults = {name: parameter.default for name, parameter in known.items()}
    spec = protocol_spec(what.protocol)
    return Measure(what.protocol, partial(function, **chosen), spec, {**defaults, **chosen})


def explain(protocol: str) -> None:
    """Print the options of a protocol with their defaults, and what it says of them (`--with help`)."""
    import inspect

    import typer

    from kardia_cli.screen.console import print_table

    function = plugins.load("protocol", protocol)
    known = plugins.options(function)
    rows = [{"option": name, "default": _plain(parameter.default)} for name, parameter in known.items()]
    print_table(f"{protocol}: options, each set by --with OPTION=VALUE", rows)
    typer.echo((inspect.getdoc(function) or "") if rows else f"{protocol} takes no option")


def _plain(default: Any) -> str:
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default) or "(none)"


def check_asked(what: Measured, found: Measure) -> None:
    """`UsageError` where models or saved replies are named and the protocol, as it is asked, would pass over them."""
    if found.of_logs:
        given = next((flag for flag, it in (("--model", what.model), ("--predictions", what.predictions)) if it), None)
        if given:
            raise UsageError(
                f"--from-logs scores finished talks and asks no model, so {given} says nothing", f"leave out {given}"
            )
    elif what.predictions and "messages" not in found.needs:
        logs = ", or --from-logs for finished talks" if "from_logs" in found.options else ""
        raise UsageError(
            f"--predictions: protocol {what.protocol} talks with a model, it has no use for saved replies",
            f"give --model{logs}",
        )


def _protocols_with(option: str) -> str:
    fitting = [name for name in plugins.names("protocol") if option in plugins.options(plugins.load("protocol", name))]
    return f"protocols that have it: {', '.join(fitting)}" if fitting else "no protocol has it"


def prompting(what: Measured, found: Measure, spec: ModelSpec) -> Prompting:
    """Return how a model is asked; `UsageError` where the protocol asks in its own way or there is no such file."""
    from kardia_cli.chat.local.backend import fetch
    from kardia_cli.chat.prompting import Prompting, card_sampling

    if (what.history, what.system, what.sampling) == ("visible", "row", "greedy"):
        return Prompting()
    if "messages" not in found.needs:
        raise UsageError(f"protocol {found.name} asks in its own way", "leave out --history, --system and --sampling")
    system = None if what.system == "row" else "" if what.system == "none" else _text(Path(what.system))
    sampling = None
    if what.sampling == "card":
        if spec.kind not in ("local", "hub"):
            raise UsageError(f"--sampling card: {spec.given} has no folder here", "leave it out: greedy")
        sampling = card_sampling(spec.folder or fetch(spec.model, spec.revision))
    return Prompting(what.history, system, sampling)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"--system {file} cannot be read", "name a text file, none or row") from None


def names(what: Measured) -> tuple[dict[str, str], list[str]]:
    """The models by what they are called, and names of the files of predictions where they are given.

    `UsageError` for a wrong count or a name that is there twice.
    """
    models, files, given = what.model or [], what.predictions or [], what.name or []
    if not given:
        if again := next((model for model in models if models.count(model) > 1), None):
            raise UsageError(
                f"--model {again} is there twice", "rows and table tell models apart by name: give each a --name"
            )
        return {model: model for model in models}, []
    if len(given) not in (len(models), len(models) + len(files)):
        count = f"{len(given)} --name for {len(models)} --model"
        raise UsageError(count + (f" and {len(files)} --predictions" if files else ""), "give one for each, in order")
    twice = [name for name in given if given.count(name) > 1]
    if twice:
        raise UsageError(f"--name {twice[0]} is there twice", "rows and table tell models apart by name")
    if any(not name.strip() for name in given):
        raise UsageError("--name is empty", "give each model a name")
    return dict(zip(given, models, strict=False)), given[len(models) :]


def saved(what: Measured, called: Sequence[str], models: Mapping[str, str]) -> Predictions | None:
    """The saved replies; None where none are named."""
    from kardia_cli.chat.predicted import Predictions

    if not what.predictions:
        return None
    found = Predictions(what.predictions, called)
    twice = sorted(found.chats.keys() & models.keys())
    if twice:
        raise UsageError(f"{twice[0]} is a --model and has predictions, too", "call the model otherwise: --name NAME")
    return found


def settings(
    found: Measure,
    chats: Mapping[str, Chat],
    gateway: Gateway,
    split: str,
    seed: int,
    judge: Judge | None,
    declared: Mapping[str, Any],
) -> dict[str, str]:
    """Return what decided the scores, for each model as one JSON string; under "" for a score of none of them.

    `declared` names the format and the labels that --format and --labels do.
    """
    from kardia_cli.stream import jsonl

    options = {name: _without_folder(value) for name, value in found.options.items()}
    shared = {
        "protocol": Path(found.name).stem,
        "options": options,
        "split": split,
        "seed": seed,
        "judge": _manner(judge, found.spec.rubric),
    }
    told = {
        name: jsonl.as_text({**shared, "model": _identity(chat, gateway, declared), **_prompting(chat)})
        for name, chat in chats.items()
    }
    return {"": jsonl.as_text({**shared, "model": None}), **told}


def _prompting(chat: Chat) -> dict[str, Any]:
    found = chat.prompting.described()
    return {"prompting": found} if found else {}


def _manner(judge: Judge | None, by_rubric: bool) -> dict[str, Any] | None:
    """Return who judged and how it was asked; only who for a protocol that asks in its own words."""
    if judge is None:
        return None
    if not by_rubric:
        return {"hash": judge.hash}
    manner = judge.manner
    asked = {"calls": manner.calls, "samples": manner.samples, "quotes": manner.quotes}
    return {"hash": judge.hash, "gate": judge.gate.name if judge.gate else "", **asked}


def _identity(chat: Chat, gateway: Gateway, declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return which model answered: a folder by its last name and its weights' hash, never by its path."""
    from kardia_cli.chat.predicted import Predicted
    from kardia_cli.rows.prompts import prompt_hash

    if isinstance(chat, Predicted):
        return chat.identity
    spec = gateway.spec(chat.name)
    name = Path(chat.name).name if spec.folder is not None else _ENDPOINT.sub("", chat.name)
    known: dict[str, Any] = {"name": name, "hash": chat.hash, "prompt": prompt_hash(declared)}
    return known if chat.real else {**known, "built_in": True}


def _without_folder(value: Any) -> Any:
    return Path(value).name if isinstance(value, str) and os.sep in value and os.path.exists(value) else value
