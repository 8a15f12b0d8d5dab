"""Ashamed, embarrassed, guilty: who I am, how I looked, what I did."""

from __future__ import annotations

from kardia_cli.offline.speaker.words.shape import Feeling

FEELINGS = {
    "ashamed": Feeling(
        "dark",
        "shame",
        "ashamed, shame, shameful, can't look at myself, look in the mirror, look at myself, not the person, "
        "isn't the person, "
        "what kind of person, think less of myself, think less of me, disgrace, hate that side, beneath me, low "
        "point, "
        "hide from everyone, never told anyone, not proud of, hid it, unworthy, failure as a, face them again, "
        "secretly",
        (
            "I can't look at myself in the mirror without flinching.",
            "I'm ashamed, and I've never told anyone this.",
            "I keep asking what kind of person does that.",
            "I'm not proud of it, to put it mildly.",
            "I think less of myself since then.",
            "It was beneath me, and I knew it while I did it.",
            "I'd like to hide from everyone who knows me.",
            "That isn't the person I thought I was.",
            "The shame sits there when I wake up.",
            "I hate that side of me, and now I know it's real.",
        ),
        (
            "What it says about me as a person.",
            "That the people who think well of me don't know.",
            "That I'd judge anyone else for the same thing.",
            "That I saw it coming and did it all the same.",
        ),
        (
            "a shame that makes you want to hide",
            "the weight of not liking what you saw in yourself",
            "a deep shame about who you were in that moment",
            "that urge to disappear from everyone's sight",
        ),
        (
            "it does not fit the person you want to be",
            "you hold yourself to a higher mark than that",
            "you have been alone with it and judged it every day",
            "you fear that others would see you the way you see it",
        ),
        (
            "It's a thing I did, not all I am. I can nearly say that aloud.",
            "Having told one person, it has lost some of its size.",
            "I can look up again, a bit crooked, but up.",
        ),
    ),
    "embarrassed": Feeling(
        "dark",
        "shame",
        "embarrassed, embarrassing, embarrassment, embarassed, mortified, humiliated, humiliating, awkward, "
        "blushed, "
        "blush, went red, bright red, red face, cringe, cringing, everyone saw, everyone laughed, they all "
        "stared, stared, "
        "wanted to sink, sink into the floor, ground to swallow, made a fool, fool of myself, look stupid, "
        "tripped, "
        "in public, laughed at",
        (
            "I wanted to sink into the floor.",
            "I went bright red, right up to my ears.",
            "I made a complete fool of myself.",
            "I cringe every time the scene plays again.",
            "They all stared, or at least it felt like all of them.",
            "It was so awkward that I laughed at the wrong moment.",
            "I was mortified and tried to look busy with my bag.",
            "I'm embarrassed just telling it, and you weren't even there.",
            "I still blush when I pass the spot.",
            "I can hear them, everyone laughed, kindly perhaps, but still.",
        ),
        (
            "That there were witnesses.",
            "The second of silence before somebody said something.",
            "That I have to see the same people again next week.",
            "How clumsy I must have looked from the outside.",
        ),
        (
            "an embarrassment that replays itself",
            "that hot-faced wish to sink into the floor",
            "the cringe of having been seen at a clumsy moment",
            "an awkwardness that burns longer than it should",
        ),
        (
            "it happened where people could see you",
            "you had no time to save the moment",
            "you will meet the same faces again",
            "your mind shows it bigger than it looked from outside",
        ),
        (
            "I might even tell it as a story one day. With better lighting.",
            "I can say hello to them tomorrow without a paper bag on my head.",
            "I bet half of them have forgotten it by now.",
        ),
    ),
    "guilty": Feeling(
        "dark",
        "shame",
        "guilty, guilt, my fault, feel bad, felt bad, feel so bad, feel terrible, conscience, shouldn't have, "
        "should have, "
        "should not have, should never have, make it up to, make up for it, apologise, apologize, owe them, owe "
        "her an, "
        "owe him an, regret, remorse, i hurt, blame myself, wronged, confess, sorry for what, lied to, broke a "
        "promise, "
        "ate the last",
        (
            "I feel guilty every time I see their face.",
            "It was my fault, whichever way I turn it.",
            "I should have known better, and I think I did.",
            "My conscience wakes me before the alarm does.",
            "I'd like to make up for it and don't know how.",
            "I feel so bad about it that I can't enjoy anything nice.",
            "I blame myself, and nobody else has even asked.",
            "I owe them an apology and keep delaying it, so the guilt grows.",
            "I regret it, and the regret doesn't undo a thing.",
            "I shouldn't have done it, it's as short as that.",
        ),
        (
            "That somebody else pays for what I did.",
            "That they were kind to me afterwards.",
            "That one honest sentence at the time would have been enough.",
            "That they don't even know yet.",
        ),
        (
            "a guilt that asks to be put right",
            "a conscience that will not let you rest",
            "the weight of having hurt someone without wanting to",
            "regret that keeps returning to the same moment",
        ),
        (
            "you care about who was touched by it",
            "it does not fit what you hold to be fair",
            "you cannot undo it and would like to make it good",
            "you have been carrying it without saying it aloud",
        ),
        (
            "I know what I'll say to them, and I'll say it before Friday.",
            "I can't undo it, but I can own it. That already sits better.",
            "I've written the first line of the apology. It's a good line.",
        ),
    ),
}
