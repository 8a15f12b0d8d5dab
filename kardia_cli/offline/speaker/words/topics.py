"""What a situation is about, in eleven plain fields: words that tell it, how to name it, and small everyday details.

The details are moods and moments that go with the field, never facts that a told story could contradict.
"""

from __future__ import annotations

from typing import NamedTuple


class Topic(NamedTuple):
    """One field of life."""

    signs: str
    name: str
    dark: tuple[str, ...]
    bright: tuple[str, ...]


TOPICS: dict[str, Topic] = {
    "work": Topic(
        "job boss work coworker colleague colleagues coworkers interview promotion office manager shift meeting "
        "company "
        "project deadline presentation customer raise fired salary career business",
        "work",
        (
            "On the way in this morning I missed my stop over it.",
            "I sat in front of the screen for an hour and wrote one line.",
            "In the break I pretended to be busy with my lunch box.",
            "I've written a mail about it three times and sent none of them.",
            "Even the walk from the car park felt longer than usual.",
        ),
        (
            "I hummed in the lift, and somebody hummed along.",
            "I told it over lunch and forgot to eat.",
            "I even liked the Monday meeting, that's how far it goes.",
            "I've pinned a little note about it above my desk.",
        ),
    ),
    "school": Topic(
        "exam school class college university teacher professor grade grades homework study studying thesis essay "
        "finals course graduate graduated graduating graduation degree scholarship math campus semester",
        "school",
        (
            "My notes lie open on the same page as yesterday.",
            "In the corridor I took the long way round.",
            "I read one paragraph five times and couldn't tell you what it said.",
            "The others compare everything, so I put my headphones on.",
        ),
        (
            "I tidied my whole desk in its honour.",
            "I read the page again just to look at it.",
            "The others had to hear about it on the way to the bus.",
            "I've put the paper where I can see it from bed.",
        ),
    ),
    "family": Topic(
        "mother father mom mum dad parents sister brother son daughter grandma grandmother grandpa grandfather "
        "uncle aunt "
        "cousin niece nephew kids children child baby family twins toddler",
        "the family",
        (
            "At the table nobody mentions it, and everybody chews.",
            "The family chat has gone quiet, or I read it as quiet.",
            "I start to dial and then wash a plate instead.",
            "It has shifted how we say good night to each other.",
        ),
        (
            "The family chat has been full of little hearts since.",
            "We sat at the table an hour longer than usual.",
            "Somebody took a picture, blurred, and it's perfect.",
            "We've told each other the story three times already.",
        ),
    ),
    "love": Topic(
        "boyfriend girlfriend husband wife partner fiance fiancee ex dating date marriage married wedding divorce "
        "relationship propose proposed proposal engaged engagement crush anniversary cheated",
        "love",
        (
            "At night I leave more room on one side of the bed than I need.",
            "I wrote a long message and deleted it word by word.",
            "We're polite with each other these days, and that's almost worse.",
            "A song came on in the shop and I left without the milk.",
        ),
        (
            "I caught us humming the same tune while we did the dishes.",
            "There was this look across the room, I won't forget it.",
            "We stayed in the hall with our coats on and kept talking.",
            "I wrote it down on the back of a receipt, to keep.",
        ),
    ),
    "friend": Topic(
        "friend friends friendship roommate flatmate buddy bestie pal group neighbor neighbour neighbors neighbours",
        "people close to me",
        (
            "I typed a message to them and left it in drafts.",
            "When my phone lights up I turn it face down.",
            "We used to talk about everything, and now I weigh my words.",
            "At the last get-together I stood near the coats.",
        ),
        (
            "We talked on the stairs until the light went out.",
            "I sent a voice message that was mostly laughter and breathing.",
            "Afterwards we sat on the kerb with chips.",
            "We've already named the day, as if it were a film.",
        ),
    ),
    "pet": Topic(
        "dog cat puppy kitten pet rabbit horse bird parrot hamster fish vet kittens puppies dogs cats",
        "an animal",
        (
            "I keep listening for paws on the floor.",
            "The lead on its hook gives me a stab each time I pass.",
            "I talked to the woman at the pet shop longer than I meant to.",
        ),
        (
            "There's fur on my good coat and I don't mind at all.",
            "I've taken some forty pictures, all of the same ear.",
            "The neighbours' children come by just to look.",
        ),
    ),
    "health": Topic(
        "doctor hospital surgery cancer sick ill illness diagnosis diagnosed pain nurse medicine health operation "
        "pregnant pregnancy dentist results injury broke leg heart blood therapy recovery diet weight",
        "health",
        (
            "The waiting room clock was four minutes slow, I had time to notice.",
            "I read things online at night that I shouldn't read.",
            "People ask how it is and I say fine, out of habit.",
            "I've put the papers in a drawer, and I know exactly which one.",
        ),
        (
            "I walked home instead of taking the bus, just because I could.",
            "A porter gave me a thumbs-up through the glass.",
            "I slept through for the first time in a while.",
            "I've stuck the next date on the fridge with the nice magnet.",
        ),
    ),
    "home": Topic(
        "house apartment flat room kitchen basement roof ceiling landlord garden yard noise toilet move moving "
        "moved home "
        "neighborhood rent renovation elevator footsteps",
        "home",
        (
            "I find myself standing in the hall without knowing why.",
            "I've started to leave the radio on in the kitchen.",
            "I lay there counting the cracks in the paint.",
            "Even the post lies unopened on the stairs.",
        ),
        (
            "I opened all the windows and let the street in.",
            "I moved one lamp, and the room looks like an invitation.",
            "I ate standing at the window, and it tasted like a feast.",
            "The hall smells of coffee, and somehow of Sunday.",
        ),
    ),
    "money": Topic(
        "money rent bill bills debt savings pay paid loan bank mortgage wallet lottery lotto ticket dollars bucks"
        " cash "
        "price expensive cost budget bought",
        "money",
        (
            "I did the sums on an envelope, and then on another envelope.",
            "In the shop I put two things back on the shelf.",
            "I look at the account and close it again at once.",
        ),
        (
            "I did the sums twice for the sheer pleasure of it.",
            "I bought the good butter, to mark the day.",
            "For once I opened the bank's post without sitting down first.",
        ),
    ),
    "journey": Topic(
        "trip travel flight plane airport vacation holiday car road drive driving bus train bike accident highway "
        "motorcycle crash cruise beach storm mountains lake boat traffic",
        "being on the road",
        (
            "On the road since then my hands sit differently on everything.",
            "I take the other street now, the one with the lights.",
            "I sat in the parked car for a while and listened to the engine tick.",
        ),
        (
            "There's still a bit of sand, or dust, in my shoes.",
            "I've kept the ticket in the book I'm reading.",
            "The light on the way was like butter.",
        ),
    ),
    "event": Topic(
        "party birthday christmas concert show movie film game match race team band festival dinner restaurant "
        "cake "
        "marathon tournament performance stage speech choir play song book sport win won",
        "that evening",
        (
            "On the way home I took the stairs so as not to meet anyone.",
            "The clothes from that day are still over the chair.",
            "Somebody sent a picture of it, and I haven't opened it.",
        ),
        (
            "The clothes from that day are still over the chair, I like to see them.",
            "I've told it so often that it has got a beginning and an end.",
            "There's a blurred photo, and you can hear it, nearly.",
        ),
    ),
}
ANY_MIXED = (
    "I made tea and found it cold an hour later.",
    "I had to sit down on the stairs for a moment and take it in.",
    "It comes up at odd moments, in the queue or over the sink.",
    "I've gone over it a few times, slowly, without any hurry.",
    "I didn't put the radio on today, I wanted it quiet around it.",
    "I walked the long way home to have it to myself.",
    "I haven't decided yet what to call it.",
    "I wrote two lines about it on the back of a receipt.",
)
"""Moments for what is neither good nor bad news."""
ANY_TOPIC = Topic(
    "",
    "something that happened",
    (
        "It comes up at odd moments, in the queue or over the sink.",
        "I made tea and found it cold an hour later.",
        "Yesterday I walked past my own front door.",
        "I've begun three things today and ended none.",
        "It's on my mind before I've opened my eyes.",
        "I caught myself reading the same line of the paper again and again.",
        "Even the weather seems to have an opinion on it.",
    ),
    (
        "I wrote it in my calendar, after the fact, just to see it there.",
        "I've told the cashier, who was very nice about it.",
        "Today even the queue at the post office was fine.",
        "I keep coming back to it with my second cup.",
        "I had to sit down on the stairs for a moment and take it in.",
        "I put on the good shirt, for no reason but this.",
    ),
)
