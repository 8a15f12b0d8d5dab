"""Phrase patterns of the offline judge, written over plain text (lower case, contractions spelled out).

`scorer_text.plain` makes "I'll" into "i will" and "can't" into "can not", so each phrase is written once. The patterns are
ours; they hold one idea a line and are compiled at import.
"""

from __future__ import annotations

import re


def any_of(*parts: str) -> re.Pattern[str]:
    """One pattern that finds any of the phrases as whole words."""
    return re.compile(r"(?<![a-z])(?:" + "|".join(parts) + r")(?![a-z])")


DISMISS = any_of(
    r"get over (?:it|this|him|her|yourself)",
    r"cheer up",
    r"(?:is|was) (?:not|no) (?:such |that |really |even )*(?:a )?big (?:a )?deal",
    r"(?:could|would) (?:be|have been) (?:a lot |much |so much )?worse",
    r"stop (?:complaining|whining|crying|being so|feeling sorry|worrying|overthinking|moping)",
    r"(?:do not|no need to|should not|no reason to) (?:be|feel) (?:\w+ )?(?:sad|upset|angry|mad|scared|afraid"
    r"|worried|nervous|anxious|jealous|embarrassed|ashamed|that way|lonely|guilty|disappointed)",
    r"(?:over)?react(?:ing|ed) (?:too much|over nothing)",
    r"overreact(?:ing|ed)?",
    r"being (?:too |so |overly |a bit )?(?:dramatic|sensitive|silly|childish|paranoid)",
    r"others? (?:people )?(?:have|has) it (?:much |far |a lot )?worse",
    r"toughen up",
    r"man up",
    r"grow up",
    r"suck it up",
    r"move on already",
    r"it is (?:all )?in your head",
    r"who cares",
    r"so what",
    r"just (?:let it go|move on|forget (?:it|about|him|her)|relax|calm down|get on with|be grateful|snap out)",
    r"snap out of",
    r"calm down",
    r"not worth (?:being|getting|crying|your tears|feeling)",
    r"you will (?:get over|forget)",
    r"it is (?:only|just) an? \w+",
    r"first world problem",
    r"look on the bright side",
    r"build a bridge",
    r"stop being",
    r"you have no (?:reason|right) to",
    r"nobody cares",
    r"not that (?:bad|serious|deep)",
)
LECTURE = any_of(
    r"you should(?: not)? have",
    r"you (?:need|have|ought) to learn",
    r"(?:the|a) lesson (?:here|is)",
    r"you must understand",
    r"you (?:need|have) to (?:realise|realize|understand|accept|grow)",
    r"that is what happens when",
    r"i told you",
)
BLAME = any_of(
    r"(?:it is|that is|this is|was) (?:all |really |partly |your own |kind of |mostly )*your (?:own )?fault",
    r"you brought (?:this|it|that) (?:on|upon) yourself",
    r"you (?:should|must) have known",
    r"what did you expect",
    r"why (?:did|do|would) you (?:not )?(?:just )?(?:leave|let|stay|allow|provoke|fight back|go back)",
    r"if you had (?:only|just|not)",
    r"you only have yourself to blame",
    r"you (?:caused|provoked) (?:him|her|them|this|it|all)",
    r"you (?:made|let|allowed) (?:him|her|them|this|it) (?:to )?(?:happen|do|treat|hit|hurt|walk|use|leave|cheat"
    r"|act|get)",
    r"shame on you",
    r"you asked for",
    r"you got what you deserved?",
    r"you deserved? (?:what happened|to suffer|all of this|to be (?:hit|hurt|left|alone|treated))",
    r"you are (?:to blame|the problem|responsible for this)",
    r"you (?:must|have to|need to) (?:leave|report|press charges|confront) (?:him|her|them|it|now|this"
    r"|immediately)",
    r"you should be ashamed",
)
BLAME_DENIED = any_of(
    r"(?:is|was|are) not",
    r"never",
    r"not (?:that )?(?:it|this)",
    r"(?:feel|feels|think|believe|tell\w*|say\w*|voice)(?: \w+){0,4}",
    r"no one",
)

CONGRATULATE = any_of(
    r"congrat(?:ulation)?s",
    r"(?:so |very |really )?happy (?:for you|to hear)",
    r"(?:that|this|it) (?:is|sounds) (?:so |really |absolutely |just |such )*(?:an? )?"
    r"(?:great|awesome|amazing|wonderful|fantastic|exciting|lovely|good news|fun|cool|brilliant|nice)",
    r"how (?:exciting|wonderful|fun|lovely|awesome|nice)",
    r"lucky you",
    r"(?:great|good|wonderful|amazing|fantastic|exciting) news",
    r"well done",
    r"good for you",
    r"(?:so )?proud of you",
    r"hooray",
    r"woohoo",
    r"way to go",
    r"you must be (?:so |really |very |feeling |just )*(?:happy|thrilled|excited|proud|delighted|overjoyed|glad"
    r"|pleased|relieved|over the moon)",
    r"enjoy (?:it|every|yourself|the|this)",
    r"what (?:an? )?(?:joy|delight|triumph|treat)",
)
CONDOLE = any_of(
    r"sorry (?:for your loss|to hear|that happened|you|about|for|this)",
    r"condolences",
    r"how (?:awful|terrible|sad|horrible)",
    r"that (?:is|sounds|must be|must have been) (?:so |really |just |absolutely )*"
    r"(?:awful|terrible|horrible|sad|rough|tough|hard|devastating|heartbreaking|painful)",
    r"you must be (?:so |really |feeling )*(?:sad|devastated|upset|crushed|angry|heartbroken|lonely|scared"
    r"|miserable|worried)",
    r"what a (?:loss|nightmare|blow)",
)
STOCK = any_of(
    r"(?:i am |i )?(?:so |very |really |truly |deeply )*sorry (?:to hear|that you|you are|you have|for your"
    r"|about)(?: that| this| it| going| through| loss| all| about)*",
    r"i (?:totally |completely |fully |really )?(?:understand|hear you|feel you|get it|see)",
    r"(?:that|this|it) (?:must|sounds|seems|is|can)(?: be| have been| like| so| really| very| pretty| quite"
    r"| feel)* (?:hard|tough|difficult|rough|great|awesome|nice|bad|good|cool)",
    r"stay strong",
    r"hang in there",
    r"i am here(?: for you)?",
    r"thinking of you",
    r"everything happens for a reason",
    r"time heals",
    r"one day at a time",
    r"good luck",
    r"thank you for sharing",
    r"your feelings are valid",
    r"keep your (?:head|chin) up",
    r"stay positive",
    r"it gets better",
    r"hope (?:you|it|things|everything|all)(?: \w+){1,3} (?:better|well|good|out|soon)",
    r"good for you",
    r"congratulations",
    r"sending (?:you )?(?:love|hugs|strength|prayers)",
    r"take care(?: of yourself)?",
    r"you are not alone",
)

ADVICE = any_of(
    r"you (?:really |probably |definitely |just |also )*(?:should|ought to)(?! (?:be|feel) (?:\w+ )?(?:proud"
    r"|happy))",
    r"you (?:really |probably |just )*(?:need|have|(?:may|might|will) want|had better) to (?:\w+ )?(?!be|carry|feel"
    r"|live|face|deal"
    r"|watch|hear|see)[a-z]+",
    r"you must (?!be|feel|have|miss|love|still|really|know|already|care|wish|wonder)[a-z]+",
    r"why (?:not|do you not|do not you)",
    r"have you (?:ever )?(?:tried|considered|thought (?:about|of))",
    r"how about",
    r"what about \w+ing",
    r"(?:i |we )?(?:would |strongly |really )?(?:suggest|recommend|advise)",
    r"my (?:advice|suggestion|tip)",
    r"the (?:best|first|next|right|smart|key|simplest|most important) (?:thing|step|move|way|approach|solution)"
    r"(?: (?:to do|now|here|you (?:can|could|should)))* (?:is|would|might|to (?!say))",
    r"(?:it|that) (?:might|could|may|can|would|will) (?:also |really )?help(?: you)?(?: if)? to",
    r"(?:might|could|may) be (?:worth|good|wise|useful|helpful|nice)",
    r"you (?:could|can) (?:also |always |maybe |try |simply |just |even )*(?:try|start|ask|call|talk|go|make|take"
    r"|write|use|set|join|find|look|get|speak|put|do|invite|plan|give|visit|meet|text|let|begin|apply|consider"
    r"|have|arrange|bring|grab)",
    r"you could (?:also |always |maybe |just |even |still )*(?!(?:be|feel|have|not|never|hear|see|tell|barely"
    r"|hardly|only|almost|hold|say) )[a-z]+",
    r"(?:maybe|perhaps) (?:you (?:could|should|can)|try|a |an |some |one |go|take|call|ask|write|start|meet"
    r"|invite|it)",
    r"(?:be|make) sure (?:to|you)",
    r"do not forget",
    r"i would (?!be |have |not |like |love |think |expect |guess |imagine |say |want |feel |hope |suppose |bet "
    r"|call (?:it|that) )",
    r"if i were you",
    r"what if you",
    r"would it help to",
    r"could you (?:ask|call|take|try|go|find|spend|meet|invite|set|plan|write|step)",
    r"let us (?:go|plan|make|start|get|break|look|meet|set|try|work)",
    r"step (?:one|1)",
    r"(?:it is|is) (?:important|essential|best|better|crucial|wise|a good idea) to",
    r"(?<!what )(?:a|one) (?:good )?(?:option|solution|strategy|idea|way|trick|tip) (?:is|would|could|might|to)",
    r"try(?:ing)? (?:to|a|the|some|\w+ing)",
)
ACKNOWLEDGE = any_of(
    r"(?:makes?|making) (?:complete |total |perfect |a lot of |so much |all the )?sense",
    r"no wonder",
    r"of course",
    r"understandabl[ey]",
    r"anyone would",
    r"who would not",
    r"sorry",
    r"condolences",
    r"oh no",
    r"oh dear",
    r"my heart",
    r"i (?:can|could) (?:only |really |almost |just |totally )*(?:see|hear|imagine|feel|tell|sense|picture"
    r"|understand (?:why|how|that|what))",
    r"i hear (?:how|the|that|in)",
    r"(?:a lot|too much|so much) (?:to (?:carry|hold|take|bear|deal|handle)|on your)",
    r"that (?:would|must|kind of|has to|had to)",
    r"you (?:must|are feeling|feel|felt|sound|seem|care|cared|miss|wish|wished|wanted|deserve|deserved|adore|long)",
    r"what a (?!great idea|good idea)",
    r"how (?:awful|terrible|sad|horrible|exciting|wonderful|lovely|sweet|painful|hard|frustrating|scary|strange"
    r"|proud|big)",
    r"(?:gut|heart|stomach|chest|throat|throw(?:s|n)? you|sinks|pit)",
    r"knocked? (?:you|the wind|sideways)",
    r"let down",
    r"left out",
    r"on edge",
    r"fed up",
    r"looking forward",
    r"over the moon",
    r"cut(?:s)? deep",
    r"rug pulled",
    r"broken? (?:your|my) heart",
    r"taken for granted",
    r"not fair",
    r"eat(?:s|ing)? (?:at )?you",
    r"keeps? you (?:up|awake)",
    r"good for you",
    r"well done",
    r"hits? (?:hard|you)",
    r"(?:glad|happy|delighted|pleased|thrilled|sad|angry) (?:with|for) you",
    r"(?:good|lovely|wonderful|great|a joy|a pleasure|a treat|a delight) to (?:hear|read|see you|share)",
    r"(?:laugh|laughing|smile|smiling|rejoice|cheer|cheering|cry|grieve) (?:along )?with you",
    r"(?:every|good|all the|any) (?:reason|right) to",
    r"what (?:sorrow|joy|luck|pleasure|news|kindness|cruelty|patience|courage|love|care|strength|pain|happiness"
    r"|relief)",
    r"you (?:have )?(?:carried|endured|waited|fought|bore|gave so|put so)",
    r"(?:hard|harder|hardest|heavier) (?:to|than|thing)",
)
PERFUNCTORY = any_of(
    r"i (?:understand|see|hear you|get it|got it)(?: (?:your|the) (?:situation|problem"
    r"|concern|issue|question|point))?"
)
OPENING = any_of(
    r"(?:tell me|say|share) (?:\w+ )?(?:more|about|what|how|whatever|as)",
    r"i (?:would|will|am) (?:\w+ )?(?:love|like|glad|happy|curious|listening) ?(?:to (?:hear|know|listen)|about)?",
    r"i am (?:right )?(?:here|listening|with you)",
    r"take (?:your|all the) time",
    r"if you (?:want|feel|would like|like|prefer|wish)",
    r"we can",
    r"no rush",
    r"whenever you are ready",
    r"you (?:can|may) (?:tell|say|talk|share)",
    r"start (?:anywhere|wherever)",
    r"either is",
    r"up to you",
    r"let me know",
)
STIFF = any_of(
    r"furthermore",
    r"moreover",
    r"it is important to (?:note|remember)",
    r"in conclusion",
    r"additionally",
    r"i understand that you are (?:experiencing|currently)",
    r"as previously",
    r"please be advised",
    r"one must",
    r"utili[sz]e",
    r"it is recommended",
)
NUANCE = any_of(
    r"part of you",
    r"and yet",
    r"even though",
    r"even if",
    r"at the same time",
    r"both",
    r"underneath",
    r"beneath",
    r"as well as",
    r"mixed",
    r"bittersweet",
    r"on top of",
    r"not just",
    r"not only",
    r"more than",
    r"while also",
    r"alongside",
    r"mixture|mix of",
    r"while still",
    r"although",
    r"and still",
    r"as much as",
    r"two things",
    r"especially (?:when|after|since|because)",
    r"without",
    r"not because",
    r"rather than",
    r"but also",
    r"(?:yet|but) (?:you|it|that|part|there)",
)

TYPE = re.compile(r"(?<![a-z])([ie][ns][ft][jp])(?:s|-[at])?(?![a-z])")
TRAIT_TALK = any_of(
    r"your (?:personality|type|mbti|profile|introver\w+|extrover\w+)",
    r"(?:as )?an? (?:introvert|extrovert|feeler|thinker|sensor|intuitive|judger|perceiver)",
    r"according to your",
    r"typical (?:of|for)",
    r"your (?:bio|background|details|interests|hobbies|about)",
)
RECITE_OPENER = any_of(
    r"(?:as|being|since you are|because you are|given that you are|considering you are|for) an? (?!(?:lot|bit"
    r"|little|while|moment|start|whole|result|week|day|few|child|kid) )[a-z]+",
    r"as someone (?:who|that|with)",
    r"(?:given|with|considering|knowing) your",
    r"i (?:know|see|saw|read|notice|noticed|remember|understand) (?:that |here |who )?(?:you|your)",
    r"you, an? [a-z]+",
    r"(?:in|during) your (?:free|spare|leisure) time",
    r"your (?:job|work|profession|hobby|trade|life) as",
    r"(?:by|for) (?:trade|profession|a living)",
    r"(?:who|and) (?:works?|lives?|enjoys?|loves?|likes?|plays?|collects?|keeps?|studies) ",
    r"you are (?:also )?(?:an?|\d+)(?: year)?",
    r"you (?:also |really |obviously |clearly )?(?:love|like|enjoy|work|live|play|have|collect|speak|own|study"
    r"|grew)",
    r"(?:based on|according to|from) (?:your|what i know)",
    r"your (?:love|passion|interest) (?:of|for|in)",
    r"at \d\d",
)
