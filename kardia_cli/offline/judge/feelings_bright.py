"""What the offline judge takes as a good or a mixed feeling: words and idioms of each family (ours, for English).

A word that ends in `*` stands for all that begin so. In an idiom `+` stands for up to three words in between:
over+moon finds "over the moon".
"""

from __future__ import annotations

BRIGHT: dict[str, tuple[str, str]] = {
    # family: (words, idioms)
    "joy": (
        """happy happier happiest happily happiness joy joys joyful* joyous* glad gladness delight* thrill* ecstat*
        ecstasy elat* cheerful* cheer overjoyed pleased pleasure pleasures fun bliss* bright jubil* exult* exuber* gleeful
        glee merry merriment mirth euphori* rejoic* radian* beaming beam beams sunny gaiety jolly laughter enjoyment
        exhilarat* high-spirited lightness gladdened uplift* jubilation sparkl* giggl* festive playful*
        gladden*""",
        """over+moon on+top+world on+cloud cloud+nine seventh+heaven walk*+air walking+air floating+air heart+sing*
        heart+leap* heart+leaps heart+danc* heart+light heart+full jump*+joy jumping+around dance+around dancing+kitchen
         room+light* lit+up light*+up lights+up face+lit grin+ear ear+ear smile+face smile+wide
        smile+cheek* cheeks+hurt feet+off+ground off+ground bursting+with burst+with good+news happy+tears tears+joy
        best+day day+best what+pleasure sun+out sun+shining spring+step champagne+moment red+letter made+day
         """,
    ),
    "excitement": (
        """excit* eager* anticipat* pumped giddy butterflies stoked buzz buzzing fizz fizzing fizzy thrum tingl*
        impatiently adventur* psyched expectan* enthus* zest electric* raring keyed-up countdown avid
        breathless adrenaline crackl* bubbling bubbly effervesc* itching""",
        """look*+forward looking+forward can+not+wait can+hardly+wait could+not+wait hardly+wait barely+wait
        wait*+for+it+to count*+days count*+hours count*+sleeps count*+minutes counting+down
        edge+seat holding+breath hold*+breath+for breath+held champing+bit chomping+bit raring+go itching+to
        feet+itch* can+sit+still hardly+sit barely+sit hard+sit+still bounc*+walls bouncing+off
        on+fire+for heart+race* electricity+air spark*+eyes christmas+eve night+before+christmas
         bags+packed just+around+corner""",
    ),
    "pride": (
        """proud proudly prouder proudest pride accompli* achiev* triumph* victor* glory glorious self-respect
        honour honoured honor honored vindicat* feat mastery""",
        """head+high heads+high stand+taller standing+taller stand*+tall walk*+tall taller+by an+inch+taller
        inches+taller chest+swell* chest+room chest+out chest+full heart+swell* swell*+with burst+buttons
        buttons+burst buttons+pop reason+shine chest+burst feather+cap own+hands+made made+with+own earned+it earned+every earned+that
        all+your+own hard+won hard+earned paid+off pat+back beam*+with shout+rooftops
        look+what+you crown+of well+earned that+is+yours""",
    ),
    "gratitude": (
        """grateful* gratitude thankful* appreciat* touched blessed blessing blessings fortunate lucky indebted
        beholden obliged thankfulness gratified touching kindness generosity """,
        """thank+enough thanks+enough thank+heart say+thank full+hands hands+full+of heart+full full+heart lump+throat
        warm*+heart heart+warm* debt+gladly count+blessings owe+them owe+him owe+her owe+to
        never+forget+what without+asking asked+for+nothing asked+nothing deeply+moved so+moved moved+by moved+tears restore*+faith faith+people
        faith+humanity stars+thank lucky+stars what+a+gift a+gift+like kindness+of kindness+that
        repay+it pay+back+kindness""",
    ),
    "hope": (
        """hopeful* hope hopes hoping hoped optimis* promising heartened encouraged encouraging
         aspir* upbeat reviv* rekindl* yearn* wishful sanguine """,
        """courage+hope dare*+hope daring+hope light+tunnel light+end light+crack crack+light
        glimmer+of ray+of ray+light silver+lining first+light spark+of new+leaf new+page fresh+start new+start
        green+shoot* green+shoots seed+of door+open* door+ajar window+open* window+opens better+days turn*+corner
        turning+corner fingers+crossed long+last tide+turn* look+ahead
        believe+again believe+in+again thaw*+in wind+turn*""",
    ),
    "calm": (
        """content contentment contented* contentedly peaceful* peace calm calmer calmly calmness relieved relief satisf*
        relax* comfortable comfort seren* sooth* ease eased lighter cozy cosy tranquil* restful settled stillness
        quietude unhurried mellow unburdened fulfil* haven balm snug at-ease unclench* sated simplicity
        gentleness equanimity repose""",
        """at+peace at+ease at+home+in at+rest weight+off weight+lifted weight+down load+off burden+off burden+lifted
        breathe+again breathe+out breathe+freely breathe+easy sigh+relief sleep+sound* sleep+well+again dust+settle*
        storm+pass* nothing+missing nothing+add nothing+lacking need+nothing wants+for+nothing
         all+right+with+world quiet+joy quiet+happiness quiet+pleasure
        calm+after soft+place time+slow* no+hurry slow+morning""",
    ),
    "confidence": (
        """confiden* ready readiness prepared preparedness preparation capable determin* assured assurance self-assur*
        self-belief steady steadiness sure-footed sureness surefooted courage courageous brave bravery bravely bold*
        resolve resolved resolute poise poised certainty competent competence equipped composed composure grit
        resilien* undaunted unshak* fearless* empowered strong stronger strength groundwork""",
        """sure+ground sure+of+ground firm+floor feet+ground both+feet firm+ground solid+ground firm+footing up+to+task got+this have+got+this
        in+the+bag under+belt done+homework know*+inside know*+sleep
         ace+sleeve name+on+it back+hand backwards+forwards
        comes+from+practice come+what+may nothing+chance nothing+left+chance nothing+to+chance
        hands+know muscle+memory rise*+to stand*+ground stand*+firm
        trust+yourself trust+own every+box all+boxes in+place+for""",
    ),
    "trust": (
        """trust trusting trusted trusts trustful* faith faithful* loyal* devotion commitment committed reliance reliable
        rely relying depend dependable steadfast* constancy fidelity true-hearted allegiance dedicat*
         unwaver* entrust* vow vows""",
        """lean*+whole+weight lean*+on whole+weight+on put*+in+hands in+hands+of in+good+hands safe+hands safe+with
        not+give+up never+give+up know+where+stand where+you+are+with stand*+by stood+by stay*+true true+to stick*+by stuck+by by+side thick+thin through+everything
        without+looking without+a+glance without+thinking never+waver*
        rock+solid give+word keep+word word+is heart+where+lives heart+already+given give+heart let+guard
        guard+down fall+and+be+caught back+covered hold*+rope count+on
        count+him count+her bond+that bond+between""",
    ),
    "love": (
        """love loved loves loving lovingly caring affection* tender* fond fondly fondness devoted warmth adore* adoring
        compassion* protective* cherish* dearly dearest endear* kindhearted warm-hearted warmhearted doting
        dote dotes soft-hearted motherly fatherly care cares cared empath* sympath* pity concern solicitous closeness
        intimacy nurtur* gentle kindliness""",
        """heart+goes+out heart+went+out heart+goes+to soft+spot soft+heart big+heart heart+melt* heart+softens
        mean*+world+to mean*+so+much look+after looking+after looks+after watch*+over watching+over keep*+eye
        there+for+him there+for+her there+for+them take*+under+wing under+wing hold*+close close+to+heart
        carry+in+heart carries+heart place+in+heart mother+hen wrap*+around arms+around heart+open* hold*+dear
        close+to+you good+to+her good+to+him take*+to+heart worry+about+her worry+about+him""",
    ),
    "admiration": (
        """impress* amazed amazing amazement awe awed awestruck awesome admir* inspir* marvel* wonderment respect revere*
        reverence esteem astounding remarkable dazzl* wowed stirred humbling humble
        extraordinary spellbound captivat* exemplary""",
        """hat+off hats+off bow+to bow+before hat+to take+hat look*+up+to looking+up+to in+awe jaw+drop* jaws+drop*
        eyes+wide wide+eyed mouth+open wonder+at blown+away blew+away blows+away take*+breath+away breath+away
        goose+pimples a+class+apart cut+above second+none leave+mark makes+one+look make*+stop+look deserve*+applause
        standing+ovation applause+for learn+from+him learn+from+her how+does+one how+do+they no+small+thing no+mean+feat
        rare+thing rare+gift makes+you+believe""",
    ),
    "surprise": (
        """surpris* shock* astonish* astound* stunned stun unexpected* startled startling speechless stunning dumbfound*
        flabbergast* thunderstruck gobsmack* staggered staggering staggers stupef* incredul* disbelief unforeseen
        unbeliev* jolt jolted jolting taken-aback bombshell wonderstruck floored caught reeling
        double-take mind-boggling""",
        """out+of+nowhere out+of+blue bolt+blue bolt+from taken+aback take+aback took+aback caught+off+guard off+guard
        off+your+feet off+feet swept+off jaw+floor jaw+dropp* jaw+back jaw+drop pinch+yourself rub+eyes
        rubbing+eyes double+take did+not+see+coming never+saw+coming saw+coming see+it+coming not+have+guessed
        never+guessed never+have+guessed could+have+guessed believe+eyes believe+ears trust+ears trust+eyes lost+words
        lost+for+words loss+words words+fail breath+away knock*+sideways knocked+feather knock*+off
        stop*+tracks head+spinning upside+down turn*+upside rug+from sky+fell last+thing+expected
        who+would+have+thought bowled+over heart+skip* skip*+beat """,
    ),
    "nostalgia": (
        """nostalg* sentimental* memor* bittersweet reminisc* wistful* longing longings miss missing misses missed
        homesick* misty misty-eyed yesteryear retrospect* keepsake remembrance remembering recollect* bygone
        mellowness yearning tenderhearted sepia""",
        """old+days good+old+days those+days days+gone back+then back+through+years long+gone time+gone
        pull*+back takes+back take+back+to took+back brings+back bring+back brought+back carried+back back+in+time
        sweet+sore sweet+ache ache+sweet bitter+sweet joy+ache smile+tear* smile+and+ache
        laugh+and+ache laughing+and+crying once+more+child younger+self years+fold* years+fall*+away
        years+melt* time+fold* time+machine tug*+heart tugs+heart heart+strings heartstrings tug*+sleeve
        pull*+sleeve never+come+back not+come+back will+not+return mist+eyes eyes+mist* walk*+lane lane+of
        grow+up+fast grow*+so+fast where+time+went time+flown door+to+past ghost+of echo+of echo*+of""",
    ),
}
