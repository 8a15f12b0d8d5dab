"""The words of epitome.py: patterns over lower-case text without apostrophes ("im", "youre", "dont").

One pattern a facet's kind of expression; each alternative is an idea on a line. Ours, from general English.
"""

from __future__ import annotations

import re


def _any(*parts: str) -> re.Pattern[str]:
    """Whichever alternative, never inside a longer word."""
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(parts) + r")(?![a-z0-9])")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VERY = r"(?:so |very |really |truly |deeply |just |also |quite |genuinely |honestly |terribly |incredibly )*"
_AM = r"(?:im|i am|i m)"

# --- emotional reaction

EXCUSE = _any(
    r"sorry (?:if|but|im not|im late|for (?:the|my|any|being|rambling|ranting|formatting|bad|long|late|english))",
    r"sorry,? (?:i|im|ive) (?:cant|dont|didnt|couldnt|have|had|got|was|am)",
    r"(?:say|saying|said|says|being|not|apologize|apologise) sorry",
    r"(?:feel|feeling|feels|felt) sorry for (?:yourself|myself|themselves|himself|herself|themself)",
    r"sorry not sorry",
    r"sorry (?:excuse|state|ass)",
)  # fmt: skip
"""Sorry that asks pardon, or is only spoken of."""
OWN_FEELING = _any(
    r"sorry",
    r"my heart (?:goes|breaks|aches|hurts|is with|sinks|broke)",
    r"breaks my heart",
    r"condolences",
    r"(?:saddens|pains|hurts|worries|warms|touches|moves) me",
    rf"{_AM} {_VERY}(?:happy|glad|proud|excited|thrilled|delighted|relieved|worried|concerned|sad|saddened"
    rf"|heartbroken|touched"
    r"|moved|angry|upset)(?: (?:for|of|about|with) (?:you|your|u)(?:r)?| that you(?:r|re|ve)?| you(?:re|ve|r)?"
    r"| to (?:hear|read|see|know))",
    rf"{_AM} {_VERY}(?:happy|glad|proud|thrilled|delighted|relieved) (?:it|this|that)",
    rf"i feel {_VERY}(?:sad|bad|awful|terrible|sorry|happy|proud) (?:for|that|about) (?:you|u|your)(?:r)?",
    rf"i {_VERY}(?:love|care about|care for|worry about) (?:you|u|ya)",
    r"(?:big |virtual |warm |internet |sending |send |gentle )?hugs?(?! (?:myself|him|her|me|from))",
    r"sending (?:you )?(?:\w+ )?(?:love|strength|warmth|light|vibes|thoughts|prayers)",
    r"congrat\w*",
    r"thinking (?:of|about) you",
)
_GOOD = r"(?:good|great|nice|lovely|wonderful|amazing|better|happy|awesome|peaceful|blessed|beautiful|safe)"
WISH = _any(
    r"(?:i |we )?(?:really |truly |do |sincerely )*(?:hope|hoping|pray|praying)(?: that| for)? (?:you|u|ur|your|it"
    r"|this|that|things|everything"
    r"|whatever|tomorrow|next|someday|one day|all|for|they|he|she)(?:r|re|s|ve|ll)?",
    r"hopefully (?:you|u|things|it|one day|everything|this|that)(?:ll|re|ve)?",
    r"(?:i )?wish(?:ing)? (?:you|u) (?!could|would|were|had)",
    r"i wish (?:i could|there was (?:something|more)|you (?:the|all|well|luck|nothing))",
    r"(?:good|best of) luck",
    r"(?:best|warm) wishes",
    r"all the best",
    r"take (?:good )?care(?! of (?:him|her|it|them|my|the|business))",
    r"(?:be|stay|keep) (?:well|safe|strong|brave|kind to yourself)",
    r"(?:feel better|get well)(?: soon|$)",
    r"(?:happy|merry) (?:birthday|new year|christmas|holidays|cake)",
    rf"have an? {_GOOD}",
    r"(?:much|lots of|all my) love",
    r"(?:god|gods) bless\w*",
    r"welcome (?:to|back|home)",
)
PRESENCE = _any(
    rf"{_AM} (?:always |right |still )?(?:here|around|listening|with you|with u|all ears|a chat away|up to)",
    r"(?:were|we are|we re|is|are|be) (?:all )?here (?:for|if|with|to)",
    r"here (?:for you|for u|if you|to (?:listen|help|talk|chat|support))",
    r"(?:pm|dm|message|msg|text|inbox|write|call|hit|add) (?:me|my)",
    r"(?:pm|dm)s? (?:are|is|if|any ?time|away)",
    r"feel free to",
    r"my (?:inbox|dms?|pms?|door)",
    r"if (?:you|u)(?:d| ever| just| still| do| would)* (?:need|want|wanna|feel like|like)(?: to| someone| somebody| a"
    r"| an| any\w*| help)"
    r"(?: \w+){0,3} ?(?:talk|chat|vent|rant|listen|someone|somebody|friend|ear|help|to me|anything)",
    r"(?:want|wanna|need|needs|like|care) (?:(?:to|someone|somebody|a|anyone) )*(?:to )?(?:talk|chat|vent|share)",
    r"(?:you|u) (?:can|could|may) (?:always |also )?(?:talk|vent|message|pm|write|come|reach)(?: to)? ?(?:me|us|here"
    r"|out)?",
    r"lend (?:you )?an ear",
    r"(?:glad|happy|willing|love|ready) to (?:talk|listen|chat|help|hear|be)",
    r"(?:you|u)(?: are|re)?(?: definitely| really| certainly)? not (?:alone|the only|a bother|a burden|invisible"
    r"|crazy|weird|broken)",
    r"you (?:arent|dont have to be|never have to be) (?:alone|a bother|a burden|the only)",
    r"(?:all )?in this (?:\w+ )?together",
    r"let me know",
    r"anything i can do",
    r"how can i help",
    r"i (?:will|ll|can|would|d|want to|could)(?: gladly| always| try to| try and)? (?:help|listen|talk with|talk to"
    r"|be there|be your|hear you|hold|pray)",
    r"i (?:dont |do not )?want you to",
    r"talk to me",
    r"lets talk",
    r"we (?:care|love|hear|see|believe)",
    r"i (?:hear|see|believe|believe in|respect|admire|appreciate) (?:you|u|that you)",
)
COURAGE = _any(
    r"(?:hang|hold) (?:on|in|tight)(?: there)?",
    r"stay strong",
    r"(?:keep|kept) (?:fighting|going|on|pushing|trying|your (?:head|chin)|it up|up the|breathing|moving|swimming"
    r"|holding)",
    r"(?:head|chin) up",
    r"(?:dont|do not|never|please dont|pls dont)(?: ever| you)? (?:give up|worry|be (?:scared|afraid|ashamed|sad"
    r"|sorry|hard|so hard|too hard|shy"
    r"|embarrassed|discouraged)|feel (?:bad|ashamed|guilty|like|shy)|beat yourself|blame yourself|lose hope"
    r"|hurt yourself|cut yourself"
    r"|kill yourself|do (?:it|this|that)|stop|despair|apologi[sz]e|go|die|lose|let (?:it|this|that|them|him|her|the"
    r"|one|anyone|any|some|your))",
    r"(?:you|u)(?:re| are| ll| will|ve| have)?(?: definitely| just| so| really| still)? (?:can|got|gonna|going to"
    r"|able to|capable|will|could)?"
    r" ?(?:do this|do it|get through|got this|make it|beat this|get there|overcome|survive|be (?:ok|okay|fine|alright"
    r"|happy|all right)"
    r"|find (?:someone|a|your|it|the|people|friends|love|happiness))",
    r"believe in (?:you|u|yourself)",
    r"(?:you|u) (?:can|will|are able to) (?:do|get|make|find|achieve|be|feel|heal|recover)",
    r"(?:you|u)(?:re| are)(?: \w+)? (?:strong|stronger|amazing|important|worth\w*|loved|beautiful|young|enough|brave"
    r"|valid|valued|special|unique"
    r"|wonderful|awesome|great|lovable|needed|wanted|good|kind|smart|incredible|human|valuable|a (?:\w+ )?(?:good"
    r"|great|wonderful|amazing|beautiful"
    r"|strong|worthy|kind) \w+)",
    r"(?:you|u|your life|life|your feelings|your \w+) (?:matters?|counts?)",
    r"(?:you|u) deserve",
    r"(?:it|that|this|things|everything|life|you|all)(?: |ll |s )(?:will |does |do |can |gets? |really |truly "
    r"|eventually |may )*(?:get|gets|getting|be|become)"
    r" (?:\w+ )?(?:better|easier|ok|okay|fine|alright|all right|good)",
    r"(?:everything|things|it) (?:will|ll|is going to) (?:work|turn|pass|improve|change|be)",
    r"(?:its|it is|thats|that is|totally|perfectly|completely) (?:\w+ )?(?:ok|okay|normal|alright|all right|valid"
    r"|natural|understandable|fine)(?! (?:if|when) i)",
    r"(?:isnt|is not|not|wasnt|was not|never) your fault",
    r"there(?:s| is| will be)? (?:\w+ )?(?:always |still |some |so much )*(?:hope|help|light|people who|someone who"
    r"|a way|many people|good people|plenty)",
    r"be proud",
    r"good (?:for|on) you",
    r"(?:well|nicely) (?:done|said|put)",
    r"(?:great|good|nice|awesome|excellent|amazing) (?:job|work|going|stuff|start|progress|idea|attitude|way)",
    r"(?:thats|that is|this is|sounds) (?:\w+ )?(?:great|awesome|amazing|fantastic|wonderful|good to hear|good news"
    r"|brilliant|beautiful|a (?:good|great|big) \w+"
    r"|lovely|impressive|admirable)",
    r"way to go",
    r"be (?:gentle|kind|nice|easy|patient|good) (?:with|to|on) yourself",
    r"love yourself",
    r"(?:please|pls) (?:stay|talk|get|seek|call|reach|keep|take|hold|dont|do not|know|remember|tell|consider|be|find"
    r"|see|go)",
    r"one (?:day|step) at a time",
    r"(?:just )?(?:know|remember) (?:that )?(?:you|i|there|we|it)(?:re|m|s)?",
    r"you (?:are )?(?:did|tried|trying|doing) (?:\w+ )?(?:the right|your best|well|great|good|amazing)",
    r"you (?:still )?have (?:\w+ )?(?:value|worth|time|strength|a future|so much|people|power|every right|friends)",
    r"everyone (?:has|is|deserves) (?:value|worth\w*|loved?|special|important)",
    r"time heals",
    r"(?:it|this)(?: too)?(?: will|ll| shall)? pass(?:es)?",
)
FELLOW = _any(
    r"i (?:totally |completely |really |definitely |can |so |fully |truly |certainly |kinda |do |100 )*(?:understand"
    r"|relate|get it|get you|get that|feel (?:you|u|ya|yah"
    r"|for you|for u|your|ur|the same|this|that)|empathi[sz]e|sympathi[sz]e)(?! why (?:people|they))",
    r"i (?:\w+ )?know (?:\w+ )?(?:how (?:you|it|that|this|hard)|what (?:you|its|thats)|the feel\w*|that feel\w*"
    r"|this feel\w*|your pain|exactly)",
    r"feel your pain",
    r"(?:poor|dear) (?:you|thing|soul|friend|baby)",
    r"my (?:\w+ )?(?:friend|dear|dude|man|brother|sister|love|buddy)$",
    r"(?:hey|hi|hello|yo|yes|yeah|thanks|there) (?:there )?(?:friend|buddy|bud|bro|mate|dear|hun|hon|sweetie|pal"
    r"|brother|sister|love|op)",
)
KIND_REMARK = _any(
    r"(?:that|it|this)(?: really| just| must| does)? sucks?",
    r"(?:that|this|it|you)(?: \w+)? (?:must|has to|had to) (?:\w+ )?(?:be|feel|have|hurt|sting|sound|suck)",
    rf"(?:thats|that is|thats such|how|what an?|oh|sounds|seems|feels|must be|so) {_VERY}(?:sad|awful|horrible"
    rf"|terrible|rough|tough|hard|painful|heartbreaking"
    r"|frustrating|exhausting|devastating|difficult|unfair|shitty|lonely|tragic|lovely|sweet)",
    r"(?:no wonder|of course you|anyone would|makes (?:\w+ )?sense|it hurts|that hurts|weighs? on you"
    r"|understandabl[ey])",
    r"thank(?:s| you| u) (?:so much |you )?for (?:sharing|posting|telling|opening|reaching|writing|trusting|being)",
    r"<3|:\)|\(:|:d|❤️?",
)

# --- interpretation

INFERS = _any(
    r"(?:it|that|this|you|u|what) (?:just |really |sure )?(?:sounds?|seems?|looks?|feels?)(?: to me)? (?:like|as if"
    r"|as though|that you|to be|so|very|really|as if)",
    r"(?:sounds|seems|looks) (?:like|as|to me|so|really|very|that)",
    r"(?:you|u|that|it|this) (?:\w+ )?(?:must|might|may|probably)(?: \w+)? (?:be|feel|have|hurt|sting|seem|miss|been"
    r"|feeling)(?! (?:good|able|helpful|worth|useful|better|nice))",
    r"(?:part of|something in) you",
    r"i (?:can |do )?(?:hear|sense) (?:an?|the|how|so much|some|your)",
    r"what (?:i hear|i sense|comes (?:across|through)|you (?:say|tell|describe))(?: \w+){0,6} (?:is|carries|holds)",
    r"must (?:\w+ ){0,2}(?:be|feel|have|sting|hurt|ache|weigh|leave|sound|seem)(?! (?:good|able|helpful|worth|useful"
    r"|better|nice|to))",
    r"(?:you|u) (?:sound|seem|look|looked|sounded) (?!like (?:a |an )?(?:good|great|nice))\w+",
    r"(?:would|may|might|could|can|has to|had to) (?:\w+ )?(?:sting|hurt|ache|weigh|feel like|feel so)",
    r"(?:hurts?|stings?|aches?|weighs) (?:far |so |much |even |a lot )?(?:more|most|when|because|on you|deeply|you)",
    r"(?:glad|happy|sad|angry|heartbroken|proud|torn|scared|relieved) (?:\w+ ){1,4}(?:and|yet"
    r"|but) (?:\w+ ){0,2}(?:heartbroken|sad|scared|angry|lonely|hurt|afraid|happy|proud|glad)",
    r"(?:no wonder|of course you|anyone would|makes (?:\w+ )?sense (?:that|to|you|because|with|after)"
    r"|it is understandable|its understandable)",
    r"(?:because|since) you (?:care|cared|love|loved|miss|missed|lost|wanted|hoped)",
    r"(?:left|leaves|makes|made|making) you (?:\w+ )?(?:with|alone|empty|angry|sad|afraid|so)",
    r"(?:the|this|that|such|your) (?:\w+ )?(?:grief|sadness|anger|pain|fear|shame|guilt|loneliness|emptiness|hurt"
    r"|frustration|numbness|worry|joy|pride)"
    r" (?:\w+ )?(?:of|that|you|is|when|keeps|comes|after|never)",
    r"(?:it|that|this) (?:\w+ )?(?:hurts|stings|weighs|aches|burns)",
)
SUPPOSED = _any(
    r"(?:if|when|once|whenever|wherever|regardless of|should|tell \w+|say|write down|determine|express|dont"
    r"|or)(?: \w+){0,2} (?:you|u|youre|your)(?: \w+)?",
    r"(?:how|why|what|whatever|where|however|everything|thing|way|as) (?:you|u|youre)(?: \w+)?",
    r"sorry (?:to hear )?(?:that |if )?(?:you|u|your)\w*(?: \w+){0,2}",
    r"(?:hope|maybe|perhaps|not|arent|might|may|could|can|will|wont|do) (?:you|u|youre|your)(?: \w+)?",
)
"""Where a feeling of the person is only supposed, asked for or regretted."""
FEELS = _any(
    r"(?:youre|you are|u r|ur|youve been|you have been|you still|you were) (?:\w+ )?(?:feeling|going through"
    r"|dealing with|struggling|suffering|hurting|experiencing"
    r"|scared|afraid|lonely|upset|angry|sad|frustrated|furious|ashamed|grieving|worried|exhausted|tired of"
    r"|overwhelmed|stuck|torn|proud|heartbroken"
    r"|thrilled|nervous)",
    r"(?:you|u) (?:feel|felt|miss|long for|care(?:d)?(?: so| about| for)|loved|worry|fear|regret)(?! (?:free|better"
    r"|the need|like (?:it|talking)))",
)
SHARES = _any(
    r"(?:me|us) (?:too|aswell|as well|either|neither|2)",
    r"(?:pretty |exactly |exact |literally |feel the |feel |its the |the )?same (?:here|boat|thing|way|situation"
    r"|with me|for me|as me|problem|age|position|story|feeling|man|bro)",
    r"^(?:\w+ )?same",
    r"(?:ive|i have|have) (?:\w+ )?been (?:there|through|in)",
    r"been (?:there|through|in (?:the|a|your))",
    r"happen(?:s|ed)? to me",
    r"(?:relate|relatable|resonates?|identify with)",
    r"(?:is|was|thats|that is|exactly|basically|literally|this is|sounds like|like|just like) (?:exactly |literally "
    r"|basically |how |what )*(?:me|my life|i feel|i felt|i am|i was|i think)",
    r"(?:for|with|to|makes|made|helps?|helped|around|like|hits?|hit|notices?) me",
    r"(?:are|is|was|am|do) you me",
    r"(?:every|all the) (?:day|night|time)(?: of my|$)",
    r"(?:we|us) (?:feel|felt|hate|suffer|struggle|keep|want|need|know|have|are|were)",
    r"in my (?:experience|case|life|opinion|situation)",
)
_OPINION = r"(?:think|suggest|recommend|believe|guess|suppose|mean|bet|swear|promise|assure|agree|advise|imagine|wonder|assume|figure|reckon|doubt)"
NO_EXPERIENCE = _any(
    rf"(?:i|id)(?: would| will| dont| do| just| really| can| really do| honestly| personally| also| strongly| still"
    rf"| can only)* {_OPINION}(?:ed)?"
    r"(?: (?:that|you|u|it|its|this|so|with|there|the|your|if|how))?",
    r"i (?:(?:\w+ )?hope|wish (?:you|u|i could (?:help|hug|give|tell|say))|pray|care|love (?:you|u|this|that|it|your"
    r"|how)|appreciate|admire|see|respect|hear)(?! (?:my|i))",
    r"(?:i|id|ill|im)(?: \w+)? (?:want|like|love|need|happy|glad|willing|here|try|going)(?: \w+)? (?:you|u|to (?:help"
    r"|listen|talk|chat|hear|say|ask|know|lend|give|tell|make|see|add|be|offer|point"
    r"|remind))",
    rf"{_AM} (?:\w+ )?(?:sorry|here|around|glad|happy|proud|sure|certain|just saying|curious|listening|wondering"
    rf"|no expert|not (?:a|an|your|sure|saying|trying|the)|a chat|worried"
    r"|assuming|guessing|interested|all ears|asking|afraid (?:that|you))",
    r"(?:i was|im) (?:just |only )?(?:wondering|asking|curious|joking|kidding|gonna say|going to say)",
    r"(?:may|can|could|should|shall|let|if) i(?: (?:ask|help|offer|say|do|was you|were you|were|may|can))?",
    r"i (?:do not|dont|dunno|didnt|cant|couldnt) (?:\w+ )?(?:know|understand|see|tell|speak|say|imagine"
    r"|mean)(?: (?:you|u|your|what|how|if|why|anything|much|who|where|exactly|whats|that))?",
    r"i (?:can|could|will|ll|would|ill)(?: \w+)? (?:help|listen|talk|be|do|say|offer|give|hear|hold|pray|send|see"
    r"|tell|only|make|read)",
    r"(?:i have|ive)(?: got)? (?:a|one|some|no|an|two|few) (?:question|idea|suggestion|advice|thought|faith|hope"
    r"|doubt|clue)\w*",
    r"(?:i read|i saw|i see|i found|i noticed|i came across|ive read|ive heard|i heard|ive seen|i looked|i googled"
    r"|i linked)",
    r"i (?:say|said|ask|tell|told|understand|get (?:it|that|this|you|your)|know|feel (?:you|u|ya|yah|for|your|bad|sad"
    r"|sorry|that you))(?! (?:my|i|me))",
    r"(?:pm|dm|message|msg|text|inbox|write|call|hit|add|tell|trust|believe|let|join|excuse|forgive|correct|mark|ask"
    r"|give|show|talk to|to|on) me",
    r"my (?:friend|dude|man|dear|brother|sister|guess|advice|suggestion|opinion|point|condolences|apologies|bad|inbox"
    r"|dms?|pms?|snap|heart|question|view|god|goodness|thoughts|recommendation"
    r"|two cents|name|love|question)",
    r"(?:imo|imho|we can|we could|we should|we will|our lives|lets|we are all here|were here|we care|we love)",
    r"(?:oh )?my god",
    r"youre me",
)
"""What a person says in the first person without telling of themselves."""
MYSELF = _any(r"i", r"im", r"ive", r"id", r"my", r"myself", r"mine", r"me")
CLAIMS = _any(
    r"i (?:\w+ )?(?:understand|get (?:it|you|that)|hear (?:you|ya|u|that)|feel (?:you|ya|u|yah|that|this|for you))",
    r"i (?:\w+ )?know (?:\w+ )?(?:how|what|the feel\w*|this feel\w*|that feel\w*|your pain)",
    r"(?:familiar|common|daily|odd|weird|strange|horrible|terrible|awful|worst) (?:feeling|struggle|experience|place)",
)

# --- exploration

OFFER = _any(
    r"(?:want|wanna|wants|need|needs|like|care|up|feel|down|free) (?:(?:to|someone|somebody|anyone|a|like"
    r"|friend) )*(?:talk\w*|chat\w*|tslk|vent\w*|share|play|pm|dm)(?! (?:about|me) (?:what|how|why|your|the))",
    r"(?:can|could|may|anything|how can|is there anything) i (?:help|do|offer|give|recommend|suggest|pm|message|hug)",
    r"how can (?:i|we) help",
    r"(?:pm|dm) me",
)
RHETORICAL = _any(
    r"(?:who|what) (?:\w+ )?(?:cares|knows|gives)",
    r"so what(?! \w)",
    r"(?:you|ya|yah|u) know$",
    r"(?:you|u) know (?:what|that)",
    r"(?:know what i mean|make sense|making sense|guess what|you see|get me|see what i)",
    r"(?:am|are|do|did|can|could|should|would|will|how|why|why do|what|how do|how can|how could|why would|why should"
    r"|what would|what should|what do|what can|how the \w+ do)"
    r" (?:the \w+ )?(?:i|we|me|people|someone|anyone|anybody|they|one)",
    r"(?:why not|why bother|whats the point|what is the point|what if|how about|why dont you|what about (?!you))",
    r"(?:right|huh|eh|no|yeah|ok|okay|lol|isnt it|arent they|arent we|dont we|doesnt it|isnt that|dont they)$",
    r"(?:arent|wont|dont|cant) i",
    r"kidding",
    r"^(?:honestly|really|seriously|like)$",
    r"would(?:nt)? (?:anyone|any)",
)
ANY_QUESTION = _any(
    r"^(?:\w+ ){0,3}(?:why|how|what|who|how so|how come|why is that|in what way|what for)(?: (?:bro|man|dude|not|tho"
    r"|though|op|friend|so))*$",
    r"what(?:s| is)?(?: has)?(?: \w+)? (?:happened|happening|wrong|up|going on|the matter|new|the problem|bothering"
    r"|on your mind|is it)(?: (?:with|to|friend\w*|bro|man|here|op|there|you|buddy))*(?: you)?",
    r"how (?:are|r) (?:you|u|ya|things)(?: (?:doing|feeling|today|now|holding|going|man|bro|\w+))*",
    r"how(?:s| is) it going",
    r"(?:are you|you|u) (?:ok|okay|alright|all right)",
    r"what about (?:you|u|yourself)",
    r"and you(?:rself)?",
    r"(?:do you )?mind if i ask",
    r"(?:can|could|would) you (?:\w+ )?(?:explain|describe|elaborate|tell (?:me|us) more|say more)(?: (?:that|more"
    r"|further|a bit))?$",
    r"(?:explain|elaborate|describe)$",
    r"what (?:do|did) you mean",
    r"what (?:would you like|do you want|do you need|help|exactly do you need|kind of (?:help|stuff)|sort of (?:help"
    r"|stuff))(?: \w+){0,4}$",
    r"(?:made|makes|making|got|has|having) (?:you|u) (?:feel\w*|depressed|sad|think)(?: (?:that|this|like|so|way"
    r"|like this|depressed))*$",
)
INVITES = _any(
    r"(?:tell|talk to|share with|let) (?:me|us) (?:know )?(?:\w+ )?(?:more|about|what|how|why|your)",
    r"(?:i would|id|i d) (?:\w+ )?(?:love|like|be glad|be happy|be curious|be interested) to (?:hear|know"
    r"|understand) (?:more|about|what|how|why|your)",
    r"(?:explain|describe) (?:your|the|what|how|this|that) (?:\w+ )?(?:situation|feeling|problem|issue|happen\w*)",
    r"you can tell me",
    r"(?:care|want|like|feel free) to (?:share|tell|explain|elaborate|describe) (?:what|how|why|your|more|the)",
    r"(?:im|i am) (?:just )?(?:curious|wondering) (?:about|what|how|why|if)",
)
ASKS_UNMARKED = re.compile(
    r"^(?:(?:so|and|but|hey|hi|op|well|ok|okay|yeah|man|bro|or) )*(?:what(?:s| (?:are|is|do|did|makes?|made|kind|has"
    r"|have|was|were|life|currently|exactly|would))"
    r"|why (?:do|did|are|is|dont|would|cant)|how (?:old|long|are|do|did|is|was|has|often|many|much)|have you|do you"
    r"|did you|are you|were you|is there|does (?:he|she|it|your|anyone))"
    r"(?![a-z])(?!.*\b(?:i|we) (?:think|do|did|feel)\b)"
)
TO_PERSON = _any(r"you", r"u", r"your", r"ur", r"youre", r"yours", r"yourself", r"youve", r"youd", r"youll", r"ya")
OPEN_WORD = re.compile(
    r"^(?:(?:so|and|but|hey|hi|op|well|ok|okay|yeah|man|bro|or|oh|wait|hmm?) )*(?:what|whats|why|how|hows|when|where"
    r"|which|who|whos|whom"
    r"|is|are|was|were|did|does|do|has|have|had|can|could|would|will|any|anyone|anything|in what|isnt|doesnt"
    r"|didnt)(?![a-z])"
)
COMMON = _words("""about actually again also always because been before being best come could dont even ever every feel feeling from
    getting going good have having help here into just know like little made make many maybe more most much need never only
    other people really right same should some something still take than that thats their them then there these they thing
    things think this those time very want well were what when where which will with would year years your youre""")
"""Words of four letters and more that stand in any talk."""
