"""Angry, furious, annoyed, disgusted, jealous: something crosses a line, or goes to somebody else."""

from __future__ import annotations

from kardia_cli.offline.speaker.words.shape import Feeling

FEELINGS = {
    "angry": Feeling(
        "dark",
        "anger",
        "angry, anger, mad, pissed, upset with, not fair, unfair, wrong of them, had no right, how dare, i "
        "snapped, "
        "slammed, raised my voice, fed up, lied to me, took advantage, makes me mad, fuming, cross with, resent, "
        "temper, "
        "my jaw is clenched",
        (
            "I'm angry, and I think I have every right to be.",
            "They had no right to do that.",
            "It's so unfair that I could slam a door.",
            "It makes me mad each time I think of it.",
            "My jaw is clenched just from writing it down.",
            "I'm fed up with being the one who swallows things.",
            "I raised my voice today, and I don't regret it.",
            "The anger sits right behind my teeth.",
            "I lost my temper over a spoon this morning, and it wasn't about the spoon.",
            "I'm mad at them and a bit at myself for letting it pass.",
        ),
        (
            "That nobody even asked me first.",
            "That they'd never have put up with it themselves.",
            "That it gets brushed aside as if it were nothing.",
            "The unfairness. I kept to my side of it.",
        ),
        (
            "an anger that has good reason",
            "the anger of being treated unfairly",
            "a clear, hot anger about a line that was crossed",
            "anger that had to be swallowed too often",
        ),
        (
            "a line was crossed and nobody asked you",
            "you kept to your side and it was not returned",
            "it was unfair and you had to stand there and take it",
            "nobody has owned up to it so far",
        ),
        (
            "I'm still cross, but I know what I want to say, and calmly.",
            "The heat has gone out of it and the point has stayed.",
            "I can put it in two plain sentences now.",
        ),
    ),
    "furious": Feeling(
        "dark",
        "anger",
        "furious, fury, livid, rage, raging, enraged, seething, boiling, blood boil, blood boils, see red, saw "
        "red, "
        "seeing red, outraged, explode, exploded, lost it, beside myself, could have thrown, ready to scream, "
        "infuriated, "
        "infuriating, so angry, so mad, really mad, punch, shaking with anger",
        (
            "I'm livid, I could hardly hold the cup this morning.",
            "It makes my blood boil, hours later.",
            "I saw red, my manners were gone.",
            "I'm seething and everybody in the house can hear it.",
            "I was beside myself, I could have thrown something.",
            "I have never been so angry at anybody.",
            "I nearly exploded at the front desk.",
            "It's rage, plain rage, and it doesn't cool.",
            "I'm boiling, I had to walk round the block twice.",
            "I'm furious, and being told to breathe made it worse.",
        ),
        (
            "The nerve of it. As if I would just stand there.",
            "That they knew exactly what they were doing.",
            "That they looked me in the face and didn't care.",
            "That it wasn't the first time, and they got away with it before.",
        ),
        (
            "a rage that has not cooled at all",
            "fury that is still boiling in you",
            "a white-hot outrage about what was done",
            "an anger so strong that it shakes your hands",
        ),
        (
            "it was done knowingly and nobody stood up for you",
            "something that should never happen was treated as normal",
            "you were wronged and then told to stay calm",
            "it hit the very thing you will not have touched",
        ),
        (
            "I've stopped shaking, which is a start.",
            "I'm not going to shout. I'm going to say it once, in daylight.",
            "The worst of it has burned off, and I know my next move.",
        ),
    ),
    "annoyed": Feeling(
        "dark",
        "anger",
        "annoyed, annoying, annoy, annoys, irritated, irritating, irritates, bothers me, bugs me, bugging, on my "
        "nerves, "
        "gets on my nerves, petty, roll my eyes, rolling my eyes, every single time, pet peeve, nuisance, "
        "tiresome, "
        "grinds my gears, sigh, groan, getting old, drives me up, interrupts, noise, frustrating, rude, "
        "inconsiderate",
        (
            "It's a small thing, I know, but it gets on my nerves.",
            "It bugs me more than I'd like to admit.",
            "I roll my eyes before it even starts by now.",
            "It's so annoying that I've begun to count.",
            "Every single time I tell myself to let it go, and every single time I groan.",
            "It sounds petty when I write it, and it still irritates me.",
            "I'm irritated in that dull, scratchy way, like a label in a shirt.",
            "It's not a drama, it's a nuisance, but a daily one.",
            "Honestly, it's getting old.",
            "I catch myself sighing loud enough for others to hear, a real sigh.",
        ),
        (
            "That it would take them ten seconds to do it differently.",
            "That I've already said something, nicely, more than once.",
            "The sheer number of times it has happened by now.",
            "That I'm the only one who seems to notice.",
        ),
        (
            "an irritation that rubs a little more each time",
            "the annoyance of a small thing that never stops",
            "a scratchy, worn-down sort of impatience",
            "that tired annoyance of having asked before",
        ),
        (
            "it keeps happening although it would be easy to change",
            "you have asked nicely and nothing moved",
            "small things add up when you get no break from them",
            "you are the one who has to work around it",
        ),
        (
            "It has shrunk back to the size it really is.",
            "I can laugh at it now, nearly.",
            "I'll mention it once more, and then I'll buy earplugs for my soul.",
        ),
    ),
    "disgusted": Feeling(
        "dark",
        "anger",
        "disgusted, disgusting, disgust, gross, grossed, revolting, repulsive, nauseous, nauseated, sickening, "
        "turned my stomach, turns my stomach, made me sick, makes me sick, makes me gag, gagged, gag, vile, "
        "filthy, nasty, "
        "smell, stench, stank, puke, vomit, throw up, wash my hands, skin crawl, skin crawls, yuck, foul, rotten,"
        " mold, "
        "repelled, appalling",
        (
            "It turned my stomach, there's no nicer way to say it.",
            "It was so gross that I had to leave the room.",
            "I gagged, and I have a strong stomach.",
            "My skin crawls when the picture comes back.",
            "I went to wash my hands twice and it didn't help.",
            "I was disgusted, and I looked for the nearest window.",
            "It was revolting, I've lost my appetite for the day.",
            "I still feel slightly nauseous, if I'm honest.",
            "The whole thing was vile, and people acted as if it were fine.",
            "I felt repelled, like stepping back before you have decided to.",
        ),
        (
            "That someone could do that and not feel a thing.",
            "The picture of it. It sits there when I close my eyes.",
            "That everyone else carried on as if it were nothing.",
            "How close I was to it before I understood.",
        ),
        (
            "a disgust that turns the stomach",
            "the urge to step back and wash it off",
            "real revulsion at what you had to see",
            "a sick feeling that comes back with the picture",
        ),
        (
            "it went against everything you find decent or clean",
            "you came closer to it than you wanted",
            "your body said no before you had time to think",
            "others acted as if it were normal",
        ),
        (
            "The picture has faded a bit. I could even eat an apple.",
            "I've opened every window, and inside me too, it seems.",
            "I don't have to make friends with it, only leave it behind.",
        ),
    ),
    "jealous": Feeling(
        "dark",
        "anger",
        "jealous, jealousy, envy, envious, green with, wish i had, i want that, why not me, when is it my turn, "
        "my turn, "
        "compare myself, comparing myself, they have what, gets everything, got what i wanted, passed over, left "
        "behind, "
        "wish it was me, wish it were me, better than mine, falls into their lap, fall into their lap, lucky for "
        "them, i wish i could, "
        "begrudge, begrudge them, so lucky, afford",
        (
            "I wish it were me, that's the ugly short version.",
            "I said congratulations and thought: why not me?",
            "I'm jealous, and I don't like how I sound when I am.",
            "I keep comparing myself, and I lose every time.",
            "Some people have it fall into their lap while I queue.",
            "I caught myself scrolling through their pictures, green with envy.",
            "I don't begrudge them, well, I do, a little.",
            "When is it my turn, I'd like to ask somebody.",
            "The envy comes up before I can be a nice person about it.",
            "They have what I've been working towards for years.",
        ),
        (
            "That I've wanted exactly that for so long.",
            "That it looks so easy for them.",
            "What it seems to say about me, that I'm not there yet.",
            "That I can't even cheer for them, and I'd like to be.",
        ),
        (
            "an envy that you did not ask for",
            "the sting of seeing another get what you long for",
            "a jealousy that hurts and embarrasses at once",
            "that pang of wondering when your turn will come",
        ),
        (
            "you have wanted the very same thing for a long time",
            "it looks so easy for them and has been so slow for you",
            "their luck makes your own waiting feel louder",
            "you would like to be glad for them and it still stings",
        ),
        (
            "I can want it and still wish them well. Both fit.",
            "It says more about what I long for than about them.",
            "I'll put my phone away and do one thing for my own plan.",
        ),
    ),
}
