"""Sad, devastated, disappointed, lonely: something is gone, fell short, or nobody is there."""

from __future__ import annotations

from kardia_cli.offline.speaker.words.shape import Feeling

FEELINGS = {
    "sad": Feeling(
        "dark",
        "sorrow",
        "sad, sadness, sorrow, tears, teary, cried, cry, crying, heavy heart, heavy, gloomy, feeling down, blue, "
        "feel low, so low, grey, miss her, miss him, miss them, i miss my, grief, grieving, mourning, unhappy, "
        "passed away, "
        "weepy, bummed, died, wept",
        (
            "I'm sad in a quiet way that doesn't pass.",
            "I cried in the car so that nobody would see.",
            "Everything feels heavy, even getting dressed.",
            "The tears come when I do the washing-up, of all things.",
            "There's a sadness under everything I do today.",
            "The days are grey at the edges since then.",
            "I feel low, and music makes it worse.",
            "I get weepy over adverts, that's where I am.",
            "I've been feeling down and too tired to explain it.",
            "I carry a heavy heart around and smile at the cashier.",
        ),
        (
            "That it won't be the way it was.",
            "How ordinary everything around it goes on being.",
            "That there's nothing to do about it except feel it.",
            "The small habits. They keep reaching for what isn't there.",
        ),
        (
            "a sadness that lies under the whole day",
            "a quiet grief that asks for time",
            "the heaviness that makes even small things slow",
            "a sorrow that comes up in ordinary moments",
        ),
        (
            "something you loved is not the way it was",
            "there is nothing to fix and that is the hard part",
            "the world goes on as usual while you are still there",
            "it mattered to you and it is gone for now",
        ),
        (
            "It's still sad, but I'm not fighting it any more.",
            "I had a proper cry and feel rinsed, somehow.",
            "I can be sad and still make soup, it turns out.",
        ),
    ),
    "devastated": Feeling(
        "dark",
        "sorrow",
        "devastated, devastating, shattered, heartbroken, heartbreak, broke my heart, crushed, destroyed, fell "
        "apart, "
        "falling apart, fall apart, fell to pieces, the floor is gone, ground opened, can't go on, cannot go on "
        "like, "
        "world collapsed, collapsed, numb, sobbing, sobbed, howled, worst day, nothing left, inconsolable, tore "
        "me, "
        "ruined, in ruins, lost everything, broken inside",
        (
            "I'm shattered, I don't know how else to put it.",
            "It feels as if the floor is gone.",
            "I fell apart on the bathroom tiles.",
            "It broke my heart, and I keep finding the pieces.",
            "I'm numb, and then it hits me and I can't stand up.",
            "I sobbed until my ribs hurt.",
            "My whole world collapsed within one afternoon.",
            "It was the worst day I can remember.",
            "I'm devastated, I read the word and for once it fits.",
            "It crushed me. I didn't know a person can be this tired.",
        ),
        (
            "That there's a before and an after now.",
            "That I'd built everything around it.",
            "I don't know who I am without it, and that scares nobody but me.",
            "That I never got to say what I wanted to say.",
        ),
        (
            "a heartbreak that takes the ground away",
            "the numbness after a blow this hard",
            "a loss so big that the days fall apart around it",
            "devastation that comes in waves",
        ),
        (
            "so much of your life was built around it",
            "there was no warning and no way to soften it",
            "it split your days into a before and an after",
            "you loved it with your whole heart",
        ),
        (
            "I can see as far as this evening now. That's enough.",
            "It isn't whole, but I've eaten and I'm sitting upright.",
            "I'll take it by the hour, and this hour was all right.",
        ),
    ),
    "disappointed": Feeling(
        "dark",
        "sorrow",
        "disappointed, disappointing, disappointment, let down, let me down, lets me down, got my hopes up, "
        "counted on, "
        "counting on, expected more, expected better, fell through, was a letdown, letdown, not what i hoped, "
        "fell short, "
        "all for nothing, for nothing, didn't even, they forgot, promised, cancelled, canceled, had looked "
        "forward, "
        "deflated, failed, underwhelming",
        (
            "I feel let down, plain and simple.",
            "I had got my hopes up, and that was the mistake.",
            "I expected more, and I don't think it was too much to expect.",
            "It all fell through, and I was already there in my head.",
            "I'm disappointed, more than I let anybody see.",
            "I was counting on it, that's why it stings.",
            "I felt deflated, like a tent with the poles taken out.",
            "It was a letdown, and I had told everybody about it.",
            "All that effort was for nothing, or so it looks today.",
            "It fell short of everything I had pictured.",
        ),
        (
            "That I had pictured it so clearly.",
            "That I was sure it would work out and said so out loud.",
            "That nobody thought I'd mind.",
            "All the hours I put in beforehand.",
        ),
        (
            "a disappointment that goes deeper than it looks",
            "the let-down after hoping so clearly",
            "that deflated feeling when a good picture falls apart",
            "the sting of having counted on something",
        ),
        (
            "you had pictured it so differently",
            "you had put real hope and effort into it",
            "you counted on it and it did not hold",
            "you had been looking ahead to it for so long",
        ),
        (
            "It's a pity, and it's not the end of it. I can say both.",
            "I'll dream a size smaller next time, but I'll dream.",
            "I'd still plan it again, just with a spare plan.",
        ),
    ),
    "lonely": Feeling(
        "dark",
        "sorrow",
        "lonely, loneliness, alone, all alone, by myself, nobody calls, no one calls, no one to, nobody to, left "
        "out, "
        "isolated, empty house, empty flat, empty apartment, talk to the radio, talk to the kettle, on my own "
        "again, "
        "nobody around, no friends, no one around, don't know anyone, know nobody, outsider, eat by myself, home "
        "bound, "
        "silence in the flat, too quiet, invisible to",
        (
            "I'm lonely, and it feels odd to type that.",
            "There's nobody to tell when I come home.",
            "I talk to the kettle, that's how far it has come.",
            "Days go by in which nobody calls.",
            "I eat by myself with the television on for the voices.",
            "I feel left out even when I sit right among them.",
            "The place is too quiet, above all on Sundays.",
            "I could vanish for a weekend and no one would notice, I'm all alone here.",
            "The loneliness is worst when I hear others laugh through the wall.",
            "I don't know anyone well enough to just knock.",
        ),
        (
            "That there's nobody to whom the small things matter.",
            "The evenings. They're about a week long.",
            "That I used to be somebody's first call.",
            "That I'd have to explain myself from the beginning to anyone new.",
        ),
        (
            "a loneliness that is loudest in the evening",
            "the ache of having nobody to tell the small things",
            "that left-out feeling even among people",
            "a quiet that has gone on for too long",
        ),
        (
            "you have nobody near for the small things of the day",
            "the evenings are long when you carry them by yourself",
            "everyone seems to have their circle already",
            "you used to have someone who knew without asking",
        ),
        (
            "It's less quiet since I wrote it down, odd as that is.",
            "I've got one name on my list now, and that's one more.",
            "I'll phone my cousin on Sunday. She talks enough for two.",
        ),
    ),
}
