"""What the offline judge knows of one reply before any rule fires: the reply set against the talk and the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from kardia_cli.offline.judge import asides, behaviours, generalities, patterns, talk_patterns, warmth, words
from kardia_cli.offline.judge.advice import commands, is_advice
from kardia_cli.offline.judge.danger import in_danger, speaks_of_crisis
from kardia_cli.offline.judge.feelings import TIES
from kardia_cli.offline.judge.text import (
    Reading,
    Sentence,
    detail_stems,
    first,
    is_english,
    is_foreign,
    kin,
    merge,
    named_feelings,
    read,
    stem,
    valence_of,
)
from kardia_cli.text import risk

_CLEAR = 0.6
"""A seeker's valence beyond this is taken as clearly good or clearly bad."""
_CERTAIN = 2.0
"""From here several words say so, and a feeling of the other side is held against a reply even if none is named."""
_BROAD = frozenset(["hurt", "sadness", "weariness", "worry"])
"""Hard feelings that go along with any other hard one."""
_SHORT_THANKS = 30
"""Thanks in a turn of at most this many words are taken for a farewell."""


class Hit(NamedTuple):
    """A fault that was found: the rule that fired, in words, and the sentence that shows it (None: the whole reply)."""

    reason: str
    sentence: Sentence | None


@dataclass(frozen=True)
class View:
    """One reply in its context.

    `whole` is the reply as it stands, `reply` what of it is said to the person (scorer_asides.py). `last` is the seeker turn
    that is answered, `talk` all that the seeker said, `heard` what either side said, `offered` the supporter's turns before;
    `told` are the seeker's texts one by one, the situation first; `closing` says that the last turn takes its leave.
    """

    whole: Reading
    reply: Reading
    last: Reading
    talk: Reading
    heard: Reading
    offered: Reading
    told: tuple[Reading, ...]
    profile: Reading
    mbti: str
    closing: bool = False

    @cached_property
    def english(self) -> bool:
        """Whether the lexical rules apply to the talk at all."""
        return is_english(self.talk) and not is_foreign(self.last)

    @cached_property
    def is_master_key(self) -> bool:
        """An empty reply or a bare phrase such as ":" that says nothing."""
        return bool(behaviours.MASTER_KEY.match(self.reply.text))

    @cached_property
    def danger(self) -> bool:
        """Whether the turn that is answered (and the situation, in a first reply) holds a danger to somebody's life or body."""
        texts = [self.last] if self.offered.words else [self.last, *self.told[:1]]
        return any(in_danger(text.raw) for text in texts)

    @cached_property
    def endangered(self) -> bool:
        """Whether such a danger was heard anywhere in the talk."""
        return any(in_danger(text.raw) for text in self.told)

    @cached_property
    def abuse_told(self) -> bool:
        """Whether the person told of abuse."""
        return any(sign.kind == "abuse" for text in self.told for sign in risk.signs(text.raw))

    @cached_property
    def shows_risk(self) -> bool:
        """Whether the talk shows danger of any kind, to anybody, a loss to suicide included: crisis talk is no false alarm."""
        if speaks_of_crisis(self.talk.text):
            return True
        return self.endangered or any(risk.signs(text.raw) for text in self.told)

    @cached_property
    def shared(self) -> frozenset[str]:
        """Concrete stems that the reply takes from what the seeker said."""
        return self.reply.details & self.talk.details

    @cached_property
    def shared_last(self) -> frozenset[str]:
        """Those taken from the last turn."""
        return self.reply.details & self.last.details

    @cached_property
    def shared_topics(self) -> frozenset[str]:
        """Topics that the reply and the seeker both touch."""
        return self.reply.topics & self.talk.topics

    @cached_property
    def shared_profile(self) -> frozenset[str]:
        """Concrete stems of the profile that the reply takes up."""
        return self.reply.details & self.profile.details

    @cached_property
    def detail_count(self) -> int:
        """How many concrete points the reply takes up; topics count where no shared word stands for them."""
        covered = {topic for word in self.reply.words if stem(word) in self.shared for topic in read(word).topics}
        return len(self.shared) + len(self.shared_topics - covered)

    @cached_property
    def mood(self) -> int:
        """-1, 0 or 1: how the seeker feels; the last turn counts double, the doubtful is 0."""
        value = 2 * self.last.valence + self.talk.valence
        return 0 if abs(value) < _CLEAR else (1 if value > 0 else -1)

    @cached_property
    def ascribed(self) -> frozenset[str]:
        """Feeling families that the reply names, without those of the writer and those it denies or forbids."""
        kept = [sentence.text for sentence in self.reply.sentences if not patterns.DISMISS.search(sentence.text)]
        felt = [pair for text in kept for pair in named_feelings(text, skip_first_person=True)]
        return frozenset(family for family, denied in felt if not denied)

    @cached_property
    def fitting(self) -> frozenset[str]:
        """Named feelings that fit what the seeker shows: same or kindred family, or the same side of the scale."""
        return frozenset(family for family in self.ascribed if self._fits(family))

    def _fits(self, family: str) -> bool:
        if kin(family) & self.talk.feelings:
            return True
        return self.mood == 0 or valence_of(family) in (0, self.mood)

    @cached_property
    def misfit(self) -> bool:
        """Whether all feelings that the reply states are the clear opposite of what the person shows."""
        if self.fitting or self.closing or not self._certain or self._mixed_talk():
            return False
        felt = {family for s in self._told for family, denied in named_feelings(s.text, True) if not denied}
        return bool(felt & self.ascribed) and not felt & TIES

    @cached_property
    def elsewhere(self) -> frozenset[str]:
        """The feelings that the reply states, where the person said "I am ..." of others and none of those is kin to it."""
        said = named_feelings(self.talk.text, skip_first_person=False)
        own = list(said)
        for mention in named_feelings(self.talk.text, skip_first_person=True):
            own.remove(mention)
        if self.closing or not any(not denied for _, denied in own):
            return frozenset()
        if any(kin(family) & self.talk.feelings for family in self.ascribed):
            return frozenset()
        felt = {family for s in self._told for family, denied in named_feelings(s.text, True) if not denied}
        broad = _BROAD if self.mood <= 0 else frozenset[str]()
        return frozenset((felt & self.ascribed) - broad) if not felt & (TIES | broad) else frozenset()

    @property
    def _certain(self) -> bool:
        if self.mood * self.last.valence < 0:
            return False
        named = any(valence_of(family) == self.mood for family in self.talk.feelings)
        return self.mood != 0 and (named or self.mood * self.talk.valence >= _CERTAIN)

    @cached_property
    def farewell(self) -> bool:
        """Whether the reply answers a leave-taking: with a kind word, or at least without advice or generalities."""
        if not self.closing or self.is_master_key:
            return False
        plain_leave = not (self.advice or first(generalities.GENERIC, self.reply.sentences))
        return plain_leave or bool(first(warmth.WARM_FAREWELL, self.reply.sentences))

    @cached_property
    def meets_person(self) -> bool:
        """Whether the reply takes up this person without a concrete word: by a fitting feeling, or a kind farewell."""
        return self.farewell or (bool(self.fitting) and not self.is_stock)

    @cached_property
    def conflict(self) -> Sentence | None:
        """The sentence whose feeling is the opposite of the seeker's: joy at a loss, or condolence at good news."""
        if self.closing or self.mood == 0 or self.mood * self.last.valence < _CLEAR or self._mixed_talk():
            return None
        wrong = patterns.CONGRATULATE if self.mood < 0 else patterns.CONDOLE
        for sentence in self.reply.sentences:
            felt = {valence_of(family) for family, denied in named_feelings(sentence.text, True) if not denied}
            if wrong.search(sentence.text) and self.mood not in felt and not patterns.NUANCE.search(sentence.text):
                return sentence
        return None

    def _mixed_talk(self) -> bool:
        values = [valence_of(family) for family in self.last.feelings]
        return self.mood < 0 < max(values, default=0) or self.mood > 0 > min(values, default=0)

    @cached_property
    def advice(self) -> tuple[Sentence, ...]:
        """Sentences that tell or propose something to do."""
        return tuple(sentence for sentence in self.reply.sentences if is_advice(sentence))

    @cached_property
    def acknowledged(self) -> bool:
        """Whether any feeling is met: named, called a hardship or joy, said by a phrase, or by what a detail is like."""
        named = bool(self.ascribed) and not self._only_in_advice()
        return named or self.farewell or self._shares or self._comments or any(map(_acknowledges, self.reply.sentences))

    @property
    def _shares(self) -> bool:
        """Whether the writer's own feeling goes with the person's mood ("I am beaming")."""
        felt = named_feelings(self.reply.text, skip_first_person=False)
        return any(not denied and valence_of(family) * self.mood > 0 for family, denied in felt)

    @property
    def _comments(self) -> bool:
        if not self.detail_count:
            return False
        return bool(first(warmth.COMMENT, self._told)) or any(map(self._exclaims, self._told))

    def _exclaims(self, sentence: Sentence) -> bool:
        return "!" in sentence.raw and bool(detail_stems(sentence.words) & self.talk.details)

    @cached_property
    def _told(self) -> tuple[Sentence, ...]:
        """Sentences that neither ask nor advise."""
        return tuple(s for s in self.reply.sentences if not (s.is_question or is_advice(s)))

    @cached_property
    def stays_with(self) -> bool:
        """Whether the reply dwells on two or more things that were told, asks on, and gives no advice."""
        dwelt = frozenset[str]().union(*(detail_stems(sentence.words) for sentence in self._told)) & self.talk.details
        return len(dwelt) >= 2 and self.opens and not self.advice and not self.parrots

    def _only_in_advice(self) -> bool:
        felt = [s for s in self.reply.sentences if named_feelings(s.text, skip_first_person=True)]
        return bool(felt) and all(commands(s) and not patterns.ACKNOWLEDGE.search(s.text) for s in felt)

    @cached_property
    def is_stock(self) -> bool:
        """Whether stock phrases are all there is: without them at most a few words stay, and no detail."""
        if self.detail_count or self.farewell or not first(patterns.STOCK, self.reply.sentences):
            return False
        rest = patterns.STOCK.sub(" ", self.reply.text).split()
        return len([word for word in rest if word.strip(".,!?") not in words.STOP]) <= 4

    @cached_property
    def opens(self) -> bool:
        """Whether the reply leaves room: a question, a choice or an invitation to say more."""
        return any(sentence.is_question for sentence in self.reply.sentences) or bool(
            first(patterns.OPENING, self.reply.sentences)
        )

    @cached_property
    def parrots(self) -> bool:
        """Whether most of the reply is the seeker's own words in a row (three at a time)."""
        own = _threes(self.reply.words)
        return len(own) >= 6 and len(own & _threes(self.talk.words)) / len(own) >= 0.6

    @cached_property
    def repeats(self) -> bool:
        """Whether a sentence of three or more words comes again, or over a third of the three-word runs do."""
        lines = [sentence.words for sentence in self.reply.sentences if len(sentence.words) >= 3]
        runs = len(self.reply.words) - 2
        looped = runs > 12 and 1 - len(_threes(self.reply.words)) / runs > 0.3
        return len(lines) > len(set(lines)) or looped


def _acknowledges(sentence: Sentence) -> bool:
    text = patterns.PERFUNCTORY.sub(" ", sentence.text) if len(sentence.words) <= 9 else sentence.text
    if patterns.DISMISS.search(text):
        return False
    if patterns.ACKNOWLEDGE.search(text):
        return True
    told = words.HARDSHIP | words.DELIGHT
    return any(word in told for word in sentence.words) and not is_advice(sentence)


def _threes(tokens: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {tokens[at : at + 3] for at in range(len(tokens) - 2)}


def view(facts: Mapping[str, Any]) -> View:
    """Set a reply against its context (facts as in `scorer.judge_turn`)."""
    history = [(str(turn.get("role")), asides.told(str(turn["content"]))) for turn in facts.get("history") or []]
    said = [text for role, text in history if role == "seeker"]
    answers = [text for role, text in history if role != "seeker"]
    situation = asides.told(str(facts.get("situation") or ""))
    last = read(said[-1] if said else situation)
    heard = merge([read(text) for text in (situation, *(text for _, text in history))])
    whole = str(facts.get("reply") or "")
    told = tuple(read(text) for text in (situation, *said))
    return View(
        whole=read(whole),
        reply=read(asides.spoken(whole, heard.text)),
        last=last,
        talk=merge(told),
        heard=heard,
        offered=merge([read(text) for text in answers]),
        told=told,
        profile=read(asides.told(str(facts.get("person") or ""))),
        mbti=str(facts.get("mbti") or "").lower(),
        closing=len(said) < len(history) and _takes_leave(last),
    )


def asked(facts: Mapping[str, Any]) -> str:
    """What the reply answers: the seeker's turns since the supporter's last one, else the situation."""
    turns = list[str]()
    for turn in reversed(list(facts.get("history") or [])):
        if turn.get("role") != "seeker":
            break
        turns.append(str(turn["content"]))
    return "\n".join(reversed(turns)) or str(facts.get("situation") or "")


def _takes_leave(last: Reading) -> bool:
    """Whether a turn says goodbye, gives thanks in brief, or says that the matter is settled."""
    if talk_patterns.UNSETTLED.search(last.text) or any(sentence.is_question for sentence in last.sentences):
        return False
    if talk_patterns.GOODBYE.search(last.text) or talk_patterns.SETTLED.search(last.text):
        return True
    return (
        bool(talk_patterns.THANKS.search(last.text)) and len(last.words) <= _SHORT_THANKS and last.valence > -_CERTAIN
    )
