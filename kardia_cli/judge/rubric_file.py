"""Rubric files: finding and reading them, and errors with file, line and remedy.

`load` takes a name from `rubrics/` or the path of a YAML file; `schema` is the JSON Schema for editors, also kept
beside the files as `rubrics/rubric.schema.json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from kardia_cli.errors import UsageError
from kardia_cli.judge.rubric import CHECK_KINDS, FACET_LEVELS, SCALES, Criterion, Rubric, anchored
from kardia_cli.plugins import nearest


class Problem(NamedTuple):
    """An error in a rubric: its place (keys and indices), the message and the remedy."""

    place: tuple[str | int, ...]
    said: str
    remedy: str


def folder() -> Path:
    """Return the folder of the shipped rubrics: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parents[1] / "rubrics"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "rubrics"


def names() -> list[str]:
    """Return the names of the shipped rubrics."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


def load(name: str) -> Rubric:
    """Return a rubric by name or by path; `UsageError` with file:line and the remedy if it is wrong."""
    return parse(text(name), str(_path(name)))


def text(name: str) -> str:
    """Return the text of a rubric's file, by name or by path; `UsageError` if there is none."""
    try:
        return _path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not UTF-8 text", "save the rubric as UTF-8") from None
    except OSError:
        remedy = "give the path of a YAML file" if _is_path(name) else nearest(name, names())
        raise UsageError(f"there is no rubric {name!r}", remedy) from None


def _is_path(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _path(name: str) -> Path:
    return Path(name) if _is_path(name) else folder() / f"{name}.yaml"


@cache
def shipped() -> dict[str, Rubric]:
    """Return the shipped rubrics by the hash of what the judge reads."""
    return {rubric.read_hash: rubric for rubric in map(load, names())}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a rubric file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rubric.model_json_schema(by_alias=True)}


def parse(text: str, file: str) -> Rubric:
    """Read a rubric's YAML; `UsageError` names file and line."""
    import yaml

    try:
        data = yaml.safe_load(text)
        tree = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise UsageError(f"{file}:{line}: not YAML: {getattr(error, 'problem', error)}", "mend that line") from None
    if not isinstance(data, dict):
        raise UsageError(f"{file}:1: not a rubric: no keys at the top", "see kardia --show-rubric kardia-core")
    doubled = next(_doubled_keys(tree), None)
    if doubled:
        raise UsageError(f"{file}:{doubled[0]}: the key {doubled[1]!r} is there twice", "delete one of them")
    try:
        rubric = Rubric.model_validate(data)
    except ValidationError as error:
        # An unknown key first: it is often the one that another error misses.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        raise _refused(first, tree, file) from None
    for problem in _problems(rubric):
        where = ".".join(str(part) for part in problem.place)
        raise UsageError(f"{file}:{_line_of(tree, problem.place)}: {where}: {problem.said}", problem.remedy)
    return rubric


def _doubled_keys(node: Any) -> Iterator[tuple[int, str]]:
    """Yield line and name of every key that a table holds twice; YAML would silently keep the last."""
    children = getattr(node, "value", None)
    if not isinstance(children, list):
        return
    seen = set()
    for child in children:
        if isinstance(child, tuple):
            key = str(child[0].value)
            if key in seen:
                yield child[0].start_mark.line + 1, key
            seen.add(key)
        yield from _doubled_keys(child[1] if isinstance(child, tuple) else child)


def _refused(error: Any, tree: Any, file: str) -> UsageError:
    place = tuple(part for part in error["loc"] if part not in CHECK_KINDS and part != "[key]")
    where = ".".join(str(part) for part in place) or "the rubric"
    said = "unknown key" if error["type"] == "extra_forbidden" else error["msg"].removeprefix("Value error, ")
    return UsageError(f"{file}:{_line_of(tree, place)}: {where}: {said}", _remedy(error, place))


def _remedy(error: Any, place: tuple[Any, ...]) -> str:
    if error["type"] == "extra_forbidden":
        return nearest(str(place[-1]), _keys_at(place[:-1]))
    if error["type"] in ("literal_error", "union_tag_invalid"):
        context = error.get("ctx") or {}
        return f"one of: {context.get('expected') or context.get('expected_tags')}"
    return "add it" if error["type"] == "missing" else "mend that value"


def _keys_at(place: tuple[Any, ...]) -> list[str]:
    """Return the keys that are known at a place of the file."""
    kind: Any = Rubric
    for part in place:
        if isinstance(part, str) and isinstance(kind, type) and issubclass(kind, BaseModel):
            found = [field for name, field in kind.model_fields.items() if part in (name, field.alias)]
            kind = _model_in(found[0].annotation) if found else None
    models = kind if isinstance(kind, list) else [kind]
    known = [field.alias or name for model in models if model for name, field in model.model_fields.items()]
    return sorted(set(known))


def _model_in(annotation: Any) -> Any:
    """Return the model inside `list[Model]`, `Model | None` …; a list of them for a union of several."""
    from typing import get_args

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [inner for inner in map(_model_in, get_args(annotation)) if inner]
    return found[0] if len(found) == 1 else found or None


def _line_of(node: Any, place: tuple[str | int, ...]) -> int:
    """Return the line of the innermost part of the YAML tree that the place names."""
    line = node.start_mark.line + 1 if node is not None else 1
    for key in place:
        children = getattr(node, "value", None)
        if not isinstance(children, list):
            break
        if isinstance(key, int) and key < len(children) and not isinstance(children[key], tuple):
            node = children[key]
        else:
            pair = next((pair for pair in children if isinstance(pair, tuple) and pair[0].value == str(key)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
            continue
        line = node.start_mark.line + 1
    return int(line)


def _problems(rubric: Rubric) -> Iterator[Problem]:
    """Yield the errors that no single part can see: ids used twice, weights, anchors, references."""
    for index, criterion in enumerate(rubric.criteria):
        yield from _criterion_problems(rubric, ("criteria", index), criterion)
    for number, question in enumerate(rubric.questions):
        place = ("questions", number)
        if not question.ask.strip():
            yield Problem((*place, "ask"), f"question {question.id!r} asks nothing", "write the question")
        if question.effect == "gate" and not question.again.strip():
            remedy = "add `again`: the same question in other words, for the second look"
            yield Problem(place, f"gate {question.id!r} has no `again`", remedy)
    yield from _doubled_ids(rubric)
    total = sum(criterion.weight for criterion in rubric.criteria)
    if abs(total - 1) > 1e-6:
        weights = " + ".join(f"{criterion.weight:g}" for criterion in rubric.criteria)
        yield Problem(("criteria",), f"the weights sum to {total:g}, not to 1 ({weights})", "change a weight")


def _criterion_problems(rubric: Rubric, place: tuple[str | int, ...], criterion: Criterion) -> Iterator[Problem]:
    name = f"criterion {criterion.id!r}"
    if criterion.derive is not None:
        asked = [question.id for question in rubric.questions]
        for wanted in criterion.derive.subtract:
            if wanted not in asked:
                found = nearest(wanted, asked)
                yield Problem((*place, "derive", "subtract", wanted), f"{name} derives from {wanted!r}", found)
        if criterion.ask or criterion.levels or criterion.facets:
            yield Problem(
                (*place, "derive"), f"{name} is derived and judged at once", "keep `derive` or `ask` and `levels`"
            )
        return
    if not criterion.ask.strip():
        yield Problem(place, f"{name} needs `ask`", "add the question that the level answers")
    scale = SCALES[criterion.scale]
    yield from _anchor_problems(place, name, criterion.levels, scale, anchored(criterion.scale))
    if criterion.scale != "1-5":
        for key in {"passing", "saturate_at", "derive"} & criterion.model_fields_set:
            said = f"{name} has the scale {criterion.scale}"
            yield Problem((*place, key.replace("passing", "pass")), said, "`pass` and `saturate_at` need the scale 1-5")
    for index, facet in enumerate(criterion.facets):
        yield from _anchor_problems(
            (*place, "facets", index), f"facet {facet.id!r}", facet.levels, FACET_LEVELS, FACET_LEVELS
        )


def _anchor_problems(
    place: tuple[str | int, ...], name: str, given: dict[int, str], wanted: tuple[int, ...], least: tuple[int, ...]
) -> Iterator[Problem]:
    """Yield anchors of levels that are not `wanted`, and those of `least` that are missing."""
    span = f"{wanted[0]} to {wanted[-1]}"
    for level in given:
        if level not in wanted:
            yield Problem((*place, "levels", level), f"{name} has no level {level}", f"levels go from {span}")
    missing = [level for level in least if not str(given.get(level) or "").strip()]
    if missing:
        at = (*place, "levels") if given else place
        listed = ", ".join(map(str, missing))
        of = f"each level {span}" if least == wanted else f"both ends of {span}"
        yield Problem(at, f"{name} needs an anchor for {of} (missing: {listed})", f"add level {listed}")


def _doubled_ids(rubric: Rubric) -> Iterator[Problem]:
    """Yield the ids used twice: findings of all kinds share one list; facets are named inside their criterion."""
    seen: set[str] = set()
    for kind in ("criteria", "questions", "checks", "dialogue"):
        for index, part in enumerate(getattr(rubric, kind)):
            if part.id in seen:
                yield Problem((kind, index, "id"), f"the id {part.id!r} is used twice", "rename one of them")
            seen.add(part.id)
            inner = [facet.id for facet in getattr(part, "facets", [])]
            for at, name in enumerate(inner):
                if name in inner[:at]:
                    place = (kind, index, "facets", at, "id")
                    yield Problem(place, f"the facet {name!r} is there twice", "rename one of them")
