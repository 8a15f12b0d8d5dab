"""BERTScore (Zhang et al. 2020) by a local encoder folder: greedy matching of contextual tokens, no idf, no rescaling.

Own code over transformers: bert-score 0.3.13 (February 2023, dormant) fails on an empty text with transformers 5. For
other texts it gives the same figures (a test holds them together where bert-score is installed): its marks of
beginning and end may be matched but carry no weight, and `layer` is its num_layers. The model, the layer and the lack
of rescaling decide the scale, so figures of different ones cannot be compared; `signature` names them. Needs the extra
`train`; nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from kardia_cli.errors import MissingExtra, UsageError


class BertScore(NamedTuple):
    """Precision, recall and F of one reply: cosines, -1 to 1, in use mostly 0.3–1."""

    precision: float
    recall: float
    f: float


class Encoder:
    """An encoder and its tokenizer at one layer; use `encoder` to load each once."""

    def __init__(self, folder: Path, layer: int) -> None:
        self._model, self._tokenizer = _load(folder)
        depth = int(self._model.config.num_hidden_layers)
        if not 0 <= layer <= depth:
            raise UsageError(f"{folder} has layers 1 to {depth}, not {layer}", "name a layer of the encoder")
        self.layer = layer or depth

    def score(self, reply: str, reference: str) -> BertScore | None:
        """Return the BERTScore of a reply; None if the reference has no token, 0 if the reply has none."""
        said, said_own = self._embedded(reply)
        own, own_own = self._embedded(reference)
        if not own_own.any():
            return None
        if not said_own.any():
            return BertScore(0.0, 0.0, 0.0)
        cosines = said @ own.T
        precision = float(cosines.max(dim=1).values[said_own].mean())
        recall = float(cosines.max(dim=0).values[own_own].mean())
        total = precision + recall
        return BertScore(precision, recall, 2 * precision * recall / total if total > 0 else 0.0)

    def _embedded(self, text: str) -> tuple[Any, Any]:
        """Return unit vectors of the tokens (tokens × width), and a mask of those that are the text's own."""
        import torch

        shown = self._tokenizer(
            text.strip(), return_tensors="pt", truncation=True, max_length=self._limit, return_special_tokens_mask=True
        )
        own = shown.pop("special_tokens_mask")[0] == 0
        with torch.inference_mode():
            states = self._model(**shown.to(self._model.device), output_hidden_states=True).hidden_states[self.layer][0]
        return torch.nn.functional.normalize(states.float(), dim=-1).cpu(), own

    @property
    def _limit(self) -> int:
        return min(int(self._tokenizer.model_max_length), int(self._model.config.max_position_embeddings))

    def sentences(self, texts: Sequence[str], batch: int = 64) -> Any:
        """Return unit vectors of whole texts (texts × width, numpy): the mean over tokens, as in sentence encoders."""
        import torch

        made = []
        for start in range(0, len(texts), batch):
            some = list(texts[start : start + batch])
            shown = self._tokenizer(some, return_tensors="pt", padding=True, truncation=True, max_length=self._limit)
            shown = shown.to(self._model.device)
            with torch.inference_mode():
                states = self._model(**shown, output_hidden_states=True).hidden_states[self.layer].float()
            mask = shown["attention_mask"].unsqueeze(-1)
            means = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
            made.append(torch.nn.functional.normalize(means, dim=-1).cpu())
        return torch.cat(made).numpy()


@lru_cache(maxsize=2)
def encoder(folder: str, layer: int = 0) -> Encoder:
    """Return the encoder of a folder at this layer (0: the last), loaded once. `UsageError` if there is none."""
    return Encoder(Path(folder), layer)


def mean(scores: Sequence[BertScore | None]) -> BertScore | None:
    """Return the mean over replies that have one, as bert-score prints it; None for none."""
    known = [score for score in scores if score is not None]
    return BertScore(*(sum(side) / len(known) for side in zip(*known, strict=True))) if known else None


def signature(folder: str, layer: int) -> str:
    """Return what the figures are bound to: the folder's name, the hash of its weights, the layer."""
    from kardia_cli.weights.fingerprint import folder_hash

    return f"{Path(folder).name}@{folder_hash(Path(folder))}|L{layer}|no-idf|no-rescaling"


def _load(folder: Path) -> tuple[Any, Any]:
    if not (folder / "config.json").is_file():
        raise UsageError(f"{folder} is no model folder (it has no config.json)", "name the folder of an encoder")
    try:
        import torch
        from transformers import AutoModel, AutoTokenizer
    except ImportError as error:
        raise MissingExtra.of("train", f"an encoder needs {error.name}") from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        said = str(error).strip().split("\n")[0]
        raise UsageError(f"no encoder in {folder}: {said}", "name the folder of an encoder") from error
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer
