"""The summary files of evaluate (`--summary FILE`): calls and cost of the measuring, quoted and never guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kardia_cli.errors import UsageError


def read(path: Path) -> dict[str, Any]:
    """File, cost (USD, None: not known) and models of a summary; `UsageError` where it is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        models = [
            {"model": each["model"], "calls": int(each["calls"]), "cost": each["cost"]} for each in values["models"]
        ]
        cost = None if values["cost"] is None else float(values["cost"])
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror}", "name a file of kardia evaluate --summary FILE"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is no summary of a run", "name a file of kardia evaluate --summary FILE") from None
    return {"file": str(path), "cost": cost, "models": models}
