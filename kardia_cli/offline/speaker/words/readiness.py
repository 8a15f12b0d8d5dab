"""Anticipating, hopeful, confident, prepared: four ways of looking ahead."""

from __future__ import annotations

from kardia_cli.offline.speaker.words.shape import Feeling

FEELINGS = {
    "anticipating": Feeling(
        "bright",
        "ahead",
        "anticipating, anticipation, anticipate, looking forward, look forward, marked on the calendar, marked "
        "the day, "
        "crossing off, crosses on the calendar, counting down, count the days, counting the days, countdown, "
        "looking at the date, waiting for, "
        "soon it will, days to go, weeks to go, sleeps to go, until then, waited all year, waiting to see, "
        "expecting, "
        "any day now, first thing i'll do, picture the day, coming up",
        (
            "I'm counting the days, with crosses on the calendar.",
            "I've been looking forward to this since spring.",
            "I picture the day from morning till night already.",
            "Any day now, I tell myself each time the door goes.",
            "I have a countdown on the fridge.",
            "The anticipation is half of it, I know that much about myself.",
            "I've marked the day in red, as if I could forget.",
            "I already know the first thing I'll do when it comes.",
            "So many sleeps to go, I've actually begun to count them.",
            "I keep looking at the date as if it could come closer.",
        ),
        (
            "How it will be in the very first moment.",
            "That there's a date now, a real one.",
            "That I've waited so long and can see it from here.",
            "Not knowing exactly how it will be. That's part of it.",
        ),
        (
            "a happy, stretched-out waiting",
            "the pull of a day that is nearly here",
            "an eager looking forward",
            "that countdown feeling",
        ),
        (
            "it has a date now and is coming closer",
            "you can see it from here after a long wait",
            "you have pictured it so many times",
            "half of the pleasure is the waiting",
        ),
        (
            "I'll make the last cross on the calendar with a thick pen.",
            "I can wait properly now, with a cup of tea.",
            "One more week of waiting, and I'll enjoy that too.",
        ),
    ),
    "hopeful": Feeling(
        "bright",
        "ahead",
        "hope, hopeful, hoping, hopes, hopefully, optimistic, optimism, fingers crossed, cross my fingers, light "
        "at the end, "
        "brighter, things will get better, will get better, turn for the better, turned a corner, good sign, "
        "good chance, chance that, it might work, may work out, might just work, work out well, dare to believe, "
        "new start, "
        "fresh start, glimmer, positive about, if i win, could be the one, wish for",
        (
            "I dare to believe it this time.",
            "I've got my fingers crossed, all of them.",
            "There's light at the end of it, I can see it.",
            "I think things will get better from here.",
            "It's a good sign, I've decided that it's a good sign.",
            "I'm hopeful, carefully, like carrying a full cup.",
            "It might just work, and I say that as a pessimist.",
            "I feel as if we had turned a corner.",
            "There's a real chance that it turns out well.",
            "It's only a glimmer, but it wasn't there last month.",
        ),
        (
            "That for the first time there's a real chance.",
            "That small things have started to go right.",
            "That I can imagine next year again.",
            "That somebody else believes in it too.",
        ),
        (
            "a careful, living hope",
            "the courage to expect something good",
            "a glimmer that is worth protecting",
            "an optimism you have come by honestly",
        ),
        (
            "there are real signs that it may turn out well",
            "you can imagine a good ending again",
            "small things have begun to go right",
            "you have been through harder times and kept going",
        ),
        (
            "Whatever comes, I'm glad that I let myself hope.",
            "I'll keep my fingers crossed and my hands busy.",
            "I'll plant something this week. That's what hope is for.",
        ),
    ),
    "confident": Feeling(
        "bright",
        "ahead",
        "confident, confidence, sure of myself, self-assured, i know i can do, knew i could, i can do this, i've got"
        " this, "
        "got this, no doubt, without a doubt, know my stuff, know what i'm doing, head held high, head high, "
        "aced, ace it, "
        "nailed, nail it, nail this, bring it on, trust myself, top of the world, certain that i, going to win, "
        "up to it, cut out for",
        (
            "I've got this, and I mean it.",
            "I know I can do it, there's no doubt in it.",
            "I walked in with my head held high.",
            "I know my stuff, let them ask.",
            "I'm confident, which isn't my usual weather.",
            "I feel sure of myself right down to my voice.",
            "Bring it on, I said to the mirror.",
            "I trust myself with it, completely.",
            "I'm certain that I can nail it.",
            "I'm up to it, and I don't need anyone to tell me.",
        ),
        (
            "That I've done harder things than this.",
            "That it isn't about what the others think.",
            "My voice. It didn't shake at all.",
            "That it comes from what I can do and isn't a mood.",
        ),
        (
            "a confidence that stands on solid ground",
            "a calm certainty in your own ability",
            "that head-held-high assurance",
            "a firm belief in what you can do",
        ),
        (
            "you have done harder things than this",
            "you know what you are able to do",
            "your experience carries you here",
            "it rests on skill and not on luck",
        ),
        (
            "I'll go in there as I am. That's plenty.",
            "I said it aloud and it still holds.",
            "I'll report back, with good news, I should think.",
        ),
    ),
    "prepared": Feeling(
        "bright",
        "ahead",
        "prepared, preparing, preparation, preparations, prepare, ready, all set, checklist, check list, list is "
        "ticked, "
        "ticked off, every item, rehearsed, rehearse, practised, practiced, studied, studying, stocked, stocked "
        "up, packed, "
        "laid out, plan b, backup, spare batteries, went through everything, gone over everything, double-"
        "checked, organised, "
        "organized, supplies, well in advance",
        (
            "I'm all set, the list is ticked off down to the last line.",
            "I've rehearsed it until the cat left the room.",
            "Everything is packed and laid out by the door.",
            "I'm as ready as a person can be.",
            "I have a plan B, and a plan C in pencil.",
            "I've gone over everything twice, calmly.",
            "I studied for it well in advance, for once.",
            "The supplies are stocked and the spare batteries too.",
            "I've double-checked every item, hardly anything can throw me now.",
            "I feel prepared, it's a very tidy feeling.",
        ),
        (
            "That whatever comes, I've thought about it before.",
            "That the work is done and only the day is missing.",
            "That I took my time with it.",
            "The list. Every line of it has a tick.",
        ),
        (
            "the tidy calm of being ready",
            "a readiness you have worked for",
            "that solid feeling of having thought of everything",
            "a well-earned sense of being set",
        ),
        (
            "you have done the work in good time",
            "you have thought it through from all sides",
            "nothing important is left to chance",
            "you took your time and left nothing out",
        ),
        (
            "Now I only have to go and do it.",
            "I'll close the list and take the evening off.",
            "The bag's by the door and I'm off to bed early.",
        ),
    ),
}
