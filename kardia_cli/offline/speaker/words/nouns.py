"""Nouns that the speaker may take over from a text together with their article, and words that may precede them."""

from __future__ import annotations

from kardia_cli.offline.speaker.words.shape import word_set

PEOPLE = word_set(
    "sister brother mother father mom mum dad parents grandmother grandma grandpa grandfather uncle aunt cousin "
    "niece nephew son daughter baby kid kids child children wife husband boyfriend girlfriend partner fiance "
    "fiancee ex friend friends roommate flatmate housemate neighbor neighbour neighbors neighbours boss manager "
    "supervisor coworker colleague coworkers colleagues teacher professor teammate coach landlord doctor nurse "
    "dentist stranger family classmate customer client team twins stepdad stepmom godmother crush date"
)
THINGS = word_set(
    "dog cat puppy kitten rabbit horse bird parrot fish hamster spider snake bees house home apartment flat room "
    "kitchen bathroom basement attic garden yard balcony roof ceiling door window stairs elevator lift car bike "
    "bicycle motorcycle bus train plane flight boat truck road highway bridge airport station job interview "
    "promotion raise presentation meeting project deadline shift report office company contract email letter phone "
    "laptop computer exam test finals thesis essay class course college university school grade scholarship degree "
    "homework wedding party funeral graduation anniversary birthday holiday vacation trip concert festival reunion "
    "dinner lunch breakfast meal restaurant cake pizza soup bread picnic barbecue game match race marathon "
    "tournament team gym pool lake beach mountain forest park storm hurricane tornado thunderstorm earthquake flood "
    "fire snow surgery operation diagnosis hospital appointment results cancer illness pregnancy accident crash "
    "money rent mortgage bill bills debt savings wallet lottery ticket tickets raffle book movie film show song "
    "album band guitar piano painting photo photos picture pictures video necklace watch ring quilt blanket toy "
    "toys box recipe dress suit shirt shoes jacket pants coat keys bag suitcase tent camera argument fight breakup "
    "divorce engagement proposal secret lie promise apology message text call surprise gift present package speech "
    "recital audition choir play performance move moving stage store shop supermarket library church museum zoo "
    "theater theatre cinema street village town city neighborhood fence garage couch bed toilet fridge oven "
    "washing-machine lawn tree plants tomatoes allotment harvest rug desk pan-flute windowsill batteries trainee "
    "headphones bins language mug allotments writer floor tram seat salad cage parakeet tumour knee cello waltz "
    "market crisps kiosk rain hall mark courtyard chestnut blackbirds voicemail cardigan peppermint singer cupboard "
    "shadow napkin climbing-partner diary rope bay ferry wheel scarf sink cigarette mirror candles jam treatment "
    "lights letters candidate novel story wall application visa licence license driving-test business startup "
    "shelter bakery workshop committee club"
)
MODIFIERS = word_set(
    "old new best shared clay community entire usual parked wobbly expensive confused good little big small first "
    "last only whole younger older elder youngest eldest oldest twin late dear favorite favourite own former next "
    "upstairs downstairs final second third long huge tiny dirty broken stolen lost spare real childhood high "
    "middle primary elementary grad family work job birthday wedding graduation math maths driving college "
    "university school summer winter weekend christmas thanksgiving surprise blind road roller horror scary big- "
    "time local city night morning annual monthly weekly group class team soccer football basketball baseball "
    "tennis chess piano guitar phone car house dog cat grocery coffee retirement dinner"
)
NEAR = word_set("friend colleague coworker neighbor neighbour cousin classmate flatmate roommate housemate teammate")
"""People of whom "a …" means one's own."""
SORROWFUL = word_set(
    "tumour cancer illness diagnosis funeral accident crash debt divorce breakup fight argument "
    "storm hurricane tornado "
    "thunderstorm earthquake flood fire surgery operation hospital secret lie bill bills results"
)
"""Things that nobody is glad about, even in a story that ends well."""
GOES_ON = word_set(
    "and but or nor that who which with on in at to of for from by is was were are has had have would could will "
    "can did does do when while where because so as if after before since until without about under over into out "
    "up down back off away again the a an my our his her its their this i he she they we you it not never still "
    "just only even always came went fell broke got kept took gave left said told made began ran stood sat lay rang "
    "won lost found let sent saw turned here there now today tonight yesterday tomorrow last next all both too than "
    "then through between behind"
)
"""Words after which a noun before them is surely complete; any other word may still belong to it ("house key")."""
MERE_PLACES = word_set(
    "mug window door phone keys bed room street stairs box bag kitchen car bus train call text sink shadow rain market "
    "bill town floor seat wall cup bay wind"
)
"""Things that a story often has in passing: taken up only as the seeker's own, and after any other thing."""
NOT_AFTER = word_set("like as was be am i'm is not such what being become became were are it's that's half")
"""Words after which "a …" describes somebody and names no thing of its own."""
