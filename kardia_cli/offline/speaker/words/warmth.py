"""Grateful, caring, faithful, trusting, and the two that look back: nostalgic, sentimental."""

from __future__ import annotations

from kardia_cli.offline.speaker.words.shape import Feeling

FEELINGS = {
    "grateful": Feeling(
        "bright",
        "warmth",
        "grateful, gratitude, thankful, thankfully, indebted, how kind, so kind, kindness, blessed, blessing, "
        "fortunate, "
        "count myself lucky, lucky to have, appreciate, appreciated, came to the rescue, didn't have to do, "
        "never repay, pay it back, helped me, out of their way, moved by how, rescued me",
        (
            "I'm so grateful, I don't know where to put it.",
            "They didn't have to do that, and they did.",
            "I count myself lucky, and I don't say that often.",
            "I could never repay that, and nobody asks me to.",
            "I was moved by how naturally it was given.",
            "Such kindness, and not a word about it afterwards.",
            "I feel thankful in a way that makes me stand still.",
            "They went out of their way for me.",
            "I'm lucky to have people like that.",
            "I appreciate it more than I managed to say at the time.",
        ),
        (
            "That nobody had to, and it was done all the same.",
            "That it came exactly when I'd stopped asking.",
            "That they noticed without my saying a word.",
            "How little fuss was made about something so big for me.",
        ),
        (
            "a gratitude that is looking for a place to go",
            "deep thankfulness for what was freely given",
            "the warmth of having been helped without asking",
            "that moved, lucky feeling",
        ),
        (
            "it was given freely and came at the right time",
            "someone noticed what you needed",
            "nobody had to and it was done all the same",
            "you know what it cost and what it spared you",
        ),
        (
            "I'm going to write a proper card, with a stamp.",
            "I'll bake something. That's how we say it in my family.",
            "I want to do the same for somebody before the year is out.",
        ),
    ),
    "caring": Feeling(
        "mixed",
        "warmth",
        "caring, care for, care about, cares for, take care of, taking care of, took care of, look after, looking"
        " after, "
        "looked after, nurse, nursed, tucked, protective, protect, tender, tenderness, made her soup, made him "
        "soup, "
        "made soup, sat with, sit with, by her side, by his side, by their side, feed them, fed them, comfort, "
        "them to be all right, keep them safe, checked on, check on, stray, sick",
        (
            "I want them to be all right, that's all I can think of.",
            "I've been looking after them around the clock, and gladly.",
            "I made soup and sat with them until it was dark.",
            "I feel so protective, I'd stand in front of a bus.",
            "I checked on them three times in the night.",
            "There's a tenderness in it that surprises nobody who knows me.",
            "I care about them more than about my own sleep.",
            "I'd like to keep them safe and warm, it's that plain.",
            "I tucked the blanket in as if that could help.",
            "Taking care of somebody makes my own day simple.",
        ),
        (
            "That they let me help.",
            "The look on their face when they understood somebody was there.",
            "That small things do so much: warm food, a hand, a clean sheet.",
            "That they'd never have asked for it.",
        ),
        (
            "a tender wish to keep someone safe",
            "the real care that gets up at night",
            "a protective warmth",
            "the tenderness of looking after someone",
        ),
        (
            "their wellbeing matters to you deeply",
            "you saw a need and could not walk past it",
            "you know how much small kindnesses can do",
            "someone depends on you and you take that gladly",
        ),
        (
            "I'll look in on them once more and then sleep myself.",
            "I'll let my sister take the next shift, that's care too.",
            "They'll sleep now, and somebody is there.",
        ),
    ),
    "faithful": Feeling(
        "bright",
        "bond",
        "faithful, faithfulness, loyal, loyalty, stand by, stood by, stick by, stuck by, stick with, stuck with, "
        "keep my word, "
        "kept my word, my promise, keep a promise, kept the promise, vow, vows, devoted, devotion, committed, "
        "commitment, "
        "never cheat, never cheated, cheat on, true to, through thick and thin, turned him down, turned her down, "
        "gave my word, no matter what, can count on me",
        (
            "I gave my word, and I keep my word.",
            "I'd stand by them through thick and thin.",
            "I'm loyal, it's not even a decision any more.",
            "I stuck with it when leaving would have been easier.",
            "There was an offer, and I turned it down: I'm committed.",
            "A promise is a promise, and it's my promise.",
            "They can count on me, no matter what.",
            "I've been devoted to this for years and would be again.",
            "I want to stay true to what we said at the start.",
            "Being faithful isn't dull to me, it's a kind of home.",
        ),
        (
            "That they know I'll be there without asking.",
            "That I had a choice, and it was easy.",
            "That it holds, after all these years.",
            "That I know myself as somebody who stayed.",
        ),
        (
            "a loyalty that does not need an audience",
            "the steadiness of keeping a promise",
            "a deep commitment that has been tested",
            "that quiet devotion which simply stays",
        ),
        (
            "you gave your word and it means something to you",
            "you could have left and chose to stay",
            "it has held through hard and easy years",
            "this bond is part of who you are",
        ),
        (
            "I'd make the same promise again tomorrow.",
            "I'll tell them so tonight, one can say it more often.",
            "It's good to know where I stand. I stand here.",
        ),
    ),
    "trusting": Feeling(
        "bright",
        "bond",
        "trust, trusting, trusted, trusts, rely on, relied on, relying on, have faith in, faith in, in good hands, "
        "believe in them, believe him, believe her, believed, without checking, don't have to check, handed over "
        "my, "
        "gave them the key, leave it to them, left it to, depend on, put my life in, confided, confide, "
        "told her everything, told him everything, go of the wheel, honest with me, sincere",
        (
            "I trust them, without any small print.",
            "I know that it's in good hands.",
            "I left it to them and slept like a stone.",
            "I don't have to check, and that's a luxury.",
            "I rely on them as one relies on a bridge.",
            "I gave them the key without thinking twice.",
            "I confided in them, and it stayed where I put it.",
            "I have faith in them, even if I can't prove it.",
            "For once I let go of the wheel and nothing bad came of it.",
            "They've always been honest with me, so I believe them.",
        ),
        (
            "That I didn't have to keep one eye open.",
            "That they never made me sorry for it.",
            "How light it is to hand something over.",
            "That it goes both ways.",
        ),
        (
            "a trust that lets you lean back",
            "the ease of leaving something in good hands",
            "a confidence in someone that needs no proof",
            "that rare trust without small print",
        ),
        (
            "they have shown you over time that it holds",
            "you did not have to keep one eye open",
            "you dared to hand something over",
            "you have seen how they treat what matters to others",
        ),
        (
            "I'll tell them that I noticed. Trust likes to be told.",
            "I'll leave it with them and go and enjoy my evening.",
            "I think I could do this more often, leaning back.",
        ),
    ),
    "nostalgic": Feeling(
        "mixed",
        "longing",
        "nostalgic, nostalgia, good old days, old days, old times, those days, back then, back when, when i was "
        "younger, "
        "was a kid, when i was little, as a kid, childhood, grew up, growing up, used to play, reminded me of, "
        "reminds me of, takes me back, took me back, memories, high school, school days, our old, remember when, "
        "remember how, "
        "miss being a, simpler, years ago, i remember, the summers",
        (
            "It took me back in one second, sounds and all.",
            "I miss the old days more than I thought.",
            "I was back then for a moment, with scraped knees.",
            "It reminds me of those long summers that never ended.",
            "Life was simpler, or I was.",
            "I got nostalgic over a song in the supermarket.",
            "I went through the memories one by one, like postcards.",
            "I remember how the hallway smelled when I was little.",
            "I'd give something to spend one afternoon in the good old days.",
            "It's our old times that come up, the silly ones above all.",
        ),
        (
            "That nobody knew at the time how good it was.",
            "The people. We were all still in the same street.",
            "How long one afternoon could be.",
            "That I can visit it only in my head.",
        ),
        (
            "a bittersweet pull towards earlier days",
            "a longing for a time that was simpler",
            "the warm ache of looking back",
            "that homesickness for a time more than for a place",
        ),
        (
            "that time made you who you are",
            "you can visit those days only in your mind",
            "one small thing brought all of it back at once",
            "you did not know back then how good it was",
        ),
        (
            "I'll look for the old photos at the weekend.",
            "I might phone someone who was there and ask what they remember.",
            "It's gone and it's still mine, I can live with that.",
        ),
    ),
    "sentimental": Feeling(
        "mixed",
        "longing",
        "sentimental, keepsake, keepsakes, heirloom, lump in my throat, choked up, misty, misty-eyed, welled up, "
        "mushy, "
        "soft-hearted, touched me, touches me, so touching, keep it forever, couldn't throw, can't throw, could "
        "never throw, "
        "held it to, in a box, kept every, worth nothing, means the world, her handwriting, his handwriting, old "
        "letters, "
        "quilt, sentimental value, treasure, cherish, worn out but",
        (
            "I had a lump in my throat over something worth nothing to anyone else.",
            "I can't throw it away, I couldn't even if it came to bits.",
            "I got misty-eyed in the middle of tidying.",
            "I held it to my cheek, silly as that sounds.",
            "It's only an object, and it means the world to me.",
            "I'm terribly sentimental, I've kept every single one.",
            "It's the handwriting, her handwriting gets me each time.",
            "It touches me in a spot I don't show to many people.",
            "I keep it in a box and open the box too often.",
            "I choked up and blamed the onions.",
        ),
        (
            "Who it came from, and what they'd say if they saw me now.",
            "That it's so small and carries so much.",
            "That it's worth nothing to anybody but me.",
            "The traces on it. Somebody's hands made those.",
        ),
        (
            "a tenderness for what it stands for",
            "that soft, misty-eyed attachment",
            "a love that has settled into small things",
            "the sweetness and the ache of a keepsake",
        ),
        (
            "it carries someone or something dear to you",
            "so much love has gone into a small thing",
            "it is worth more to you than anyone can see",
            "it lets you hold what cannot be held any more",
        ),
        (
            "I'll put it where I can see it every day.",
            "It may stay. I don't have to be sensible about everything.",
            "I'll tell my family the story of it, so that it doesn't end with me.",
        ),
    ),
}
