"""An adapter folder as a model, from any working directory.

`base_model_name_or_path` of its `adapter_config.json` is a hub name, or a path that starts at the adapter's own folder
(`../../sft/model`): PEFT alone would look for it from the working directory. `kardia_base.json`, where kardia made the
adapter, holds the base's name and hash, so that an adapter is never put on another model than it was made for.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from kardia_cli.errors import ProviderError
from kardia_cli.weights.fingerprint import base_of, folder_hash

NOTE = "kardia_base.json"
_CONFIG = "adapter_config.json"


def base_folder(adapter: Path) -> Path | None:
    """Return the folder of the base under an adapter, from the adapter's folder, else from here; None for a hub name.

    Raises `ProviderError` where that folder is not the model that the adapter was made for.
    """
    name, _ = base_of(adapter)
    here = next((path for path in (adapter / name, Path(name)) if name and (path / "config.json").is_file()), None)
    wanted = noted(adapter)
    if here is not None and wanted.get("hash") and folder_hash(here) != wanted["hash"]:
        raise ProviderError(
            f"{adapter} was made for {wanted['name']} ({wanted['hash']}), "
            f"but {here} is another model ({folder_hash(here)})",
            "bring the base back, or use the merged model beside the adapter",
        )
    if here is None and wanted.get("local"):
        raise ProviderError(
            f"the base of {adapter} is not here: {wanted['name']} ({wanted['hash']}), looked for at {adapter / name}",
            "put its folder there, or use the merged model beside the adapter",
        )
    return here.resolve() if here is not None else None


def noted(adapter: Path) -> dict[str, Any]:
    """Return kardia's note on the base: name, hash, `local` for a folder; {} for adapters made elsewhere."""
    file = adapter / NOTE
    values = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return values if isinstance(values, dict) else {}


def load(adapter: Path, **given: Any) -> Any:
    """Return the base with the adapter on it, by PEFT's AutoPeftModelForCausalLM; `given` goes to `from_pretrained`."""
    from peft import AutoPeftModelForCausalLM

    base = base_folder(adapter)
    if base is None:
        return AutoPeftModelForCausalLM.from_pretrained(adapter, **given)
    with tempfile.TemporaryDirectory(prefix="kardia-adapter-") as place:
        for file in adapter.resolve().iterdir():
            if file.name != _CONFIG:
                (Path(place) / file.name).symlink_to(file)
        config = json.loads((adapter / _CONFIG).read_text(encoding="utf-8"))
        (Path(place) / _CONFIG).write_text(json.dumps({**config, "base_model_name_or_path": str(base)}))
        return AutoPeftModelForCausalLM.from_pretrained(place, **given)
