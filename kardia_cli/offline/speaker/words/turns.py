"""A seeker's own phrases around the feeling: beginnings, reactions, touches of daily life, endings."""

from __future__ import annotations

HELLO: dict[str, tuple[str, ...]] = {
    "dark": (
        "I need to tell somebody this.",
        "Hi. I'm not sure where to begin.",
        "Can I just say something without being fixed?",
        "I've been carrying this about since then.",
        "Sorry, this may come out in the wrong order.",
        "There's something I can't get out of my head.",
        "Hello. It's been one of those weeks.",
        "I haven't said this to many people.",
    ),
    "bright": (
        "I have to tell somebody!",
        "Hi, have you got a minute for good news?",
        "Something nice for a change.",
        "Hello! I've been walking around with this all day.",
        "Let me tell you something.",
        "I come with a bit of good news.",
        "Right, I need a witness for this.",
    ),
    "mixed": (
        "Hi. Something has been going round in my head.",
        "May I tell you something odd?",
        "Hello, I'm not sure what to call this.",
        "Let me just tell it as it was.",
        "This is small, perhaps, but it won't leave me.",
    ),
}
NAMED_ONLY = (
    "It's about {topic}, and I'd rather go slowly.",
    "It has to do with {topic}.",
    "The short version is that it's about {topic}.",
    "I'd like to talk about {topic}, if that's all right.",
)
QUOTED_ONLY = (
    'If I had to put it in a few words: "{words}".',
    'The heading would be "{words}".',
    'It comes down to this: "{words}".',
    'All I wrote in my notes was "{words}".',
)

HEARD: dict[str, tuple[str, ...]] = {
    "dark": (
        "Yes, that's about it.",
        "You've put it better than I did.",
        "Something like that, yes.",
        "It helps a little that you don't rush me.",
        "I hadn't seen it that way.",
        "Hm. I had to read that twice.",
        "That's closer than I expected.",
    ),
    "bright": (
        "Yes, exactly that.",
        "You've got it.",
        "Nice that you see it too.",
        "I hadn't put it into words before.",
        "That's just how it is.",
    ),
    "mixed": (
        "Yes, that comes close.",
        "That's a good way to put it.",
        "You've found the word I was missing.",
        "I think so, yes.",
    ),
}

HURT: dict[str, tuple[str, ...]] = {
    "recited": (
        "You sound as if you were reading my file to me.",
        "I didn't bring all that up, did I? I'd rather stay with this.",
        "That's a list about me, and it isn't what I'm talking about.",
    ),
    "promised": (
        "You can't know that, though.",
        "Please don't promise me things nobody can promise.",
        "I'd like to believe it, but nobody can guarantee that.",
    ),
    "lectured": (
        "That's a lot of advice at once.",
        "I didn't really ask for a to-do list.",
        "I know what one should do. I only wanted to say how it is.",
    ),
    "waved_off": (
        "That sounded a bit general, to be honest.",
        "I think you could say that to anybody.",
        "Hm, that passed me by a little.",
    ),
    "misread": (
        "No, that isn't it, you've got me wrong there.",
        "I don't think we mean the same thing.",
        "That's not how it is, let me try again.",
    ),
    "too_long": (
        "That was a lot at once, I lost the thread.",
        "I got a bit lost in that, sorry.",
        "So many words, I only caught the middle.",
    ),
}

# Touches of daily life; {own} is like "my run", {someone} like "my sister", {moment} like "between two calls".
TOUCHES: dict[str, dict[str, tuple[str, ...]]] = {
    "dark": {
        "own": (
            "Even {own} didn't take my mind off it this week.",
            "Even for {own} I've had no patience, which isn't like me.",
            "Usually {own} sorts my head out, and this time it didn't.",
            "Only {own} gave me half an hour without it.",
        ),
        "someone": (
            "{Someone} asked twice whether something was wrong.",
            "{Someone} noticed before I'd said a word.",
            "I was short with {someone}, who had nothing to do with it.",
            "In front of {someone} I pretend that all is as usual.",
        ),
        "moment": (
            "It even caught up with me {moment}.",
            "Today I stopped {moment} and didn't know what I'd been doing.",
            "It came back {moment}, of all places.",
        ),
    },
    "bright": {
        "own": (
            "I had it in mind the whole time with {own}.",
            "{Own} hardly got my attention, I was that far away with it.",
            "Even {own} got a share of my good mood.",
        ),
        "someone": (
            "{Someone} says I'm unbearable, and means it kindly.",
            "I told {someone}, who wanted every detail.",
            "{Someone} keeps asking me to tell it again.",
        ),
        "moment": (
            "I smiled {moment}, and somebody asked what was up.",
            "It popped up {moment}, and the day was made.",
            "I thought of it {moment}.",
        ),
    },
    "mixed": {
        "own": (
            "It stayed with me, {own} or not.",
            "Not even {own} could take me away from it, which says something.",
            "With {own} I had time to think about it.",
        ),
        "someone": (
            "{Someone} looked at me and asked where I was.",
            "I tried to explain it to {someone} and ran out of words.",
        ),
        "moment": (
            "It came up {moment}, without any warning.",
            "I lost a minute to it {moment}.",
        ),
    },
}

EASING: dict[str, tuple[str, ...]] = {
    "dark": (
        "It's a little lighter than when we started.",
        "I notice I'm sitting more comfortably than before.",
        "Writing it out like this puts it at arm's length.",
        "I can see a bit round the edges of it now.",
        "It's not gone, but it has a shape.",
        "Somehow it takes up less room than this morning.",
        "I've said more here than in the whole week before.",
        "I think I was holding my breath until now.",
        "It still matters, only it doesn't push any more.",
        "That you ask makes it easier to sort.",
    ),
    "bright": (
        "It gets nicer each time I tell it.",
        "Now that I've told it, I see it was even better.",
        "I think it has only just sunk in.",
        "Putting it into words makes it last.",
        "I could go on, but you've got the picture.",
        "It's nice to look at it from all sides like this.",
        "I'd forgotten half of it until you asked.",
    ),
    "mixed": (
        "It's clearer to me than it was an hour ago.",
        "Telling it has put it in some kind of order.",
        "It sits more lightly with me already.",
    ),
}

THANKS: dict[str, tuple[str, ...]] = {
    "dark": (
        "Thank you, really. That was what I needed.",
        "Thanks for staying with it and not rushing.",
        "Thank you for letting me say it the long way.",
        "Thanks. I didn't think talking would do that much.",
        "I think that's enough for today, in a good way. Thank you.",
        "Thank you. I feel I can put it down for tonight.",
        "That did me good, thank you.",
        "Thanks, I've got what I came for, and a bit more.",
        "Thank you for not telling me it's nothing.",
        "All right. Thank you, I'll stop here for today.",
        "Thank you for your patience with me.",
    ),
    "bright": (
        "Thank you for being glad with me.",
        "Thanks, that was lovely to share.",
        "Thank you, now it's properly real.",
        "Thanks for listening to the whole parade.",
        "That was all I wanted to tell. Thank you!",
        "Thank you, you're a good audience.",
        "Thanks for asking all the right things.",
        "That made it twice as good, thank you.",
    ),
    "mixed": (
        "Thank you, that was good to say out loud.",
        "Thanks for taking it seriously.",
        "Thank you. It has found its place, I think.",
        "Thanks, I know what to do with it now.",
    ),
}
PLANS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"\bwalk|\btrail|\bblock\b",
        ("I'll take that walk after supper.", "My shoes are by the door, I'm off round the block."),
    ),
    (
        r"\bwrit|\bnotebook|\bpage|\blines?\b",
        ("I'll write that line down before bed.", "The notebook is open already."),
    ),
    (
        r"\bmessage|\bcall|\btell\b",
        ("I'll send that message tonight.", "I'll pick up the phone before I change my mind."),
    ),
    (r"\bwindow|\bbreath", ("The window is open as I type.", "I'll sit by the open window for a bit.")),
    (r"\btea\b|\bcoffee|\bwarm to drink", ("The kettle is on.", "I'll make a pot and sit down with it.")),
    (r"\bnight\b|\bsleep", ("I'm off to bed early, with the phone in the hall.", "Tonight I'll simply go to sleep.")),
    (
        r"\bsong|\brecord|\bchords|\bpiano|\bsing",
        ("I'll put a bit of music on now.", "I'll let some music finish the day."),
    ),
    (r"\blist\b|\bstep\b", ("One item on the list, as agreed.", "I'll take the one small step and leave the rest.")),
)
PLANS_ANYWAY: dict[str, tuple[str, ...]] = {
    "dark": (
        "I'll talk to {someone} this evening.",
        "I'm going to make supper, a real one.",
        "I'll leave my phone in the hall and go to bed at ten.",
        "I'll write two lines to {someone} before I turn in.",
        "Tomorrow I'll begin with the smallest bit of it.",
        "I'm going to water the plants and not think for a while.",
        "I'll put the kettle on and sit where there's a bit of light.",
        "I'll say the same words to {someone} at the weekend.",
        "I'll sleep on it, and I think I will actually sleep.",
        "I'm going to take a slow shower and leave it there.",
        "I'll do one thing about it tomorrow, before ten.",
    ),
    "bright": (
        "I'll go and tell {someone} next.",
        "I'm off to find something with icing on it.",
        "I'll enjoy the rest of the evening with it.",
        "I'm going to write it down in full.",
        "I'll call {someone}, even if it's late.",
        "Now I'm going to put my feet up for an hour.",
        "I'll buy flowers tomorrow, for nobody in particular.",
    ),
    "mixed": (
        "I'll tell {someone} about it at the weekend.",
        "I'm going to keep it to myself a little longer.",
        "I'll make some tea and let it be.",
    ),
}
