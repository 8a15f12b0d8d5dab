"""What a person's own words rule out, and the proposals that run into it (phrases of the offline judge)."""

from __future__ import annotations

import re

from kardia_cli.offline.judge.patterns import any_of

CLASHES: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    # what the person's own words rule out, and the proposals that run into it
    (
        "alcohol",
        any_of(
            r"(?:do|does|can|did|will) not drink(?! (?:coffee|tea|soda|enough))",
            r"never drinks?",
            r"no alcohol",
            r"(?:without|off|avoid\w*|gave up|given up|quit) (?:alcohol|drinking|booze)",
            r"sober",
            r"sobriety",
            r"teetotal\w*",
            r"recovering (?:alcoholic|addict)",
            r"alcoholics anonymous",
            r"non-?drinker",
            r"non-?alcoholic",
        ),
        any_of(
            r"drinks?",
            r"bars?",
            r"pubs?",
            r"beers?",
            r"wine",
            r"cocktails?",
            r"champagne",
            r"whisk(?:e)?y",
            r"booze",
            r"happy hour",
            r"brewery",
            r"margaritas?",
        ),
    ),
    (
        "crowds",
        any_of(
            r"(?:hate|hates|avoid\w*|dislike\w*|can not stand|do not like|does not like|fear of|afraid of"
            r"|anxious in|drained by|drain\w*|overwhelmed by|uncomfortable in|dread\w*|loathe\w*|nervous in"
            r"|not a fan of"
            r"|exhaust\w*|panic\w* in|tired of) (?:\w+ ){0,3}(?:crowds?|crowded|parties|part(?:y|ying)|large groups"
            r"|big groups|clubs|social events|loud|noisy|people|gatherings)",
            r"crowds? (?:\w+ ){0,2}(?:drain|overwhelm|scare|exhaust|panic|tire|terrify|stress)\w*",
            r"(?:big|large) (?:groups|parties|gatherings) (?:drain|overwhelm|scare|exhaust|tire|stress)\w*",
            r"social anxiety",
            r"agoraphobi\w+",
        ),
        any_of(
            r"part(?:y|ies)",
            r"clubs?",
            r"crowds?",
            r"festivals?",
            r"concerts?",
            r"big (?:group|gathering|event|celebration)",
            r"nightclubs?",
            r"dancing",
            r"lots of people",
            r"stadium",
            r"large (?:group|gathering|event)",
            r"meet-?ups?",
            r"networking",
            r"karaoke",
            r"busy (?:bar|place|market|mall)",
            r"invite everyone",
            r"mingl\w+",
        ),
    ),
    (
        "meat",
        any_of(r"vegan", r"vegetarian", r"(?:do|does) not eat (?:meat|animals)", r"plant-based"),
        any_of(
            r"steaks?",
            r"barbecue",
            r"bbq",
            r"burgers?",
            r"bacon",
            r"chicken",
            r"ribs",
            r"seafood",
            r"sushi",
            r"roast beef",
            r"meat",
            r"fried fish",
            r"ham",
        ),
    ),
    (
        "a spouse",
        any_of(
            r"(?:is|am|are|i am|currently|newly|long) single",
            r"widow(?:ed|er)?",
            r"divorced",
            r"never (?:been )?married",
            r"lives? alone",
            r"(?:husband|wife) (?:\w+ ){0,2}(?:died|passed|left me|has left)",
            r"unmarried",
        ),
        any_of(r"your (?:husband|wife|spouse)", r"your (?:marriage|anniversary)"),
    ),
    (
        "children",
        any_of(
            r"(?:no|without|never had|can not have|do not have|does not have|not want) (?:any )?(?:kids|children)",
            r"child-?(?:less|free)",
            r"infertil\w+",
        ),
        any_of(r"your (?:kids?|children|sons?|daughters?|little ones?)"),
    ),
    (
        "running about",
        any_of(
            r"wheelchair",
            r"can not walk",
            r"(?:hate|hates|dislikes?|avoids?|can not do|do not like) (?:\w+ )?(?:sports?|exercise|the gym|gyms|running"
            r"|working out)",
            r"paraly[sz]ed",
            r"(?:bad|broken|injured) (?:knees?|back|ankle|leg|hip)",
            r"chronic (?:pain|fatigue)",
        ),
        any_of(
            r"run",
            r"running",
            r"jog(?:ging)?",
            r"gym",
            r"workout",
            r"work out",
            r"hikes?",
            r"hiking",
            r"marathon",
            r"sports?",
            r"crossfit",
            r"exercise class",
        ),
    ),
    (
        "a parent who is gone",
        any_of(
            r"(?:mother|mom|mum|father|dad|parents?|folks) (?:\w+ ){0,2}(?:died|passed|is dead|are dead|are gone"
            r"|is gone|were killed)",
            r"lost (?:my|her|his|their|both) (?:\w+ )?(?:mother|mom|mum|father|dad|parents)",
            r"orphan(?:ed)?",
            r"(?:no contact|estranged|not speak|not talk\w*) (?:with|from|to) (?:\w+ )?(?:parents|family|mother|father"
            r"|mom|mum|dad)",
        ),
        any_of(
            r"(?:call|ask|visit|talk to|lean on|phone|stay with|speak (?:to|with)|tell|invite|see"
            r"|turn to) your (?:mother|mom|mum|father|dad|parents|folks|family)"
        ),
    ),
    (
        "faith",
        any_of(r"atheist", r"not religious", r"(?:do|does) not believe in god", r"left the church", r"agnostic"),
        any_of(r"pray(?:er|ing)?", r"church", r"god", r"jesus", r"the lord", r"bible"),
    ),
    (
        "a dog",
        any_of(
            r"(?:allergic to|afraid of|scared of|terrified of|fear of|hates?|phobia of) (?:\w+ )?(?:dogs|cats"
            r"|animals|pets)"
        ),
        any_of(
            r"(?:get|adopt|buy|pet|walk|foster) (?:\w+ ){0,3}(?:dogs?|cats?|puppy|kitten|pets?|shelter animals?)",
            r"animal shelter",
            r"dog park",
        ),
    ),
    (
        "caffeine",
        any_of(
            r"(?:no|quit|avoids?|without|gave up|off) (?:caffeine|coffee)",
            r"(?:do|does|can) not drink coffee",
            r"caffeine (?:\w+ )?(?:free|makes)",
        ),
        any_of(r"coffee", r"espresso", r"latte", r"energy drink"),
    ),
    (
        "flying",
        any_of(r"(?:afraid of|fear of|scared of|hates?|terrified of|never) (?:flying|planes|airplanes|heights)"),
        any_of(
            r"(?:book|take|catch|hop on) (?:\w+ )?(?:flight|plane)",
            r"fly (?:out|to|there|home|somewhere)",
            r"skydiv\w+",
            r"bungee",
            r"rooftop",
        ),
    ),
    (
        "phone calls",
        any_of(
            r"(?:hates?|dreads?|avoids?|can not stand|do not like|dislikes?) (?:\w+ )?(?:phone calls|the phone"
            r"|calling|phones)"
        ),
        any_of(
            r"(?:phone|ring) (?:him|her|them|up|your|someone)",
            r"pick up the phone",
            r"give (?:him|her|them) a (?:call|ring)",
            r"(?:just |maybe |and |, |^)call (?:him|her|them|your|someone|up)",
            r"phone call",
        ),
    ),
    (
        "water",
        any_of(
            r"can not swim", r"(?:afraid of|scared of|fear of|hates?) (?:\w+ )?(?:water|swimming|the sea|the ocean)"
        ),
        any_of(r"swim(?:ming)?", r"surf(?:ing)?", r"the pool", r"snorkel\w*", r"boat trip", r"dive", r"diving"),
    ),
    (
        "driving",
        any_of(r"(?:can|do|does) not drive", r"no licen[cs]e", r"never learned to drive", r"afraid of driving"),
        any_of(r"(?:go for|take) a (?:\w+ )?drive", r"drive (?:out|over|to|there|somewhere|around)", r"road trip"),
    ),
    (
        "smoking or gambling",
        any_of(
            r"(?:quit|stopped|gave up|no more) (?:smoking|gambling|cigarettes|vaping)",
            r"non-?smoker",
            r"gambling (?:addict\w*|problem|debts?)",
        ),
        any_of(r"cigarettes?", r"a smoke", r"casino", r"poker (?:night|game)", r"vegas", r"lottery ticket"),
    ),
)
AVERSION = re.compile(
    r"(?:hates?|hated|can not stand|dislikes?|do not like|does not like|allergic to|afraid of|scared of"
    r"|terrified of|gave up|quit"
    r"|loathes?|avoids?|phobia of|not a fan of|do not (?:do|eat|like)|does not (?:do|eat)) ((?:[a-z-]+ ?){1,3})"
)
