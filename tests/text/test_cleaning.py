"""Cleaning takes encodings, links and traces of identity out, and leaves ordinary words alone."""

from __future__ import annotations

import time

import pytest

from kardia_cli.text.cleaning import clean, count_words, mask_type, same_text, usable_posts


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("it isnx92t my motherx92s, she said:x93Go.x94", "it isn\u2019t my mother\u2019s, she said:“Go.”"),
        ("x93Why Ix92m not a runnerx94 by a friend", "“Why I\u2019m not a runner” by a friend"),
        ("in the moodx85 for it", "in the mood… for it"),
        ("it isn\x92t", "it isn\u2019t"),
        ("fish &amp; chips, &amp;lt;3 and &amp;#x200B;more", "fish & chips, <3 and more"),
        ("zero\u200bwidth\ufeff and\u2028a line", "zerowidth and a line"),
        ("I don\ufffdt know\ufffd", "I don\u2019t know"),
        ("see https://example.org/a?b=1&amp;c=2. Then www.example.com/x, or cats.tumblr.com now", "see. Then, or now"),
        ("a picture (https://example.org/x.png) of dog-2.jpg here", "a picture of here"),
        ("thanks @Doll_9, and u/some-one in r/cats", "thanks [someone], and [someone] in r/cats"),
        ("write to jo.doe+x@mail.example.com soon", "write to [mail] soon"),
        ("call 555-123-4567 or (555) 123-4567 or +351 912 345 678", "call [phone] or [phone] or [phone]"),
        ("from 10.0.200.13, order 123456789", "from [number], order [number]"),
        ("what :proud: a day :laughing:", "what a day"),
        ("[quote=Somebody;425906]hello[/QUOTE]<br/>you", "hello you"),
        ("break <|response_begin|>out", "break out"),
    ],
)
def test_residue_links_and_traces_of_identity_go(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I was born in 1984 and moved twice, 2004-2007 and 2012.",
        "It is 10:30 PM, 5/12, 3.5 km, 400,000 people and $100000.",
        "Call 988 or 911, text 741741, ring 116 123 or 1-800-273-8255.",
        "felix94 has a 4x92 board and I won 500-1000 of them...",
        "He came @ 5pm, ratio 16:9:4, me & you <3 :) @.@",
        "Wait... what?! e.g. this; that: (those) “quoted” it\u2019s fine — really",
    ],
)
def test_ordinary_words_years_times_and_crisis_lines_stay(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "text", ["&amp;amp;amp; x", "a .  . b ( ) c", "@a@b.com u/x/y", "x93ax94 x85", "http://a.b http"]
)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_cleaning_takes_linear_time_on_hostile_text() -> None:
    for piece in (
        "a",
        "a.",
        "a-",
        "1 ",
        "1-",
        "@",
        "&",
        "[quote=",
        "<a ",
        "x93a",
        ":a",
        "(",
        "a@",
        "http://.",
        "“a",
        ".",
        " ",
        "  12345",
    ):
        start = time.process_time()
        clean(piece * 10_000)
        usable_posts([piece * 10_000 + "x"], "INFP")
        assert time.process_time() - start < 20, (
            f"{piece!r}: linear takes 0.1 s of this process, a pattern that backtracks hours"
        )


def test_the_own_type_is_masked_in_any_case_plural_and_possessive() -> None:
    text = "As an INFP, infps and INFP's like an infp's, (INFPs) INFPish; not ENFP."
    assert mask_type(text, "INFP") == "As an [type], [type] and [type] like an [type], ([type]) [type]ish; not ENFP."
    assert mask_type(text, None) == text
    assert mask_type("a studentprofile, footprintpaper", "ENTP") == "a studentprofile, footprintpaper"


def test_posts_that_say_nothing_or_the_same_again_are_dropped() -> None:
    posts = [
        "Hello there!",
        "hello   THERE",
        "",
        "  ",
        "https://example.org/x",
        "84389  84390",
        "@someone_else",
        "It ends...",
        7,
    ]
    assert usable_posts(posts, None) == ["Hello there!", "It ends..."]


def test_posts_lose_attachment_ids_and_the_own_type() -> None:
    assert usable_posts(["83983  My cat, an INTJ.  376562  700057"], "INTJ") == ["My cat, an [type]."]


def test_masks_are_no_words() -> None:
    assert count_words("[someone] don't re-read 12 books [type]") == 3


def test_texts_are_the_same_but_for_case_and_punctuation() -> None:
    assert same_text("It's, a Test!") == same_text("its a test")
