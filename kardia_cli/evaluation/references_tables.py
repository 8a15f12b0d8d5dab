"""Tables of the protocol `references`, from its score rows alone: they can be made again without a model.

Rates are printed times 100, as papers do; a column says its N or its tokeniser where the figure hangs on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kardia_cli.errors import UsageError
from kardia_cli.evaluation.references_parts import GOLD, Options
from kardia_cli.metrics import bleu, distinct, epitome, perplexity, strategy
from kardia_cli.metrics.tokens import is_unspaced
from kardia_cli.rows.line import Row
from kardia_cli.statistics.agreement import mean

Table = tuple[str, list[dict[str, Any]]]
Parts = Mapping[str, float | None]


class System(NamedTuple):
    """The score rows of one model, and those among them that have a reply (which may be empty)."""

    name: str
    rows: list[Row]
    replied: list[Row]

    @property
    def responses(self) -> list[str]:
        return [str(row["response"]) for row in self.replied]

    @property
    def references(self) -> list[str]:
        return [str(row["reference"]) for row in self.replied]

    @property
    def parts(self) -> list[Parts]:
        return [{part["id"]: part["value"] for part in row["parts"]} for row in self.replied]

    def mean(self, name: str) -> float | None:
        """Mean of a part over the replies that have it."""
        return mean([each.get(name) for each in self.parts])


def systems(rows: Sequence[Row]) -> list[System]:
    """Return the systems in the order of the rows."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["model"], []).append(row)
    return [System(name, its, [row for row in its if row.get("response") is not None]) for name, its in found.items()]


def options_of(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the rows were measured with, defaults filled in; `UsageError` if not all were measured alike."""
    known = sorted({str(row.get("measured_with") or "{}") for row in rows})
    if len(known) > 1:
        said = f"these rows were measured with different options: {known[0]} and {known[1]}"
        raise UsageError(said, "measure them alike: saved replies need no model (--predictions FILE)")
    return {**vars(Options()), **(json.loads(known[0]) if known else {})}


def summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One line a system; BLEU and Dist over the whole corpus, the others means over replies.

    Columns that no system has a figure for are left out.
    """
    options = options_of(rows)
    lines = [_line(system, options) for system in systems(rows)]
    known = [name for name in (lines[0] if lines else ()) if any(line[name] is not None for line in lines)]
    return [{name: line[name] for name in known} for line in lines]


def _line(system: System, options: Mapping[str, Any]) -> dict[str, Any]:
    found = _corpus(system, options)
    dist = [distinct.distinct(system.responses, order, how=options["tokeniser"]).ratio for order in (1, 2)]
    return {
        "model": system.name,
        "dialogues": len({row["id"] for row in system.rows}),
        "turns": len(system.rows),
        "no reply": len(system.rows) - len(system.replied),
        "words": system.mean("ref.words"),
        "BLEU-2": found and found.scores[2],
        "BLEU-4": found and found.scores[4],
        "ROUGE-L %": _percent(system.mean("ref.rouge_l")),
        "Dist-1 %": _percent(dist[0]),
        "Dist-2 %": _percent(dist[1]),
    }


def further(rows: Sequence[Row]) -> list[Table]:
    """The tables that have anything to show."""
    options, all_systems = options_of(rows), systems(rows)
    made = [
        _bleu(all_systems, options),
        _distinct(all_systems, options),
        _epitome(all_systems),
        _strategies(all_systems),
        _models(all_systems, options),
    ]
    return [table for table in made if table[1]]


def _corpus(system: System, options: Mapping[str, Any]) -> bleu.Bleu | None:
    if options["bleu"] == "off" or system.name == GOLD:
        return None
    return bleu.corpus(system.responses, system.references, tokenise=options["bleu"], lowercase=options["lowercase"])


def _bleu(all_systems: Sequence[System], options: Mapping[str, Any]) -> Table:
    found = {system.name: _corpus(system, options) for system in all_systems}
    known = {name: score for name, score in found.items() if score is not None}
    lines = [
        {
            "model": name,
            **{f"BLEU-{order}": score.scores[order] for order in bleu.ORDERS},
            "brevity": score.brevity,
            "reply tokens": score.reply_tokens,
            "reference tokens": score.reference_tokens,
            "pairs": score.pairs,
        }
        for name, score in known.items()
    ]
    signature = next(iter(known.values())).signatures[4].replace("BLEU-4|", "BLEU-N|") if known else ""
    uncut = options["bleu"] in ("13a", "intl") and any(map(is_unspaced, all_systems[0].references[:100]))
    warning = "; these replies have no spaces: take --with bleu=zh or bleu=char" if known and uncut else ""
    return f"BLEU of the corpus, 0–100, {signature}{warning}", lines


def _distinct(all_systems: Sequence[System], options: Mapping[str, Any]) -> Table:
    """Dist of each system at its own N and, where there are several or an N was asked for, at one."""
    how, compares = options["tokeniser"], len(all_systems) > 1 or options["total"]
    said = {system.name: system.responses for system in all_systems}
    orders = (1, 2)
    at_one = {order: distinct.fixed(said, order, how=how, total=options["total"]) for order in orders if compares}
    lines = []
    for name, replies in said.items():
        line: dict[str, Any] = {"model": name, "replies": len(replies)}
        for order in orders:
            whole = distinct.distinct(replies, order, how=how)
            line |= {f"Dist-{order} %": _percent(whole.ratio), f"N {order}": whole.total}
        line |= {
            f"Dist-{order} % at N={each[name].total}": _percent(each[name].ratio) for order, each in at_one.items()
        }
        lines.append(line)
    draws = f", so compare at one N (mean of {distinct.DRAWS} seeded draws of whole replies)" if compares else ""
    return f"Dist-n, different n-grams of all N, times 100, tokeniser {how}; it shrinks with N{draws}", lines


def _epitome(all_systems: Sequence[System]) -> Table:
    """Facets by whoever gave them: the offline rules here, a judge in rows of other protocols."""
    sources = {
        name: {source for each in its if (source := epitome.read_levels(each)[0])} for name, its in _named(all_systems)
    }
    lines = []
    for name, its in _named(all_systems):
        if sources[name]:
            levels = [epitome.read_levels(each)[1] for each in its]
            means = {facet: mean([each.get(facet) for each in levels]) for facet in epitome.FACETS}
            lines.append({"model": name, **{facet.replace("_", " "): mean for facet, mean in means.items()}})
    who = " and ".join(sorted(set().union(*sources.values()))) if sources else ""
    return f"EPITOME facets, 0–2, by {who}", lines


def _named(all_systems: Sequence[System]) -> list[tuple[str, list[Parts]]]:
    return [(system.name, system.parts) for system in all_systems]


def _strategies(all_systems: Sequence[System]) -> Table:
    """Accuracy of the systems that name strategies; who was never asked for one has no line."""
    lines = []
    for system in all_systems:
        told = any("strategy" in each for each in system.parts)
        found = strategy.accuracy(
            [row.get("strategy") for row in system.replied], [row.get("strategy_said") for row in system.replied]
        )
        if told and found.turns:
            lines.append(
                {
                    "model": system.name,
                    "accuracy %": _percent(found.value),
                    "floor %": _percent(found.floor),
                    "always": found.commonest,
                    "turns": found.turns,
                    "named none": found.unnamed,
                }
            )
    return "Support strategy, 8 names; floor: always the most frequent one", lines


def _models(all_systems: Sequence[System], options: Mapping[str, Any]) -> Table:
    lines = []
    for system in all_systems:
        losses = [
            perplexity.Loss(each["ref.nats"] or 0.0, int(each["ref.tokens"] or 0))
            for each in system.parts
            if "ref.nats" in each
        ]
        read = perplexity.corpus_perplexity(losses)
        line: dict[str, Any] = {"model": system.name}
        if options["bertscore"]:
            line["BERTScore F"] = system.mean("ref.bertscore")
        if options["ppl"]:
            line |= {"perplexity": read and read.value, "tokens": read.tokens if read else 0}
        if len(line) > 1:
            lines.append(line)
    bound = [f"{name} by {options[name]}" for name in ("bertscore", "ppl") if options[name]]
    return "; ".join(bound), lines


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
