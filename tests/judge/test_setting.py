"""What talks a rubric is for stands in its file: the judge is told that, and scores under other words never mix."""

from __future__ import annotations

import asyncio

import pytest
from scripted import chat, verdict

from kardia_cli.judge import Judge, rubric_file
from kardia_cli.judge.rubric import Rubric

TEXT = rubric_file.text("kardiabench")
ROW = {"id": "x", "format": "plain", "messages": [{"role": "user", "content": "My parcel is late."}]}


def orders(rubric: Rubric) -> str:
    """The judge's standing orders under a rubric."""
    model, script = chat(verdict)
    asyncio.run(Judge(rubric, model, 0).judge(ROW, 1, "It will be there on Monday."))
    return str(script.asked[0].messages[0]["content"])


def with_setting(line: str) -> Rubric:
    return rubric_file.parse(TEXT.replace("setting: emotional-support talks\n", line), "mine.yaml")


@pytest.mark.parametrize(
    ("name", "read_hash"),
    [("kardia-core", "3fbedb0ef65aee07"), ("kardiabench", "adf160108eb99e92"), ("synthesis", "65b8f2d420f64802")],
)
def test_shipped_rubrics_are_read_as_before_they_named_their_talks(name: str, read_hash: str) -> None:
    rubric = rubric_file.load(name)
    assert rubric.read_hash == read_hash
    assert orders(rubric).startswith("You grade replies in emotional-support talks. You are exact")


def test_a_rubric_names_the_talks_that_are_graded() -> None:
    desk = with_setting("setting: a shop's support desk\n")
    assert orders(desk).startswith("You grade replies in a shop's support desk. You are exact")
    assert desk.read_hash != rubric_file.load("kardiabench").read_hash


def test_a_rubric_that_names_none_grades_talks_of_any_kind() -> None:
    silent = with_setting("")
    assert orders(silent).startswith("You grade replies in talks between a person and a supporter. You are exact")
    assert silent.read_hash not in rubric_file.shipped()
