"""What happened to the person, told without a feeling word: events of six kinds, as phrases in plain form. Ours.

A kind is the side from which a reply can miss: a loss, another blow, a success, rage at a wrong, terror, guilt.
"""

from __future__ import annotations

import re

from kardia_cli.offline.judge.patterns import any_of

_KIN = (
    r"(?:mother|father|mum|mom|mam|dad|daddy|wife|husband|partner|son|daughter|baby|child|brother|sister|twin|gran|grandma|grandmother|grandpa"
    r"|grandfather|grandad|nana|aunt|uncle|cousin|niece|nephew|friend|mate|neighbou?r|dog|cat|puppy|kitten|horse|rabbit|parrot|hamster|pet|fianc\w+"
    r"|boyfriend|girlfriend|boss|teacher|roommate|flatmate|colleague|mentor|godmother|godfather|stepfather|stepmother)"
)
_THEM = rf"(?:him|her|them|you|(?:my|our|his|her|their|the) (?:\w+ ){{0,3}}{_KIN}s?(?:'s)?)"
_TEST = (
    r"(?:exams?|tests?|finals?|driving(?: test)?|bar|boards?|course|module|class|thesis|viva|defen[cs]e|licen[cs]e|audition|interview|certification|theory"
    r"|year|semester|probation|inspection|assessment)"
)
_PRIZE = (
    r"(?:job|promotion|raise|offer|place|visa|scholarship|grant|part|role|licen[cs]e|degree|keys|contract|bursary|mortgage|flat|house|position|post|internship"
    r"|tickets?|deal|gold|medal|prize|award|trophy|grade|distinction|first|top marks?|citizenship|passport|bonus|loan)"
)

LOSS = any_of(
    r"(?:passed away|passed on|passed (?:last|this|on|in the)|is dead|are dead|was dead|found (?:him|her|them|my \w+) (?:dead|in the|lifeless|cold|gone)"
    r"|miscarr\w+|stillb\w+|funeral|buried|cremat\w+|took (?:his|her) last breath|did not (?:make it|wake up|survive)|never woke up|no heartbeat"
    r"|(?:his|her|their) (?:ashes|grave|coffin)|widow\w*)",
    r"(?<!never )(?:died|has died|had died|was killed|were killed|got (?:run over|hit by)|was (?:run over|hit by)|drowned)(?! (?:of (?:laugh|embarr|bored|shame)|on (?:me|us)|laughing))",
    rf"(?:lost|buried|losing|put down|had to put) (?:(?:my|our|his|her|the) (?:\w+ ){{0,2}}{_KIN}|(?:his|her|their|the) (?:\w+ )?(?:fight|battle|life)|(?:him|her) (?:down|to sleep|on|in|yesterday|last|this|to)|(?:him|her)(?=[.,!]|$))",
)
BLOW = any_of(
    r"(?:cancer|tumou?r|terminal|malignant|chemo\w*|dementia|alzheimer\w*|a stroke|heart attack|leuk\w+|metasta\w+|positive for|paraly[sz]ed|amputat\w+|intensive care"
    r"|in a coma)",
    r"(?:fired|laid off|let go|sacked|made redundant|redundan\w+|evict\w+|bankrupt\w*|burn(?:ed|t) down|flooded|robbed|burgled|mugged|foreclos\w+|expelled|deport\w+)",
    rf"(?:failed|flunked|did not pass|bombed) (?:\w+ ){{0,3}}{_TEST}|(?:failed|flunked)(?=[.,!]|$)|(?:rejected|turned (?:me|us|it) down|did not get (?:the|in|into|my))",
    rf"{_KIN} (?:\w+ )?(?:left|dumped|is leaving|moved out|walked out on|cheated on|broke up with|wants? a divorce|is divorcing)",
    r"(?:left|dumped|cheated on|broke up with|divorced|abandoned|stood) (?:me|us)(?! (?:a|the|some|alone to|to (?:play|sleep)|with (?:a|the) smile))",
)
SUCCESS = any_of(
    rf"(?:passed|aced|nailed|sailed through|got through) (?:(?:my|the|all|every|our|both|her|his) )?(?:\w+ ){{0,3}}{_TEST}",
    rf"(?:got|won|landed|earned|received|given|gave me|offered me|offered|awarded|signed|secured) (?:me )?(?:the|a|an|my|our|first|that) (?:\w+ ){{0,3}}{_PRIZE}(?!s? (?:interview|rejection|that i hate|back to))",
    r"(?:got|been|was|were|am|is|are|get) (?:\w+ )?(?:promoted|accepted|hired|engaged|pregnant|in remission|published|elected|picked (?:for|as)|chosen (?:for|as)|cured|healed|nominated"
    r"|selected|signed)",
    r"(?:got|get|been accepted|accepted|was accepted) in(?:to|(?= the| my|[.,!]|$)) (?!trouble|a fight|an argument|debt|an accident|the (?:car|lift|shower|bed))",
    r"(?:we are|i am|she is|wife is|we will be) (?:\w+ )?(?:having|expecting) (?:(?:a|our|my)(?: \w+)? (?:baby|child|girl|boy)|twins)",
    r"(?:test|scan|biopsy|results?|tests|all) (?:\w+ ){0,3}(?:is|was|are|were|came back|come back) (?:\w+ )?(?:clear|clean|negative|benign|positive this morning|normal|good|fine)",
    r"(?:he|she|they) said yes|(?:we|i) (?:are |am )?(?:getting |got )?(?:marry|married|engaged) (?:in|on|next|this|yesterday|last)|proposed(?! a)",
    r"(?:baby|son|daughter|grand\w+|girl|boy) (?:was|is|has been) (?:born|here)|became an? (?:\w+ )?(?:father|mother|mum|mom|dad|aunt|uncle|grand\w+)",
    r"(?<!never )(?:won|we won|came first|first (?:prize|place)|gold medal|beat (?:the champions|our rivals)|scored (?:the|a|my) (?:winning|first|hat)|personal best)(?! not| the argument)",
    r"(?:cancer[- ]free|all clear|remission|i am cured|debt[- ]free|paid off (?:my|the|our)|sober for|(?:days|months|years?) sober|walked (?:again|for the first time)|first steps)",
    r"(?:bought|buying|moved into) (?:our|my) (?:first|own|very own|dream) (?:\w+ )?(?:house|home|flat|place|car)|(?:sold|published) my first|opened my own|graduat(?:ed|ing|ion)|finished (?:my|the)"
    r" (?:thesis|degree|novel|marathon|training|apprenticeship|dissertation)",
)
RAGE = any_of(
    r"(?:could|want to|wanted to|going to|about to|feel like) (?:\w+ )?(?:scream\w*|explod\w*|punch\w*|smash\w*|throw\w*|hit something|burst|spit|roar\w*|kick\w*)",
    r"how dare|the (?:nerve|cheek|gall|audacity)|(?:robbers?|bastards?|idiots?|thieves|liars?|crooks?|cowards?|jerks?|swine|parasites|vultures)(?=[.,!]|$)|damn (?:him|her|them|it)",
    r"(?:lied|lies|lying) (?:to|about|in)|(?:took|stole|sold|claimed|presented|passed) (?:\w+ )?(?:my|our) (?:\w+ )?(?:idea|work|credit|design|words|seat|money|report|slides|article|place)",
    r"(?:scratched|keyed|dented|slashed|smashed|broke|vandali[sz]ed|egged|trashed) (?:my|our) (?:\w+ )?(?:car|bike|van|window|fence|door|tyres?|tires?|phone|garden|things|wall)"
    r"(?!(?: \w+)* by accident)",
    r"laugh(?:ed|s|ing)? (?:at me|in my face|about (?:me|it))|(?:insulted|mocked|spat at|cheated|swindled|conned|scammed|blamed|humiliated) (?:me|us|my \w+)|(?:will not|refus\w+ to) (?:pay|refund"
    r"|apologi[sz]e|give (?:it|me|us))",
    r"behind my back|(?:in front of|before) (?:everyone|everybody|the (?:whole )?(?:team|class|office|family)|all)|(?:gave|handed|passed) my (?:\w+ )?(?:project|job|seat|place|room|shift|work|office|desk|client|role) to|as her own|as his own|as theirs|as hers|called me (?:an? )?(?:\w+ )?(?:liar|fat|stupid|useless|idiot|old|bitch|whore|fool|lazy)|cut (?:in|me up|me off)|parked (?:across|in|on)"
    r" (?:my|our)",
)
TERROR = any_of(
    r"(?:followed|following|chased|chasing|stalking|attacked|grabbed|cornered) me|(?:gunshots?|shots|shooting|shooter|gunman)|(?:someone|somebody|a man|men|burglars?|intruders?|strangers?)"
    r" (?:\w+ ){0,3}(?:in(?:side)? (?:my|the|our)|at (?:my|the) (?:door|window)|outside|broke|breaking|trying)",
    r"(?:broke|breaking|break) in(?:to)?|(?:steps|footsteps|noises|knocking|scratching|breathing|creak\w*) (?:\w+ ){0,2}(?:in|on|outside|behind|under|upstairs|downstairs|from)",
    r"(?:knife|gun|pistol) (?:to|at|on|in) (?:my|me|his|her)|(?:earthquake|tornado|hurricane|avalanche|flames|turbulence|landslide|tsunami|wildfire|bomb\w*|explosion|missiles?|sirens)",
    r"(?:lift|elevator|plane|cable car|roller ?coaster) (?:\w+ ){0,3}(?:dropped|fell|plunged|stuck|stopped|shook|dived)|brakes (?:failed|did not|gave)|(?:skid\w*|spun) (?:off|across|out|on)|nearly (?:drowned"
    r"|hit|crashed|died)|almost (?:drowned|crashed|died|got hit)",
    r"(?:can not|could not|can hardly|dare not|do not dare) (?:\w+ )?(?:move|breathe|go (?:out|home|inside|back in)|open (?:the|my) (?:door|eyes)|sleep alone|leave the house|turn round|look (?:out|under|behind|round|inside))|(?:hid|hiding) (?:under|in|behind)"
    r"|knees? (?:still )?(?:shak\w+|trembl\w+|buckl\w+)|hands? (?:still )?(?:shak\w+|trembl\w+)|under the (?:table|bed)",
    r"(?:snake|bear|shark|wolf|tarantula|scorpion|rottweiler|pit ?bull) (?:\w+ ){0,3}(?:in|at|on|behind|came|ran|jumped|swam|next to|under)",
)
GUILT = any_of(
    rf"i (?:\w+ )?(?:forgot|lied to|cheated on|dropped|shouted at|yelled at|screamed at|slapped|snapped at|stole from|ignored|abandoned|let down|betrayed|ran over|hurt|hit|pushed|blamed|insulted|bullied|neglected"
    rf"|missed|stood up|deceived|mocked|laughed at) (?:\w+ ){{0,2}}{_THEM}",
    r"i (?:\w+ )?(?:read|opened|went through|broke|lost|crashed|burned|deleted|ruined|scratched|wrecked|betrayed|gave away|told) (?:\w+ ){0,1}(?:my|our|his|her|their) (?:\w+ ){0,2}(?:secret"
    r"|diary|messages|letters|trust|savings|vase|car|phone)(?: \w+)?",
    r"(?:all )?(?:my|entirely my|completely my) (?:own )?(?:fault|doing|mistake)|because of me|i should (?:not )?have|i (?:could|should) have (?:been|stopped|called|gone|said|helped)|i was (?:\w+ )?(?:drunk|too busy|at the pub|not there"
    r"|asleep|on my phone)(?= (?:when|while|and)|[.,!]|$)|i never (?:called|visited|said|apologi[sz]ed|wrote|went)|can not look (?:at )?(?:him|her|them)|i (?:made|left) (?:him|her|them|my \w+) (?:cry|alone|waiting|behind|on|in)",
    rf"i (?:\w+ )?forgot (?:to )?(?:\w+ ){{0,3}}{_THEM}",
    rf"i (?:\w+ )?(?:left|made|let) (?:my|our|the) (?:\w+ )?{_KIN} (?:\w+ )?(?:alone|cry|waiting|behind|down|outside|in the)|until (?:he|she|they) (?:cried|wept)|(?:she|he) (?:cried|wept) because of",
)
KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("loss", LOSS),
    ("terror", TERROR),
    ("guilt", GUILT),
    ("blow", BLOW),
    ("rage", RAGE),
    ("success", SUCCESS),
)
"""In this order: what is told first here weighs more than what stands further down."""
