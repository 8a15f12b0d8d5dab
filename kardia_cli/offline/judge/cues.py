"""Danger between the lines: signs that say little alone and much together.

A person who gives the dog away may be moving house; one who does so, is calm at last and says thanks to all may not come
back. Each group of signs has one pattern. `hinted` names the two groups that meet in a turn, or a sign that is enough
alone. A plain reason (a move, a trip, a new job, a wedding) takes the weaker pairs back. The signs and the pairs are ours.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kardia_cli.offline.judge.patterns import any_of
from kardia_cli.offline.judge.text import read

_THING = (
    r"(?:dogs?|cats?|rabbits?|hamster|parrots?|budgie|birds?|fish|horse|pets?|guitars?|piano|violin|bike|bicycle|car"
    r"|van|boat|records?|books?|tools?|ring|watch|necklace|jewell?ery|clothes|coats?|collection|camera|laptop"
    r"|console|plants?|paintings?|medals?|stamps?|season ticket|things|stuff|belongings|possessions|furniture|keys"
    r"|medals?|recipes?|diar(?:y|ies)|photos|albums?|savings|everything i (?:own|have)|all of it|half (?:my|the) \w+)"
)
_ABSENT_SELF = r"(?:i am|i will|i would|me)"

SIGNS: dict[str, re.Pattern[str]] = {
    "gives things away": any_of(
        rf"(?:gave|giv(?:e|en|ing)|hand(?:ed|ing)? over|pass(?:ed|ing) on|shar(?:ed|ing) out|sold|let go of) (?:away )?"
        rf"(?:\w+ ){{0,4}}{_THING}(?: \w+)?",
        rf"(?:found|looking for|find|finding|got) (?:an? )?(?:\w+ )?(?:homes?|owners?|place|family) for (?:\w+ ){{0,3}}{_THING}",
        rf"{_THING} (?:\w+ ){{0,3}}(?:has|have|found|got) (?:a )?new (?:home|owner|place|family)s?",
        r"i gave (?:(?:my )?\w+) my (?:\w+ )?(?!number|word|address|all|best|heart|opinion|phone number|notice|name|blessing|permission|attention|love|trust|advice|regards|time|life)\w+s?(?=[.,!]|$| yesterday| today)",
        rf"(?:take|have|keep|want) (?:over )?my (?:\w+ ){{0,2}}{_THING}",
        rf"(?:my|the|his|her|\w+'s) (?:\w+ )?{_THING} (?:goes|go|went|is going|will go|are going|belongs?) to",
    ),
    "an end": any_of(
        r"(?:one|the|for the|a) (?:very )?last (?:time|visit|look|round|walk|hug|song|swim|meal)",
        r"(?:that|this|it) is (?:all|it|done|that) ?(?:now)?(?=[.,!]|$)",
        r"(?:it is|all is|everything is) (?:all )?(?:done|arranged|settled|ready|taken care of|in place|sorted)",
        r"for good",
        r"all (?:of (?:it|them)|two|three|four|five|six)(?=[.,!]|$)",
        r"(?:labelled|packed|wrapped|named) (?:every|all|each)(?: \w+){0,3} for",
        r"never again",
        r"(?:no|not any) (?:need|use|point) (?:for|of|in|to|any|now)",
        r"i can (?:finally )?(?:let go|rest|go now|stop)",
        r"i (?:will|do|would) (?:not|hardly|no longer)(?: be)? (?:need(?:ing)?|us(?:e|ing)|wear(?:ing)?|miss"
        r"|play(?:ing)?|want|require)(?: \w+){0,2} (?:it|them|that|any|those|much|anything|more|where)",
        r"where i am going",
        r"after that (?:it|they|nothing|nobody|i)",
        r"till the end of|until the end of (?:his|her|their|its)",
        r"(?:would|will) only (?:stay|stand|be|gather|lie|sit) (?:\w+ )?(?:empty|dust|around|there)",
        r"(?:had|have had) my (?:time|life|turn|go|share|chance|day)",
        r"(?:before|by|after|past|beyond) (?:it is time|the (?:weekend|end of the (?:week|month))|(?:mon|tues|wednes"
        r"|thurs|fri|satur|sun)day)(?=[^.]{0,30}(?:over|done|gone|rest|matter|quiet|problem))",
    ),
    "calm at last": any_of(
        r"(?:so|very|finally|strangely|really|quite|all|at last|oddly|weirdly|totally|completely) (?:calm|light|peaceful"
        r"|quiet inside|at peace|relieved|clear|free)",
        r"everything (?:feels |is )?(?:so )?(?:light|calm|clear|easy|quiet)",
        r"(?:made|making) my peace",
        r"(?:feel|feels|am|it is) (?:\w+ )?(?:calm|at peace|peaceful|lighter|a relief) (?:now|since|again|at last"
        r"|for the first time|about it)",
        r"(?:first time in (?:\w+ ){1,2}(?:i am|i feel|it is)) (?:\w+ )?(?:calm|quiet|light|peace\w*|free)",
        r"sle(?:ep|pt) (?:\w+ )?(?:like a|so well|well again|better than|better since)",
    ),
    "a decision": any_of(
        r"since i (?:\w+ )?(?:decided|made (?:up )?my|know what|made the decision|knew)",
        r"(?:i have |i )(?:made up my mind|made my (?:choice|decision)|decided)(?! (?:to|on|that|not|against|it is time)"
        r" (?!stop|end|go\b))",
        r"(?:my mind|the decision|the date|the day|it) is (?:made up|made|set|fixed|decided)",
        r"(?:pain|noise|fight|struggle|waiting|it|this|all) (?:will|is going to) (?:\w+ )?(?:be over|stop|end"
        r"|be quiet)(?: \w+){0,2} (?:by|on|soon|this|after|tomorrow|tonight|then|when)",
        r"(?:soon|by (?:sunday|monday|the weekend|then|tomorrow)),? (?:it|this|everything|all this) (?:will|is) (?:\w+ )?(?:over"
        r"|done|quiet|finished|be over|be quiet|be done)",
        r"i know (?:now )?(?:what|how) (?:i have to|i will|to) (?:do|make it stop|end)",
    ),
    "a farewell": any_of(
        r"(?:thank(?:s| you)|thankful|grateful)(?: \w+){0,8} (?:for everything|to (?:you|all|everyone|every one)"
        r"|were (?:always )?(?:good|kind|there)|tried|did (?:your|all))",
        r"you (?:all )?(?:were|have (?:all )?been|have always been) (?:\w+ ){0,2}(?:good|kind|patient|there|lovely|the best)"
        r"(?: \w+)? (?:to|for|with) me",
        r"(?:only|just) want(?:ed)? (?:to say|you to know|to tell you|everyone to know)",
        r"(?:good ?bye|bye|farewell|be well|take care)(?: then| now| all| everyone| everybody| my \w+)?(?=[.,!]|$)",
        r"remember me",
        r"(?:forgive me|do not be (?:sad|angry|cross|mad)|not be (?:sad|angry) (?:with|at|for) me)",
        r"(?:tell|let) (?:\w+ ){1,3}(?:know )?(?:that )?i (?:\w+ )?(?:love|loved|am sorry|was sorry)",
        r"(?:look after|take care of|be good to|watch over|be kind to) (?:each other|one another|him|her|them|mum|mom|dad"
        r"|(?:my|the) \w+) (?:for me|will you|please|won't you)",
        r"(?:made|make|making) (?:my )?(?:peace|up) with (?:everyone|everybody|all|my \w+|them)",
        r"(?:rang|called|phoned|visited|wrote to|hugged|written to) (?:everyone|everybody|all (?:of|my)|each)",
        r"(?:letters?|cards?|videos?|tapes?|notes?) (?:to|for) each of|have something of me|so (?:they|she|he) (?:have|has)"
        r" something",
        r"for when (?:they|she|he) (?:turns?|gets? married|grows? up|(?:is|are) (?:old|grown|eighteen|18))",
    ),
    "sparing others": any_of(
        r"(?:a|any|such an?|no|more|another|less) (?:burden|bother|nuisance|millstone|dead ?weight)",
        r"(?:any|less|no|a|such) (?:trouble|worry|weight|load) (?:to|for|on) (?:you|any\w+|them|him|her|every\w+|the family|mum|mom|dad)",
        r"(?:less|fewer|one) (?:mouths?|worry|worries|beds?|plates?)",
        r"(?:burden|trouble|bother|weigh\w*|cost\w*|hold\w* back|drag\w* down|be in (?:the|your|their|her|his) way)"
        r" (?:on |to |down )?(?:you|them|anyone|anybody|everyone|him|her|the family|mum|mom|dad)",
        r"(?:easier|quieter|lighter|better|cheaper|simpler|calmer|less work|happier)(?: \w+){0,4} (?:without me|with me out|with one"
        r"|when i am|once i am|if i)",
        r"off your (?:hands|backs?|plates?)",
        r"enough on (?:your|their|her|his) plates?",
        r"(?:not|never|no longer|will not) have to (?:\w+ )?(?:worry|pay|care|look after|drive|clean|search|sort|visit|wait"
        r"|bother|carry|deal)",
        r"(?:children|kids|they|he|she|everyone|people|you all|you) (?:will|would) (?:\w+ )?(?:be fine|be okay|be all right"
        r"|forget|get over|manage|cope|move on|recover|get used)",
        r"(?:children|people|they) forget (?:quickly|fast|soon)",
    ),
    "not being there": any_of(
        r"would have (?:\w+ )?(?:liked|loved|wanted) to (?:\w+ )?(?:see|be|dance|hear|hold|meet|know|watch|live)",
        r"(?:do not|not|no longer) (?:make|making|have|having|got)(?: any)? plans? (?:past|beyond|after|any more|further"
        r"|for (?:next|the (?:summer|autumn|winter|spring|future)))",
        r"(?:no|not|do not) (?:\w+ ){0,4}(?:present|gift|ticket|place|seat|chair|room|birthday card|coat|cake)s?"
        r"(?: \w+){0,4} (?:for me|(?:this|next) (?:year|christmas|summer|winter|time))",
        r"(?:someone|somebody) else (?:will|can|must|has to) (?:\w+ )?(?:walk|hold|dance|give|tell|teach|blow out|read|sit)",
        r"(?:would|will) (?:only )?be a waste",
        r"(?:your|the|his|her|their) (?:wedding|graduation|birthday|first \w+|party|concert)(?: \w+){0,3} without me",
        r"without me (?:in (?:it|them|the way|this)|there|around)",
        r"(?:save|keep|set|lay) (?:me )?no (?:place|seat|chair)|one (?:plate|chair|place|seat|mouth|name) (?:less|fewer)",
        r"(?:do not|not) (?:wait|look) for me",
        r"i will not (?:see|be (?:at|there|coming|around)|live|get to|make it)(?: \w+){0,3} (?:it|that|to|for|when|any ?more"
        r"|summer|spring|birthday)",
        r"who would (?:even )?(?:come|cry|notice|turn up)",
    ),
    "papers": any_of(
        r"(?:papers|documents|insurance|will|policy|passwords?|accounts?|folder|bank (?:details|cards?)|keys|bills|codes"
        r"|pension)(?: \w+){0,6} (?:in (?:one|a|the|order)|on (?:top|the (?:table|desk))|sorted|ready|labelled|written"
        r"|envelope|drawer|signed|list)",
        r"(?:sorted|sort|put|wrote|written|labelled|arranged|signed|updated|changed|made|paid up|paid off|cancelled|closed)"
        r" (?:\w+ ){0,5}(?:papers|documents|insurance|passwords?|accounts?|will|pension|phone|contracts?|subscriptions?"
        r"|rent|funeral)",
    ),
    "a means": any_of(
        r"(?:pills?|tablets?|sleeping|exhaust|fumes|rope|noose|bridge|platform|railway|train|tracks|roof|razor|blade|gas"
        r"|balcony|cliff|helium|charcoal|insulin|paracetamol|painkillers|dose|overdose|the (?:blue|white|little|pink)"
        r" ones|engine (?:on|running)|bleach|antifreeze|gun|high enough|floors? up|storeys?|veins?|wrists?)",
    ),
    "a question for somebody else": any_of(
        r"asking for (?:a|my) (?:\w+ )?(?:friend|mate|cousin|brother|sister|colleague|classmate)",
        r"(?:friend|mate|buddy|pal|girl|boy|guy|someone|somebody|person|cousin|classmate)(?: \w+){0,5} (?:wants? to know"
        r"|wonders?|is wondering|asked me|asks|would like to know)",
        r"hypothetical\w*|in theory|theoretically|only (?:asking|curious|wondering)|just (?:asking|curious|wondering)|(?:is|was|for|asking) (?:only |just )?(?:for |on behalf of )?a (?:friend|mate|cousin|classmate)(?=[.,!?]|$)|out of"
        r" curiosity|for (?:a|my) (?:story|novel|essay|book) (?:i am|that)|purely|in general",
    ),
    "a joke": any_of(
        r"(?:lol|lmao|ha+h?a*|haha\w*|hehe|just kidding|jk|kidding|joking|just a joke|only a joke|half joking|dark humou?r"
        r"|gallows humou?r|no really|i am fine)",
    ),
    "own death": any_of(
        r"(?:if|when|maybe|perhaps|might|could|should|i will|going to) (?:i )?(?:\w+ )?(?:jump|step off|hang|drown|drive off|let go"
        r"|fall asleep|drop dead|die|not wake|walk into the|swim out|lie down on|drink the)(?! (?:to|of|for) (?:a|the|my)"
        r" (?:phone|conclusion|call))",
        r"(?:my|own|a|the) (?:funeral|coffin|grave|gravestone|headstone|ashes|urn|obituary|eulogy|wake)(?! (?:up|of my|was|for"
        r" my|yesterday|on \w+day|last))",
        r"(?:switch|turn|put)(?:es|s)? (?:off|out) the (?:light|lights)|pull(?:s|ed)? the plug|check(?:s|ed)? out early"
        r"|leave the party early|log off (?:for good|from life|forever)|take the (?:easy|early) (?:way|exit|train)"
        r"|(?:end|ends|ending) it (?:all|now|here|myself|tonight|then)",
        r"(?:swallow|take)(?: \w+){0,5} (?:so that it works|to be sure|for it to work|till it works|and not wake)",
        r"if it hurts|does it hurt|is it painful|how long (?:does|would) it take|be enough",
        r"(?:let|watched) (?:\w+ )?(?:trains?|cars?|lorries) (?:\w+ )?(?:go by|pass|go past)",
    ),
}  # fmt: skip

ALONE = any_of(
    # enough by themselves
    r"not have (?:\w+ )?(?:more |further )?(?:trouble|problems?|worry|worries|bother) with me(?: any ?more)?|none of (?:it|this) (?:is|was|will be) your fault|(?:it was|had|been) a good (?:run|innings)",
    r"(?:someone|somebody) else will have to (?:give|walk|tell|teach|read|hold|sing|dance|light|blow|put) (?:\w+ ){0,2}(?:him|her|them|it|the|my)",
    r"(?:no|not an?y?) (?:more )?(?:trouble|burden|bother|nuisance|worry|weight|load) (?:to|for|on) (?:\w+ ){1,2}(?:any ?more|any longer|much longer|soon|after|again)",
    r"(?:nobody|no one|you|they|he|she|mum|mom|dad) (?:will|would) (?:not |never )?(?:\w+ )?(?:have to|need to) (?:\w+ )?(?:worry|bother|think|care|cry|fret)"
    r" (?:about|with|for|over) me (?:any ?more|after|again|from|soon|by|any longer|once)",
    r"(?:when|once|if|after|in case|now that) i (?:am|will) (?:not|no longer|not going to be) (?:be )?(?:there|here|around)(?! (?:in time|on time|yet|by (?:\w+ )?\d"
    r"|to (?:answer|pick|help|take the)|at \w+ (?:meeting|party)))",
    r"(?:leave|leaving|left) (?:nothing|no mess|no trouble|everything (?:clean|tidy|in order)) (?:behind|for)(?: \w+){0,3}|for (?:others|them|anyone|you) to (?:clean up|find"
    r"|sort out) (?:after|when)|who (?:should|will|is to|gets to) (?:get|have|take|inherit) (?:what|which|my)|who gets what",
    r"(?:my|this is the|be the|is my|be my) (?:very )?last (?:entry|post|message|letter|note|chat)(?! (?:from|of|i got|he|she|was (?:about|on|to)))(?: (?:here|to you))?(?=[.,!]| here| to you|$)",
    r"(?:it was|been) (?:nice|good|lovely|an honou?r|a pleasure) (?:knowing|with|to know|to have known) (?:you|all|everyone)|(?:this is|just|only)(?: \w+){0,2} to say good ?bye"
    r"(?! to (?:my|the|him|her) (?:dog|cat|house|old|job|team|ex))",
    r"(?:bus|car|train|truck|lorry|tram|lightning|meteor|piano|plane) (?:\w+ )?(?:hit|hits|struck|strikes|ran over|runs over|took|takes|flattened|fell on|falls on) me(?: \w+){0,4}"
    r" (?:would|solve|better|favou?r|easier|fine)|(?:solve|fix|settle) (?:everything|it all|all) for (?:everyone|everybody|all|them)",
    r"(?:hugged|held|kissed) (?:\w+ ){1,6}(?:longer|tighter|harder) than (?:usual|normal|ever)",
    r"(?:tell|let) (?:\w+ ){1,10}(?:that |know )?(?:(?:i was|it was|it is|i am) (?:never|not) (?:\w+ )?(?:angry|her fault|his fault|their fault|because of|anyone's fault|cross|mad)"
    r"|i (?:\w+ )?forgive|i forgave)",
    r"i (?:will|would|shall) not (?:\w+ )?(?:see|be there|be around|be at|live|get to see|be coming|meet)(?: \w+){0,4} (?:snow|spring|summer|autumn|winter|christmas|easter|new year"
    r"|this year|next year|leaves|harvest|cherries|blossoms?|graduation|grandchild\w*|born|first \w+)",
    r"(?:wedding|graduation|birthday|christmas|easter|summer|spring|autumn|winter|september|june|july|august|october|november|december)[^?]{0,60}i will not (?:be (?:there|here"
    r"|around)|see (?:it|that|you|her|him|them))",
    r"(?:not|never|no longer|stop|done) be(?:ing)? (?:any|a|such a|in) (?:\w+ )?(?:trouble|burden|bother|problem|nuisance|worry"
    r"|load|weight|way)(?: \w+){0,3} (?:any ?more|much longer|any longer|soon|again|after|from)",
    r"not(?: have to)? (?:\w+ )?(?:trouble|bother|burden|annoy) (?:you|anyone|anybody|them|him|her|everyone)(?: \w+)? (?:any ?more"
    r"|much longer|any longer|again|after)",
    r"(?:please |always |you will |just )remember me (?:the way|as|like|when|how|laughing|smiling|happy|for)",
    r"one (?:mouth|worry|burden|problem|idiot|loser|nuisance) (?:less|fewer)",
    r"(?:without me in it|with me out of (?:it|the way|the picture))(?! (?:was|is) (?:a|the) (?:band|team))",
    r"(?:wo?uld|will) have (?:\w+ )?(?:liked|loved) to (?:see|watch|hear|know) (?:\w+ ){0,3}(?:grow up|grow old|get married|graduate"
    r"|turn (?:\d+|\w+ty|eighteen)|have (?:kids|children)|become)",
    r"(?:letters?|cards?|videos?) (?:\w+ ){0,8}(?:for (?:when|each birthday|every birthday|their|his|her)) (?:\w+ ){0,3}(?:turns?|weddings?"
    r"|eighteen|birthdays?|grows?|grown)",
    r"(?:do not|not|no longer|never) (?:make|making|have|need) (?:any )?plans (?:past|beyond|after) (?:the|this|next|\w+day|\w+mas)",
    r"(?:jump|walk|swim|drive|step)(?:ed|ing)? (?:straight |right |just )?(?:into|out to) (?:the )?(?:sea|ocean|lake|river|traffic"
    r"|motorway)(?: \w+){0,3} (?:one day|and (?:keep|not|never)|with stones|for good|forever|too|tonight)",
    r"let (?:\w+ )?trains? (?:\w+ )?(?:go|pass)(?: by| past)?",
    r"(?:in|next|this|when|finishes|starts|turns|will)(?! the past)[^?]{1,60}i would (?:\w+ )?have (?:liked|loved|wanted) to (?:\w+ )?"
    r"(?:see|be there|watch|hear|meet|dance|hold)(?! (?:\w+ )?(?:yesterday|last|but i (?:was|had)))",
)
_PAIRS: tuple[tuple[str, ...], ...] = (
    ("gives things away", "an end", "calm at last", "a farewell", "sparing others", "not being there", "papers", "a decision"),
    ("papers", "an end", "calm at last", "a farewell", "sparing others", "not being there", "a decision"),
    ("calm at last", "a decision", "a farewell", "sparing others", "not being there"),
    ("a farewell", "an end", "sparing others", "not being there", "a decision"),
    ("sparing others", "an end", "not being there", "a decision"),
    ("not being there", "an end", "a decision"),
    ("a question for somebody else", "a means", "own death"),
    ("a joke", "own death"),
    ("own death", "not being there", "sparing others", "a farewell"),
)  # fmt: skip
"""Each first group counts beside any of the others in its row."""
_REASON = any_of(
    # a plain reason for parting with things or for being away
    r"(?:mov(?:e|es|ed|ing)|relocat\w+|holidays?|vacation|trip|travel\w*|flights?|abroad|visit\w*|new (?:job|flat|house|baby|one)"
    r"|promotion|(?:my|the|this|a) (?:job|boss|contract|company|shop|office)|resign\w*|quit(?:ting)?|retir\w+|landlord|declutter\w*"
    r"|charity|jumble|outgr\w+|too (?:small|big|old)|does not fit|allerg\w*|dentist|surgery|exams?|wedding (?:dress|gift|cake)"
    r"|tax(?:es)?(?! (?:haha|lol))|mortgage|divorce|semester|course|concert|meeting|shift|train(?:ing)? (?:course|day)|festival"
    r"|diet|relationship|break ?up|broke up|ex|lease|rehearsal|recipe|cake|dinner|lunch|helped|advice|chat(?:ting)?|feel better"
    r"|talking (?:to|with) you)",
)
_STRONG = frozenset([("a question for somebody else", "a means"), ("a question for somebody else", "own death"), ("a joke", "own death")])  # fmt: skip
_FIRST_PERSON = re.compile(r"(?<![a-z])(?:i|me|my|myself)(?![a-z])")
_GRIEF = re.compile(
    r"(?<![a-z])(?:(?:he|she|it|they|dad|mum|mom|father|mother|grand\w+|gran|nan|dog|cat|who|husband|wife|friend|brother|sister"
    r"|uncle|aunt)(?: \w+)? (?:died|passed|was buried|is dead|dies)|his funeral|her funeral|passed away|put (?:him|her) down)(?![a-z])"
)


@lru_cache(maxsize=2048)
def hinted(raw: str) -> str:
    """What in a turn hints at the speaker's own death, in words; empty where nothing does, or a plain reason stands beside."""
    text = read(raw).text
    reasoned = bool(_REASON.search(text) or _GRIEF.search(text))
    alone = ALONE.search(text)
    if alone and not reasoned:
        return alone[0]
    if not _FIRST_PERSON.search(text) and not SIGNS["a question for somebody else"].search(text):
        return ""
    seen = {name for name, pattern in SIGNS.items() if pattern.search(text)}
    for head, *others in _PAIRS:
        if head not in seen:
            continue
        for other in others:
            if other in seen and (not reasoned or (head, other) in _STRONG):
                return f"{head}, and {other}"
    return ""
