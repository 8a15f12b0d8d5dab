"""The schema filler gives a valid answer to any pydantic model, from the facts where they fit."""

from __future__ import annotations

import enum
import random
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, field_validator

from kardia_cli.offline.fill import fill

FACTS = {
    "situation": "My brother sold our late father's boat without a word to me. I found out from a neighbour.",
    "emotion": "angry",
    "seeker_story": "He says that it was rotting. I had been sanding the hull for two summers.",
    "tags": ["family", "loss"],
    "score": 4,
}


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
@pytest.mark.parametrize("facts", [FACTS, {}], ids=["facts", "no facts"])
def test_whatever_the_schema_the_filled_values_validate(schema: type[BaseModel], facts: dict[str, object]) -> None:
    for seed in range(20):
        schema.model_validate(fill(schema, facts, random.Random(seed)))


def test_a_field_takes_the_fact_of_its_own_name() -> None:
    filled = fill(Plan, FACTS, random.Random(0))
    assert filled["situation"] == FACTS["situation"]
    assert filled["emotion"] == "angry"
    assert filled["score"] == 4
    assert filled["tags"] == ["family", "loss"]


def test_a_fact_that_does_not_fit_its_field_is_passed_over() -> None:
    assert 1 <= fill(Plan, {**FACTS, "score": 9}, random.Random(0))["score"] <= 5


def test_a_text_without_a_fact_is_made_from_the_fact_that_shares_a_word_with_its_name() -> None:
    assert fill(Plan, FACTS, random.Random(0))["story_summary"].startswith("He says that it was rotting")


def test_without_any_fact_a_text_says_that_nothing_is_known() -> None:
    assert "nothing is known" in fill(Step, {}, random.Random(0))["what"].lower()


def test_defaults_are_kept() -> None:
    assert fill(Plan, FACTS, random.Random(3))["version"] == "v1"


def test_the_same_seed_gives_the_same_values_and_seeds_differ() -> None:
    assert fill(Plan, FACTS, random.Random(5)) == fill(Plan, FACTS, random.Random(5))
    assert len({str(fill(Plan, FACTS, random.Random(seed))) for seed in range(10)}) > 1


def test_a_schema_that_contains_itself_ends() -> None:
    filled = fill(Node, FACTS, random.Random(0))
    assert Node.model_validate(filled).child is not None


def test_a_field_whose_validator_refuses_everything_is_an_error_that_names_the_schema() -> None:
    with pytest.raises(ValueError, match="Strict"):
        fill(Strict, FACTS, random.Random(0))
