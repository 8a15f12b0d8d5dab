"""The hidden spans: what the supporter understands, and how it reasons. Slots as in replies.py, in the third person."""

from __future__ import annotations

SEEN: dict[str, tuple[str, ...]] = {
    "thing": (
        "They are telling me about {thing} and what it does to them.",
        "The talk circles round {thing}, and they keep coming back to it.",
        "At the centre of what they write is {thing}.",
        "They bring up {thing} and want somebody to see it with their eyes.",
        "It is {thing} that occupies them, more than they say outright.",
    ),
    "echo": (
        "They tell me that {echo}.",
        "The telling line in this turn: {echo}.",
        "What they let me see is that {echo}.",
        "They say it almost in passing, but {echo}.",
        "Their last message makes one thing plain: {echo}.",
    ),
    "plain": (
        "They have begun to tell me something that matters to them, in few words so far.",
        "They write briefly, and most of it stands between the lines.",
        "They share something personal and watch how it is received.",
    ),
}
FELT = (
    "Beneath it I read {named}, closest to being {label}.",
    "The feeling in it is {named}; among the labels that is {label}.",
    "The words point to {named}, so {label} rather than its neighbours.",
    "What carries the message is {named}, in one word {label}.",
    "I would call it {label}: {named}.",
    "Their tone speaks of {named}, which I take for {label}.",
)
WANTED: dict[str, tuple[str, ...]] = {
    "dark": (
        "They want to be heard before anything is solved.",
        "They are not asking for a cure, they want company in it.",
        "They seem to look for someone who takes it seriously without alarm.",
        "What they ask for, without saying so, is to be believed.",
        "They would like to sort it out at their own pace.",
    ),
    "bright": (
        "They want somebody to be glad with them.",
        "They would like to stay with the good part a little longer.",
        "They are looking for a witness who does not make it smaller.",
        "They invite me to share it, nothing has to be mended here.",
        "They want to tell it again and be asked about it.",
    ),
    "mixed": (
        "They want to look at it together, without a verdict.",
        "They would like someone to see why such a thing matters.",
        "They are still finding the words and need a patient listener.",
        "They want it to be taken as seriously as they take it.",
    ),
    "closing": (
        "They say that it is settled for now and are taking their leave.",
        "They have come to an end of their own and thank me for it.",
        "They sound done for today, calmer than at the beginning.",
    ),
}

BECAUSE = (
    "It makes sense, because {why}.",
    "The reason lies close at hand: {why}.",
    "Anyone might feel this when {why}.",
    "The feeling fits what happened: {why}.",
    "I think it goes deep since {why}.",
    "What drives it, as far as I can see: {why}.",
)
WITH_THING: tuple[str, ...] = (
    "I should name {thing}, so that they can tell I listened.",
    "Coming back to {thing} keeps my answer close to their own story.",
    "If I stay with {thing}, I do not slide into general comfort.",
    "It is safer to stay with {thing} than to guess at what they left out.",
)
WITHOUT_THING = (
    "I know little as yet, so I should stay with their own words and not guess.",
    "I should keep to what they said and leave open what they did not say.",
    "Their own words are the safest ground, so I answer those.",
)
HELPS: dict[str, tuple[str, ...]] = {
    "question": (
        "First the feeling in plain words, then one open question that leaves the lead with them.",
        "Naming it and asking a single thing will help more than advice at this point.",
        "I will put the feeling into words and ask one question, so that they can go on where they like.",
        "One honest reflection and one question are enough; a solution would come too early.",
    ),
    "offer": (
        "After the feeling I can offer one small thing that suits them, easy to refuse.",
        "They seem ready for a small step, so I name the feeling and make one light suggestion.",
        "A modest offer, close to how they live, may help now, as long as it stays a choice.",
        "I will acknowledge it first and then hold out one small possibility, without pressing.",
    ),
    "closing": (
        "Nothing more needs asking. A warm ending that leaves the credit with them is what helps now.",
        "A new question would only open it again, so I close warmly and let them go.",
        "I confirm what they have found themselves, name the feeling once more and wish them well.",
    ),
}
