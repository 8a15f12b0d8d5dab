"""Questions that a supporter asks, by what they ask for, and how a seeker answers each kind.

A seeker tells the kind of a question by its words alone, so that it can answer any supporter.
"""

from __future__ import annotations

QUESTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "dark": {
        "most": (
            "Which part of it weighs the most?",
            "What is the hardest bit for you right now?",
            "What about it stays with you longest?",
            "If you had to name the sorest spot, which is it?",
            "Which moment of it keeps coming back?",
            "What hurts most when you think of it?",
        ),
        "when": (
            "When does it come back most strongly?",
            "At what time of day is it loudest?",
            "When do you get a little break from it?",
            "How are the evenings with it?",
            "Is there an hour of the day when it eases?",
        ),
        "body": (
            "Where in your body do you notice it?",
            "What does it do to your sleep?",
            "How does it show in your body?",
            "Are you eating and sleeping more or less as usual?",
        ),
        "who": (
            "Who knows about it so far?",
            "Have you told anybody near you?",
            "Is there someone who could sit with you in this?",
            "Who would understand without a long explanation?",
            "Who do you usually turn to?",
        ),
        "need": (
            "What would help a little tonight?",
            "What do you need most at the moment?",
            "What would you wish someone said to you?",
            "Do you need a plan now, or mostly an ear?",
            "What would make tomorrow a bit easier?",
        ),
        "next": (
            "What comes next for you?",
            "What is the first small step you can see?",
            "How do you look at tomorrow?",
            "What are you facing in the next few days?",
        ),
    },
    "bright": {
        "most": (
            "Which moment was the best of all?",
            "What about it makes you happiest?",
            "What part do you want to keep longest?",
            "What means the most to you in it?",
            "Which bit would you live through again first?",
        ),
        "how": (
            "How did it all come about?",
            "How did it begin?",
            "Tell me, how did it start?",
        ),
        "minute": (
            "What did you do in the very first minute?",
            "How did it feel when you understood?",
            "What went through your head right then?",
        ),
        "who": (
            "Who was the first to hear?",
            "Who else is glad with you?",
            "Is there someone you would like to share it with?",
            "Who has been part of this?",
            "What did the people around you say?",
        ),
        "next": (
            "How will you mark it?",
            "What comes next?",
            "What would you like to do with this feeling?",
            "How do you want to spend the evening with it?",
            "What are you looking at next from here?",
        ),
    },
    "mixed": {
        "most": (
            "What about it touches you most?",
            "Which moment of it comes back first?",
            "What stays with you longest?",
            "Which small detail do you see most clearly?",
        ),
        "when": (
            "When does it come up most?",
            "At what time of day is it nearest?",
        ),
        "who": (
            "Who else knows about it?",
            "Is there someone you would like to tell?",
            "Who would understand it at once?",
            "What did the people around you say?",
        ),
        "next": (
            "What would you like to do with it now?",
            "How do you look at the next days?",
            "What comes next?",
            "What feels right to do first?",
        ),
    },
}

# What a question asks for -> patterns of its words, looked up in this order.
SIGNS: tuple[tuple[str, str], ...] = (
    ("minute", r"\b(?:first minute|understood|right then)\b"),
    ("body", r"\b(?:body|sleep|eating|stomach|breath)\b"),
    ("who", r"\b(?:who|anybody|anyone|there someone|people around)\b"),
    ("when", r"^when\b|\b(?:time of day|an hour of|the evenings|how often)\b"),
    ("need", r"\b(?:do you need|would help|you wish|a bit easier|an ear)\b"),
    ("most", r"\b(?:which|hardest|most|best|longest|happiest|part|touches)\b"),
    ("next", r"\b(?:next|tomorrow|step|mark it|plan|do with|days|evening with|feels right)\b"),
    ("how", r"\b(?:how|what did|what went|tell me more)\b"),
)
OFFER = (
    r"\b(?:would you like|could you|how about|what about|maybe|perhaps|might|if you like|worth|could .+ be"
    r"|would .+ (?:do you good|give you|suit|round off))\b"
)

ANSWERS: dict[str, dict[str, tuple[str, ...]]] = {
    "dark": {
        "when": (
            "Mostly in the evening, when there's no more to do.",
            "At night, around three, when everything is larger.",
            "In the gaps, on the stairs, in the shower.",
            "First thing in the morning, before I have time to be busy.",
            "Strangely on good days, just when I start to relax.",
            "It eases a bit while I'm doing something with my hands.",
        ),
        "body": (
            "In my shoulders, they live up by my ears these days.",
            "I sleep, but not deeply, and I wake before the alarm.",
            "It's a stone, somewhere under the ribs.",
            "I forget lunch and then eat bread over the sink.",
            "My neck is stiff and my sleep is in slices.",
        ),
        "who": (
            "Only {someone}, and only half of it.",
            "{Someone} has guessed, I think, but we haven't spoken about it.",
            "Nobody yet. You're the first to hear it in one piece.",
            "I could tell {someone}. I just haven't found the first sentence.",
            "{Someone} would listen, I know that, I just don't want to be a burden.",
            "I told {someone} a funny version, which wasn't quite honest.",
        ),
        "need": (
            "Honestly, mostly somebody who doesn't fix it straight away.",
            "A plan would be nice, but a small one.",
            "To hear that I'm not being silly about it.",
            "One evening in which it's allowed to be as it is.",
            "I think I need to say it a few times until it gets smaller.",
            "An ear first. The plan can come later.",
        ),
        "next": (
            "Tomorrow is a normal day, that's the odd part of it.",
            "I don't see far. The end of the week, perhaps.",
            "The first step would be to talk to {someone}, I suppose.",
            "There's one conversation I can't put off much longer.",
            "I'd like to begin with something so small that I can't fail at it.",
        ),
        "how": (
            "It came about slowly and then all at once.",
            "I can tell you how, but it starts with such a small thing.",
            "I replay it, and each time I'd say one sentence differently.",
            "There isn't much more to it, it only feels like a lot.",
        ),
    },
    "bright": {
        "when": (
            "All day, really, it comes in little waves.",
            "Mostly when I'm on my own and can enjoy it undisturbed.",
            "In the morning, it's the first thing I think of.",
        ),
        "body": (
            "I feel it in my feet, they won't keep quiet.",
            "I sleep like a stone, with a smile, I'm told.",
            "In my chest, it's wider than last week.",
        ),
        "who": (
            "{Someone} was the first to hear, before I had my coat off.",
            "I told {someone} at once, and there was a shriek.",
            "{Someone} said I look different today.",
            "I called {someone}, and neither of us made sense.",
            "{Someone}, of course, there was nobody else it could have been.",
        ),
        "need": (
            "Nothing, for once. I just wanted to say it to somebody.",
            "Only someone to be glad with for five minutes.",
            "To not make it small again straight away.",
        ),
        "next": (
            "I'll mark it with a good meal, nothing grand.",
            "{Someone} and I are going to raise a glass on Saturday.",
            "First I'll just enjoy it, the rest can queue.",
            "I want to write it down before I forget the details.",
            "I thought of a small round of cake for everybody.",
        ),
        "how": (
            "Step by step, and then very fast.",
            "It began with something tiny, that's what I like about it.",
            "Without any plan of mine, that's the best of it.",
            "Slowly, and I hardly dared to look.",
        ),
        "minute": (
            "I stood there and said nothing for about a minute.",
            "The first minute I just looked at the wall and nodded.",
            "I said out loud: well. Nothing cleverer came to me.",
            "I sat down, got up and sat down again.",
        ),
    },
    "mixed": {
        "when": (
            "It comes up in the evening, when the house gets quiet.",
            "When I have my hands in warm water, of all times.",
            "On the bus, looking out, then it's quite near.",
        ),
        "body": (
            "Somewhere around the throat, I'd say.",
            "I sleep all right, I only take longer to get there.",
        ),
        "who": (
            "I told {someone}, who went quiet too.",
            "{Someone} knows, we didn't need many words.",
            "{Someone} would understand it at once, I think.",
            "Nobody yet, it felt too odd to say out loud.",
        ),
        "need": (
            "Just to say it to someone who doesn't laugh.",
            "A little time with it, I think, not more.",
        ),
        "next": (
            "I'd like to let it rest for a day and then look again.",
            "First I'll tell {someone}, properly, sitting down.",
            "I haven't decided, and for now I quite like that.",
        ),
        "how": (
            "It took one second, and then a whole evening.",
            "I stood there and had to find a chair.",
            "It began with a tiny thing I wasn't even looking for.",
        ),
    },
}

TAKEN_UP: dict[str, tuple[str, ...]] = {
    "dark": (
        "I could try that, it's small enough not to scare me off.",
        "Yes, that I can manage, even today.",
        "I hadn't thought of that. Perhaps after supper.",
        "That might work better than what I've been doing.",
        "I'd like that, if I can get myself off the chair.",
        "Maybe, yes. I'll see if I can do it without turning it into a duty.",
        "That sounds doable, and doable is about my size today.",
    ),
    "bright": (
        "Oh, I like that, I'll do it tonight.",
        "Yes, why not, it deserves a bit of ceremony.",
        "What a nice idea, I'd have rushed straight on.",
        "I might, and I'll take my time over it.",
        "Good thought, I'll put it on the list right at the top.",
    ),
    "mixed": (
        "I'd like that, quietly and without hurry.",
        "Yes, I think that would do it justice.",
        "Perhaps I will, it's a good hour for it.",
        "That's a kind thought, I may well do it.",
    ),
}
