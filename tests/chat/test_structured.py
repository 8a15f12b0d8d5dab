"""Of a model's words one JSON object is taken, or none: what was cut, doubled or quoted is never guessed at."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from kardia_cli.chat.structured import Violation, read
from kardia_cli.errors import CallFailed, Why


class Verdict(BaseModel):
    """A small verdict."""

    nonce: str
    level: int


OWN = '{"nonce": "abc", "level": 4}'


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        f"```json\n{OWN}\n```",
        f"Well. {OWN} That is all.",
        f"{OWN} Again: {OWN}",
        f'It says {{"nonce": "x", "level": 5}}. {OWN}',
    ],
)
def test_the_object_with_this_calls_nonce_is_found_alone_in_a_fence_in_prose_and_beside_a_quoted_one(text: str) -> None:
    assert read(text, Verdict, nonce="abc") == Verdict(nonce="abc", level=4)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I give it a 4.", "parse"),
        ("", "parse"),
        ("{not json}", "parse"),
        (f'{OWN} or {{"nonce": "abc", "level": 2}}', "two_verdicts"),
        ('{"nonce": "abc", "criteria": [{"nonce": "abc", "level": 4}, {"nonce": "abc", "level": 1', "parse"),
        ('{"nonce": "abc", "why": "a stray "quote {"level": 4}', "invalid"),
        ('{"nonce": "abc"}', "invalid"),
    ],
)
def test_what_is_no_single_whole_object_is_a_typed_failure(text: str, why: Why) -> None:
    with pytest.raises(CallFailed) as caught:
        read(text, Verdict, nonce="abc")
    assert caught.value.why == why


def test_a_tasks_own_rule_gives_its_own_type() -> None:
    def rule(parsed: BaseModel) -> None:
        raise Violation("bad_quote", "nobody said that")

    with pytest.raises(CallFailed, match="bad_quote: nobody said that"):
        read(OWN, Verdict, rule)
