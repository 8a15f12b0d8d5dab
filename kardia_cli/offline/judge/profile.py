"""What a profile is worth to the offline judge: nothing at all, at odds with itself, or with contact data to keep quiet about.

    says_nothing(profile)     placeholders, or words that fit every human being
    at_odds(profile, raw)     what it says twice in ways that exclude each other
    contacts(raw)             mail addresses, numbers, handles, sites and street addresses
    given_away(...)           the contact of the profile that a reply says, which the person did not bring up

By slots, in English; ours. A profile is a short text of its own, so a slot that is filled twice is taken as a clash.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from kardia_cli.offline.judge import talk_patterns, words
from kardia_cli.offline.judge.patterns import any_of
from kardia_cli.offline.judge.text import Sentence, detail_stems, read

_PLACEHOLDER = re.compile(
    r"\{[^}]*\}|\[[^\]]*\]|<[^>]*>|__+|\.\.\.|(?<![a-z])(?:n/?a|none|null|nil|unknown|undefined|tb[ad]|to ?do(?=:)|todo|fixme|xx+|lorem ipsum.*"
    r"|fill (?:this |me )?in|(?:to be|not yet) (?:filled in|added|written|done)|insert (?:\w+ ){0,3}here|your (?:text|bio|profile) here"
    r"|placeholder|(?:no|not) (?:information|info|data|details?|description|bio|profile|answer|comment|given|specified|provided|available"
    r"|known|stated|applicable|disclosed|set)(?: (?:given|available|provided|yet|about this person))?|empty|blank|test|asdf\w*|coming soon"
    r"|prefer not to say|private|example|dummy|sample)(?![a-z])"
)
_LABEL = re.compile(
    r"(?:^|(?<=\n)|(?<=[.;] ))[-*\s]*(?:mbti(?: type)?|about(?: me)?|bio|name|age|job|recent activit\w+|activities|hobbies|interests|profile|persona"
    r"|person|description|type|activity \d+|bio \d+)\s*:"
)
_ANYONE = frozenset(
    [
        "person",
        "people",
        "human",
        "being",
        "individual",
        "someone",
        "somebody",
        "man",
        "woman",
        "guy",
        "exist",
        "live",
        "life",
        "alive",
        "breathe",
        "thing",
        "stuff",
        "something",
        "anything",
        "do",
        "like",
        "love",
        "have",
        "want",
        "be",
        "feel",
        "think",
        "eat",
        "sleep",
        "wake",
        "normal",
        "ordinary",
        "average",
        "regular",
        "typical",
        "usual",
        "just",
        "user",
        "member",
        "seeker",
        "speaker",
        "living",
        "existing",
        "name",
        "age",
        "day",
        "days",
        "world",
        "earth",
        "body",
        "mind",
        "everyone",
        "everybody",
        "anyone",
        "else",
        "same",
        "way",
        "kind",
        "sort",
        "various",
        "different",
        "many",
        "several",
        "lot",
        "things",
        "activity",
        "activities",
        "hobby",
        "hobbies",
        "interest",
        "interests",
        "bio",
        "text",
        "profile",
        "type",
        "enjoy",
        "enjoys",
        "work",
        "works",
        "home",
        "house",
        "place",
        "air",
        "water",
        "food",
        "good",
        "nice",
        "okay",
        "fine",
        "me",
        "myself",
        "who",
        "am",
        "is",
        "are",
    ]
)
_ANYONE_STEMS = detail_stems(_ANYONE) | _ANYONE

_NUMBERS = {
    "thirteen": "13", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40",
    "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
}  # fmt: skip
_KIN = (
    r"(?:mother|father|mum|mom|dad|parents?|wife|husband|partner|son|daughter|sons|daughters|kids?|child|children|twins?|brother|sister|dog|cat|horse"
    r"|gran\w*|aunt|uncle|niece|nephew|cousin|friend|boss|boyfriend|girlfriend|baby|grand\w+|neighbou?r|house|car|pupils?|students?)"
)
_OTHERS_AGE = re.compile(
    rf"(?<![a-z])(?:(?:my|his|her|our|their|an?|the|whose|two|three) (?:\w+ ){{0,3}}{_KIN}s?,?(?: \w+)? (?:is|are|was|turned|turns|who is|aged?|of) ?\d\d?"
    rf"|\d\d?[- ]years?[- ]old (?:\w+ )?{_KIN}|{_KIN} (?:\(|, ?)\d\d?|(?:when|until|since|at|was|were|before|after|by) (?:i was |i turned |the age of |age )?\d\d"
    r"|(?:for|over|past|last|than|of) (?:the )?\d\d years)"
)
_AGE = re.compile(
    r"(?<![a-z0-9])(?:i am|i just turned|i turned|i am (?:now|almost|nearly)|aged?|age:|about:(?: \w+){0,4},?|(?:teacher|nurse|man|woman|retired \w+"
    r"|\w+er|student|widow\w*|mother|father) of|at|turned|celebrated my|my) (\d\d)(?:th|st|nd|rd)?(?! ?(?:%|minutes|hours|days|weeks|months|of|percent|times|miles|km|pounds|lbs|\d|/|:"
    r"|kids|children|people|men|women|students|years (?!old)))|(?<!\d)(\d\d)[- ]?years?[- ]?old|(?<![a-z0-9])(\d\d) ?(?:yo|y/o)(?![a-z])"
)
_HOME = re.compile(
    r"\b(?:[Ll]ives?|[Ll]iving|[Bb]ased|[Rr]esid(?:e|es|ing)|[Hh]ome is|[Ff]lat is|[Hh]ouse is|[Aa]partment is|[Ss]ettled|[Ll]ived all (?:my|his|her) life"
    r"|[Ll]ife|[Ll]ived) (?:\w+ )?in ((?:[A-Z][a-z]+)(?: [A-Z][a-z]+)?)"
)
_JOB = re.compile(
    r"(?<![a-z])(?:i am (?:still |now |just |currently )?an?|about:(?: an?)?|(?:i )?works? (?:full time )?as(?: an?)?|(?:working|employed) as(?: an?)?|my job as an?"
    r"|my work as an?|i am employed as an?|(?:i )?earn (?:my|a) living as an?|by profession i am an?) ((?:[a-z0-9-]+ ){0,3}?)([a-z]+)(?= ?[.,;]| (?:in|at|for|on|and|with|from|who|of|by)|$)"
)
_DOERS = {
    "driving": "driver", "teaching": "teacher", "cooking": "cook", "cleaning": "cleaner", "nursing": "nurse", "farming": "farmer", "baking": "baker",
    "painting": "painter", "fishing": "fisherman", "acting": "actor", "programming": "programmer", "flying": "pilot", "gardening": "gardener",
}  # fmt: skip
_JOB_DONE = re.compile(rf"my (?:job|work|profession) is ({'|'.join(_DOERS)})(?: an? \w+)?(?![a-z])")
_NOT_NOW = re.compile(
    r"(?<![a-z])(?:was|were|used to|former\w*|once|before|ex|retired|until|also|second|side|weekends?|part[- ]time|evenings|besides|later|training|studying|train"
    r"|become|then|previously|dream|wanted|want|earlier|and an?|as well)(?![a-z])"
)

SLOTS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "a pet",
        any_of(r"(?:my|our) (?:\w+ )?(?:dogs?|cats?|rabbits?|hamsters?|parrots?|puppy|kittens?|horse|pets?)(?! (?:died|passed))", r"i have (?:an? |two |three )(?:\w+ )?(?:dogs?|cats?|rabbits?|hamsters?)"),
        any_of(r"(?:never (?:had|owned|kept)|no|do not (?:have|own|keep)|without) (?:an? |any )?(?:pets?|animals?)", r"allergic to (?:all )?(?:animals|pets)"),
    ),
    (
        "a living parent",
        any_of(r"(?:lunch|dinner|coffee|breakfast|walk\w*|tea|shopping|talk\w*|phone|call\w*|visit\w*|live|lives|cook\w*|holiday) (?:\w+ ){0,3}(?:my )?(?:mum|mom|mother)", r"(?:mum|mom|mother) (?:and i|visits|visited|calls|called|cooks|came|comes|drove|helps|helped)(?! (?:died|before))"),
        any_of(r"(?:mum|mom|mother) (?:died|passed away|is dead|has died)", r"lost my (?:mum|mom|mother)(?! in)", r"(?:both )?(?:my )?parents (?:are dead|died|both died|are both dead|have passed)", r"(?:i am |an )orphan\w*"),
    ),
    (
        "a living father",
        any_of(r"(?:lunch|dinner|coffee|breakfast|walk\w*|tea|fish\w*|talk\w*|phone|call\w*|visit\w*|live|lives|cook\w*|holiday) (?:\w+ ){0,3}(?:my )?(?:dad|father)", r"(?:dad|father) (?:and i|visits|visited|calls|called|cooks|came|comes|drove|helps|helped)(?! (?:died|before))"),
        any_of(r"(?:dad|father) (?:died|passed away|is dead|has died)", r"lost my (?:dad|father)(?! in)", r"(?:my )?parents (?:are dead|died|both died|are both dead|have passed)", r"(?:i am |an )orphan\w*"),
    ),
    (
        "travel",
        any_of(r"(?:i was|i went|trip|holiday|week|weeks|month|summer|spring|flew|travel\w*|returned|back) (?:\w+ ){0,2}(?:in|to|from|through|across|around) (?:japan|spain|france|italy|greece|india|china|america|brazil|peru|thailand|portugal|australia|africa|mexico|canada|egypt|turkey|germany|norway|iceland|asia|paris|rome|tokyo|new york)"),
        any_of(r"never (?:been abroad|left (?:my|the|this|home|town|\w+land|\w+)|travel\w*|flown|been on a plane|been outside|set foot outside)", r"do not (?:travel|fly)"),
    ),
    (
        "reading",
        any_of(r"(?:have |i )?(?:read|reads|reading) (?:\w+ ){0,3}(?:novels?|books?|poems?|poetry|magazines|the paper)", r"bookworm|book club"),
        any_of(r"(?:can not|could never|never learned to|never learnt to|do not|hate|hates|never) read(?:ing)?(?! (?:enough|music|the news))", r"illiterate"),
    ),
    (
        "driving",
        any_of(r"i (?:drove|drive)", r"my (?:\w+ )?(?:car|truck|van|motorbike)", r"(?:bus|truck|taxi|lorry|uber) driver"),
        any_of(r"(?:can not|never learned to|never learnt to|do not|never) drive", r"(?:no|without a|do not have a|never had a) (?:driving|driver's|drivers) licen[cs]e", r"(?:do not own|never owned|do not have) a car"),
    ),
    (
        "smoking",
        any_of(r"i (?:smoke|smoked)(?: \w+){0,3} (?:today|daily|a day|every|cigar\w*|pack)", r"my (?:\w+ )?(?:cigarettes?|cigars?|pipe)"),
        any_of(r"(?:never|do not|non[- ]?) ?smok\w+", r"hate (?:smok\w+|cigarettes)"),
    ),
    (
        "living alone",
        any_of(r"(?:live|living|lives|share (?:a|the|my) (?:flat|house|room)) with (?:my|two|three|four|his|her|a|some) (?:\w+ )?(?:husband|wife|partner|parents?|family|flatmates?|roommates?|boyfriend|girlfriend|kids|children|mum|mom|sister|brother)"),
        any_of(r"(?:live|living|lives) (?:all )?(?:alone|by myself|on my own|by (?:him|her)self)"),
    ),
    (
        "drinking",
        any_of(r"(?:my|a|an) (?:\w+ )?(?:evening|nightly|daily|favourite|favorite|morning) (?:whisk(?:e)?y|wine|beer|gin|vodka|pint|cocktail)", r"(?:love|enjoy|drink) (?:\w+ ){0,2}(?:whisk(?:e)?y|wine|beer|gin|vodka|pints?|cocktails?)"),
        any_of(r"(?:do|does) not drink(?! (?:coffee|tea|enough))", r"never (?:drinks?|touch\w* (?:alcohol|a drop))", r"teetotal\w*", r"no alcohol"),
    ),
    (
        "eating meat",
        any_of(r"(?:favou?rite|love|loves|i (?:ate|eat|grill|had)|enjoy) (?:\w+ ){0,5}(?:steaks?|burgers?|bacon|ribs|pork|lamb|sausages?|beef|meat)(?! substitute)"),
        any_of(r"vegan", r"vegetarian", r"(?:do not|never) (?:eat|touch) (?:any )?meat"),
    ),
    (
        "work",
        any_of(r"(?:my|our) (?:boss|coworkers?|colleagues?|shift|manager|promotion)", r"i (?:work|teach|nurse) (?:at|as|in|for|full)", r"(?:my|a) (?:\w+ )?shift"),
        any_of(r"unemployed", r"never (?:worked|had a job)", r"(?:do|does) not (?:have a job|work)", r"out of work", r"(?:am|is|been|now) retired", r"jobless", r"lost my job"),
    ),
    (
        "faith",
        any_of(r"(?:pray|prays|praying|go to (?:church|mosque|temple|mass)|went to (?:church|mosque|mass)|my (?:church|faith|parish)|devout|believe in god)"),
        any_of(r"(?:atheist|not religious|do not believe in (?:any )?god|no religion|never (?:pray|go to church))"),
    ),
    (
        "children",
        any_of(r"(?:my|our|took (?:my|the)) (?:\w+ )?(?:kids?|sons?|daughters?|children|toddler|baby|twins)(?! (?:in law|of my))"),
        any_of(r"childless|child-?free|(?:no|without|do not have|never had|never wanted|have not got) (?:any )?(?:kids|children)"),
    ),
    (
        "a partner",
        any_of(r"my (?:husband|wife|boyfriend|girlfriend|partner|fianc\w+)(?! (?:left|died|passed))"),
        any_of(r"(?:i am|forever|always been|still|always|been) single", r"never (?:been married|married|been in a relationship|had a (?:boyfriend|girlfriend|partner))"),
    ),
    (
        "siblings",
        any_of(r"my (?:\w+ )?(?:brothers?|sisters?|siblings?)(?!(?: |-)in(?: |-)law)(?!'s name)"),
        any_of(r"only child", r"(?:no|do not have|without|never had) (?:any )?(?:siblings|brothers|sisters)"),
    ),
)  # fmt: skip
"""(what it is, one side, the other side)."""


@lru_cache(maxsize=512)
def says_nothing(raw: str) -> bool:
    """Whether a profile, given at all, holds placeholders or what is true of anyone."""
    if not raw.strip():
        return False
    text = _LABEL.sub(" ", raw.lower())
    text = _PLACEHOLDER.sub(" ", text)
    text = re.sub(r"(?<![a-z])[ie][ns][ft][jp](?:-[at])?(?![a-z])", " ", text)
    left = read(text)
    return not {word for word in left.details if word not in _ANYONE_STEMS} and not re.search(r"\d\d", text)


@lru_cache(maxsize=512)
def at_odds(profile: str, raw: str) -> str:
    """What a profile (plain form, and as it stands) says twice in ways that exclude each other; empty where nothing of the kind was found."""
    for slot in talk_patterns.FAMILY_SLOTS:
        if slot.one.search(profile) and slot.other.search(profile):
            return slot.name
    for name, one, other in SLOTS:
        if one.search(profile) and other.search(profile):
            return name
    if len(set(re.findall(r"(?:mbti:|i am an?|as an?) ?([ie][ns][ft][jp])(?![a-z])", profile))) > 1:
        return "two types"
    if len(_ages(profile)) > 1:
        return "two ages"
    if _two_jobs(profile):
        return "two jobs"
    if _YOUNG.search(profile) and _OLD.search(profile):
        return "an age and a stage of life"
    homes = dict.fromkeys(match[1] for match in _HOME.finditer(raw))
    return "two homes" if any(not (one in two or two in one) for one, two in pairwise(homes)) else ""


_YOUNG = re.compile(r"(?<![a-z])(?:i am|about:|aged?:?) (?:1\d|2\d)(?!\d)")
_OLD = re.compile(
    r"(?<!my )(?<![a-z])(?:great[- ])?(?:grandmother|grandfather|retired|pensioner)(?! (?:is|was|lives|who|taught|died)|'s)"
)


def _ages(profile: str) -> frozenset[str]:
    text = re.sub(r"(?<![a-z])(?:" + "|".join(_NUMBERS) + r")(?![a-z-])", lambda match: _NUMBERS[match[0]], profile)
    text = _OTHERS_AGE.sub(" ", text)
    return frozenset(next(filter(None, match.groups())) for match in _AGE.finditer(text))


def _two_jobs(profile: str) -> bool:
    """Whether two present jobs are claimed, neither of them as a former, second or wished one."""
    claimed: list[frozenset[str]] = []
    profile = _JOB_DONE.sub(lambda match: f"my job as a {_DOERS[match[1]]}", profile)
    for part in re.split(r"[.;\n]|- ", profile):
        if _NOT_NOW.search(part):
            continue
        found = (frozenset(f"{match[1]}{match[2]}".split()) & words.JOBS for match in _JOB.finditer(part))
        claimed += [jobs for jobs in found if jobs]
    return any(not one & two for one, two in pairwise(claimed))


_STREET = r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Dr|Close|Court|Ct|Way|Place|Square|Terrace|Crescent|Boulevard|Blvd|Gardens|Hill|Row|Grove|Park)"
_SITE = re.compile(
    r"(?:https?://|www\.)[\w./-]+\w|\b[\w-]+\.(?:com|org|net|example|io|co\.uk|de|ie|me|blog|dev)\b(?:/[\w-]+)?",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w@.])\+?\(?\d(?:[\s().\-/]?\d){6,14}(?!\w)")
_HANDLE = re.compile(
    r"(?<![\w.])@(\w[\w.]{2,}\w)|(?:telegram|insta(?:gram)?|twitter|snap(?:chat)?|discord|skype|tiktok|signal|whatsapp|facebook|reddit|handle|username"
    r"|nick(?:name)?|screen name)(?: is| name| at|:)*\s*@?([a-z0-9][\w.]{2,}\w)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    rf"\b((?:[A-Z][a-z']+ ){{1,3}}{_STREET})\b|\b(\d{{1,4}} [A-Z][a-z]+(?:stra(?:ss|ß)e|weg|gasse|platz))\b"
    r"|\b((?!(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec|About|Age|Born|Since|Year|Grade)[a-z]* )(?:[A-Z][a-zß]+ ){1,2}\d{1,3})\b(?!:)"
)
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})\b|\b[A-Z]{2} (\d{5})\b")


@lru_cache(maxsize=512)
def contacts(raw: str) -> frozenset[str]:
    """The contact data in a text, in lower case; numbers as digits alone."""
    found = {match[0].lower() for match in _MAIL.finditer(raw)}
    rest = _MAIL.sub(" ", raw)
    found |= {match[0].lower().removeprefix("https://").removeprefix("http://") for match in _SITE.finditer(rest)}
    found |= {re.sub(r"\D", "", match[0]) for match in _PHONE.finditer(rest)}
    for pattern in (_HANDLE, _ADDRESS, _POSTCODE):
        found |= {next(filter(None, match.groups())).lower() for match in pattern.finditer(rest)}
    return frozenset(item for item in found if len(item) > 3)


def given_away(profile: str, heard: str, sentences: tuple[Sentence, ...]) -> tuple[str, Sentence] | None:
    """The contact of the profile that a sentence says and nobody brought up, with that sentence; None where there is none."""
    kept = [item for item in contacts(profile) if not _says(heard, item)]
    pairs = ((item, sentence) for sentence in sentences for item in sorted(kept) if _says(sentence.raw, item))
    return next(pairs, None)


def _says(text: str, item: str) -> bool:
    if item.isdigit():
        return item in re.sub(r"\D", "", text) and len(item) > 4
    return item in text.lower()
