"""Whether a text speaks of danger: the screen of kardia_cli.text.risk, and phrases of the offline judge's own."""

from __future__ import annotations

from functools import lru_cache

from kardia_cli.offline.judge.cues import hinted
from kardia_cli.offline.judge.patterns import any_of
from kardia_cli.offline.judge.text import Sentence, read
from kardia_cli.text import risk

RISK = any_of(
    r"kill(?:ing)? myself",
    r"end(?:ing)? (?:my life|it all|everything)",
    r"(?:feel|feeling|am|been|being|so|and) suicidal",
    r"(?:about|of|consider|considering|commit|committing|my|attempt) suicide",
    r"my (?:own )?suicid\w+",
    r"suicidal (?:thoughts|feelings|ideas)",
    r"(?:want|wanted|ready|(?<!was )going|rather) to (?:die|be dead)",
    r"better off (?:without me|if i (?:was|were) (?:gone|dead)|dead)",
    r"(?:want to|going to|thought (?:of|about)|thinking (?:of|about)|urge to|feel like|about to|been|started"
    r"|might|keep) (?:hurt|hurting|cut|cutting|harm|harming|burning) myself",
    r"(?:cutting|harming) myself",
    r"self[- ]harm\w*",
    r"no (?:reason|point) (?:to|in) (?:live|living|go on|going on|being alive)",
    r"do not want to (?:live|wake up|be alive|exist|be here)",
    r"overdos\w+",
    r"(?:saved|saving|stockpil\w+|bottle of|take all) (?:up )?(?:\w+ )?(?:my |the )?pills",
    r"wish(?:ed)? i (?:was|were) (?:dead|never born|not here)",
    r"(?:say|said|saying|write|wrote|writing) (?:my )?goodbyes?(?: letters?| notes?)? to everyone(?! (?:at|from|in) )",
    r"goodbye (?:letter|note)s?",
    r"can not (?:go on|take it any ?more|live like this)",
    r"disappear forever",
    r"giv(?:en|ing) away (?:all )?my (?:things|\w+\W.{0,40}i (?:will|do) not (?:be needing|need) (?:them|it|that|any))",
    r"(?:going|want|planning|plan|about|decided|ready) to (?:kill|stab|shoot|strangle|murder) (?:him|her|them|my \w+"
    r"|the \w+)(?=.{0,80}(?:outside|wait|knife|gun|house|tonight|plan"
    r"|tomorrow|when|where|bought))",
    r"(?:think|thinking|thought|thoughts|picture|picturing|imagin\w+|dream\w*) (?:about |of |how i would "
    r"|how i could )?(?:kill|stab|shoot|strangl|murder)\w* (?:him|her|them|my \w+)",
    r"no one (?:would|will) (?:notice|miss me) if i",
    r"(?:nobody|no one|they|everyone|everybody|you|he|she) (?:\w+ ){0,3}(?:has to|have to|will|would|does not have to"
    r"|need to|needs to|can stop) (?:\w+ )?(?:deal(?:ing)? with|put(?:ting)? up with|worry(?:ing)? about"
    r"|carry(?:ing)?|look(?:ing)? after|be(?:ing)? bothered (?:with|by)) me (?:any ?more|any longer|again|soon|after"
    r"|then|by)",
    r"(?:once|when|after) i am gone",
    r"(?:world|they|everyone|everybody|people|kids|family|he|she|you) (?:all )?(?:would|will|could"
    r"|can) (?:\w+ )?(?:do|be|manage|get on|live|cope) (?:\w+ )?(?:fine|better|okay|ok|happier|well|easier) without me",
    r"(?:soon|then|finally) (?:i (?:will|am going to|can|get to) )(?:\w+ )?be with (?:my|him|her|them)(?: \w+)? again",
    r"(?:got|have|picked|chosen|set) (?:a|the|my) (?:date|day|place) (?:\w+ )?(?:picked|set|chosen|ready)",
    r"(?:pills?|tablets?|rope|blades?|razor|gun|note|letters?) (?:is|are|lies|lie|sits?|waits?) (?:\w+ )?(?:lined"
    r"|laid|ready|counted|loaded|waiting|in my (?:hand|lap|bag|drawer)|next to me|in front of me|on the (?:table|bed"
    r"|nightstand))",
    r"(?:counted|lined up|laid out|collected|hoarded|hiding|hidden) (?:all |up |out )*(?:my |the |enough "
    r"|some )?(?:\w+ )?(?:pills|tablets|painkillers)",
    r"(?:river|bridge|tracks|edge|roof|water|cliff|platform|blade) (?:is|keeps|was|has been) (?:calling|pulling"
    r"|inviting|whispering)",
    r"(?:sorted|settled|decided|written down|arranged|planned) (?:out )?(?:who|what) (?:gets|will get|takes|will take"
    r"|happens (?:to|with))(?: \w+){0,4} (?:after|when|once|afterwards|then)",
    r"(?:do not|no need to) (?:bother|count|plan|reckon|save|keep)(?: \w+){0,4} (?:for|on|with) (?:me|my (?:place"
    r"|seat|birthday|chair))(?: \w+){0,3} (?:next|this (?:year|christmas|summer)|after|any ?more)",
)
VEILED = any_of(
    # danger between the lines; an everyday word in the same sentence takes it back
    r"(?:will|do|would|might|may) not (?:want to )?be here (?:anymore|any more|for|next|much longer|by|when"
    r"|tomorrow|at)",
    # not around, not existing
    r"(?:will|would|may|might|do|can) not (?:think |see |imagine |picture |expect )?(?:i will |i would "
    r"|i am going to |myself |me )?(?:still )?(?:be|being|live|living|last|make it|making it)(?: \w+)? ?(?:around"
    r"|here|alive|old|to see)?"
    r" ?(?:around|here|alive|to see) (?:when|for|to see|by|in|next|any ?more|any longer|long|much|until|this|to watch)",
    r"do not (?:think|believe|expect|see|suppose) (?:that )?(?:i will|i would|myself) (?:\w+ )?(?:be|being|live"
    r"|living|make it|making it) (?:around|here|alive|to|past|until|through to|old)",
    r"(?:can not|do not|could not) (?:see|imagine|picture) (?:myself|me) (?:\w+ )?(?:making it to|around|alive"
    r"|here (?:in|next|by)|living (?:past|to|until)|reaching|growing old)",
    r"(?:stop|stopped|cease|quit|be done|done) (?:existing|living|being alive|breathing)",
    r"(?:never|not) (?:have to )?wake up(?: again| any ?more|[.,!]|$)",
    r"(?:sleep|asleep|eyes) (?:and |just )?(?:never|forever|for good|not)(?: to)?(?: wak| open|[.,!]|$)",
    r"(?:tired|sick|weary) of (?:living|being alive|existing|life itself|waking up)",
    r"done with (?:life|living|being alive|this life|it all)",
    r"(?:erase|delete|end) myself",
    r"(?:disappear|vanish) (?:for good|from (?:this|the) (?:earth|world)|completely|for ever)",
    r"(?:will|is|may|might) not be (?:an?other|a next|any (?:next|more|other)|a tomorrow|a later)(?: \w+){0,3} for me",
    r"(?:fall|go|drift) (?:a?sleep|off|away)(?: \w+)? and (?:not|never) (?:come|wake|get|return|have to)",
    r"if i (?:\w+ )?(?:jumped|fell|let go|stepped (?:off|out|in front)|swallowed|pulled the trigger|drowned|bled)",
    r"(?:sav(?:ed|ing)|stockpil\w+|hoard\w+|keep(?:ing)?|kept)(?: up)? (?:my |all my |the )?(?:insulin|tablets"
    r"|painkillers|sleeping \w+|prescriptions?|razors?)",
    r"(?:car|bike|motorbike|truck) (?:\w+ )?(?:going|going straight|flying|driving|running|slipping) (?:off|into|over"
    r"|through)",
    r"(?:doubt|not sure|do not know if|wonder if|unlikely)(?: \w+)? i (?:will|would|am going to) (?:\w+ )?(?:see"
    r"|reach|make|live to|turn|be) (?:thirty|forty|twenty|\d\d|it to|another|next|christmas|spring|summer"
    r"|the new year)",
    # a burden that others would be spared
    r"(?:easier|better|happier|simpler|lighter|better off|a relief|a favou?r|best)(?: \w+){0,4} (?:without me"
    r"|if i (?:\w+ )?(?:was (?:gone|dead|not)|were (?:gone|dead|not)|am (?:gone|dead|not)|stopped (?:exist|liv"
    r"|breath)|died|disappeared|vanished))",
    r"(?:would|will) (?:anyone|anybody|somebody|they|he|she|you) (?:even |really )?(?:notice|care|miss me|cry"
    r"|come)(?: \w+){0,3} if i (?:was|were|died|disappeared|vanished|am|did not)",
    r"(?:my own|at my|to my|plan my|planned my|for my) funeral",
    # looking for a way, standing at a place
    r"how (?:many|much|long|high|deep)(?: \w+){0,4} (?:(?:pills?|tablets?|painkillers?|paracetamol"
    r"|insulin)(?: \w+)? (?:it takes|would|i need|you need|are too|is too|until|to (?:die|sleep|end|not))"
    r"|it takes to die"
    r"|you need to (?:die|fall)|until (?:you|it) (?:die|stop))",
    r"(?:look|looked|looking|search\w*|googl\w*|read|reading)(?: up| for| about| on| into)*(?: \w+){0,3} (?:to die"
    r"|to kill (?:myself|yourself|oneself)|to end it|painless|overdose|of dying|of suicide)",
    r"(?:stood|standing|stand|sat|sit|sitting|walked|walk|drove|went|been|waiting)(?: \w+){0,4} (?:bridge|platform"
    r"|roof|edge|cliff|tracks|balcony|railing|overpass|ledge|parapet|rail)(?=.{0,60}(?:step|jump|let go|letting go"
    r"|fall|over the|thought|thinking"
    r"|looked down|one move))",
    r"(?:drive|driving|steer|steering|swerve|swerving)(?: \w+){0,4} (?:into|off) (?:a|the|that|some) (?:\w+ )?(?:tree"
    r"|wall|bridge|river|cliff|truck|lorry|traffic|pole)",
    # a farewell
    r"(?:last|final) (?:time|message|night|letter|post|words?|call|goodbye)(?: \w+){0,3} (?:hear (?:from )?me|see me"
    r"|i (?:will )?(?:ever )?(?:write|send|talk|speak|say|see|hug)|from me|of my life|on (?:this )?earth)",
    r"(?:will|would) (?:not|never) (?:be able to )?(?:hear from|see|hear|find|bother with|have to see"
    r"|have to hear) me (?:again|any ?more|any longer|after|ever)",
    r"(?:my|a|the) (?:affairs|papers|things|will|passwords) (?:are |is )?(?:all |now )?(?:in order|sorted|settled"
    r"|written|ready|taken care of)(?=.{0,80}(?:no one|nobody|after|when|gone|without|then|leave|left|time))",
    r"(?:tell|let) (?:my|them|him|her|everyone|mum|mom|dad)(?: \w+){0,3} (?:that )?i (?:always )?(?:loved|tried"
    r"|am sorry)(?=.{0,60}(?:after|when|gone|goodbye|end|over))",
    r"(?:take|look) (?:good )?(?:care of|after) (?:my|the) (?:\w+ )?(?:dog|cat|kids|children|plants|mother|mum|mom"
    r"|father|dad|sister|brother)(?: \w+){0,3} (?:when|once|after|if) i (?:am (?:gone|dead|not)|was (?:gone|dead)"
    r"|were (?:gone|dead)|go|do it)(?! to| on| for)",
    r"(?:join|joining|see|seeing|be with|being with) (?:my|him|her|them)(?: \w+){0,3} (?:in heaven|on the other side"
    r"|up there|in the grave|soon enough|where (?:he|she|they) (?:is|are|went))",
    r"this is (?:goodbye|the end(?: of (?:me|the road|it))?)(?=[.,! ]|$)",
    # no more of it
    r"(?:want|need|wish|make|made|for) (?:it|this|the pain|everything) all (?:to )?(?:stop|end|be over|go away"
    r"|go quiet)",
    r"(?:nothing|no one|nobody|not much) (?:left )?(?:to|worth) (?:live|living|stay alive|go on|stay|staying)(?: for"
    r"| alive)?",
    r"(?:what is|where is|is there|see|no) (?:the |any |a )?(?:point|sense|use|reason) (?:of|in"
    r"|to) (?:\w+ )?(?:living|going on|waking up|being here|being alive|staying alive|carrying on|live|go on|wake up"
    r"|stay alive|carry on)(?! (?:about|to (?:the|a|this|that)))",
    r"(?:ready|time|want|wanted) (?:for me )?to (?:go|leave)(?: \w+)? (?:this (?:world|life|earth)|for good|for ever"
    r"|now that|and never)",
    # somebody else's life
    r"(?:he|she|they) (?:will|is|are|would) (?:not|never)(?: going to)? (?:see|live|make it|wake|walk|leave|reach"
    r"|get)(?: \w+){0,2} (?:tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|morning|another (?:day"
    r"|birthday)|again|alive)"
    r"(?=.{0,80}(?:i |my |knife|gun|for it|see to it|make sure))",
    r"(?:someone|somebody|people|they) (?:is|are) going to (?:get hurt|die|bleed|pay with)",
)
EVERYDAY = any_of(
    r"(?:lunch|dinner|breakfast|tea|party|parties|gym|weekends?|holidays?|vacation|trip|meetings?|office|exams?|work"
    r"|jobs?|kitchen|bands?|thread|forum|on leave|shifts?|class|classes|games?|match|fridge|contracts?|concerts?"
    r"|weddings?"
    r"|visits?|flights?|flying|courses?|abroad|conference|project|season|tickets?|queue|gig|rehearsals?|practice"
    r"|tournament|team|club|school|semester|lease|rent|deadline|homework|news|newsletter|novel|book|film|movie"
    r"|episode|series|chapter"
    r"|spring cleaning|at (?:five|six|seven|\d+)|next week|this week|two weeks)",
)
SAFETY_WORDS = any_of(
    r"safe(?:ty)?",
    r"hurt(?:ing)? yourself",
    r"kill(?:ing)? yourself",
    r"suicid\w*",
    r"ending (?:your life|it|things)",
    r"help ?line",
    r"hotline",
    r"lifeline",
    r"988",
    r"911",
    r"999",
    r"112",
    r"116 ?123",
    r"crisis (?:line|team|text|service)",
    r"emergency",
    r"samaritans",
    r"not wanting to (?:live|be here|be alive)",
    r"stay(?:ing)? alive",
    r"harm(?:ing)? yourself",
    r"thoughts? of dying",
    r"(?:someone|anyone|person|friend) (?:\w+ ){0,3}(?:with you|tonight|near you|right now|you trust)",
    r"dying",
)
CRISIS_TALK = any_of(
    r"suicid\w*",
    r"(?:crisis|help|suicide) ?(?:hot)?line",
    r"hotline",
    r"lifeline",
    r"988",
    r"911",
    r"emergency (?:services|room|number)",
    r"(?:hurt|hurting|kill|killing|harm|harming) yourself",
    r"ending your life",
    r"self[- ]harm",
    r"samaritans",
    r"in (?:immediate )?danger",
    r"crisis (?:team|service|text)",
    r"psychiatric",
)
OF_OTHERS = any_of(
    # of what somebody else did, or is grieved for: no danger to the speaker by itself
    r"(?:killed|hanged|hung|shot|drowned|poisoned) (?:him|her|them)sel(?:f|ves)",
    r"(?:took|taken|ended) (?:his|her|their) (?:own )?lif?ves?",
    r"(?:took|taken|ended) (?:his|her|their) (?:own )?life",
    r"(?:died|dead|death) (?:by|from|of) suicide",
    r"(?:lost|losing) (?:\w+ ){1,4}to suicide",
    r"(?:attempt\w*|committed|commit|completed) suicide",
    r"(?:his|her|their|whose) suicide",
)


def speaks_of_crisis(text: str) -> bool:
    """Whether a text in plain form names a crisis, a figure of speech aside."""
    return bool(CRISIS_TALK.search(risk.without_figures(text)))


@lru_cache(maxsize=2048)
def in_danger(raw: str) -> bool:
    """Whether a text speaks of harm to the speaker, or of the speaker's to others; what others did to themselves is none."""
    text = read(raw)
    if RISK.search(risk.without_figures(text.text)) or any(map(_veiled, text.sentences)) or hinted(raw):
        return True
    return any(sign.kind != "abuse" and not OF_OTHERS.search(sign.quote.lower()) for sign in risk.signs(raw))


def _veiled(sentence: Sentence) -> bool:
    return bool(VEILED.search(sentence.text)) and not EVERYDAY.search(sentence.text)
