"""What the offline judge takes as a hard feeling: words and idioms of each family (ours, written by hand for English).

A word that ends in `*` stands for all that begin so. In an idiom `+` stands for up to three words in between:
heart+mouth finds "your heart is in your mouth".
"""

from __future__ import annotations

DARK: dict[str, tuple[str, str]] = {
    # family: (words, idioms)
    "fear": (
        """afraid scared scare scary scares scaring fear fears fearful feared frighten* fright terrif* terror* dread*
        panic* petrif* spook* creepy horrif* horror alarm* threatened unsafe aghast fearfulness timid trembl* shudder*
        quak* startl* vulnerab* endangered menac* ominous nightmarish haunt* paralysed paralyzed eerie chilling
        cower* defenceless defenseless""",
        """heart+mouth heart+throat heart+pounding heart+racing heart+stops heart+stopped heart+hammer* heart+thump*
        blood+cold blood+ice ice+veins ice+spine cold+spine chill+spine shiver*+spine hair+end skin+crawl*
        goose+bumps knees+knock* knees+jelly legs+jelly legs+give legs+water hands+shake hands+shaking
        hands+tremble frozen+spot freez*+spot scared+stiff scared+death out+wits jump*+skin
        jump*+noise breath+catch* breath+caught breath+stop* cold+sweat white+sheet
         mortal+danger fight+flight fear*+life rooted+spot""",
    ),
    "worry": (
        """anxious* anxiet* nervous* nerves nervy worried worry worries worrying worrisome worrier apprehens* uneas*
        tense tension* jitter* unsettl* unnerv* concerned stress* restless* pressure overwhelm* misgiv* foreboding
        fret fretful fretting agitat* on-edge edgy trepidation disquiet* angst* brood* qualm* suspense hesitant
        hesitation hesitanc* wary wariness daunt* brace braced bracing preoccup* sleepless* flutter flutters fluttering
        antsy fidget* perturb* insecur* doubtful dicey strained strain""",
        """on+edge on+tenterhooks pins+needles knot+stomach stomach+knot* knot+chest knot+throat tight+chest chest+tight*
        stomach+churn* stomach+flip* stomach+flutter* flutter*+stomach flutter*+chest shiver+not+know* bite+nails
        biting+nails nails+quick lie+awake lying+awake lies+awake awake+night what+ifs worst+case mind+race*
        mind+racing head+spin* thoughts+circle* thoughts+circling round+round cold+feet second+thoughts weigh*+mind
        prey*+mind keep*+awake keep*+up+night can+sit+still shoe+drop hold*+breath
        breath+held unknown+ahead step+dark walking+eggshells eggshells cloud+hang* storm+brew* not+knowing""",
    ),
    "anger": (
        """angry angr* anger* mad furious* fury rage rages raging enrag* outrag* livid fuming fume fumes seeth* resent*
        irate infuriat* boiling pissed wrath* indign* incens* hostil* hatred bitterness embitter* vengeful apoplectic
        irascib* temper tempers explod* explosive injustice injustices unjust unjustly wronged rankl* smoulder*
        smolder* spite spiteful rant""",
        """blood+boil blood+boiling blood+up see*+red seeing+red fire+chest fire+belly fire+bones
        up+arms steam+ears grind*+teeth teeth+grind* clench*+jaw jaw+clench* clench*+fist* fist*+clench*
        hit+roof hit+ceiling lose+temper lost+temper short+fuse hot+collar want+scream wanted+scream
        could+scream scream+pillow slam*+door throw+wall kick+wall last+straw boils+over boil+over bad+blood
        being+wronged done+wrong wrong+done white+heat treated+dirt treated+unfairly
        walk+over walked+over trampl*+on burn*+injust* sparks+fly* sparks+come spark*+off up+in+flames stop*+being+funny spit+nails spitting+feathers""",
    ),
    "irritation": (
        """annoy* irritat* frustrat* aggravat* bothered bothersome exasperat* irked irksome irk madden* impatien*
        vex* nuisance grating grates peev* grump* irritab* nagging pester* niggl* tiresome galling gall cranky
        disgruntled displeas* inconvenien* vexation crabby grouch* fed-up nettled riled""",
        """fed+up last+nerve on+nerves nerves+fray* nerves+raw under+skin patience+thin patience+wear* patience+end
        patience+thread* patience+gone patience+run* wear*+patience test*+patience tries+patience try+patience
        end+tether end+rope had+enough pain+neck rub*+wrong thorn+side tear+hair tearing+hair drive*+mad
        drives+wall drive*+wall drives+crazy grit*+teeth gritted+teeth roll*+eyes sick+of sick+tired bane+existence
        stone+shoe pebble+shoe wits+end straw+camel""",
    ),
    "disgust": (
        """disgust* gross grossed revolt* revuls* sicken* repuls* repugnan* nausea* nauseous yuck yucky vile appall*
        appalled queasy loath* abhor* abhorr* detest* repel* repellent foul filth* unclean squeamish aversion
        distaste* nasty contempt* despicable sordid icky stomach-turning gag gagged retch* contaminat*""",
        """turn*+stomach stomach+turn* stomach+heave* stomach+rebel* stomach+churns makes+sick make+sick made+sick
        bad+taste sour+taste taste+mouth foul+taste skin+crawl wash+hands scrub+skin want*+wash want+shower look+away
        bile+rise* bile+throat gorge+rise* hard+swallow can+not+stomach could+not+stomach could+throw+up
        lose+appetite lost+appetite beneath+contempt recoil*+from shrink+from shrinks+from""",
    ),
    "sadness": (
        """sad sadder saddest sadden* sadness sorrow* grief grieve* grieving mourn* heartbr* heart-br* devastat* crush*
        miser* depress* gutted gutting shatter* upset upsetting tearful* unhapp* crying cried cry cries weep* wept tears
        despair* hopeless* heartache heartaches bereft bereave* inconsol* melanchol* gloom* desolat* anguish* agony agon*
        woe woeful downcast dejected dejection forlorn sombre somber numb numbness raw wrecked ruined hollow hollowness
        heavy-hearted heaviness broken brokenhearted dismal bleak lament* sob sobs sobbing sobbed
        distraught torment* loss losses suffer* pained wretched* heavyhearted despond* glum wrench* abyss distress*""",
        """heart+broken heart+break* heart+heavy heavy+heart heart+sank heart+sinks heart+pieces heart+ache*
        ground+away ground+gone ground+feet floor+away floor+gone no+floor floor+dropp* no+ground rug+feet world+apart
        world+collaps* world+end* world+stop* world+stood+still world+upside+down fall*+apart falling+pieces
        bottom+fell bottom+drops hole+left hole+shape hole+where hole+heart gap+left void+left
        empty+chair light+gone lights+out light+out colour+gone color+gone colour+drain* lump+throat lumps+throat
        tears+eyes eyes+fill* eyes+wet eyes+burn* well+up welled+up cry*+eyes down+dumps under+cloud
         feel*+flat stone+chest stone+heart weight+chest hard+breathe drop*+knees kick+gut punch+gut
        blow+gut torn+out ripped+out cut+deep cuts+deep goes+deep went+deep
        absence+of lay+to+rest no+words""",
    ),
    "hurt": (
        """hurt hurts hurtful hurting wound* betray* rejected rejection abandon* ignored unwanted belittl* disrespect* pain
        pains painful sting stings stung stinging ache aches aching ached cheated insult* unapprec* slight slighted
        offend* offence offense snub* scorn* mistreat* neglect* disregard* undervalu* unheard unloved backstab* deceiv*
        deceit humbled bruis* sore soreness overlooked diminish* disowned scar scars""",
        """cut+quick knife+back stab*+back stabbed+back slap+face slap*+face kick*+teeth thrown+away cast+aside cast+off
        pushed+aside brushed+aside brushed+off shut+out left+out you+left+behind feel*+left+behind being+left+behind passed+over taken+granted
        taken+advantage made+fool salt+wound lied+to cut+deep cuts+bone behind+back walk*+past
         second+best second+choice below+belt old+wound thorn+flesh under+bus""",
    ),
    "disappointment": (
        """disappoint* discourag* dishearten* dismay* defeat* bummed deflat* letdown let-down failure failures
        disillusion* crestfallen thwart* dissatisf* underwhelm* anticlimax* anti-climax setback setbacks
        disenchant* frustrated rebuff* unfulfilled downhearted shortchanged short-changed """,
        """let+down being+let+down hopes+dashed hope+dashed dreams+dashed air+out air+gone wind+sails balloon+burst
        bubble+burst taste+ashes turn*+ash* turned+dust fall*+flat fell+flat fall+short fell+short fell+through
        falls+through went+nothing came+nothing came+naught for+nothing in+vain down+drain slip*+fingers
        slipped+away hoped+for expected+more promised+and door+shut door+closed door+slam* plans+ruins
        plans+collaps* rug+under short+end pulled+rug cold+shower bitter+pill hard+swallow
        dared+hope dared+imagine build+up+and built+up+and""",
    ),
    "shame": (
        """asham* shame shamed shames shameful* shaming embarrass* humiliat* mortif* foolish* awkward* exposed cringe*
        cringing blush* abash* sheepish disgrac* dishonour dishonor self-conscious unworthy unworthiness
        red-faced ridiculous ridicul* flush flushed degrad* laughable inadequa* laughing-stock clumsy inept
        self-loathing self-reproach""",
        """face+burn* cheeks+burn* ears+burn* ears+red heat+ears heat+cheeks heat+face heat+neck colour+rising color+rising colour+face color+face another+country face+hot face+red
        cheeks+red cheeks+hot red+ears face+turn*+red tomato+red sink+floor sink+ground sink+earth
        sink+through hole+ground hole+swallow ground+swallow ground+open floor+swallow floor+open earth+swallow
        earth+open vanish+from wish+vanish want+vanish wanted+vanish disappear+from want+disappear wanted+disappear
        wish+disappear wish+invisible crawl+hole crawl+under curl+up hide+face hide+under hide+away hide+from bury+face
        lower*+eyes eyes+floor look+eye look+eyes look+mirror face+mirror egg+face lose+face lost+face loss+face
        all+eyes every+eye everyone+staring everyone+watching stare+at small+as feel*+small made+small stain+on
        tail+legs want*+hide wipe+memory""",
    ),
    "guilt": (
        """guilt guilts guilty guiltily regret* remorse* contrit* repent* culpab* penance penitent atone* atonement
        blame self-blame blameworthy conscience rue rueful ruing sin wrongdoing amends apologetic conscience-stricken""",
        """bad+conscience heavy+conscience weigh*+conscience on+conscience conscience+prick* conscience+gnaw*
        conscience+quiet guilty+conscience wish+taken+back take+it+back take+back+words undo+it have+it+back to+have+back unsay wish+undo wish+undone
        could+undo turn+clock turn+back put+right make+good make+up+for wish+had+stayed wish+had+called
        wish+had+gone blame+yourself blaming+yourself blames+yourself forgive+yourself forgiving+yourself
        hard+yourself beat+yourself beating+yourself if+only had+only replay*+moment replay*+head go+over+and
        eat*+at+you gnaw*+at gnaws+you blood+hands own+judge own+prosecutor""",
    ),
    "loneliness": (
        """lonel* lonesome alone isolat* invisib* unseen emptiness excluded exclusion outsider outcast forgotten
        friendless solitary solitude solitar* estrang* stranded adrift homesick* unaccompanied aloneness deserted
        secluded cut-off unmoored disconnect* rootless companionless""",
        """no+one+there have+no+one still+no+one no+one+left nobody+step nobody+left no+one+to nobody+there one+to+talk on+own all+alone by+yourself left+out cut+off
        silence+house silent+house quiet+house house+silent house+quiet rooms+quiet empty+house empty+flat
        empty+room* empty+bed empty+apartment empty+inside feel*+empty four+walls walls+close*
        console*+only only+console* only+company evenings+long nights+long long+evenings long+nights table+for+one
        crowd+alone middle+crowd outside+looking looking+in+window glass+between
        behind+glass no+familiar far+from+home far+from+everyone miles+from missing+company hunger+company
        talk+walls phone+silent phone+quiet phone+never no+arms nobody+asks nobody+knows nowhere+belong
        not+belong""",
    ),
    "envy": (
        """jealous* envy envying envious* envied envies covet* begrudg* resentment rivalry possessive* grudge grudging
        grudgingly green-eyed greener wistfulness""",
        """green+envy green+eyes green+eyed green+monster grass+greener what+they+have
        what+she+has what+he+has measure*+against compar*+yourself compar*+to compar*+with side+side+with
        why+not+me why+not+you why+her why+him your+turn never+turn passed+by passing+by fall*+into+lap
        falls+lap bite*+lip sour+grapes should+been+you should+be+you
        feel+left+behind smile+through+teeth smile+while wishing+yours""",
    ),
    "weariness": (
        """exhaust* tired tiring tiredness drained draining weary wearying weariness worn burnout burnt-out swamped depleted
        fatigue* overwork* overload* overburden* bone-tired sapped listless jaded worn-out wearing frazzled
        overstretch*""",
        """worn+out worn+thin wear*+thin wears+down wear*+down burn*+out burnt+out run+empty running+empty running+fumes
        last+legs nothing+left no+strength strength+gone strength+left battery+empty batteries+empty stretched+thin
        spread+thin pulled+directions out+steam dead+feet too+much+carry bone+tired to+the+bone drag*+yourself
        can+not+any+more no+more+to+give candle+ends breaking+point end+strength cup+empty treadmill""",
    ),
    "confusion": (
        """confus* torn uncertain* unsure conflicted stuck lost helpless* powerless* trapped doubt doubts baffl* puzzl*
        perplex* bewilder* disorient* muddl* ambivalen* indecis* undecided dilemma quandary limbo aimless* directionless
        rudderless crossroads befuddl* mystif*""",
        """two+minds pulled+ways pulled+both pull*+two at+loss no+way+out which+way in+fog rock+hard+place
        dead+end hands+tied wall+wall against+wall neither+nor make+sense+of not+know+where head+tails
        between+chairs between+stools betwixt+and""",
    ),
}
