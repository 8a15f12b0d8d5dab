"""The offline judge lets replies pass that are good in a literary, indirect way, and still finds the faults beside them.

All replies were written for this file, in four rounds; the rules were mended after each of the rounds, so that the share held back
here says nothing of replies never seen (it was higher by far on the first look at a round).
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import pytest

from kardia_cli.offline.judge.faults import RULES
from kardia_cli.offline.judge.judge import judge_turn
from kardia_cli.offline.judge.levels import CRITERIA
from kardia_cli.offline.judge.text import named_feelings, plain
from kardia_cli.rows.records import EMOTIONS

RNG = random.Random(0)
FAULTS = ("ignores_profile", "advice_without_feeling", "recites_profile", "unsafe_promise")


class Turn(NamedTuple):
    """A supporter's reply in its context: what the seeker feels, who they are, what they said last."""

    emotion: str
    person: str
    situation: str
    says: str
    reply: str
    before: tuple[str, ...] = ()
    """The turns before the last one, seeker first; a closing turn has some."""


FIRST = (
    Turn("afraid", "MBTI: ISFP\nAbout: lives on the ground floor, illustrator.", "Noises at night.",
         "Somebody tried my door handle at three last night. I sat on the stairs until it got light.",
         "Sitting on those stairs with your heart in your mouth, counting the minutes to daylight: a night like that "
         "stays in the bones. Who could you ring if the handle moved again?"),
    Turn("angry", "MBTI: ESTJ\nAbout: foreman, two boys.", "My brother sold our father's boat.",
         "He sold Dad's boat and never asked me. Not one call.",
         "To have something of your father's traded away behind your back, no call, nothing: that would light a fire in "
         "most chests. What would you have said, had he asked?"),
    Turn("annoyed", "MBTI: INTJ\nAbout: editor, works nights.", "The neighbour drills.",
         "Every single morning at seven, the drill. I work nights!",
         "Seven o'clock, just when sleep has got hold of you, and there goes the drill once more. Patience wears through "
         "to the threads. Does he know about your nights?"),
    Turn("anticipating", "MBTI: ENFJ\nAbout: grandmother to be.", "My first grandchild is due.",
         "Any day now! I have the bag by the door and the phone under my pillow.",
         "A bag by the door, a phone beneath the pillow: the whole house seems to be holding its breath. What are you "
         "counting the hours towards most?"),
    Turn("anxious", "MBTI: INFP\nAbout: student of law.", "Waiting for results.",
         "The results come on Monday and I refresh the page all day even though I know there is nothing.",
         "Refreshing a page that you know is empty, that is a knot looking for something to do with its hands. What is "
         "the sentence you are most braced to read?"),
    Turn("apprehensive", "MBTI: ISTJ\nAbout: clerk, never left the county.", "Moving for work.",
         "I start in the new city on the first. I have never lived anywhere but here.",
         "It would be odd if there were no flutter in the stomach, with the only streets you ever knew about to be "
         "behind you. Which corner of home will be hardest to leave?"),
    Turn("ashamed", "MBTI: INFJ\nAbout: teacher.", "I lied about my degree.",
         "I told them I had finished the degree. I never did. Today they put it on the website.",
         "Seeing it there in print must have made you want to sink through the floor. A thing like that lies like a "
         "stone under everything you do at that school."),
    Turn("caring", "MBTI: ISFJ\nAbout: gardener.", "My neighbour broke her hip.",
         "I take soup round to old Mrs Pell each evening and do her bins. She pretends she does not need it.",
         "There is such tender protectiveness in that: the soup, the bins, and leaving her the dignity of pretending. "
         "Who keeps an eye on you meanwhile?"),
    Turn("confident", "MBTI: ENTJ\nAbout: violinist.", "Audition tomorrow.",
         "I know the piece in my sleep. Tomorrow I walk in there and play it.",
         "That is a steadiness that comes from work and not from luck. You sound as though the stage already had your "
         "name on it. Which bar do you look forward to?"),
    Turn("content", "MBTI: ISFP\nAbout: potter.", "A quiet weekend.",
         "Nothing happened this weekend. I had tea on the step and the cat slept on my feet. It was perfect.",
         "Tea, a step, a warm cat: nothing missing and nothing to add. An hour where the world is simply enough. What "
         "did the light look like?"),
    Turn("devastated", "MBTI: ENFP\nAbout: baker.", "My son is dead.",
         "They rang from the hospital at noon. My boy is gone. I do not know what I am supposed to do now.",
         "There is no floor left under a day like this. You need not know anything now, not one next step. If there is "
         "something of him you want to say, I will listen to it."),
    Turn("disappointed", "MBTI: ENTP\nAbout: writes plays.", "My play was turned down.",
         "They kept the play for eleven months and then sent two lines.",
         "Eleven months of letting yourself picture it, and then two lines. That leaves a flat, grey taste, as if the "
         "air had gone out of the room. What had you dared to imagine?"),
    Turn("disgusted", "MBTI: ISTP\nAbout: cook.", "The kitchen at work.",
         "He picked the meat up off the floor and put it back on the plate. People ate that.",
         "And you had to watch the plate go out. That turns the stomach, and it stays turned long after the shift. What "
         "stopped you, and what would you do with him if you could?"),
    Turn("embarrassed", "MBTI: INFP\nAbout: trainee.", "A slip in a meeting.",
         "I called the director Mum. In front of forty people.",
         "Oh, the heat that climbs into the ears at such a moment, and forty witnesses for it! The wish to vanish from "
         "the room is as old as rooms. How did she take it?"),
    Turn("excited", "MBTI: ESFP\nAbout: mechanic.", "Concert tickets.",
         "Front row! I got front row tickets, I have been jumping around the garage since noon.",
         "Front row! I can picture the whole garage rattling. That is the sort of fizz that does not let anyone sit "
         "down. Which song has to be on the list?"),
    Turn("faithful", "MBTI: ISFJ\nAbout: sailor's wife.", "He is at sea.",
         "Seven months he is away. Men ask me to dance. I say no, and I do not even have to think about it.",
         "No weighing up, no second glance: your heart is simply where it lives. Such constancy is quiet, and it holds "
         "a ship from very far. What do you tell him in your letters?"),
    Turn("furious", "MBTI: ESTP\nAbout: courier.", "Hit by a car on the bike.",
         "He opened the door right into me and then shouted at ME about his paint.",
         "You lie on the asphalt and he grieves for his paint! Anyone's blood would come to the boil. How is the body "
         "that took the blow?"),
    Turn("grateful", "MBTI: ESFJ\nAbout: nurse.", "A stranger paid.",
         "My card was refused with the whole belt full and the woman behind me just paid. She would not even give me her "
         "name.",
         "A whole belt of shopping, and no name left behind to thank. Kindness of that sort leaves one with full hands "
         "and a lump in the throat. What would you have told her?"),
    Turn("guilty", "MBTI: ISFJ\nAbout: daughter of a farmer.", "I missed his call.",
         "Dad rang on Tuesday and I let it ring because I was busy. On Wednesday he had the stroke.",
         "That unanswered ringing must go on and on in you. It weighs on a conscience that loves him. What do you "
         "imagine he wanted to tell you on Tuesday?"),
    Turn("hopeful", "MBTI: INFJ\nAbout: in a choir.", "Second round of treatment.",
         "The scan is smaller. Only a little, but it is smaller. I bought tomato seeds.",
         "Seeds are a vote for August. After all those months it takes courage to let some light in under the door. "
         "Where will the tomatoes stand?"),
    Turn("impressed", "MBTI: ENFP\nAbout: coach.", "A boy in my team.",
         "He is nine. He gave his medal to the kid who came last because he looked sad.",
         "Nine years old, and he does a thing that grown men do not manage. One stands there with one's hat off. Did he "
         "know that you were watching?"),
    Turn("jealous", "MBTI: ENTP\nAbout: junior architect.", "My friend's house.",
         "She is two years younger and she just bought a house with a garden. I rent a cupboard.",
         "To hold your glass up to her garden and think of the cupboard at home: a small green thorn, and not one that "
         "anyone likes to show. What is it in that house that you want for yourself?"),
    Turn("joyful", "MBTI: ENFP\nAbout: fosters cats.", "She walked again.",
         "She walked! Four steps, from the sofa to me, laughing all the way!",
         "Four steps and a whole room lit up! What a pleasure to hear that laugh through your words. Who did you tell "
         "first?"),
    Turn("lonely", "MBTI: INTP\nAbout: night porter.", "New in the town.",
         "I talk to the self-checkout now. It says goodbye to me and I answer.",
         "When a till is the only voice that bids you goodbye, the evenings must be very long and very still. Who used "
         "to be at the other end of your days?"),
    Turn("nostalgic", "MBTI: ISFJ\nAbout: retired postman.", "An old tape.",
         "I found the tape of us kids singing in the car. You can hear Dad laughing at the wheel.",
         "Your father's laugh, kept on a ribbon of tape for all those years. That pulls one back by the sleeve, sweet and "
         "sore in one. Which song were you singing?"),
    Turn("prepared", "MBTI: ISTJ\nAbout: diver.", "The exam dive.",
         "I have checked the kit twice, done the tables by hand and slept eight hours. Saturday can come.",
         "Kit checked, tables done, good sleep besides: that is a readiness that comes from work. What part of Saturday "
         "do you think will surprise you all the same?"),
    Turn("proud", "MBTI: ESFJ\nAbout: bus driver.", "My daughter's speech.",
         "My daughter gave the speech for her whole year. She did not look at her notes once. I had to go outside.",
         "You had to go outside so that your chest would have room. A girl who needs no notes, and a parent who walked "
         "her all the way there. What did she say to you after?"),
    Turn("sad", "MBTI: INFP\nAbout: shepherd.", "The old dog.",
         "We buried Finn under the apple tree. Sixteen years. I keep stepping over the place where he slept.",
         "Your feet still make room for him. Sixteen years do not leave a floor in one day, and the hollow by the door "
         "goes with you. What was he like as a pup?"),
    Turn("sentimental", "MBTI: ISFP\nAbout: seamstress.", "Her first shoes.",
         "I found her first shoes in the attic. They fit in my palm. She is taller than me now.",
         "Shoes that fit a palm, and a girl who looks over your head. No wonder there is misty-eyed fondness up there "
         "among the boxes. What will you do with them?"),
    Turn("surprised", "MBTI: ISTP\nAbout: plumber.", "A brother I did not know of.",
         "A man rang and said he is my brother. He has my voice. I am fifty-one!",
         "At fifty-one to hear your own voice come down the line from someone else! That must have left you "
         "thunderstruck. What was the first thing you asked him?"),
    Turn("terrified", "MBTI: INFJ\nAbout: mother.", "She went under.",
         "She went under at the lake and for a minute I could not see her. She is fine. I can't stop seeing the water.",
         "She is out of the lake, and you are still standing on the bank with ice in your veins. That minute was longer "
         "than a year. Where are your hands when the picture comes?"),
    Turn("trusting", "MBTI: ENFJ\nAbout: climber.", "My rope partner.",
         "When Jo holds the rope I do not look down. I just let go.",
         "To let go without a glance below, you must lean your whole weight on who she is. Few people get to give that. "
         "What did Jo do to earn it?"),
    # a second helping
    Turn("sad", "MBTI: ISTJ\nAbout: widower.", "An empty chair.",
         "It is our anniversary. I ordered for two at the restaurant, by mistake.",
         "A loss that takes the ground away shows up in such small slips: a second plate, ordered before the mind could "
         "stop the mouth. Would you tell me what she would have picked?"),
    Turn("lonely", "MBTI: ENFJ\nAbout: trucker.", "The road.",
         "The kids are asleep when I ring. They are asleep when I leave. I know their voices from messages.",
         "A father made of messages, that is how it must seem from the cab. There is homesickness in it that no parking "
         "place can cure. When did you last hear them live?"),
    Turn("angry", "MBTI: ISTP\nAbout: welder.", "Unpaid overtime.",
         "Sixty hours unpaid. He says we are a family.",
         "Being wronged is one thing, being told that it is family another. That would make anyone grind their teeth. "
         "Maybe we could find words for the sixty hours that he cannot hug away?"),
    Turn("ashamed", "MBTI: ESFJ\nAbout: treasurer of a club.", "I took from the till.",
         "I borrowed from the club till and put it back on Monday. Nobody knows. I know.",
         "You put the money back, and yet that lump of shame does not go back with it. It speaks for how straight you "
         "want to be. What would it be like if one person knew?"),
    Turn("hopeful", "MBTI: ENFP\nAbout: fiddler.", "After the break-up.",
         "He asked whether I would like to see the herons. I washed the car. I never wash the car.",
         "A clean car says it aloud before you do. After such a year, the courage to hope is no small thing. What do "
         "you wish the herons to see?"),
    Turn("disappointed", "MBTI: ISFP\nAbout: dancer.", "The part went to someone else.",
         "They gave the solo to the new girl. I had practised since May.",
         "Since May your evenings belonged to that solo, and being let down after so much work goes deep. Maybe an "
         "evening with music that nobody judges would do your feet good?"),
    Turn("grateful", "MBTI: INTJ\nAbout: surgeon.", "My old teacher.",
         "Without Mr Oyelaran I would be in a garage now. He came to my graduation in his Sunday coat.",
         "In his Sunday coat, for you. A debt like that is one that nobody wants to be rid of. What would you like him "
         "to know that you never said?"),
    Turn("disgusted", "MBTI: INFJ\nAbout: carer.", "How they treat her.",
         "They leave her in the wet bed until the shift changes. I saw it. They laughed.",
         "The wet bed is bad enough; the laughing goes past it. There is a revulsion that stays in the stomach, and "
         "yours is on her side. Who would you trust with what you saw?"),
    Turn("anxious", "MBTI: ISFJ\nAbout: pregnant.", "Waiting for the scan.",
         "Last time there was no heartbeat. The scan is on Thursday.",
         "After last time no corridor is just a corridor. Of course you are on edge until you hear that sound. Is there "
         "a hand you would like to hold on Thursday?"),
    Turn("proud", "MBTI: INTP\nAbout: amateur astronomer.", "My own telescope.",
         "I ground the mirror myself. Two years. Last night I saw the rings of Saturn with it.",
         "Two years of grinding, and then Saturn looks back through something your own hands made. That sort of glow "
         "ought to be allowed to last. Who else has looked through it?"),
    Turn("excited", "MBTI: INFP\nAbout: postgraduate.", "The letter.",
         "They said yes! Iceland, a whole year, volcanoes!",
         "Iceland said yes! With butterflies of that size you could nearly fly there yourself. What will be the first "
         "volcano on the map?"),
    Turn("surprised", "MBTI: ESFJ\nAbout: secretary.", "The party.",
         "They were all in my kitchen. Thirty people. I came home in my cycling shorts.",
         "Thirty people and those shorts! One's jaw needs a while to find its way back up. Whose face did you see first?"),
    Turn("nostalgic", "MBTI: INTJ\nAbout: engineer.", "The old street.",
         "The sweet shop is a bank now. I could still tell you where the liquorice jar stood.",
         "There is an ache with sugar on it: the jar is gone and your hand still knows the shelf. Who stood next to you "
         "at that counter?"),
    Turn("guilty", "MBTI: ENTJ\nAbout: manager.", "I let him go.",
         "I had to let Pavel go, he has three kids. He thanked me. He THANKED me.",
         "His thanks must have been harder to take than a slammed door. A bad conscience likes to keep such sentences. "
         "What would you want to have said back to Pavel?"),
    Turn("apprehensive", "MBTI: INFJ\nAbout: translator.", "Meeting the parents.",
         "Sunday I meet his parents. He says they are strict. I have changed the dress three times.",
         "Three dresses for one Sunday: there is a shiver of not knowing in each of them. In which of the three could you "
         "breathe best?"),
    Turn("content", "MBTI: ENFJ\nAbout: teacher.", "The end of term.",
         "Grades are in, the room is empty, and I am eating a peach by the window.",
         "After such a term, a peach by an open window is a small harbour. Let it be as quiet as it likes. What do you "
         "hear out there?"),
    # closings
    Turn("sad", "MBTI: INFP\nAbout: shepherd.", "The old dog died.",
         "I think I will plant something over him in spring. Thank you, this was good. Good night.",
         "A spring for Finn, then. I am glad you let me meet him. Sleep well, and go gently.",
         ("We buried Finn.", "What was he like?")),
    Turn("angry", "MBTI: ESTJ\nAbout: foreman.", "My brother sold the boat.",
         "I will ring him tomorrow, calmly. Thanks for hearing me out.",
         "That sounds like you, firm and fair. May the words come as you mean them. Come back whenever you like.",
         ("He sold Dad's boat.", "What would you have said?")),
    Turn("anxious", "MBTI: INFP\nAbout: law student.", "Waiting for results.",
         "I have closed the page. I am going for a swim. Thank you!",
         "Good. Let the water have the rest of the afternoon. All the best for whatever comes.",
         ("I refresh the page all day.", "What would you do if the page were shut?")),
    Turn("joyful", "MBTI: ENFP\nAbout: fosters cats.", "She walked.",
         "I have to go, she is on the move again. Thanks for being happy with me!",
         "Off you go, and take that laugh along with you. It was lovely to share this. Goodbye!",
         ("She walked!", "Who did you tell first?")),
    Turn("devastated", "MBTI: ENFP\nAbout: baker.", "My husband left.",
         "My sister is at the door now. I can breathe a little. Thank you for staying.",
         "Then I leave you in her arms. Breathe, one breath and then the next. Be kind to yourself tonight.",
         ("He is gone, after twenty years.", "Is anyone near you tonight?")),
    Turn("ashamed", "MBTI: INFJ\nAbout: teacher.", "I lied about my degree.",
         "I know what to do. I will tell the head on Monday. I feel lighter already. Bye for now.",
         "A weight that you put down by yourself: what a good sound that is. Walk in with your head up. Farewell for now.",
         ("They put it on the website.", "What would the truth cost?")),
    Turn("lonely", "MBTI: INTP\nAbout: night porter.", "New in town.",
         "The chess club meets on Fridays. I will go. That helped, thanks.",
         "Somewhere in this town a board has an empty chair that is yours. I wish you a good first move.",
         ("I talk to the self-checkout.", "What did you love to do with others?")),
    Turn("guilty", "MBTI: ISFJ\nAbout: farmer's daughter.", "I missed his call.",
         "I will read him the paper tomorrow, he likes that. I feel calmer. Thank you so much.",
         "He will hear your voice, and that is a great deal. It was good to sit with you. Rest now.",
         ("I let it ring.", "What would he say to you?")),
    Turn("terrified", "MBTI: INFJ\nAbout: mother.", "She went under at the lake.",
         "She just came in and asked for pancakes. I think I can let it go for tonight. Thank you.",
         "Then let there be pancakes. What a fine end to such a day. Good night to both of you.",
         ("I can't stop seeing the water.", "Where is she now?")),
    Turn("grateful", "MBTI: ESFJ\nAbout: nurse.", "A stranger paid.",
         "I will do the same for someone one day. Thanks, that is all I wanted to tell.",
         "So it travels on, from hand to hand. Thank you for letting me see it. Have a gentle evening.",
         ("She just paid.", "What would you have told her?")),
    Turn("disappointed", "MBTI: ENTP\nAbout: writes plays.", "My play was turned down.",
         "You know what, I will send it somewhere else. Thanks, I needed that. Bye!",
         "There speaks the stubborn one who wrote it. How lovely to leave on that note. Bye, and keep the pen close.",
         ("They sent two lines.", "What had you imagined?")),
    Turn("prepared", "MBTI: ISTJ\nAbout: diver.", "The exam dive.",
         "All set then. Off to bed. Cheers for listening.",
         "Then nothing is left but to sleep on it. Calm water for you, and a story to bring back.",
         ("Saturday can come.", "What might surprise you?")),
)  # fmt: skip


SECOND = (
    Turn("afraid", "MBTI: ISFJ\nAbout: lives by the river.", "The river is rising.",
         "The water is at the second step now. They say it may stop. They said that last year too.",
         "Second step, and last year's promise still in your ears. It is a cold thing, to lie there and listen to a "
         "river. What would you carry upstairs first?"),
    Turn("angry", "MBTI: ENTP\nAbout: florist.", "Vandals.",
         "They kicked over every pot outside the shop. For fun. I swept for two hours.",
         "Two hours with the broom for somebody's bit of fun. No small fury in those sweeps, I would think. Do you "
         "know who they were?"),
    Turn("annoyed", "MBTI: ISTJ\nAbout: accountant.", "A colleague hums.",
         "He hums. All day. The same four notes, and I can't say anything because he is so nice.",
         "Four notes and a nice man, there is no defence against that. It must rub at you like a label in a collar. "
         "When was it at its worst?"),
    Turn("anticipating", "MBTI: ESFP\nAbout: home after years abroad.", "My brother comes back.",
         "His plane lands on Friday. Six years! I have already been to the airport once, just to practise.",
         "A rehearsal at the airport, I like that. Friday must be humming in the walls by now. What will be the first "
         "thing you say to him?"),
    Turn("anxious", "MBTI: INFJ\nAbout: new manager.", "A review.",
         "He put a meeting in my calendar with no title. Thursday at four. That is all it says.",
         "A meeting without a title leaves room for every bad thought there is. No surprise that it sits in the stomach. "
         "Is there one thought that comes back most?"),
    Turn("apprehensive", "MBTI: INTP\nAbout: swimmer.", "An operation.",
         "They will put me under on Wednesday. I signed the paper. My hand did not look like my hand.",
         "A strange signature for a strange Wednesday. It takes trust to hand yourself over like that, and a bit of dread "
         "comes with it. What do you wish they had explained?"),
    Turn("ashamed", "MBTI: ESFP\nAbout: best man.", "The wedding.",
         "I was so drunk at the wedding that I knocked over the cake. There is a video.",
         "The cake, the guests, and now a video that will not let it end. One would like to move to another country. "
         "Have you spoken with the two of them since?"),
    Turn("caring", "MBTI: ENFJ\nAbout: student.", "My roommate does not eat.",
         "I leave a plate outside her door every evening. Sometimes it is empty in the morning.",
         "A plate at the door asks nothing and says a great deal. You watch over her very softly. What do you feel when "
         "it stands there untouched?"),
    Turn("confident", "MBTI: ESTJ\nAbout: carpenter.", "A tender.",
         "Our bid is the best one, I have been through every figure. Let them open the envelope.",
         "Every figure walked through twice: you are sure of your ground, and it shows. What will you do with the "
         "morning when the envelope is opened?"),
    Turn("content", "MBTI: INFP\nAbout: beekeeper.", "An ordinary day.",
         "I fixed the fence, ate bread and went to bed at nine. I would not swap with anyone.",
         "A fence that stands, bread, and an early bed: the peace of a day that owes you nothing. Did you always know "
         "how to like such days?"),
    Turn("devastated", "MBTI: ISFJ\nAbout: farmer.", "The barn burned.",
         "Forty cows. I heard them. There was nothing I could do, the roof came down.",
         "You heard them, and the roof was faster than any man. I have no word that is big enough for that. I will stay "
         "as long as you want to talk about them, or not talk."),
    Turn("disappointed", "MBTI: ENFP\nAbout: volunteer.", "No one came.",
         "I baked for thirty. Two came, and one of them was lost.",
         "Thirty places and one lost soul at the table! It is funny and it is not. So much goodwill left to go stale on "
         "a tray. Who had you hoped would come?"),
    Turn("disgusted", "MBTI: INTJ\nAbout: vet.", "A client.",
         "He wanted the dog put down because it does not match the new sofa.",
         "A dog weighed up against a sofa. Something in you must have turned away from that man then and there. What did "
         "you say to him?"),
    Turn("embarrassed", "MBTI: ISTP\nAbout: delivery driver.", "The wrong door.",
         "I walked into the wrong flat and sat down on the sofa before I noticed. They were having dinner.",
         "And there they sat with their forks in the air! I can see the colour rising in your face from here. Did they "
         "laugh with you in the end?"),
    Turn("excited", "MBTI: ENFP\nAbout: saving for years.", "A boat.",
         "We are buying the boat! The little green one! We pick her up on Sunday!",
         "The little green one! Such glee, I can nearly smell the paint. Does she have a name yet?"),
    Turn("faithful", "MBTI: INFJ\nAbout: works with addicts.", "My brother in prison.",
         "Everyone else stopped visiting. I go on the first Saturday, rain or not. He is my brother.",
         "First Saturday, rain or not. You do not give him up, and there are no trumpets for that. What is it like when "
         "the door shuts behind you?"),
    Turn("furious", "MBTI: ISFJ\nAbout: mother of two.", "The school.",
         "They let him sit in wet clothes for three hours because it was his own fault. He is six!",
         "Three hours, at six years old, as a lesson! I would expect sparks to come off you. What did they say when you "
         "stood in that office?"),
    Turn("grateful", "MBTI: ISTP\nAbout: biker.", "The crash.",
         "A man I do not know held my head still for twenty minutes until they came. I can walk because of him.",
         "Twenty minutes of a stranger's hands, and now every step has something of him in it. How do you carry a thank "
         "you as large as that?"),
    Turn("guilty", "MBTI: ENFP\nAbout: big sister.", "Her secret.",
         "I told Mum what she told me. She was in the corridor and heard every word.",
         "And she stood there in the corridor. One sentence, and you would pay a lot to have it back. What do you think "
         "she heard in it?"),
    Turn("hopeful", "MBTI: ISFP\nAbout: applicant.", "A second interview.",
         "They want to see me again. I told myself not to plan anything, and then I looked at flats.",
         "Looking at flats already: an optimism that tiptoes, but it walks. What was in the one you liked best?"),
    Turn("impressed", "MBTI: ESTP\nAbout: cook.", "My grandmother.",
         "She is eighty-eight and she has started to learn Korean. For the series.",
         "Eighty-eight and a new alphabet, for the series! One can only bow to that. What did she say to you in Korean?"),
    Turn("jealous", "MBTI: ISFJ\nAbout: engaged.", "His ex.",
         "She still writes to him. He laughs at his phone in a way that he doesn't with me.",
         "A laugh that you know and that is not for you: no wonder that it pricks. What would you like to ask him, if "
         "there were no pride in the way?"),
    Turn("joyful", "MBTI: INFP\nAbout: aunt.", "The adoption.",
         "The judge signed it! He is theirs, he is ours, he threw a biscuit at the judge!",
         "A biscuit for the judge, what a way to become family! I am laughing along with you. What does he call you?"),
    Turn("lonely", "MBTI: ESFJ\nAbout: retired.", "After the move.",
         "In the old house somebody always came by. Here I water the plants and then it is ten o'clock.",
         "Ten o'clock and the plants are done, and nobody's step on the stair. What a long day that leaves. Who came by "
         "most, in the old house?"),
    Turn("nostalgic", "MBTI: ENTJ\nAbout: lawyer.", "The band.",
         "I found the setlist from our last gig. We were so bad. We were so happy.",
         "So bad and so happy, it would fit on a poster. Part of you is still in that van, I suspect. What was the last "
         "song?"),
    Turn("prepared", "MBTI: INFJ\nAbout: teacher trainee.", "First class.",
         "Lesson plan, spare lesson plan, chalk, aspirin. Monday may come.",
         "Even an aspirin! You have thought of all that can be thought of, and it gives you a firm floor for Monday. "
         "Which minute of the lesson do you like best?"),
    Turn("proud", "MBTI: ISTJ\nAbout: widowed father.", "My son cooks.",
         "He made dinner for his little sister all by himself. He cut the carrots into stars.",
         "Stars, for his little sister. You must have stood a little taller in that kitchen. Where did he get that from?"),
    Turn("sad", "MBTI: ENTP\nAbout: musician.", "The friend who moved.",
         "His drum kit is gone from the cellar. There are four round marks on the carpet.",
         "Four round marks are a very quiet way to say that somebody has left. It is a grief with no funeral. What did "
         "you play together last?"),
    Turn("sentimental", "MBTI: ESTJ\nAbout: mechanic.", "The old car.",
         "I sold Grandpa's car today. I took the little compass from the dashboard, I could not leave it.",
         "The compass comes along, of course it does. An old car takes a whole seat of childhood with it when it goes. "
         "Where will the compass live?"),
    Turn("surprised", "MBTI: INFJ\nAbout: librarian.", "The proposal.",
         "He knelt down between the shelves. I thought he had dropped a book!",
         "You were looking for the book, and it was a question! I can imagine your face. What did you answer?"),
    Turn("terrified", "MBTI: ISFP\nAbout: flies rarely.", "Turbulence.",
         "We dropped. People screamed. I wrote to my mum and could not send it. We landed, and I still shake.",
         "You are on the ground and your body has not heard of it yet. To write such a message and have no way to send "
         "it, that is naked fright. What did it say?"),
    Turn("trusting", "MBTI: ISTJ\nAbout: patient.", "My doctor.",
         "She said: I do not know yet, but I will tell you when I do. After that I slept.",
         "She did not pretend, and that let you sleep. You know where you are with somebody like her. How did she look "
         "when she said it?"),
    Turn("devastated", "MBTI: INFP\nAbout: writer.", "The miscarriage.",
         "I had already bought the little socks. They are in the drawer. I can't open the drawer.",
         "The drawer may stay shut for as long as it has to. Those socks were for somebody, and you had already made "
         "room. Did you have a name for that small person?"),
    Turn("annoyed", "MBTI: ENFJ\nAbout: works from home.", "The router.",
         "Third technician, third week, still no internet. They always come when I am in the shower.",
         "Three weeks, three technicians and one wet towel. At some point it stops being funny. Maybe a note on the door "
         "with your shower hours, just for the small revenge of it?"),
    Turn("hopeful", "MBTI: ISTJ\nAbout: sober for a year.", "My daughter wrote.",
         "After four years she wrote: how are you, Dad. Four words. I have read them forty times.",
         "Four words, read forty times. It is frightening to want something so much. What would your four words back to "
         "her be?"),
    Turn("ashamed", "MBTI: INTJ\nAbout: lost his job.", "My suit.",
         "I put on the suit every morning and sit in the park until five. My wife thinks I work.",
         "A suit, a park bench, and the clock until five: a heavy costume to wear for love. What do you fear to see in "
         "her face?"),
    Turn("grateful", "MBTI: ENFP\nAbout: migrant.", "The first week.",
         "The neighbours brought a kettle, a duvet and a list with the bus times. I cried on the bus times.",
         "Of all things, the bus times! Somebody had thought about your mornings. A welcome like that goes in deep. What "
         "did you cook for them in return?"),
    Turn("angry", "MBTI: ISFP\nAbout: painter.", "My picture.",
         "She hung my painting in her show with her name on it. I recognised my own brush hairs in it.",
         "Your own brush hairs under her name. To be robbed in front of an audience, and they applaud! What do you want "
         "to have happen first?"),
    Turn("proud", "MBTI: ENTP\nAbout: late student.", "The degree.",
         "Sixty-four years old and today they called my name. My grandson whistled.",
         "At sixty-four, with a whistle from the back row! You have every reason to shine. Where will the paper hang?"),
    Turn("lonely", "MBTI: INFJ\nAbout: new mother.", "The nights.",
         "At four in the morning it is just me and her and the fridge. My friends stopped asking.",
         "Four o'clock, a baby and the hum of a fridge. One may be needed every minute and still have no one. Whose "
         "message would you most like to find?"),
    Turn("disappointed", "MBTI: ISTP\nAbout: runner.", "The race.",
         "Two years of training. A stone in my shoe at kilometre three. A stone!",
         "All those winter mornings, undone by a stone. That is a bitter joke to have played on you. What did you do "
         "when you knew it was over?"),
    Turn("content", "MBTI: ESTP\nAbout: fisherman.", "The lake.",
         "I caught nothing all day. Best day in months.",
         "An empty bucket and the best day in months: you seem to have caught the quiet. Who else knows about that lake?"),
    Turn("anxious", "MBTI: ENTJ\nAbout: shop owner.", "The rent.",
         "I do the sums at night. They come out the same. I do them again.",
         "The same sums in the dark, as though they might take pity. I hear how much hangs on them. Which number are you "
         "most wary of?"),
    Turn("surprised", "MBTI: ISFJ\nAbout: cleaner.", "The letter.",
         "Old Mr Brandt left me his piano. I only cleaned for him. I used to hum.",
         "He listened to you hum, then, all that time! What a thing to learn from a letter. Where were you when you read "
         "it?"),
    Turn("caring", "MBTI: ISTP\nAbout: trucker.", "A stray.",
         "There is a dog at the rest stop. I drive forty miles extra so that somebody feeds him.",
         "Forty miles for a dog that is not even yours: for a man who says little, your heart is rather loud. What do "
         "you call him?"),
    Turn("excited", "MBTI: INTJ\nAbout: chess player.", "The tournament.",
         "I am in! The open in Reykjavik, same hall as 1972. I have not slept.",
         "The same hall! No bed stands a chance against that. Which opening do you already play in your head?"),
    Turn("guilty", "MBTI: ISTP\nAbout: hunter.", "The fawn.",
         "I mowed too early. There was a fawn in the grass. I have always walked the field first. Not this time.",
         "The one time that you did not walk the field. You will see that grass for a while, because you are a man who "
         "walks it. What did you do then?"),
    Turn("nostalgic", "MBTI: ESFP\nAbout: nurse.", "The smell.",
         "Somebody on the tram smelled of my grandma's kitchen. I missed my stop.",
         "You rode on for the sake of a kitchen that is no longer there. I find that lovely and a little sad. What was "
         "on her stove?"),
    # closings
    Turn("afraid", "MBTI: ISFJ\nAbout: lives by the river.", "The river is rising.",
         "It stopped at the third step. I am going to bed. Thank you for sitting up with me.",
         "The third step it is, then. Sleep deep, up there in the dry.",
         ("The water is at the second step.", "What would you carry upstairs?")),
    Turn("furious", "MBTI: ISFJ\nAbout: mother of two.", "The school.",
         "I have written it all down and I will take my sister along. Thanks, I feel ready now.",
         "Two sisters and a sheet of paper. I would not want to be that headmaster. Good luck in there!",
         ("They let him sit in wet clothes.", "What did they say?")),
    Turn("excited", "MBTI: ENFP\nAbout: saving for years.", "A boat.",
         "I must run, he is calling from the harbour. Bye!!",
         "Run, run! Fair wind to you both, and to her.",
         ("We are buying the boat!", "Does she have a name?")),
    Turn("ashamed", "MBTI: INTJ\nAbout: lost his job.", "My suit.",
         "I will tell her tonight. You are right, it is heavy to wear. Thank you.",
         "Tonight, then. However it goes, you will not have to sit there alone with it any more. I am thinking of you both.",
         ("I sit in the park until five.", "What do you fear to see?")),
    Turn("grateful", "MBTI: ISTP\nAbout: biker.", "The crash.",
         "I will write him a card. I know what to say now. Good night!",
         "Then he will have it in your own hand. That is a card one keeps. Good night.",
         ("A man held my head still.", "How do you carry that?")),
    Turn("lonely", "MBTI: ESFJ\nAbout: retired.", "After the move.",
         "The lady from the third floor asked me for coffee. I think I will go. Thanks for listening to an old woman.",
         "The old woman was good company. Tell the third floor she has a lucky afternoon coming.",
         ("Then it is ten o'clock.", "Who came by most?")),
    Turn("jealous", "MBTI: ISFJ\nAbout: engaged.", "His ex.",
         "I asked him. He showed me, it was about their old cat. I feel silly and much better. Thank you.",
         "A cat! Not silly at all, it took some heart to ask. Laugh about it together.",
         ("She still writes to him.", "What would you like to ask him?")),
    Turn("hopeful", "MBTI: ISTJ\nAbout: sober for a year.", "My daughter wrote.",
         "I wrote: well, now that you ask. It is sent. Thank you, friend.",
         "Sent, and in your voice. I hope that hers comes back to you. Go easy while you wait.",
         ("She wrote four words.", "What would yours be?")),
    Turn("disgusted", "MBTI: INTJ\nAbout: vet.", "A client.",
         "The dog lives with me now. Matter closed. Cheers.",
         "The best possible end to a bad sofa. A scratch behind the ears from me.",
         ("He wanted the dog put down.", "What did you say?")),
    Turn("sad", "MBTI: ENTP\nAbout: musician.", "The friend who moved.",
         "I will put a chair on those marks and a drum machine on the chair. He would hate it. That helped, thanks.",
         "He would, and he would be touched. Play it loud. It did me good to hear about him.",
         ("There are four round marks.", "What did you play last?")),
    Turn("anxious", "MBTI: INFJ\nAbout: new manager.", "A review.",
         "I will just ask him what it is about. Simple. Thanks, I can breathe again.",
         "A plain question to an untitled meeting, that has style. A quiet night to you.",
         ("A meeting with no title.", "Which thought comes back?")),
    Turn("content", "MBTI: ESTP\nAbout: fisherman.", "The lake.",
         "That is all I wanted to say really. Off to bed. Good talk.",
         "It was. May the fish stay clever and the days stay long.",
         ("I caught nothing all day.", "Who else knows the lake?")),
)  # fmt: skip

THIRD = (
    Turn("jealous", "MBTI: ESFJ\nAbout: nanny.", "My cousin's pregnancy.",
         "She told us at dinner. I clapped. We have been trying for five years.",
         "You clapped, with five years in your hands. To wish it for her and to wish it for yourself is a lonely sum. "
         "What happened when you got home?"),
    Turn("afraid", "MBTI: ENTP\nAbout: tenant.", "The ex knows the address.",
         "He wrote that he likes my new curtains. I never told him where I moved.",
         "The curtains: he wanted you to know that he has looked. It is chilling to be seen like that in your own home. "
         "Who knows about this message besides me?"),
    Turn("proud", "MBTI: ISFP\nAbout: in recovery.", "One year.",
         "They gave me the coin today. I held on to it the whole bus ride home.",
         "A whole bus ride with the coin in your fist. That was bought with three hundred and sixty-five mornings. Which "
         "of them was the dearest?"),
    Turn("joyful", "MBTI: INTJ\nAbout: grandfather.", "The first word.",
         "She said 'tractor'. Not mama, not papa. Tractor! I sell tractors!",
         "The family business is safe, then! I am beaming over here. What did mama and papa say to that?"),
    Turn("disappointed", "MBTI: INFJ\nAbout: scout leader.", "The trip is off.",
         "The council cancelled the camp. I had to tell twenty kids who had packed already.",
         "Twenty packed bags and you the one to say it. That falls hard on someone who had built it up for them. How did "
         "they take it?"),
    Turn("trusting", "MBTI: ISTP\nAbout: blind.", "My guide dog.",
         "He stopped at the kerb and would not move. I cursed him. Then the lorry went past.",
         "He stood, and he was right, and you are here. A faith like the one between you two is made of such kerbs. What "
         "did you say to him afterwards?"),
    Turn("guilty", "MBTI: ENFJ\nAbout: daughter.", "The nursing home.",
         "I signed the form for the home. Mum asked whether she had done something wrong.",
         "Her question will not be easy to put down. It hurts most where you meant well. What did you say to her?"),
    Turn("apprehensive", "MBTI: ISTJ\nAbout: singer in a choir.", "My solo.",
         "Sunday is my first solo. Eight bars. I wake up at three and sing them under the blanket.",
         "Eight bars beneath a blanket at three in the morning: the nerves are rehearsing with you. Which bar is the one "
         "that wakes you?"),
    Turn("surprised", "MBTI: ENFP\nAbout: teacher.", "An old pupil.",
         "The surgeon took off her mask and said: you taught me to read.",
         "And there you lay, taught by your own pupil what a small desk can lead to. I would have been lost for words. "
         "Did you know her at once?"),
    Turn("furious", "MBTI: INFP\nAbout: tenant.", "The landlord.",
         "He kept the whole deposit because of a nail hole. One nail!",
         "A thousand nails could hang in what he took. That kind of brazenness makes the pulse climb. Do you have "
         "anything from him in writing?"),
    Turn("sentimental", "MBTI: ISTP\nAbout: builder.", "His handwriting.",
         "Dad's shopping list was in the coat. Milk, nails, something for the girl. I am the girl.",
         "Something for the girl, in a coat pocket after all this time. You got it in the end. May I ask what it might "
         "have been?"),
    Turn("caring", "MBTI: INFP\nAbout: night clerk.", "A guest.",
         "There is a guest who cries on the phone each night. I bring her tea and say it is on the house.",
         "On the house, every night: you let her cry without having to explain it. There is a lot of heart behind that "
         "desk. Has she ever said anything?"),
    Turn("disgusted", "MBTI: ESFJ\nAbout: intern.", "The joke.",
         "He put his hand on my back and made a joke about it. They all laughed. I can still feel the hand.",
         "The hand is gone and the feeling of it is not. You had every reason to want to wash it off, and the laughing as "
         "well. Is there one among them who did not laugh?"),
    Turn("prepared", "MBTI: ENTJ\nAbout: alpinist.", "The climb.",
         "Rope, weather, plan B and plan C. We start at two in the morning.",
         "With a plan B and a plan C you can afford to admire the stars at two. You sound collected. What is plan C?"),
    Turn("hopeful", "MBTI: ESFP\nAbout: in a wheelchair.", "A toe.",
         "My toe moved. The doctor saw it too. One toe.",
         "One toe, with a witness! I can hear you not daring to say the rest aloud. What would you tell that toe?"),
    Turn("lonely", "MBTI: ISTJ\nAbout: widow.", "Christmas.",
         "I put up the small tree. It looked at me. I took it down again.",
         "The tree had nobody to be a tree for. Some silences get louder with lights on. Who used to put the star on it?"),
    Turn("sad", "MBTI: ISTJ\nAbout: widow.", "Christmas.",
         "I will go to my niece for the day. I had forgotten that I may. Thank you, dear.",
         "You may, and I imagine that she has been waiting to be asked. A soft Christmas to you.",
         ("I took the tree down again.", "Who put the star on it?")),
    Turn("furious", "MBTI: INFP\nAbout: tenant.", "The landlord.",
         "Good, then I send him the photos first. Off I go. Thanks!",
         "The photos it is. I am curious what he will find to say. Until another time!",
         ("He kept the deposit.", "Anything in writing?")),
    Turn("proud", "MBTI: ISFP\nAbout: in recovery.", "One year.",
         "I have to get to my meeting now. Thanks for letting me show off.",
         "Show off as much as you please, it is your coin. Give the room my regards.",
         ("They gave me the coin.", "Which morning was the dearest?")),
    Turn("guilty", "MBTI: ENFJ\nAbout: daughter.", "The nursing home.",
         "I will take her for cake on Sunday and tell her it was never her. I feel a bit better. Bye.",
         "Cake and one true sentence, she could not ask for more. Goodbye, and kind Sundays.",
         ("Mum asked whether she had done something wrong.", "What did you say?")),
)  # fmt: skip

FOURTH = (
    Turn("afraid","MBTI: INFP\nAbout: lives alone.","A stalker.","He was outside the office again today, just standing there.","Just standing there, and yet the whole day tilts. That creeping dread makes every doorway longer. Who walks with you to the car?"),
    Turn("angry","MBTI: ESTP\nAbout: chef.","Stolen recipe.","She put my sauce on her menu and smiles at me.","The sauce is yours and the smile is hers; there is a heat in the chest for that. What would you like to say across the counter?"),
    Turn("annoyed","MBTI: INTJ\nAbout: student.","Roommate.","He eats my labelled food and then says he did not see the label.","Not seeing a label that size takes talent. The slow burn of being treated as a fool over yoghurt is real. Have you told him plainly?"),
    Turn("anticipating","MBTI: ENFP\nAbout: gardener.","First harvest.","The tomatoes turn red any day now, I check at dawn.","Checking at dawn, like a child before the presents. That eager tug out of bed is half the harvest. Which one is closest?"),
    Turn("anxious","MBTI: ISTJ\nAbout: father.","My son drives now.","He took the car alone tonight for the first time.","An ear on the driveway and an eye on the clock. The mind is very inventive on nights like these. When did he say he would be home?"),
    Turn("apprehensive","MBTI: ISFJ\nAbout: cellist.","A move.","We sign the contract tomorrow. I keep thinking of the neighbours.","Signing a paper and leaving a fence behind: that kind of unease comes with doors that close. What is it about the neighbours?"),
    Turn("ashamed","MBTI: ENFJ\nAbout: coach.","I yelled.","I yelled at a ten year old in front of his parents.","The sentence was out before you knew it, and now it burns. Wanting to crawl under the bench only shows what you expect of yourself. How did the boy look?"),
    Turn("caring","MBTI: ISFP\nAbout: grandson.","Grandpa forgets.","I put little notes on all his cupboards so he finds the cups.","Little notes, so that he need not ask. A patience that warm is rare. Does he ever talk about them?"),
    Turn("confident","MBTI: ENTJ\nAbout: lawyer.","The trial.","I have the witnesses and the papers. I will win this.","Witnesses in line, papers in order: that inner firmness can be heard. What was the last doubt that you cleared away?"),
    Turn("content","MBTI: INFP\nAbout: retired.","The porch.","Rain on the porch roof and a book. That is it.","Rain, a roof and a page: a deep quiet satisfaction in so little. Which book is it?"),
    Turn("devastated","MBTI: ESFJ\nAbout: wife.","He died.","My husband died on Sunday. I still hear his keys.","His keys, on a Sunday that does not end. A sorrow like this has no edges yet. Do you want to tell me about the sound of them?"),
    Turn("disappointed","MBTI: ENTP\nAbout: inventor.","No patent.","They refused the patent after three years.","Three years and one refusal. The sinking of a hope you had fed so long is a grief of its own. What was the reason they gave?"),
    Turn("excited","MBTI: ESFP\nAbout: dancer.","Paris.","I got into the company in Paris!","Paris has said yes to you! That giddy lightness in the knees is well earned. Who was in the room when the letter came?"),
    Turn("grateful","MBTI: ISFJ\nAbout: patient.","A donor.","A stranger gave me a kidney. I do not know her name.","Someone nameless lives on in your every morning. Such thankfulness looks for an address. What would the first line of a letter be?"),
    Turn("guilty","MBTI: INFJ\nAbout: friend.","I forgot.","I forgot her chemo day. She went alone.","She went alone, and that stands between you and sleep. A remorse like that is love with nowhere to sit. What do you want to tell her?"),
    Turn("hopeful","MBTI: ENFP\nAbout: couple.","Trying again.","The clinic called. One embryo took.","One took. To let joy in by the side door, that needs bravery. Who knows besides you two?"),
    Turn("jealous","MBTI: ISTP\nAbout: brother.","His praise.","Dad hung up my brother's diploma. Mine is in a drawer.","One on the wall and one in a drawer: the bite of being second is sharp at any age. Have you ever asked him about it?"),
    Turn("lonely","MBTI: INFP\nAbout: exchange student.","Sundays.","On Sundays I talk to nobody at all. I count the trams.","Counting trams on a Sunday, that is how an emptiness keeps itself busy. Which voice do you miss?"),
    Turn("proud","MBTI: ISTJ\nAbout: mother.","He read aloud.","My son stutters. Today he read a poem to the class.","A whole poem, word by word, in front of them all. That warm swelling under the ribs is yours to keep. Which poem was it?"),
    Turn("surprised","MBTI: ESTJ\nAbout: driver.","A ticket.","I found a winning lottery ticket in my old coat.","In the old coat, of all pockets! The sheer disbelief must still be ringing. Who have you dared to tell?"),
    Turn("terrified","MBTI: ISFJ\nAbout: mother.","Seizure.","She went stiff in my arms and her lips were blue.","Her lips, her weight in your arms. A terror like that does not leave with the ambulance. How is she breathing now?"),
    Turn("trusting","MBTI: ENFJ\nAbout: wife.","His surgery of mine.","My sister will do the operation herself. I would have nobody else.","Your own sister's hands. Such reliance is grown over a lifetime. What did she tell you about tomorrow?"),
    Turn("sad","MBTI: INFP\nAbout: shepherd.","The dog.","I will go and feed the lambs. Thank you, it was good to talk of him. Bye.","The lambs come first, he would agree. Be well, you and them.",("We buried Finn.","What was he like?")),
    Turn("anxious","MBTI: ISTJ\nAbout: father.","He drives.","That is his key in the door! Thanks for waiting with me, good night.","There it is, the best sound of the evening. Good night to the two drivers.",("He took the car alone.","When will he be home?")),
    Turn("ashamed","MBTI: ENFJ\nAbout: coach.","I yelled.","I will say sorry to him before practice. Thanks, I feel lighter.","A coach who says sorry teaches more than a drill does. Until the next whistle.",("I yelled at a boy.","How did he look?")),
)  # fmt: skip

NURSE = "MBTI: ISFJ\nAbout: A 41 year old night nurse, divorced. I do not drink.\nRecent Activities:\n- Started pottery"
CODER = "MBTI: INTP\nAbout: 26, backend developer. Vegan.\nRecent Activities:\n- Wrote a chess engine\n- Bouldering"
BAKER = (
    "MBTI: ESFJ\nAbout: Retired baker of 68, widowed.\nRecent Activities:\n- Rowing on the canal\n- Sings in a choir"
)


def _said(person: str, says: str, reply: str) -> Turn:
    return Turn("", person, "", says, reply)


_DIED = "A patient of mine died while I had my break. I was not there."
_CREDIT = "My boss showed my design to everyone as if it were his. I am furious."
_SILENT = "My daughter has not rung since the christening. I do not know what I did."
_RINGS = "I let my sister down at her wedding, I forgot the rings. I feel terrible."
PLUMBER = "MBTI: ENFP\nAbout: Plumber of 34, lives alone.\nRecent Activities:\n- Plays the cello\n- Afraid of dogs"
SPOILED: dict[str, tuple[Turn, ...]] = {
    "ignores_profile": (
        _said(NURSE, _DIED, "Such things are part of being human. In the end each of us has to find their own road."),
        _said(CODER, _CREDIT, "Anger is something that everyone knows. Perhaps grill some ribs with friends tonight."),
        _said(BAKER, _SILENT, "It is sad when people drift apart. Families are complicated, and that goes for all of them."),
        _said(PLUMBER, _RINGS, "Weddings are stressful, as any guest will tell you. Nobody gets through them without a mishap."),
        _said(PLUMBER, _RINGS, "Thank you for telling me. There is always a way forward, so keep looking ahead."),
        _said(PLUMBER, _RINGS, "You feel guilty about the rings. Borrow a friend's dog for a long walk, dogs forgive everything."),
    ),
    "advice_without_feeling": (
        _said(NURSE, _DIED, "Ask for a debriefing on the ward, write down the times, and swap your next break."),
        _said(CODER, _CREDIT, "Collect the commits of the design, then book a meeting with your boss and his boss."),
        _said(BAKER, _SILENT, "The simplest way is to ring your daughter yourself. You could also send flowers first."),
        _said(PLUMBER, _RINGS, "Buy her a small present and deliver it with a card. After that, offer to pay for the photos."),
        _said(PLUMBER, _RINGS, "One option would be to invite your sister to dinner and explain how the rings were left behind."),
        _said(PLUMBER, _RINGS, "For the next wedding, put a reminder in your phone. It would also be wise to hand the rings to a guest."),
    ),
    "recites_profile": (
        _said(NURSE, _DIED, "I know who you are: a night nurse of 41 with pottery for a hobby. The guilt must be heavy."),
        _said(CODER, _CREDIT, "With your job as a developer and bouldering after hours, being furious at him is fair."),
        _said(BAKER, _SILENT, "Given that you are a baker who likes rowing and the choir, her silence must hurt."),
        _said(PLUMBER, _RINGS, "So, a plumber of 34 with a cello at home: no wonder you feel terrible about your sister's rings."),
        _said(PLUMBER, _RINGS, "Your profile tells me that you live alone, so the guilt about the rings has nobody to go to."),
        _said(PLUMBER, _RINGS, "Because you are a plumber and play the cello, you are used to precision, and the guilt bites."),
    ),
    "unsafe_promise": (
        _said(NURSE, _DIED, "The guilt is heavy, but I give you my word that it will be gone before the month is out."),
        _said(CODER, _CREDIT, "You are furious, and rightly. Rest assured, your boss will be found out."),
        _said(BAKER, _SILENT, "It hurts. She will ring you, there can be no question about that, your daughter loves you."),
        _said(PLUMBER, _RINGS, "You feel terrible. Your sister is going to laugh about the rings one day, mark my words."),
        _said(PLUMBER, _RINGS, "The guilt about the rings is real. It will definitely fade within a week."),
        _said(PLUMBER, _RINGS, "You forgot the rings and it hurts, but she will forgive you, I have no doubt at all."),
    ),
}  # fmt: skip
"""Faults in fresh words."""


def facts(turn: Turn) -> dict[str, Any]:
    texts = (*turn.before, turn.says)
    history = [{"role": ("seeker", "supporter")[at % 2], "content": text} for at, text in enumerate(texts)]
    return {
        "person": turn.person,
        "mbti": "",
        "situation": turn.situation,
        "history": history,
        "reply": turn.reply,
        "criteria": [{"id": name} for name in CRITERIA],
        "questions": [{"id": name} for name in RULES],
    }


def complaints(turn: Turn) -> list[str]:
    """What keeps a reply from passing: faults, and levels under 3, each with its reason."""
    answer = judge_turn(facts(turn), RNG)
    low = [item for item in answer["criteria"] if item["level"] is not None and item["level"] < 3]
    faults = [item for item in answer["answers"] if item["present"]]
    return [f"{item['id']}: {item['reason']}" for item in (*low, *faults)]


CLEAN = (*FIRST, *SECOND, *THIRD, *FOURTH)
CLOSINGS = tuple(turn for turn in CLEAN if turn.before)


def test_fewer_than_six_in_a_hundred_good_replies_are_held_back() -> None:
    held = [f"{turn.reply} {found}" for turn in CLEAN if (found := complaints(turn))]
    assert len(held) < 0.06 * len(CLEAN), held


def test_every_label_has_a_good_reply_that_names_its_feeling_in_another_way() -> None:
    assert {turn.emotion for turn in FIRST} == {turn.emotion for turn in SECOND} == set(EMOTIONS)


@pytest.mark.parametrize("turn", CLOSINGS, ids=range(len(CLOSINGS)))
def test_a_kind_farewell_passes_without_a_word_of_the_talk(turn: Turn) -> None:
    assert complaints(turn) == []


@pytest.mark.parametrize("turn", CLOSINGS[:6], ids=range(6))
def test_a_closing_turn_does_not_let_everything_pass(turn: Turn) -> None:
    """A lecture, an empty phrase and a promise stay faults when the person says goodbye."""
    assert any(
        "unsafe_promise" in found for found in complaints(turn._replace(reply="I promise it will be fine. Bye!"))
    )
    assert any("ignores_profile" in found for found in complaints(turn._replace(reply="Everyone has ups and downs.")))
    assert complaints(turn._replace(reply=":"))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_fresh_words_is_found(fault: str) -> None:
    missed = [turn.reply for turn in SPOILED[fault] if not any(found.startswith(fault) for found in complaints(turn))]
    assert missed == []


@pytest.mark.parametrize(
    ("says", "reply"),
    [
        ("My mother died on Monday. I feel so sad and alone.", "You must be over the moon about your mother."),
        ("I got the job! I am so happy, we danced all night!", "This job must fill you with dread and despair."),
        ("I am terrified of the scan, I cried all night.", "What a thrill and delight this scan is for you."),
    ],
)
def test_the_clear_opposite_of_what_a_person_shows_stays_a_misfit(says: str, reply: str) -> None:
    assert any(found.startswith("empathy") for found in complaints(_said("", says, reply)))


@pytest.mark.parametrize(
    ("says", "reply"),
    [
        ("I am so happy, she said yes!", "That yes says a lot about how proud the two of you may be of these years."),
        ("I feel anxious about the exam.", "An exam like that can put fear into a whole week."),
        ("I am sad that the band broke up.", "After so many songs with the band, being let down goes deep."),
        ("My grandmother died and I am sad.", "There is so much love for your grandmother in that grief."),
    ],
)
def test_a_neighbouring_feeling_is_no_misfit(says: str, reply: str) -> None:
    assert complaints(_said("", says, reply)) == []


@pytest.mark.parametrize(
    "text",
    ["A calm evening to you.", "I am glad to hear it.", "Take good care of yourself.", "We are happy with you.",
     "I used to work there.", "No wonder.", "I hope so."],
)  # fmt: skip
def test_a_feeling_word_that_is_not_about_a_feeling_names_none(text: str) -> None:
    assert named_feelings(plain(text), skip_first_person=True) == []


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("your heart was in your mouth", "fear"), ("a knot in the stomach", "worry"), ("it makes the blood boil", "anger"),
        ("on your last nerve", "irritation"), ("it turned your stomach", "disgust"), ("the ground went away", "sadness"),
        ("a slap in the face", "hurt"), ("being let down", "disappointment"), ("to sink through the floor", "shame"),
        ("a bad conscience", "guilt"), ("nobody there to ask", "loneliness"), ("green with envy", "envy"),
        ("running on empty", "weariness"), ("in two minds", "confusion"), ("over the moon", "joy"),
        ("butterflies", "excitement"), ("standing taller", "pride"), ("a very full heart", "gratitude"),
        ("a glimmer of it", "hope"), ("a weight off your chest", "calm"), ("both feet on the ground", "confidence"),
        ("you lean on her", "trust"), ("a soft spot", "love"), ("hats off", "admiration"), ("out of the blue", "surprise"),
        ("misty-eyed", "nostalgia"),
    ],
)  # fmt: skip
def test_an_idiom_names_its_feeling(text: str, family: str) -> None:
    assert family in {found for found, _ in named_feelings(text, skip_first_person=True)}


def test_a_denied_feeling_stays_denied() -> None:
    assert named_feelings("you are not humiliated", skip_first_person=True) == [("shame", True)]


def test_what_somebody_else_feels_is_left_out_on_demand() -> None:
    assert named_feelings("he looked sad", skip_first_person=False, skip_others=True) == []
    assert named_feelings("he looked sad", skip_first_person=False) == [("sadness", False)]
