"""The risk screen finds what is said outright or veiled, stays silent on figures of speech, and marks rows once."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from kardia_cli.errors import Dropped, RowError
from kardia_cli.rows.records import RowModel
from kardia_cli.text import risk

SUICIDE = [
    "I want to kill myself.",
    "I have been planning my own death for weeks.",
    "Some nights I think about killing myself and then the bus comes.",
    "i dont want to live anymore",
    "I don\u2019t want to be alive any more.",
    "I donx92t want to live like this",
    "I don t want to exist",
    "I WISH I WAS DEAD",
    "i just wanna die",
    "I wanted to die that whole winter.",
    "I have been suicidal since the spring.",
    "The suicidal thoughts are back.",
    "I tried to commit suicide two years ago.",
    "Suicide feels like the only door left.",
    "I'm going to end my life on Sunday.",
    "I keep thinking about ending it all.",
    "There is no reason to go on.",
    "I see no point in living.",
    "I have nothing left to live for.",
    "Life isn't worth living since the fire.",
    "Why am I even alive?",
    "I'm so tired of living.",
    "They would all be better off without me.",
    "Everyone would be happier if I was gone.",
    "Nobody would notice if I disappeared.",
    "No one would miss me.",
    "If I died tomorrow nobody would care.",
    "I won't be here for my birthday.",
    "I probably won't be around much longer.",
    "You won't have to worry about me anymore.",
    "I gave away all my things this week, even the guitar stand.",
    "I wrote a goodbye letter to each of them.",
    "Goodbye everyone, you were kind.",
    "By the time you read this I will have stopped hurting.",
    "Please take care of my little brother when I'm gone.",
    "I hope I don't wake up tomorrow.",
    "I just want to go to sleep and never wake up.",
    "On Sunday I swallowed a whole bottle of pills.",
    "I took an overdose in June.",
    "I stood there and thought about jumping off the bridge.",
    "I feel like stepping in front of a train.",
    "I almost drove into oncoming traffic; I want to drive into a wall.",
    "Is there a painless way to die?",
    "Asking for a friend: how many tablets does it take to never wake up?",
    "lol kms",
    "haha might as well be dead at this point",
    "I'd like to unalive myself, as they say now.",
    "My dog is the only reason I'm still here.",
    "My sister is the only thing keeping me from ending it.",
    "A friend of mine says she wants to die.",
    "My roommate told me he is suicidal.",
    "My brother killed himself in March.",
    "My aunt took her own life.",
    "He died by suicide when we were nineteen.",
    "I could not stop thinking about killing myself.",
    "Give me one reason not to kill myself.",
    "I wouldn't mind if I got hit by a bus.",
    "I can't go on.",
    "I want it all to end.",
    "Please just let me die.",
    "I should do everyone a favour and die.",
    "Some mornings I wonder what I'm even living for.",
    "I'd rather be dead than live like this.",
    "Does anyone else want to die?",
    "Why didn't I die in that crash?",
    "I think about suicide most evenings.",
    "I don't think I'll make it to my next birthday.",
    "I want to be with my husband again in heaven, I'm ready to join him up there.",
]
SELF_HARM = [
    "I cut myself again on Tuesday.",
    "I keep burning myself with a lighter.",
    "I started self-harming at school.",
    "i self harm when it gets loud",
    "I relapsed and started cutting again.",
    "There are cuts all over my arms and I hide them.",
    "At work I bite myself until it bruises.",
    "I want to hurt myself so badly.",
    "My daughter has been cutting herself.",
    "I've been hitting myself whenever I get something wrong.",
]
HARM_TO_OTHERS = [
    "I'm going to kill him, I already bought the gun.",
    "I have thoughts of hurting people on the train.",
    "I keep thinking about stabbing my stepfather.",
    "I want to shoot up the school.",
    "I'm scared I'll hurt my baby.",
    "I'm going to burn his house down tonight.",
    "I want them dead.",
    "I plan to poison my boss.",
    "I want to hurt my boss so badly, I know where he lives.",
    "I am going to beat the life out of him.",
    "He threatened to shoot people at the office.",
]
ABUSE = [
    "My husband hits me when he drinks.",
    "He slapped me in front of the children.",
    "My father used to beat me with a belt.",
    "I was raped by a colleague.",
    "My uncle molested me when I was nine.",
    "My stepdad touched me at night.",
    "He forced himself on me.",
    "I was sexually assaulted at a party.",
    "I grew up in an abusive home.",
    "My ex was emotionally abusive.",
    "I was abused as a child.",
    "He threatened to kill me if I leave.",
    "She gave me a black eye.",
    "My boyfriend won't let me leave the house.",
    "My mother locked me in the basement for hours.",
    "I'm terrified of my husband when he comes home.",
    "He put his hands around my throat.",
    "I finally got out, after ten years of domestic violence; I am a survivor of domestic abuse.",
    "My son is being hit by his teacher, he was hit by his coach too.",
]
HARMLESS = [
    "This queue is killing me.",
    "I could kill for a coffee.",
    "I'm dying to see it.",
    "My phone died on the train.",
    "My grandmother died last week and I miss her.",
    "Our old dog died in my arms.",
    "I committed to three gym classes.",
    "I don't want to die.",
    "I'm not suicidal, just tired.",
    "I would never kill myself.",
    "I never wanted to kill myself.",
    "In the film the captain kills himself at the end.",
    "In this game I kept killing myself with my own grenades.",
    "I tripped in front of the whole class and wanted to die of embarrassment.",
    "I was so embarrassed I wanted to disappear.",
    "My mom is going to kill me when she sees the vase.",
    "My wife will kill me if I forget the cake.",
    "That joke killed me.",
    "I read an article about suicide rates in the north.",
    "We watched Suicide Squad again.",
    "Going there without a coat was career suicide, fashion suicide at least.",
    "I killed it at the interview!",
    "I'm dead tired and dead serious.",
    "He beat me at chess again.",
    "My social life may as well not exist.",
    "I'd love to go to sleep and not wake up until spring.",
    "I just want this exam to be over.",
    "Working on suicide prevention, we discuss suicide in class.",
    "The exam tired me out, I want to sleep.",
    "I gave away my puppies to good homes.",
    "My brother beat me in a race.",
    "It hit me that she was gone for good.",
    "A car hit me, but I only broke a finger.",
    "The baby kicked me all night.",
    "I don't want to live with my parents anymore.",
    "I won't be here next week, we're on vacation.",
    "I won't be around on Friday, I have a shift.",
    "I cut myself shaving.",
    "I burned myself on the oven door.",
    "I hurt myself at the gym.",
    "I nearly died laughing.",
    "I'd die for that cheesecake.",
    "People who want to die deserve help.",
    "Nobody wants to die.",
    "I killed all the zombies and then the boss.",
    "He abused his power as a manager.",
    "The shelter dog had been abused, she is so gentle.",
    "I said my goodbyes to my coworkers on the last day at the office.",
    "I wrote a farewell letter to my team.",
    "We wrote goodbye notes for our teacher.",
    "I gave away my old clothes to charity.",
    "There is no point in going to that meeting.",
    "I killed another houseplant.",
    "I want to take my life in a new direction.",
    "My plant clearly wants to die.",
    "I'm going to kill that spider.",
    "Shoot me a text, I'm going to shoot some photos of them.",
    "The trainer is trying to kill me with these squats.",
    "I took two aspirin for my headache.",
    "We jumped off the cliff into the lake, it was the best summer.",
    "I've been beating myself up over the exam.",
    "I was working myself to death.",
    "I'm sick of living out of a suitcase.",
    "I was afraid of dying on the operating table.",
    "I drowned myself in work.",
    "My team would do better without meetings.",
    "Cutting sugar was hard, then I stopped cutting corners.",
    "She is starving, drop dead gorgeous and always late.",
    "She thinks I'll bomb the audition.",
    "It is ten kms away.",
    "The project needs to end, I want this week to be over.",
    "It is odd that nobody called.",
    "My boss groomed me for a promotion.",
    "I am happy to be alive.",
]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("suicide", t) for t in SUICIDE]
    + [("self_harm", t) for t in SELF_HARM]
    + [("harm_to_others", t) for t in HARM_TO_OTHERS]
    + [("abuse", t) for t in ABUSE],
)
def test_what_is_said_is_found_with_words_of_the_text(kind: str, text: str) -> None:
    found = risk.signs(text)
    assert kind in {sign.kind for sign in found}
    for sign in found:
        assert sign.quote
        assert sign.quote in text


@pytest.mark.parametrize("text", HARMLESS)
def test_figures_of_speech_stories_and_denials_are_no_signs(text: str) -> None:
    assert risk.signs(text) == []


@pytest.mark.parametrize("text", ["i want to kill myself", "I WANT TO KILL MYSELF", "I  want\nto kill  myself"])
def test_case_and_spaces_make_no_difference(text: str) -> None:
    assert [sign.kind for sign in risk.signs(text)] == ["suicide"]


@pytest.mark.parametrize("mark", ["'", "\u2019", "\u2018", "`", "", "x92", "\x92", "\ufffd", "&#39;"])
def test_an_apostrophe_may_be_written_in_any_way_or_lost(mark: str) -> None:
    text = f"I don{mark}t want to live anymore"
    (sign,) = risk.signs(text)
    assert sign.quote in text


def test_what_follows_a_denial_is_still_heard() -> None:
    text = "I'm not suicidal or anything. But everyone would be better off without me."
    assert [sign.kind for sign in risk.signs(text)] == ["suicide"]
    assert "suicidal" not in risk.signs(text)[0].quote


def test_a_long_quote_is_cut_after_a_word() -> None:
    text = "Everyone would be better off if " + "I die " + "and " * 80 + "I want to die"
    for sign in risk.signs(text):
        assert len(sign.quote) <= risk.QUOTE_CHARACTERS


def test_a_sign_is_found_anywhere_in_a_long_text_without_full_stops() -> None:
    for before in range(0, 900, 37):
        text = "la " * before + "and so i want to kill myself and then " + "la " * 300
        assert [sign.kind for sign in risk.signs(text)] == ["suicide"], before


@pytest.mark.parametrize(
    "piece",
    ["a ", "i want to ", "i just really so ", "my mom said he ", "kill ", "suicide ", "  ", "\n", "'", "x", "end. ",
     "the only reason i'm ", "when i'm gone ", "gave away my stuff ", "if i die ", "no reason to ", "'x92"],
)  # fmt: skip
def test_any_text_takes_linear_time(piece: str) -> None:
    start = time.perf_counter()
    risk.signs((piece * 200_000)[:200_000] + " kill die hurt hit cut life")
    assert time.perf_counter() - start < 3


def test_the_patterns_are_not_compiled_before_they_are_needed() -> None:
    script = "import sys, kardia_cli.text.risk; print('kardia_cli.text.risk_patterns' in sys.modules, 'pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def row(**fields: Any) -> dict[str, Any]:
    return {
        "person": "About: I was abused as a child. I paint.",
        "situation": "Everyone would be better off without me.",
        "messages": [
            {"role": "system", "content": "You listen. If somebody wants to die, stay."},
            {"role": "user", "content": "I can't sleep."},
            {"role": "assistant", "content": "Do you want to kill yourself?"},
            {"role": "user", "content": "I cut myself again on Tuesday. I cut myself because I felt numb."},
            {"role": "assistant", "content": "Thank you for telling me."},
            {"role": "user", "content": "My husband hits me."},
            {"role": "assistant", "content": "He has no right to."},
        ],
        **fields,
    }


def where(marks: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(mark["part"], mark["turn"], mark["kind"]) for mark in marks]


ALL = [("profile", -1, "abuse"), ("situation", -1, "suicide"), ("talk", 3, "self_harm"), ("talk", 5, "abuse")]


def test_a_row_is_marked_once_for_each_kind_and_text_and_only_seekers_are_read() -> None:
    assert where(risk.marks(row())) == ALL
    assert risk.marks({}) == []
    RowModel.model_validate({"risk": risk.marks(row())})


def test_texts_taken_together_are_not_read_in_the_light_of_each_other() -> None:
    texts = ["We were on holiday in May.", "I won't be around much longer.", "They moved to a new flat."]
    assert risk.signs(" ".join(texts)) == []
    assert where(risk.found(texts, "profile")) == [("profile", -1, "suicide")]


def test_at_risk_goes_by_situation_and_earlier_seeker_turns_and_not_by_the_profile() -> None:
    assert risk.at_risk(row(), 2) == {"suicide"}
    assert risk.at_risk(row(), 4) == {"suicide", "self_harm"}
    assert risk.at_risk(row()) == {"suicide", "self_harm", "abuse"}
    assert risk.at_risk(row(situation="It rained.", messages=[])) == set()


def test_a_mark_set_by_hand_is_heard_and_one_of_a_rewritten_turn_is_not() -> None:
    talk = row(situation="It rained.")
    mine = {"part": "situation", "turn": -1, "kind": "suicide", "quote": "It rained."}
    old = {"part": "talk", "turn": 1, "kind": "harm_to_others", "quote": "words that are gone"}
    assert risk.at_risk({**talk, "risk": [mine, old]}, 2) == {"suicide"}
    assert where(risk.treat({**talk, "risk": [mine, old]}, "flag", ())["risk"]) == [("situation", -1, "suicide")]


def test_flag_gives_every_row_a_list_and_a_second_pass_adds_nothing() -> None:
    first = risk.treat(row(), "flag", ("profile", "situation"))
    assert where(first["risk"]) == ALL[:2]
    second = risk.treat(first, "flag")
    assert where(second["risk"]) == ALL
    assert risk.treat(second, "flag") == second
    assert risk.treat({"person": "About: I paint."}, "flag")["risk"] == []
    assert "risk" not in row()


def test_keep_leaves_the_row_as_it_came() -> None:
    given = row(risk="whatever")
    assert risk.treat(given, "keep") is given


def test_drop_names_kind_and_part_and_none_of_the_words() -> None:
    with pytest.raises(Dropped) as raised:
        risk.treat(row(), "drop", ("situation",))
    assert str(raised.value) == "risk: suicide in the situation"
    with pytest.raises(Dropped, match="risk: self_harm in the talk"):
        risk.treat(row(), "drop", ("talk",))
    assert risk.treat(row(person="About: I paint."), "drop", ("profile",))["risk"] == []


@pytest.mark.parametrize(
    "field", ["high", ["high"], [{"part": "profile"}], [{"part": "moon", "turn": 1, "kind": "x", "quote": ""}]]
)
def test_another_column_named_risk_is_a_row_error(field: object) -> None:
    with pytest.raises(RowError, match="rename that column"):
        risk.treat({"person": "x", "risk": field}, "flag")


def test_the_count_says_how_many_rows_were_marked_by_kind_or_nothing() -> None:
    said: list[str] = []
    with risk.counted(said.append) as count:
        for marked in (row(), row(), {"risk": []}, {}):
            count.see(risk.treat(marked, "flag") if "risk" not in marked else marked)
    assert said == ["risk: 2 of 4 rows marked (abuse 2, self_harm 2, suicide 2)"]
    with risk.counted(said.append) as count:
        count.see({"risk": []})
    assert (len(said), count.summary()) == (1, "")


@pytest.mark.parametrize(
    "text",
    [
        "I bought a gun and I know where she parks.",
        "I want to kill him. I sit in the car outside his house.",
        "I'll break every bone in his body if he calls again.",
        "I'm scared I might shake her when she screams.",
        "My hands were around his throat before I knew it.",
        "I can't stop thinking about stabbing my uncle.",
    ],
)
def test_an_open_threat_or_the_fear_of_harming_somebody_is_a_sign(text: str) -> None:
    assert "harm_to_others" in {sign.kind for sign in risk.signs(text)}


@pytest.mark.parametrize(
    "text",
    [
        "She shoved me against the wall and threw a pan at me.",
        "My uncle came into my room at night when I was seven.",
        "He grabbed me by the hair in front of the boys.",
    ],
)
def test_abuse_that_is_told_in_plain_deeds_is_a_sign(text: str) -> None:
    assert "abuse" in {sign.kind for sign in risk.signs(text)}


@pytest.mark.parametrize(
    "text",
    [
        "I won't be around next week, we're in Spain.",
        "It's easier without me in the kitchen.",
        "Four desserts, suicide by chocolate.",
        "Driving there on a Friday is suicide.",
        "I know where she lives, we went to school together.",
        "I took the knife and cut the bread.",
        "I could break his heart with one word.",
    ],
)
def test_trips_kitchens_and_figures_of_speech_are_none(text: str) -> None:
    assert risk.signs(text) == []


def test_a_figure_of_speech_beside_a_real_sign_hides_nothing_and_the_quote_stays_verbatim() -> None:
    text = "Suicide by chocolate, ha. No, I want to kill myself."
    assert [sign.quote for sign in risk.signs(text)] == ["kill myself"]
