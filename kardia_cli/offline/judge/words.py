"""Word lists of the offline judge: what it takes as a hardship, a detail, a piece of advice, an event.

Open this file (and scorer_patterns.py for the phrases) to see why a reply got its level. The lists are ours, written by
hand for English. Feelings have files of their own (scorer_feelings.py); details are matched by stem (`scorer_text.stem`).
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HARDSHIP = _words("""
hard harder hardest rough tough heavy difficult brutal unfair cruel awful terrible horrible raw horrid rotten lousy
bleak weigh weighs weighing weight burden lump sinking shaken shaking rattled bruising bruised unbearable relentless
tears jarring disorienting worse worst gnawing wears churning knot ouch ugh sickening stinging bitter aggravation
nightmare harsh
""")

DELIGHT = _words("""
lovely wonderful great awesome fantastic beautiful sweet earned deserved congratulations congrats special precious
warm glow glowing smile smiling brilliant treasure treasured celebrate celebrating nice cool incredible superb yay
hooray marvelous marvellous sweetest joyous wow
""")

BAD_EVENTS = _words("""
died dies dying death dead passed funeral cancer diagnosed diagnosis hospital surgery sick ill illness accident
crash crashed wreck fired laid layoff failed failing fail fails divorce divorced dumped breakup cheated cheating
lied lying stolen stole robbed broke broken lost losing lose alone bully bullied bullying yelled shouted screamed
fight fought argument rejected cancelled canceled debt evicted homeless attacked threatened injured injury bleeding
tornado hurricane flood fire snake spider nightmare worst terrible horrible awful bad wrong ruined ruin mess messed
forgot rude spilled fell vomit mold cockroach roach rats insult insulted mocked laughed struggling struggle suffer
suffering blame hate hated hates hurtful miscarriage gossip secret rat
""")

GOOD_EVENTS = _words("""
won win winning promoted promotion raise graduated graduating graduation accepted engaged engagement wedding
birthday vacation holiday trip award scholarship gift present surprise-party puppy kitten newborn pregnant reunion
reunited celebrate celebrated succeeded success aced bonus offer offered best great awesome amazing wonderful
fantastic beautiful perfect enjoyed enjoying enjoy healed remission recovered helped generous kind delicious
gorgeous
""")

NEGATORS = _words("not no never none without nobody nothing neither nor hardly barely cannot instead rather skip")

STOP = _words("""
a about above after again all also although am an and another any anybody anyone anything are around as at away back
be because been before being below between both but by can cannot come could did do does doing done down during each
either else enough even ever every everybody everyone everything few for from further get gets getting go goes going
gone got had has have having he hello her here hers herself hey hi him himself his how i if in into is it its itself
just kind know knows least less let like likes little look looks made make makes making many may maybe me might mine
more most much must my myself never no nobody none nor not nothing now of off often oh ok okay on once one only or
other others our ours out over own perhaps please quite rather really said same say says see seem seems shall she
should since so some somebody someone something sometimes somewhere soon still such take takes taking tell than that
the their theirs them themselves then there these they this those though through till to together too toward two
under until up upon us very was way we well were what whatever when whenever where whether which while who whole
whom whose why will with within without would yeah yep yes yet you your yours yourself u ur lol hmm um uh haha well
almost always
""")

FOREIGN = _words("""
ich du er sie es wir ihr ist bin sind war nicht kein keine und oder aber das der die den dem ein eine mir mich dir dich mit
auf von sehr auch wie was warum leid je tu il elle nous vous est suis sont pas ne le la les un une des du de et ou mais
que qui dans pour avec très cela mon ton yo tú él ella nosotros es soy está estoy eres no el los las una
unos y o pero lo en para con muy mi tu su siento eu você ele ela é sou não os as um uma mas em muito meu
teu io lui lei sono sei non il gli uno ma che per molto mio tuo ik jij hij zij het een niet maar met voor heel mijn
""")
"""Function words of German, French, Spanish, Portuguese, Italian and Dutch, for texts too short to tell by English ones."""

VAGUE = _words("""
thing things feel feels feeling feelings felt think thinks thought thinking time times good bad day days people
person life lives lot lots want wants wanted need needs needed help helps helped helping talk talks talked talking
today tonight tomorrow yesterday week weeks month months year years ago able best better big bit bring call change
couple deal different easy end experience fact find found first full getting give gave glad great happen happened
happening happens hard hear heard hey hold hope idea imagine important keep last later listen listening live long
longer love matter mean means moment new next nice old part past place plan point possible probably problem problems
put question ready real reason reply right second sense share sharing show side situation small sorry sort sound
sounds space start started stay step stop strong stuff support sure thank thanks true try trying tried turn
understand understandable use used usually wait whole wish wonder words worse worst worth wow wrong actually anymore
completely definitely especially finally honestly lately literally recently totally simply guess anyway everyday
future world mind heart handle pretty went came saw told gotten care positive negative normal okay fine focus follow
improve learn remember believe emotion emotions process self moving move forward journey challenge challenges
difficult tough situation situations outcome control easily carry comes coming asking ask answer guy guys hour hours
minute minutes morning evening night absolutely certainly exactly course fully deeply understood appreciate tend
might enjoy personality type kind specific sit sat set run hand hands face head eyes
""")

IRREGULAR: dict[str, str] = dict(
    pair.split("=")
    for pair in [
        "lost=lose",
        "loss=lose",
        "losing=lose",
        "left=leave",
        "leaving=leave",
        "broke=break",
        "broken=break",
        "kept=keep",
        "bought=buy",
        "taught=teach",
        "fell=fall",
        "fallen=fall",
        "won=win",
        "stole=steal",
        "stolen=steal",
        "wrote=write",
        "written=write",
        "drove=drive",
        "spoke=speak",
        "forgot=forget",
        "forgotten=forget",
        "slept=sleep",
        "paid=pay",
        "sold=sell",
        "sent=send",
        "met=meet",
        "flew=fly",
        "flight=fly",
        "sang=sing",
        "song=sing",
        "grew=grow",
        "built=build",
        "ate=eat",
        "eaten=eat",
        "chose=choose",
        "choice=choose",
        "woke=wake",
        "awake=wake",
        "cooked=cook",
        "swam=swim",
        "rode=ride",
        "bled=bleed",
        "stuck=stick",
        "held=hold",
        "lied=lie",
        "lying=lie",
        "spilt=spill",
        "knew=know",
        "threw=throw",
        "children=child",
        "women=woman",
        "men=man",
        "wives=wife",
        "caught=catch",
        "stood=stand",
        "gave=give",
        "ran=run",
        "drank=drink",
        "drunk=drink",
    ]
)
"""Irregular forms and the word that they count as."""

TOPICS: dict[str, str] = {
    "mother": "mother mom mum mommy mummy mama moms mums mam",
    "father": "father dad daddy dads papa",
    "parents": "parent parents mother mom mum father dad folks",
    "grandparent": "grandma grandmother granny nana nan grandpa grandfather grandad gran grandparents",
    "child": "child children kid kids son daughter baby toddler newborn boy girl",
    "sibling": "brother sister sibling siblings twin",
    "partner": "husband wife spouse partner boyfriend girlfriend"
    " fiance fiancee bf gf marriage married wedding engaged relationship ex dating date romance",
    "friend": "friend friends friendship buddy pal mate bestie roommate",
    "family": "family relatives cousin aunt uncle niece nephew",
    "pet": "dog puppy pup cat kitten pet pets cats dogs kitty hamster rabbit vet animal",
    "work": "work job boss office career coworker coworkers colleague colleagues company manager shift promotion promoted raise"
    " interview employer employee fired layoff hired team project client supervisor deadline workplace",
    "study": "exam exams test tests school college university class classes study studying studied grade grades teacher"
    " professor homework degree graduate graduated graduation course campus semester student essay thesis",
    "money": "money rent bills bill debt pay paid payment savings loan bank broke afford cost expensive mortgage price lottery",
    "health": "health sick ill illness cancer hospital doctor doctors diagnosis diagnosed surgery medicine disease fever flu"
    " injury pain chemo therapy nurse scan treatment recovery",
    "death": "death died die dying passed funeral grief loss lose lost gone grieving mourning buried goodbye absence",
    "home": "home house apartment flat room moving moved move rent"
    " neighbor neighbour neighbors roommate landlord kitchen bedroom",
    "travel": "trip travel travelling flight fly plane airport vacation holiday beach abroad cruise passport",
    "car": "car cars truck drive driving driver traffic road highway crash accident vehicle tire wreck",
    "sleep": "sleep sleeping asleep insomnia awake bed tired nap nightmare dream night",
    "food": "food kitchen chef takeaway eat eating meal dinner lunch breakfast cook cooking restaurant recipe cake pizza diet bake baking",
    "music": "music song songs band concert guitar piano sing singing album choir violin stage",
    "sport": "game team match race"
    " marathon run running soccer football basketball coach player gym training tournament",
    "parting": "breakup broke dumped"
    " divorce divorced split left leaving separated separation ex cheated cheating affair betrayed",
    "speech": "speech presentation present presenting stage audience talk crowd performance perform",
    "birth": "baby pregnant pregnancy birth newborn expecting",
    "weather": "storm hurricane tornado rain snow thunder flood weather",
    "night": "night dark evening midnight darkness",
    "theft": "stole stolen steal thief robbed robbery theft",
    "party": "party birthday celebration celebrate anniversary christmas",
    "fight": "fight argument argue arguing yelled yelling shouted quarrel fought",
    "church": "church god pray prayer faith religion",
    "past": "childhood memories memory photos photo old remember nostalgic reminisce past younger",
    "result": "won win winning victory prize award first trophy medal",
    "fail": "failed fail failing failure flunked",
}

ADVICE_VERBS = _words("""
accept address adopt aim apologise apologize apply approach arrange ask avoid begin block book borrow break breathe bring
build buy call check choose clean clear close communicate compare complete confront consider contact cook count
create cut deal decide delete delegate deliver donate draft draw discuss do don't download drink drop eat email enjoy establish exercise
explain express fill find finish fix focus forget forgive get give go grab hand hire identify ignore improve invite join
journal jump keep learn leave let limit list listen look make manage mark measure meditate meet message move
negotiate note offer open order organise organize pack pay pick plan practice practise prepare prioritise prioritize put
quit read reach relax remember remind remove rent repair repeat replace report request research rest review run save schedule see seek
sell send set show sign skip sleep speak spend split start stay stick stop study switch take talk teach tell text
think track train treat try turn update use visit volunteer walk wash watch wear work write
""")

LEAD_INS = _words("""
so then just please first firstly second next time well okay ok also now maybe perhaps and or but always never simply
finally secondly lastly instead definitely honestly today tonight
""")

JOBS = _words("""
accountant actor actress analyst architect artist attorney author baker barber barista bartender biologist
bookkeeper builder butcher carpenter cashier chef chemist cleaner clerk coach consultant cook counselor dentist
designer developer doctor driver economist editor electrician engineer farmer firefighter fisherman florist gardener
hairdresser historian illustrator instructor janitor journalist judge laborer landscaper lawyer lecturer librarian
machinist manager marketer mechanic midwife miner musician nurse optician painter paralegal paramedic pharmacist
photographer physicist physiotherapist pilot plumber policeman postman potter principal professor programmer
psychologist realtor receptionist researcher sailor salesman scientist secretary soldier surgeon tailor teacher
technician translator tutor veterinarian vet waiter waitress welder writer
""")

FACT_WORDS = JOBS | _words("""
anime archery astronomy baking baseball basketball beekeeping bees biking birdwatching blogging bouldering boxing
camping cars cello ceramics chess cinema climbing coding comics concerts cooking crochet crossfit crossword cycling
dancing diving drawing drums embroidery fantasy fencing filming fishing football gaming games garden gardening golf
guitar gym hiking hikes hockey horses jazz jogging judo karate kayaking knitting languages lego meditation metal
minecraft movies museums novels opera origami painting pets philosophy photography piano planes podcasts poetry
poems pottery programming puzzles quilting reading robotics rock rollerblading rowing rugby running sailing
sculpture sewing skateboarding skating skiing sketching skydiving soccer sudoku surfing swimming tarot tennis
theatre theater travel trekking trains vegan vegetarian videogames violin volunteering vinyl watercolor watercolour
woodworking writing wrestling yoga zumba only-child twins married single divorced widowed engaged retired unemployed
student freelance introvert extrovert introverted extroverted atheist catholic christian muslim jewish buddhist
hindu diabetic adhd autistic dyslexic
""")

FUNCTION_SHARE_MIN = 0.15
"""Below this share of English function words a text of six or more words is taken as no English sentence."""
