"""A raw row becomes a profile: sections in the person's own words, no trace of who they are, nothing said twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cpu_time import growth

from kardia_cli.errors import CallFailed, Dropped, RowError
from kardia_cli.rows import persona
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import RowModel, row_id
from kardia_cli.rows.request import Reply, Request
from kardia_cli.stages.profiles import ProfileText, build_profile, one_per_person, person_name, unnamed_columns

POSTS = [
    "I'm 34 years old and I work as a gardener in a small town. The soil here is heavy.",
    "I love early mornings, because nobody asks me anything before six. My wife calls it hiding.",
    "Patience is a kind of weather.",
    "As an INFP I always forget where I put the secateurs, and INFPs never find them.",
    "Just finished a book about moss! It was slower than moss, if that is possible, and I read every page of it twice.",
    "Yesterday I went to the coast with my sister, and we found a whole crate of oranges on the beach, which we...",
    "@someone_else thanks, see https://example.org/a/b",
    "I have been learning the accordion for two years, and the neighbours are learning it with me whether or...",
    "12345",
]


@pytest.fixture(autouse=True)
def _salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARDIA_SALT", "test")


def built(raw: Row, seed: int = 0, **options: Any) -> Row:
    return asyncio.run(build_profile(raw, options.pop("chat", None), seed=seed, **options))


class Writer:
    """A model that answers with what it is given."""

    name, hash = "writer", "abc"

    def __init__(self, answer: ProfileText | None) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    async def ask(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply("", parsed=self.answer)


def test_posts_become_the_four_sections() -> None:
    profile = persona.parse(built({"mbti": "infp", "posts": POSTS})["person"])
    assert profile.mbti == "INFP"
    assert "I'm 34 years old and I work as a gardener in a small town." in profile.about
    assert profile.signature == "Patience is a kind of weather."
    assert 3 <= len(profile.activities) <= 5


def test_every_excerpt_is_text_of_a_post_and_none_is_used_twice() -> None:
    profile = persona.parse(built({"mbti": None, "posts": POSTS})["person"])
    everything = "\n".join(POSTS)
    for item in profile.activities:
        start = item.rstrip("…").strip()
        assert start in everything
        assert start not in profile.about
        assert start != profile.signature
        cut = everything.split(start, 1)[1]
        assert not cut[:1].isalnum(), "cut in the middle of a word"
        assert item.endswith("…") or cut[:1] in ("", "\n"), "a cut is marked"
    assert len(set(profile.activities)) == len(profile.activities)


def test_the_own_type_links_and_names_are_nowhere_but_in_the_mbti_section() -> None:
    person = built({"mbti": "INFP", "posts": POSTS})["person"]
    assert person.count("INFP") == 1
    assert "example.org" not in person
    assert "someone_else" not in person


def test_fields_come_in_order_and_of_others_those_that_are_kept_cleaned() -> None:
    raw = {
        "mbti": "XXXX", "posts": POSTS, "source_id": "u7", "age": 3, "origin": [{"part": "profile"}], "split": "train",
        "email": "ann@example.org", "real_name": "Ann", "site": "see https://example.org now", "tags": ["a", "b@c.de"],
    }  # fmt: skip
    row = built(raw)
    assert list(row) == ["id", "person", "mbti", "anon_username", "split", "origin", "risk"]
    assert unnamed_columns(raw, {"age"}) == ["email", "real_name", "site", "tags"]
    kept = built(raw, keep={"age", "site", "tags"})
    assert list(kept)[4:9] == ["split", "age", "site", "tags", "origin"]
    assert kept["age"] == 3
    assert "example.org" not in kept["site"]
    assert "b@c.de" not in kept["tags"]
    assert row["mbti"] is None
    assert row["anon_username"] == person_name({"source_id": "u7"})
    assert row["id"] == row_id({**row, "id": None})
    assert built({**raw, "id": "p-1", "anon_username": "kept"})["id"] == "p-1"
    assert built({**raw, "anon_username": "kept"})["anon_username"] == "kept"


def test_the_same_raw_row_gives_the_same_profile_and_fits_the_schema() -> None:
    raw = {"mbti": "INFP", "posts": POSTS}
    assert built(raw, seed=3) == built(dict(raw), seed=3)
    RowModel.model_validate(built(raw))


def test_a_person_without_an_id_is_known_by_the_whole_record_but_not_by_where_it_lay() -> None:
    raw = {"mbti": None, "posts": POSTS}
    assert person_name(raw) == person_name({**raw, "origin": [{"source": "other"}]})
    assert person_name(raw) != person_name({**raw, "posts": POSTS[1:]})


def test_too_little_text_is_dropped_with_the_count() -> None:
    with pytest.raises(Dropped, match="too little text: 3 words left of 60"):
        built({"posts": ["only three words", "only THREE words!", "https://example.org", "123456"]})
    assert built({"posts": ["only three words"]}, min_words=3)["person"]


def test_a_profile_with_sections_is_kept_cleaned_and_masked() -> None:
    head = "MBTI: INTJ\nAbout: An intj, see www.example.com, who paints.\n"
    person = head + "Signature: isnx92t it\nRecent Activities:\n- Met @bob_9\n"
    row = built({"person": person})
    assert row["mbti"] == "INTJ"
    assert row["person"] == (
        "MBTI: INTJ\nAbout: An [type], see, who paints.\nSignature: isn\u2019t it\nRecent Activities:\n- Met [someone]"
    )
    assert "gardener" in built({"person": person, "posts": POSTS})["person"]


def test_a_short_biography_is_the_about_section_as_it_stands() -> None:
    biography = "Gardener, thirty-four. Plays the accordion badly.\n" + "He is patient with soil. " * 10
    row = built({"person": biography}, min_words=40)
    assert row["person"] == f"About: {' '.join(biography.split()[:6])} " + " ".join(["He is patient with soil."] * 10)


@pytest.mark.parametrize(
    "raw", [{}, {"posts": []}, {"person": " "}, {"posts": 3}, {"person": 3}, {"posts": POSTS, "origin": "x"}]
)
def test_a_row_without_usable_fields_is_a_row_error(raw: Row) -> None:
    with pytest.raises(RowError):
        built(raw)


def test_a_model_writes_about_and_signature_and_is_recorded() -> None:
    answer = ProfileText(about="An INFP who gardens.", signature="Dig.", quotes=["The soil  here\nis heavy."])
    writer = Writer(answer)
    row = built({"mbti": "INFP", "posts": POSTS}, chat=writer, seed=5)
    profile = persona.parse(row["person"])
    assert (profile.about, profile.signature) == ("An [type] who gardens.", "Dig.")
    assert len(profile.activities) >= 3
    assert row["models"] == [{"role": "profile", "model": "writer", "hash": "abc"}]
    (request,) = writer.asked
    assert request.task == "profile.write"
    assert set(request.facts) == {"posts", "mbti"}
    assert not any("INFP" in message["content"] for message in request.messages)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ProfileText(about="A cook.", signature="", quotes=["I am a cook"]), "invalid"),
        (ProfileText(about="A cook.", signature="", quotes=[" "]), "invalid"),
        (None, "parse"),
    ],
)
def test_an_answer_that_quotes_what_nobody_wrote_fails(answer: ProfileText | None, why: str) -> None:
    with pytest.raises(CallFailed) as raised:
        built({"mbti": "INFP", "posts": POSTS}, chat=Writer(answer))
    assert raised.value.why == why


DARK = "Since the winter I feel that everyone would be better off without me, and I say so to no one."


def test_danger_in_any_post_is_marked_though_the_profile_does_not_show_it() -> None:
    posts = [*POSTS, *(f"{DARK} {n}" for n in range(3))]
    row = built({"posts": posts, "risk": [{"part": "talk", "turn": 3, "kind": "abuse", "quote": "of another talk"}]})
    (mark,) = row["risk"]
    assert (mark["part"], mark["turn"], mark["kind"]) == ("profile", -1, "suicide")
    assert mark["quote"] in DARK
    assert built({"posts": POSTS})["risk"] == []
    assert "risk" not in built({"posts": posts}, on_risk="keep")


def test_a_given_profile_is_marked_too() -> None:
    row = built({"person": f"About: I paint. {DARK}\nSignature: Slow."})
    assert [mark["kind"] for mark in row["risk"]] == ["suicide"]


def test_a_dropped_person_costs_no_call() -> None:
    writer = Writer(None)
    with pytest.raises(Dropped, match="risk: suicide in the profile"):
        built({"posts": [*POSTS, DARK]}, chat=writer, on_risk="drop")
    assert writer.asked == []


def test_one_profile_a_person() -> None:
    seen: set[str] = set()
    raw = {"anon_username": "u1", "person": "x"}
    assert one_per_person(raw, seen) is raw
    with pytest.raises(Dropped, match="already made"):
        one_per_person({"anon_username": "u1", "person": "y"}, seen)
    one_per_person({"anon_username": "u2"}, seen)


def test_a_post_of_any_shape_takes_linear_time() -> None:
    for piece in ("1. ", "! ", "a, ", "I am a b c d e f. ", "..", ". . ", "I am, ", "(", "I.. am "):
        assert growth(lambda count, piece=piece: built({"posts": [piece * count]}, min_words=0), 1000) < 8, piece


NINE = """\
MBTI: INTJ
Gender: female
Age: 34
Relationship status: married
Occupation: An intj who paints houses
About: Slow to speak. Keeps bees.
Interests:
- moss
- bees, see www.example.com
Signature: Dig.
Recent Activities:
- Met @bob_9
"""


def test_a_profile_of_nine_sections_keeps_them_in_order_and_a_second_pass_changes_nothing() -> None:
    row = built({"person": NINE})
    assert row["mbti"] == "INTJ"
    assert row["person"] == (
        "MBTI: INTJ\nGender: female\nAge: 34\nRelationship status: married\n"
        "Occupation: An [type] who paints houses\nAbout: Slow to speak. Keeps bees.\n"
        "Interests:\n- moss\n- bees, see\nSignature: Dig.\nRecent Activities:\n- Met [someone]"
    )
    assert built(row) == row


def test_a_card_of_heads_alone_is_a_profile_and_a_type_from_elsewhere_comes_first() -> None:
    row = built({"person": "Gender: male\nProblem: I cannot sleep.", "mbti": "infp"})
    assert row["person"] == "MBTI: INFP\nGender: male\nProblem: I cannot sleep."


def test_posts_do_not_take_the_further_sections_away() -> None:
    person = built({"person": NINE, "posts": POSTS})["person"]
    assert person.startswith("MBTI: INTJ\nGender: female\nAge: 34\n")
    assert "gardener" in persona.parse(person).about


def test_a_biography_with_one_colon_is_no_profile_with_sections() -> None:
    text = "Note: I garden. " + "He is patient with soil. " * 10
    assert persona.parse(text).about == text.strip()
    assert persona.parse("I am Ann.\nMBTI: INFP\nAbout: I bake.").about == "I am Ann.\nI bake."
