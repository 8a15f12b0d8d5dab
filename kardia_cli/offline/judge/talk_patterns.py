"""Phrases of the offline judge over whole talks: settled, answered, lost references, a seeker's facts."""

from __future__ import annotations

import re
from typing import NamedTuple

from kardia_cli.offline.judge.patterns import any_of

SETTLED = any_of(
    r"(?:feel|feeling|felt|am|am already) (?:so |much |a lot |a bit |a little |already |way |really )*(?:better"
    r"|lighter|calmer|relieved|settled|at peace|ready now|more (?:confident|hopeful|at ease|settled|at peace)"
    r"|less (?:alone|anxious|scared|worried|heavy|stuck))",
    r"(?:that|this|it|you|talking|really|has|have) (?:\w+ )?(?:helps|helped)(?: me| a lot| so much| more)?",
    r"i (?:think i |finally |now )*know (?:now )?(?:what|how) (?:i (?:will|want|need|should|am going|have)|to)",
    r"i (?:now |finally )?have a plan",
    r"i (?:think i )?(?:will|am going to|am gonna) (?:just |go |definitely |try to )*(?:do that|try (?:that|this"
    r"|it)|call|talk|tell|ask|write|text|apologi[sz]e|go and|start (?:with|by)|send|sleep on|apply|let it|speak)",
    r"(?:a|the|that) weight (?:\w+ )?(?:off|lifted)",
    r"(?:it is|that is|i am|feels?|all) (?:all )?(?:sorted|settled|resolved)(?: now)?",
    r"that is (?:exactly )?what i needed",
    r"i (?:needed|was hoping) to (?:hear|say) (?:that|this|it)",
    r"i (?:can|could) (?:breathe|sleep|rest|let (?:it|this) go|live with|handle|manage|do this)",
    r"i am (?:going to be )?(?:ok|okay|good|fine|alright|at peace|ready) (?:now|with (?:it|this|that))",
    r"makes sense now",
    r"i (?:see|understand) (?:it )?(?:more |so much )?clear(?:ly|er)",
    r"nothing (?:else|more) (?:i need|to add)",
    r"we (?:talked|made up|sorted) (?:it )?(?:out)?",
)
SETTLED_WEAK = any_of(
    r"thank(?:s| you)(?! god)",
    r"appreciate (?:it|this|that|you)",
    r"good idea",
    r"you are right",
    r"will do",
    r"bye",
    r"good ?night",
    r"take care",
)
GOODBYE = any_of(
    r"(?<!say )(?<!says )(?<!said )(?<!saying )(?<!a )(?<!our )(?<!my )(?<!his )(?<!her )(?:good)?bye(?! to)",
    r"(?<!a )(?<!our )(?<!said )good ?night",
    r"farewell(?! (?:to|party|dinner|card))",
    r"(?<!to )(?<!not )see you",
    r"(?<!to )talk (?:to you )?(?:soon|later|another)",
    r"i (?:have|need|ought|had better|should|must|will) (?:\w+ )?(?:go|run|leave you|get going|head off)(?: now)?[.,!]",
    r"got to (?:go|run)",
    r"off to (?:bed|sleep|work)",
    r"(?:that is|it was) all i (?:wanted|needed|had)",
    r"all set",
    r"until next time",
    r"have a (?:good|nice|lovely|great) (?:day|evening|night|one|weekend)",
    r"i will (?:leave it|sleep|stop) (?:there|here|now)",
    r"cheers",
)
THANKS = any_of(r"thank(?:s| you)(?! god)", r"grateful to you", r"appreciate (?:it|this|that|you)", r"means a lot")
UNSETTLED = any_of(
    r"but (?:i )?(?:still|what if|do not|can not|it is|i am not|then|how|am)",
    r"still (?:feel|feeling|scared|afraid|worried|angry|hurts?|do not|can not|not|so|very|anxious|sad|unsure)",
    r"(?:do|does|did) not (?:really )?(?:help|feel|know|work|make)",
    r"not (?:sure|really|yet|any better)",
    r"what if",
    r"no idea",
    r"easier said",
    r"worse",
    r"wish i",
    r"i do not know",
)
REOPEN = any_of(
    r"are you sure",
    r"but what (?:if|about)",
    r"what if",
    r"(?:still|really) (?:think|feel|worry|bother)\w*",
    r"before you (?:go|do)",
    r"do not be so sure",
    r"(?:there|it) (?:is|might be) (?:still )?more (?:to|beneath|under)",
    r"not so fast",
    r"however",
    r"what else is (?:wrong|bothering|worrying)",
    r"why (?:did|do|are|is|does)",
    r"have you considered",
    r"what (?:happened|worries|scares|hurts|hurt)",
)

AGREES = any_of(
    r"exactly",
    r"it (?:is|was|does|did|really)",
    r"that is",
    r"that was",
    r"true",
    r"you are right",
    r"i (?:guess|suppose|know|feel|felt|think|hope|agree|am|was)",
    r"thank(?:s| you)?",
    r"definitely",
    r"totally",
    r"right",
    r"kind of",
    r"a (?:lot|bit|little)",
    r"of course",
    r"so",
    r"and",
    r"but",
    r"we|they|she|he|my|the|there|this|you|it|that|just|well|hopefully|maybe",
)
YES_NO = re.compile(
    r"^(?:oh |well |um |hmm )?(?:yes|yeah|yep|yup|nope|nah|no|not really|not yet|sometimes"
    r"|never|only once)(?![a-z])(?! (?:one|idea|wonder|matter|doubt|longer|kidding|way))[ ,.!]*"
)
SELF_ANSWER = re.compile(
    r"^(?:i (?:did|do|have|had|can|could|will|would|am|was|tried|asked|told|called|went"
    r"|thought about)(?: not)?|(?:he|she|they|we|it) (?:did|does|do|has|have|is|are|was|were|will"
    r"|would)(?: not)?)(?![a-z])"
)
SHORT_ANSWER = re.compile(
    r"^(?:because|since (?:last|about|i|we|the|january|\d)|about (?:\d|a|two|three|four"
    r"|five|six|ten|half)|for (?:about|almost|\d|two|three|a few)|around \d|(?:at|on|in) (?:\d|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday)|(?:last|next) (?:week|month|year|night)\W*$|\d+ (?:years|months"
    r"|weeks|days)|(?:two|three|four|five|six) (?:years|months|weeks|days|times)|mostly (?:the|my|when|because)"
    r"|probably (?:the|my|when|because)|my (?:\w+)\W*$|the (?:\w+)\W*$|i (?:would|will) say)"
)
IDEA_THANKS = any_of(
    r"(?:good|great|nice|lovely|wonderful|interesting) (?:idea|suggestion|advice|point|tip"
    r"|plan|thought)",
    r"i (?:will|might|could|should|may|can|am going to) (?:\w+ )?(?:try|do|give) (?:that|this|it)",
    r"(?:thanks|thank you|grateful) for the (?:\w+ )?(?:idea|suggestion|advice|tip)s?",
    r"(?:your|that|the) (?:\w+ )?(?:idea|suggestion|advice|tip)",
    r"i (?:like|love) (?:that|the|your) (?:idea|suggestion|thought)",
    r"i (?:have|had) not thought of (?:that|it)",
    r"i (?:already )?tried that",
)
BACK_REFERENCE = re.compile(
    r"(?:you (?:said|mentioned|asked|suggested|told me|say|asking|recommend(?:ed)?"
    r"|wrote)|your question|to answer)(?: me| that| if| whether| about| earlier| is| was| your"
    r"| question)*,? ?([^.?!]{0,60})"
)

HELPER_VOICE = any_of(
    r"how can i (?:help|support|assist)",
    r"how may i (?:help|support|assist)",
    r"i am (?:so |really |very )?sorry (?:to hear|for your|you are|that you|you have)",
    r"i am here (?:for you|to (?:listen|help|support))",
    r"how (?:does|did|do) (?:that|this|it) make you feel",
    r"have you (?:tried|considered|thought about) (?:talking|speaking|seeing|writing|taking|asking|seeking)",
    r"as (?:your|a|an) (?:supporter|helper|assistant|ai|counsel\w+|therapist|listener|companion|language model)",
    r"thank you for (?:sharing|telling me|opening up|trusting me)",
    r"it (?:sounds|seems) like you (?:are|feel|have|were)",
    r"your feelings are",
    r"you are not alone",
    r"would you like to (?:talk|share|tell)",
    r"tell me more about (?:what|how|your|that)",
    r"i understand (?:how|why|that) you (?:feel|are)",
    r"that must be (?:so |really |very )?(?:hard|difficult|tough|painful) for you",
)


class Slot(NamedTuple):
    """A family fact: the phrases that claim one side of it and the phrases that claim the other."""

    name: str
    one: re.Pattern[str]
    other: re.Pattern[str]


FAMILY_SLOTS: tuple[Slot, ...] = (
    Slot(
        "a spouse",
        any_of(
            r"(?:my|our) (?:husband|wife)(?! to be)",
            r"(?:i am|we are|is|happily|got|been) married",
            r"married (?:with|to|for|since|man|woman)",
            r"^married",
        ),
        any_of(
            r"(?:am|is|still|currently|newly|being|long|a) single(?! (?:day|time|thing|word|one|person|mother"
            r"|father|mom|dad|mum|parent))",
            r"^single(?! (?:mother|father|mom|dad|parent))",
            r"never (?:been )?married",
            r"unmarried",
            r"do not have a (?:husband|wife|partner)",
        ),
    ),
    Slot(
        "children",
        any_of(
            r"(?:my|our) (?:\w+ )?(?:kids?|sons?|daughters?|children|toddler)",
            r"(?:mother|father|mom|mum|dad|parent) (?:of|to) (?:\w+)",
            r"(?:i|we) have (?!no )(?:\w+ )?(?:kids|children|a son|a daughter|sons|daughters)",
        ),
        any_of(
            r"(?:no|without|do not have|does not have|never had|do not have any|can not have"
            r"|does not have any) (?:any )?(?:kids|children)",
            r"child-?(?:less|free)",
        ),
    ),
    Slot(
        "siblings",
        any_of(r"my (?:\w+ )?(?:brothers?|sisters?|siblings?|twin)(?! in law|-in-law)"),
        any_of(
            r"(?:an|the) only child", r"(?:no|do not have|without|does not have) (?:any )?(?:siblings|brothers|sisters)"
        ),
    ),
    Slot(
        "drinking",
        any_of(
            r"i (?:had|drank|drink|ordered|love|poured) (?:\w+ ){0,2}(?:beers?|wine|whisk(?:e)?y|vodka|drinks"
            r"|cocktails?|gin)",
            r"i (?:got|was) drunk",
        ),
        any_of(
            r"(?:do|does) not drink(?! (?:coffee|tea|enough))",
            r"never drinks?",
            r"sober",
            r"teetotal\w*",
            r"no alcohol",
        ),
    ),
    Slot(
        "eating meat",
        any_of(
            r"i (?:ate|eat|had|love|ordered|grilled) (?:\w+ ){0,2}(?:steaks?|burgers?|chicken|bacon|meat|ribs"
            r"|pork)"
        ),
        any_of(r"vegan", r"vegetarian"),
    ),
    Slot(
        "work",
        any_of(r"(?:my|our) (?:boss|job|coworkers?|office|shift|manager)", r"i work (?:at|as|in|for)"),
        any_of(r"unemployed", r"(?:do|does) not have a job", r"out of work", r"(?:am|is|been|now) retired", r"jobless"),
    ),
)
JOB_CLAIM = re.compile(
    r"(?:i am (?:still |now |just )?an?|about:(?: an?)?|works? as(?: an?)?|(?:working|employed) as(?: an?)?"
    r"|my job as an?|living as an?) "
    r"((?:(?!(?:of|my|the|to|with|for|who|that|and|like|from) )[a-z0-9,-]+ ){0,5})([a-z]+)(?![a-z])"
)
AGE_CLAIM = re.compile(
    r"(?<![a-z0-9])(?:i am|i just turned|i turned|aged?|is|am|about:) (\d\d)(?! ?(?:%"
    r"|minutes|hours|days|weeks|months|of|percent|times|miles|km|pounds|lbs|\d|/|:))"
    r"|(?<!\d)(\d\d)[- ]?years?[- ]?old|(?<![a-z0-9])(\d\d) ?(?:yo|y/o)(?![a-z])"
)
