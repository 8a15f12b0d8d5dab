"""Joyful, excited, content, proud, impressed, surprised: good news, and what takes one's breath away."""

from __future__ import annotations

from kardia_cli.offline.speaker.words.shape import Feeling

FEELINGS = {
    "joyful": Feeling(
        "bright",
        "joy",
        "joyful, joy, happy, happiness, so happy, overjoyed, ecstatic, delighted, elated, over the moon, can't "
        "stop smiling, "
        "danced, danced around, dance around, laughing, laughed until, grinning, on cloud nine, singing, "
        "wonderful time, "
        "beaming, giddy with, best day, bliss, cheerful, had so much fun, awesome",
        (
            "I can't stop smiling, my face is starting to ache.",
            "I danced around the kitchen with a tea towel.",
            "I'm so happy that I told the bus driver.",
            "I'm over the moon, and it's only Tuesday in my head.",
            "I woke up singing, which upset the plants.",
            "We laughed until someone had to sit down.",
            "It was a day of pure joy, from breakfast on.",
            "I've been grinning at strangers all morning.",
            "I'm overjoyed, there's no smaller word.",
            "Everything has a bit of a shine, I feel delighted by spoons.",
        ),
        (
            "That nothing about it was forced. It simply was good.",
            "The faces around me. I'll keep those.",
            "That I got to be right in the middle of it.",
            "That for once I didn't think about what comes after.",
        ),
        (
            "a joy that spills over",
            "pure, unguarded happiness",
            "the kind of delight that makes people sing",
            "a happiness that wants to be shared",
        ),
        (
            "something you love went right all the way through",
            "you were right in the middle of something good",
            "you could let go and simply enjoy it",
            "it was every bit as good as you had wished",
        ),
        (
            "I'm going to bed with sore cheeks.",
            "It's doubled now that I've told somebody.",
            "I'll put this day in a jar and keep it for November.",
        ),
    ),
    "excited": Feeling(
        "bright",
        "joy",
        "excited, exciting, excitement, thrilled, thrilling, can't wait, hyped, hype, pumped, stoked, bouncing, "
        "buzzing, "
        "jumping up and down, wound up to sleep, like a kid, squealed, counting the hours, tingling, fizzing, "
        "electric, adventure, roller coaster",
        (
            "I'm so excited that I've opened and closed my bag twelve times.",
            "I can't wait, I'm counting the hours.",
            "I'm buzzing, I talk faster than I type.",
            "I was jumping up and down in the hall.",
            "I'm thrilled, I squealed at the postman.",
            "I feel like a kid on the night before a trip.",
            "I'm too wound up to sleep, in the best way.",
            "There's this fizzing in my chest all day long.",
            "I'm pumped, everybody around me has heard it three times.",
            "The excitement makes me useless at anything else.",
        ),
        (
            "That it's really happening and isn't a plan any more.",
            "The very first minute of it, I play that over and over.",
            "That it's new. I've never done anything like it.",
            "That I get to throw myself into it completely.",
        ),
        (
            "a fizzing, bouncing excitement",
            "the thrill of something that is really happening",
            "an excitement too big to sleep on",
            "that wide-awake, can't-sit-still delight",
        ),
        (
            "it is really happening and not only a plan any more",
            "it is new and it is something you chose",
            "you get to throw yourself into it",
            "you have talked about it for so long",
        ),
        (
            "Right, I have to go, I'm too fidgety to sit.",
            "I'll tell you whether it was as good as I think. It will be.",
            "I'm off to lay out my clothes like a six-year-old.",
        ),
    ),
    "content": Feeling(
        "bright",
        "calm",
        "content, contented, contentment, at peace, peaceful, peace, calm, nothing is missing, at ease, "
        "satisfied, relaxed, relaxing, cosy, "
        "cozy, nothing missing, don't need more, need nothing, all is well, all is good, enough for me, quiet "
        "evening, "
        "feel at home, comfortable, unhurried, serene, warm bath, settled into, good place",
        (
            "Nothing is missing, that's the odd thing.",
            "I sat there with my tea and felt at peace.",
            "It's a calm, warm sort of day and I don't need more.",
            "I feel at ease, right down to my feet.",
            "No fireworks, only a quiet evening that was enough for me.",
            "I'm content, a word I hardly ever get to use.",
            "It was cosy, the rain could do what it liked.",
            "I caught myself thinking: all is well as it is.",
            "I feel satisfied the way one is after good bread.",
            "Everything is unhurried for once, me included.",
        ),
        (
            "That I don't want to change a single thing about it.",
            "How small it is, and that it's enough.",
            "The quiet. Nobody wanted anything.",
            "That I noticed it while it was there.",
        ),
        (
            "a calm, full kind of contentment",
            "the peace of needing nothing more",
            "a quiet satisfaction with how things are",
            "that rare ease of an unhurried day",
        ),
        (
            "what you have fits you just now",
            "nobody wants anything from you for a moment",
            "you noticed the good while it was there",
            "it took its time and you let it",
        ),
        (
            "I'll go back to my chair and enjoy the rest of it.",
            "That's all, really. It's nice to have said it.",
            "I think I'll do the same again tomorrow.",
        ),
    ),
    "proud": Feeling(
        "bright",
        "pride",
        "proud, pride, proudest, chest swelled, chest swells, ten feet tall, my own hands, did it myself, all by "
        "himself, "
        "all by herself, accomplished, accomplishment, achievement, achieved, show it to everyone, showed it to "
        "everyone, "
        "frame it, framed, hung it on, graduated, hard work paid, paid off, pulled it off, earned it, managed it, "
        "bragged, brag, made it through",
        (
            "I'm proud, I'll say it without clearing my throat.",
            "I feel ten feet tall today.",
            "I showed it to everyone who couldn't run away.",
            "My chest swells each time I think of it.",
            "All that hard work paid off, and I got to see it.",
            "I'd like to frame it and hang it in the hall.",
            "It was earned, every bit of it, and that's what makes me so proud.",
            "I bragged about it at the till, to a stranger.",
            "I pulled it off, and I'm still a little taller for it.",
            "It's an achievement, and for once I let it be one.",
        ),
        (
            "How much work went into it that nobody saw.",
            "That a year ago it was out of reach.",
            "That there was no shortcut, only one step after the other.",
            "The moment it was done and nobody could take it away again.",
        ),
        (
            "a well-earned pride",
            "the pride of seeing long work pay off",
            "that ten-feet-tall feeling",
            "a pride that has every right to be loud",
        ),
        (
            "there is real work behind it and you know how much",
            "it was out of reach not long ago",
            "you saw the whole road and not only the finish",
            "it was earned step by step",
        ),
        (
            "I'll hang it up tonight, crooked or not.",
            "I'm going to enjoy this a bit longer before the next thing.",
            "I needed to say it to somebody without making it small.",
        ),
    ),
    "impressed": Feeling(
        "bright",
        "wonder",
        "impressed, impressive, impresses, amazed, amazing, in awe, awe, hats off, admire, admiration, talented, "
        "talent, "
        "so skilled, skill, skilled, how they do it, how he did it, how she did it, jaw dropped, blown away, "
        "respect for, "
        "take my hat off, looks effortless, made it look easy, brilliant, incredible, could never do, watched "
        "open-mouthed, "
        "remarkable",
        (
            "I was in awe, I forgot to clap.",
            "My jaw dropped and stayed there for a while.",
            "I take my hat off to anyone who can do that.",
            "They made it look easy, and I know it isn't.",
            "I was blown away by how good it was.",
            "I keep wondering how they do it.",
            "I admire that, I could never do it myself.",
            "Such skill, and not a bit of fuss about it.",
            "I'm seriously impressed, and I'm hard to please.",
            "It was remarkable, people around me went quiet too.",
        ),
        (
            "How much practice must be hidden in it.",
            "How quietly it was done. No showing off at all.",
            "That I'd never have thought it possible.",
            "The tiny details that nobody would have missed.",
        ),
        (
            "real admiration for what you saw",
            "an awe that takes the words away",
            "the wonder of watching someone be that good",
            "deep respect for that much skill",
        ),
        (
            "you could see the practice behind it",
            "it went past what you thought possible",
            "you know how hard it is to make that look easy",
            "it was done with such care and so little fuss",
        ),
        (
            "I might try a very small version of it myself.",
            "I'll write and tell them. People hear that far too seldom.",
            "I'm going to look it up again tonight, just to marvel.",
        ),
    ),
    "surprised": Feeling(
        "mixed",
        "wonder",
        "surprised, surprise, surprising, suprised, suprise, shocked, shock, astonished, stunned, startled, out "
        "of the blue, "
        "unexpected, unexpectedly, didn't expect, did not expect, never expected, had no idea, never saw it "
        "coming, "
        "didn't see it coming, couldn't believe, can't believe, could not believe, speechless, caught me off "
        "guard, "
        "off guard, rubbed my eyes, pinched myself, read it twice, who would have thought, dumbfounded, would "
        "never have guessed",
        (
            "I had no idea, it came completely out of the blue.",
            "I read it twice and then a third time.",
            "I never saw it coming.",
            "I just stood there, speechless, with my keys in my hand.",
            "I would never have guessed, not in ten years.",
            "It caught me off guard, I said something like oh.",
            "I pinched myself, and I thought that people only do that in books.",
            "I'm stunned, I keep starting sentences and not ending them.",
            "Who would have thought, certainly not me.",
            "I still can't believe it, so unexpected was it.",
        ),
        (
            "That there was no sign of it at all, not one.",
            "That I thought I knew exactly how this would go.",
            "The second in which everything was suddenly different.",
            "That everybody else seems to have known.",
        ),
        (
            "plain astonishment",
            "the jolt of something you could not have guessed",
            "a surprise that has not quite landed yet",
            "that speechless second when the picture changes",
        ),
        (
            "there was no sign of it at all",
            "you had quite another picture in your head",
            "it changed within one second what you took for granted",
            "nothing had prepared you for it",
        ),
        (
            "It's starting to feel real, now that I've said it out loud.",
            "I can finish a sentence about it again.",
            "I'll sleep on it and be astonished again tomorrow.",
        ),
    ),
}
