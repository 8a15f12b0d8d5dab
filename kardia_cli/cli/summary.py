"""The summary of a run as JSON (`--summary FILE`): what came in and out, what each model was asked, what it cost."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kardia_cli import __version__
from kardia_cli.cli.progress import Progress
from kardia_cli.errors import UsageError

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Gateway


def write(path: Path, gateway: Gateway, progress: Progress | None, began: float, exit_code: int) -> None:
    """Write it in one move; `began` is in seconds since 1970. Raises `UsageError` where the file cannot be written."""
    models = [meter.as_dict() for meter in gateway.meters]
    costs = [model["cost"] for model in models]
    values = {
        "version": __version__,
        "command": gateway.settings.command,
        "began": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - began, 3),
        "exit_code": exit_code,
        "rows": progress.as_dict() if progress is not None else None,
        "cost": None if any(cost is None for cost in costs) else sum(costs),
        "models": models,
    }
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "choose a folder that exists and is yours") from None
