"""Afraid, terrified, anxious, apprehensive: from a present danger to a doubt about what comes."""

from __future__ import annotations

from kardia_cli.offline.speaker.words.shape import Feeling

FEELINGS = {
    "afraid": Feeling(
        "dark",
        "fear",
        "afraid, scared, scary, frightened, frightening, fear, fears, makes me jump, my heart pounds, not safe, "
        "feel safe, unsafe, "
        "looking over my shoulder, check the lock, lights on, creepy, footsteps, my heart was pounding, "
        "goosebumps, "
        "in danger, hide under, spooked, felt threatened, get hurt",
        (
            "Every small sound makes me jump now.",
            "I'm scared, there's no braver word for it.",
            "I keep looking over my shoulder for no good reason.",
            "I get frightened all over again when it goes quiet.",
            "I sleep with the lights on, at my age.",
            "My heart pounds as soon as I think of it.",
            "I just don't feel safe the way I used to.",
            "I'm afraid it will happen again when nobody is around.",
            "I check the lock two or three times before bed.",
            "It is the kind of fear where you listen instead of breathing.",
            "I got goosebumps just typing this, I was that spooked.",
        ),
        (
            "It's not knowing whether I'm safe when I'm on my own.",
            "That I couldn't have done anything if it had gone worse.",
            "The moment right before, when I understood I might get hurt.",
            "That it came out of nowhere, so it could come again.",
        ),
        (
            "a fear that keeps you on guard",
            "that listening, watchful kind of fear",
            "the fright that has not left your body yet",
            "a fear that comes back the moment it gets quiet",
        ),
        (
            "you could not tell whether you were safe",
            "you had no way to know how it would end",
            "you were on your own with it",
            "you had no time to get ready for it",
        ),
        (
            "I think I can turn the light off tonight.",
            "My shoulders came down about an inch while we were writing.",
            "The room is just a room again, more or less.",
        ),
    ),
    "terrified": Feeling(
        "dark",
        "fear",
        "terrified, terrifying, terror, petrified, horrified, horror, scared to death, screamed, screaming, froze, "
        "frozen stiff, couldn't move, could not move, nightmares, panic, panicked, thought i would die, "
        "going to die, couldn't breathe, shaking all over, hands won't stop shaking, blood ran cold, scared stiff, "
        "my legs gave, never been so scared, fear of my life, scariest",
        (
            "I was terrified, and I mean unable to make a sound.",
            "My legs gave way under me, that has never happened before.",
            "I have nightmares about it and wake up soaked.",
            "My hands won't stop shaking when I talk about it.",
            "I honestly thought I would die.",
            "I froze completely and couldn't even call out.",
            "It was pure panic, I couldn't breathe properly for minutes.",
            "I have never been so scared in my life.",
            "My blood ran cold, and I thought that was only an expression.",
            "I screamed, and I am not a person who screams.",
            "Even now a bit of that terror comes up in my throat.",
        ),
        (
            "The seconds when I couldn't move and couldn't think.",
            "That my own body stopped obeying me.",
            "How close to the end it felt, however it looked from outside.",
            "That nobody could have got to me in time.",
        ),
        (
            "sheer terror that freezes the body",
            "a panic that took your breath away",
            "terror that is still shaking through you",
            "the horror of being unable to move",
        ),
        (
            "your body believed that your life was at stake",
            "there was no way out that you could see",
            "everything in you went into getting through those seconds",
            "it was far more than anyone could take in calmly",
        ),
        (
            "My hands have stopped trembling, I only just noticed.",
            "I can tell it from start to finish now without losing my breath.",
            "It still happened, but I'm here and it is over.",
        ),
    ),
    "anxious": Feeling(
        "dark",
        "fear",
        "anxious, anxiety, nervous, nerves, worried, worry, worrying, worries, on edge, can't sit still, what if, "
        "stomach in knots, my stomach is in knots, can't eat, can't sleep, pacing, racing thoughts, thoughts race, "
        "butterflies, stressed, stress, stressing, biting my nails, tense, refresh my inbox, checking my phone, "
        "restless, "
        "going over it, overthinking",
        (
            "My stomach is in knots and I can hardly eat.",
            "My thoughts race through every what if there is.",
            "I'm so nervous that I can't sit still.",
            "I've been pacing the kitchen since six.",
            "I keep checking my phone as if that would change anything.",
            "I lie awake worrying about things that may never happen.",
            "I'm on edge all day and snap at small things.",
            "I'm anxious about it from the minute I wake up.",
            "I'm biting my nails again, which I had given up.",
            "I can't stop overthinking every single step of it.",
            "I feel tense right up into my jaw.",
        ),
        (
            "That so much depends on it and so little of it is in my hands.",
            "The waiting. I could bear any answer better than no answer.",
            "That I'll be the one who messes it up.",
            "All the versions in my head, and none of them ends well.",
        ),
        (
            "a worry that will not sit still",
            "the nervousness of waiting without an answer",
            "the unrest of a mind that runs through every bad ending",
            "the tension of having it all hang in the air",
        ),
        (
            "so much hangs on it and you cannot steer it",
            "the waiting leaves you alone with every bad ending",
            "it matters to you and nothing is decided yet",
            "your head is trying to prepare for everything at once",
        ),
        (
            "My stomach has let go a little, I might even eat something.",
            "The thoughts are still there, but they've stopped racing each other.",
            "I can let it rest until tomorrow now.",
        ),
    ),
    "apprehensive": Feeling(
        "dark",
        "fear",
        "apprehensive, apprehension, hesitant, hesitate, hesitating, uneasy, unease, wary, second thoughts, not "
        "so sure, "
        "misgivings, dread, dreading, dubious, reluctant, unsure, bad feeling about, something holds me back, "
        "dragging my feet, on the fence, in two minds, a bit doubtful, have my doubts, cold feet, cautious, "
        "skeptical, "
        "not sure if, not sure about, unknown, putting it off",
        (
            "I'm in two minds about the whole thing.",
            "Something holds me back and I can't name it.",
            "I have an uneasy feeling that I can't argue away.",
            "I keep putting it off, I'm dragging my feet like a child.",
            "I have my doubts whether this will go well.",
            "I'm wary of it, even if everyone else is all for it.",
            "I'm having second thoughts, to be honest.",
            "I say yes and then hesitate at the next step.",
            "It's not panic, more a slow unease about what is coming.",
            "I've got cold feet and it's too late to pretend I haven't.",
            "I'm rather reluctant, though I couldn't give you one solid reason.",
        ),
        (
            "That I can't see what I'd be walking into.",
            "That once I've said yes there is no easy way back.",
            "That the last time I ignored this feeling, I was sorry.",
            "Everybody sounds so sure, and I am the only one who isn't.",
        ),
        (
            "a quiet unease about what is coming",
            "the hesitation of someone who cannot see the ground ahead",
            "a doubt that keeps one foot on the brake",
            "a misgiving that has no clear name yet",
        ),
        (
            "you cannot see yet what it will ask of you",
            "part of you wants it and part of you would rather wait",
            "there is no easy way back once you have said yes",
            "you have been caught out before when it looked fine",
        ),
        (
            "I still don't know all of it, but I know my first step.",
            "It's all right to go slowly, I had forgotten that.",
            "I can say yes to a small piece and look again.",
        ),
    ),
}
