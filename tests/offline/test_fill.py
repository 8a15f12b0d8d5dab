"""The schema filler gives a valid answer to any pydantic model, and says that it is a placeholder."""

from __future__ import annotations

import enum
import random
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, field_validator

from kardia_cli.offline.fill import PLACEHOLDER, fill


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Step(BaseModel):
    what: str
    weight: float = Field(ge=0, le=1)
    kind: Literal["ask", "tell"]


class Plan(BaseModel):
    situation: str
    emotion: Literal["angry", "sad"]
    story_summary: str = Field(min_length=10, max_length=60)
    score: int = Field(ge=1, le=5)
    others: int = Field(gt=7, lt=10)
    even: int = Field(ge=3, le=9, multiple_of=2)
    sure: bool
    colour: Colour
    steps: list[Step] = Field(min_length=2, max_length=3)
    tags: list[str]
    note: str | None = None
    by_name: dict[str, Step]
    pair: tuple[int, str]
    closing: Annotated[str, Field(max_length=5)]
    version: str = "v1"


class Node(BaseModel):
    name: str
    child: Node | None = None
    children: list[Node] = Field(default_factory=list)


class Aliased(BaseModel):
    inner: str = Field(alias="theInner")


class Strict(BaseModel):
    code: str

    @field_validator("code")
    @classmethod
    def _only_digits(cls, value: str) -> str:
        if not value.isdigit():
            raise ValueError("digits only")
        return value


@pytest.mark.parametrize("schema", [Step, Plan, Node, Aliased], ids=lambda schema: schema.__name__)
def test_whatever_the_schema_the_filled_values_validate(schema: type[BaseModel]) -> None:
    for seed in range(20):
        schema.model_validate(fill(schema, random.Random(seed)))


def test_every_text_says_that_it_is_a_placeholder() -> None:
    filled = fill(Plan, random.Random(0))
    texts = [filled["situation"], *filled["tags"], filled["pair"][1], *(step["what"] for step in filled["steps"])]
    assert len(texts) == 5
    assert all(text.startswith(PLACEHOLDER) for text in texts)


def test_defaults_are_kept() -> None:
    assert fill(Plan, random.Random(3))["version"] == "v1"


def test_the_same_seed_gives_the_same_values_and_seeds_differ() -> None:
    assert fill(Plan, random.Random(5)) == fill(Plan, random.Random(5))
    assert len({str(fill(Plan, random.Random(seed))) for seed in range(10)}) > 1


def test_a_schema_that_contains_itself_ends() -> None:
    filled = fill(Node, random.Random(0))
    assert Node.model_validate(filled).child is not None


def test_a_field_whose_validator_refuses_everything_is_an_error_that_names_the_schema() -> None:
    with pytest.raises(ValueError, match="Strict"):
        fill(Strict, random.Random(0))
