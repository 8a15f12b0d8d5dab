"""A supporter's visible words.

Slots: {thing} is a noun phrase of the talk, {echo} a clause in the second person, {quote}
the seeker's own words, {named} a noun phrase for the feeling, {why} a clause on its cause, {offer} a small thing
to do. A slot that begins with a capital stands at the beginning of a sentence.
"""

from __future__ import annotations

# By what the line takes up of the talk.
FEELING_LINES: dict[str, dict[str, tuple[str, ...]]] = {
    "dark": {
        "thing": (
            "No wonder: where {thing} is concerned, {why}. That brings {named}.",
            "When you speak of {thing}, I can hear {named}.",
            "What you tell about {thing} carries {named}.",
            "Of course this with {thing} stays with you; it brings {named}.",
            "So much comes back to {thing}, and to {named}.",
            "About {thing}: {named} makes sense when {why}.",
            "{Named} seems to hang on {thing}, and {why}.",
            "It is not a trifle, this with {thing}. What I hear is {named}.",
            "In all this about {thing} I sense {named}, understandably so.",
            "After this with {thing} it is natural to feel {named}.",
        ),
        "echo": (
            "So {echo}. What I hear is {named}.",
            "That {echo} shows how real it is: {named}.",
            "If {echo}, then {named} is no exaggeration.",
            "You tell me that {echo}, and {named} comes through.",
            "Hearing that {echo}, I can sense {named}.",
            "It says a lot that {echo}. This sounds like {named}.",
            "I see why it matters that {echo}; behind it I hear {named}.",
            "That {echo} is no small thing. I can tell there is {named} in it.",
            "{Named} is understandable when {echo}.",
            "I take it in that {echo}. It must feel like {named}.",
        ),
        "quote": (
            'When you write "{quote}", I sense {named}.',
            '"{quote}": those few words hold {named}.',
            'Your "{quote}" stays with me, it sounds like {named}.',
            'I read "{quote}" twice. That is {named}, and {why}.',
        ),
        "plain": (
            "It sounds like {named}, and it makes sense: {why}.",
            "What I hear is {named}, and no wonder, for {why}.",
            "{Named} is hard to carry, above all when {why}.",
            "I am sorry it is like this. {Named} goes deep.",
        ),
    },
    "bright": {
        "thing": (
            "How good, and {thing} right in the middle of it: {named}.",
            "I am glad with you about {thing}; what comes across is {named}.",
            "All because of {thing}: {named}. It makes me smile.",
            "Where {thing} is concerned, no wonder I hear {named}.",
            "What you say about {thing} is full of {named}.",
            "Every line on {thing} speaks of {named}, how lovely.",
            "I can hear what {thing} means to you: it is {named}.",
            "{Thing} clearly matters to you, and {why}: I hear {named}.",
        ),
        "echo": (
            "How lovely that {echo}. That is {named}.",
            "So {echo}! I hear {named}, and I am glad with you.",
            "It makes me smile that {echo}; what a picture of {named}.",
            "That {echo} tells me everything about {named}.",
            "I enjoy hearing that {echo}: {named} through and through.",
            "You say {echo}, and {named} shines through it.",
            "I see why you tell me that {echo}: there is {named} in it.",
            "That {echo} makes me glad, and I hear {named} in it.",
            "Good to hear that {echo}. This is {named}.",
        ),
        "quote": (
            '"{quote}" is a sentence worth keeping, full of {named}.',
            'I love the "{quote}" in this: {named}, pure and simple.',
            'Your "{quote}" says it all: that is {named}.',
            'Reading "{quote}" I can feel {named}, and I am glad.',
        ),
        "plain": (
            "How good to hear: {named}, and rightly so, because {why}.",
            "I am glad with you. {Named} is just right when {why}.",
            "What comes across is {named}, and that is lovely, for {why}.",
            "This sounds like {named}; {why}, so enjoy it.",
        ),
    },
    "mixed": {
        "thing": (
            "In what you say about {thing} I can feel {named}.",
            "Where {thing} is concerned, no wonder it brings {named}.",
            "As I read it, {thing} comes with {named}.",
            "With {thing} in mind I hear {named}, and {why}.",
            "What {thing} brings up sounds like {named}.",
            "Of course this with {thing} stays with you; it brings {named}.",
            "So it is {thing} that calls up {named}.",
        ),
        "echo": (
            "So {echo}. What I hear is {named}.",
            "That {echo} tells me a lot about {named}.",
            "You say {echo}, and I can feel {named}.",
            "It moves me that {echo}; that sounds like {named}.",
            "I see why it stays with you that {echo}: it holds {named}.",
            "If {echo}, then {named} is the right name for it.",
            "Hearing that {echo}, I picture {named}.",
        ),
        "quote": (
            '"{quote}" holds {named}, I think.',
            'When you write "{quote}", I feel {named}.',
            'Your "{quote}" stays with me: {named}, and {why}.',
        ),
        "plain": (
            "It sounds like {named}, and I see why: {why}.",
            "What I hear is {named}, and it fits, because {why}.",
            "{Named} deserves its time, all the more when {why}.",
        ),
    },
}

OFFERS: dict[str, tuple[str, ...]] = {
    "dark": (
        "Would {offer} give you a breather tonight?",
        "How about {offer}, with no aim at all?",
        "Maybe {offer} could take the edge off later?",
        "Could {offer} be a small island today?",
        "Perhaps {offer}, only if it feels right.",
        "Might {offer} be possible this evening?",
    ),
    "bright": (
        "How about {offer}, to let it sink in?",
        "Perhaps {offer} would round off the day?",
        "Maybe {offer}, with this feeling for company?",
        "Could {offer} be your way to mark it?",
        "Might {offer} be the right ending for today?",
    ),
    "mixed": (
        "How about {offer}, to give it some room?",
        "Maybe {offer} would suit this mood?",
        "Perhaps {offer}, and let it be what it is.",
        "Might {offer} be a good place for it?",
    ),
}

FAREWELLS: dict[str, dict[str, tuple[str, ...]]] = {
    "dark": {
        "thing": (
            "I am glad there is some ease about {thing}. {Named} was real, and you met it kindly. Go gently tonight.",
            "It is good to hear you steadier about {thing}. What you felt had its reasons; be kind to yourself "
            "tonight.",
            "You looked straight at this with {thing} and found your own way through. That counts. Rest well.",
            "{Named} need not vanish for you to rest. You have found a footing with {thing}; take good care.",
            "So there is a way on, even with {thing}, and it is yours. I wish you a quiet evening.",
        ),
        "plain": (
            "I am glad it feels lighter. {Named} was real, and you gave it room. Go gently with yourself tonight.",
            "You sound calmer than before, and you got there by your own road. {Named} had its reasons. Sleep well.",
            "That is a good place to rest for today. You took your feeling seriously, and so did I. Take care.",
            "I am glad you said it all the way through. {Named} weighs less when it is shared. Be kind to yourself.",
            "Thank you for trusting me with it. You found your own next step, and it suits you. Rest well.",
            "It is good to hear you breathe easier. {Named} may return, and you know now how to meet it.",
            "You did the hard part yourself, by saying it plainly. I wish you a calm evening and some good sleep.",
        ),
    },
    "bright": {
        "thing": (
            "What a pleasure to hear about {thing}. Hold on to {named}, and enjoy every bit of the evening.",
            "I was glad to share this with you. May {thing} make you smile for a long time yet.",
            "Thank you for telling me about {thing}. {Named} looks good on you, so have a lovely evening with it.",
            "Lovely, all of it. Let {thing} have a place of honour, and enjoy what comes with it.",
        ),
        "plain": (
            "What a pleasure to hear this. Hold on to {named}, and enjoy every minute that comes with it.",
            "I was glad to share it with you. {Named} is worth savouring slowly, so have a lovely evening.",
            "Thank you for letting me be glad with you. May this good feeling last well into the week.",
        ),
    },
    "mixed": {
        "thing": (
            "I am glad you told me about {thing}. {Named} may stay a while, and that is all right.",
            "Thank you for letting me see {thing} through your eyes. I wish you a quiet, good evening with it.",
            "It sounds as if this with {thing} has found its place. Take {named} along gently, and have a good "
            "evening.",
        ),
        "plain": (
            "I am glad you told me. {Named} may stay a while, and that is all right. Have a good evening.",
            "Thank you for putting it into words. It has found its place, I think, and so will the rest.",
            "It was good to hear this from you. Let {named} have its time, and go kindly through the evening.",
        ),
    },
}
