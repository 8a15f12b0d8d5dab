"""Set a reply against the talk and the person: the features that ladders and rules go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kardia_cli.offline.judge import asides
from kardia_cli.offline.judge.feelings import TIES, ascribed, kin, valence_of
from kardia_cli.offline.judge.patterns import phrases, words
from kardia_cli.offline.judge.text import Reading, Sentence, first, is_english, is_foreign, merge, read
from kardia_cli.text import risk

CLEAR = 0.6
"""A seeker's valence beyond this is taken as clearly good or clearly bad."""
CERTAIN = 2.0
"""From here several words say so, and a feeling of the other side is held against a reply even if none is named."""
DANGER = frozenset(["suicide", "self_harm", "harm_to_others"])


@dataclass(frozen=True)
class View:
    """One reply in its context.

    `whole` is the reply as it stands, `reply` what of it is said to the person (see asides.py). `told` are the seeker's
    texts one by one, the situation first; `talk` is all of them, `last` the turn that is answered, `offered` what the
    supporter said before, `heard` what either side said. `is_closing`: the last turn takes its leave.
    """

    whole: Reading
    reply: Reading
    last: Reading
    talk: Reading
    heard: Reading
    offered: Reading
    told: tuple[Reading, ...]
    profile: Reading
    is_closing: bool = False

    @cached_property
    def is_judged(self) -> bool:
        """True if the talk is in English, the one language that the judge has words for."""
        return is_english(self.talk) and not is_foreign(self.last)

    @cached_property
    def is_empty(self) -> bool:
        """True if the reply says nothing: no word, or bare keys such as "Solution:"."""
        return not any(char.isalnum() for char in phrases("bare_key").sub(" ", self.reply.text))

    @cached_property
    def is_danger(self) -> bool:
        """True if the turn that is answered (at first the situation too) speaks of danger to a life or a body."""
        texts = [self.last] if self.offered.words else [self.last, *self.told[:1]]
        return any(kinds_in(text.raw) & DANGER for text in texts)

    @cached_property
    def dangers_told(self) -> frozenset[str]:
        """The kinds of danger, abuse among them, that the person told of anywhere in the talk."""
        return frozenset[str]().union(*(kinds_in(text.raw) for text in self.told))

    @cached_property
    def details(self) -> frozenset[str]:
        """Concrete stems that the reply takes from what the seeker said."""
        return self.reply.details & self.talk.details

    @cached_property
    def traits(self) -> frozenset[str]:
        """Concrete stems of the profile that the reply takes up."""
        return self.reply.details & self.profile.details

    @cached_property
    def mood(self) -> int:
        """-1, 0 or 1: how the seeker feels; the last turn counts double, the doubtful is 0."""
        value = 2 * self.last.valence + self.talk.valence
        return 0 if abs(value) < CLEAR else (1 if value > 0 else -1)

    @cached_property
    def ascribed(self) -> frozenset[str]:
        """Feelings that the reply names, without those of the writer and those that it denies or waves away."""
        kept = [sentence.text for sentence in self.reply.sentences if not phrases("dismisses").search(sentence.text)]
        return frozenset[str]().union(*map(ascribed, kept))

    @cached_property
    def fitting(self) -> frozenset[str]:
        """Ascribed feelings that are kin to one that the seeker named, or lie on the side of the seeker's mood."""
        return frozenset(
            family
            for family in self.ascribed
            if kin(family) & self.talk.feelings or self.mood == 0 or valence_of(family) in (0, self.mood)
        )

    @cached_property
    def is_misfit(self) -> bool:
        """True if all feelings that the reply ascribes are the clear opposite of what the person shows."""
        if not self.ascribed or self.fitting or self.is_closing or self.ascribed & TIES:
            return False
        is_named = any(valence_of(family) == self.mood for family in self.talk.feelings)
        return is_named or self.mood * self.talk.valence >= CERTAIN

    @cached_property
    def conflict(self) -> Sentence | None:
        """The sentence that congratulates at bad news or condoles at good news, or None."""
        if self.is_closing or self.mood == 0 or self.mood * self.last.valence < CLEAR:
            return None
        if any(valence_of(family) == -self.mood for family in self.last.feelings):  # mixed
            return None
        wrong = phrases("congratulates" if self.mood < 0 else "condoles")
        for sentence in self.reply.sentences:
            felt = set(map(valence_of, ascribed(sentence.text)))
            if wrong.search(sentence.text) and self.mood not in felt and not phrases("nuance").search(sentence.text):
                return sentence
        return None

    @cached_property
    def advice(self) -> tuple[Sentence, ...]:
        """Sentences that propose or order something to do."""
        return tuple(filter(is_advice, self.reply.sentences))

    @cached_property
    def is_farewell(self) -> bool:
        """True if the reply answers a leave-taking without advice or generalities."""
        return self.is_closing and not (self.is_empty or self.advice or self.generality)

    @cached_property
    def meets_feeling(self) -> bool:
        """True if any feeling is met: named outside of advice, called hard or bright, or said by a phrase."""
        return self.is_farewell or any(map(_meets_feeling, self.reply.sentences))

    @cached_property
    def generality(self) -> Sentence | None:
        """The first sentence about people in general, or None."""
        return first(phrases("generic"), self.reply.sentences)

    @cached_property
    def is_stock(self) -> bool:
        """True if set phrases are all there is: without them at most four words stay, and no detail."""
        if self.details or self.is_farewell or not first(phrases("stock"), self.reply.sentences):
            return False
        rest = phrases("stock").sub(" ", self.reply.text).split()
        return len([word for word in rest if word.strip(".,!?") not in words("stop")]) <= 4

    @cached_property
    def is_open(self) -> bool:
        """True if the reply leaves room: a question, a choice or an invitation to say more."""
        asks = any(sentence.is_question for sentence in self.reply.sentences)
        return asks or bool(first(phrases("opens"), self.reply.sentences))

    @cached_property
    def is_echo(self) -> bool:
        """True if most of the reply is the seeker's own words in a row (three at a time)."""
        own = _threes(self.reply.words)
        return len(own) >= 6 and len(own & _threes(self.talk.words)) / len(own) >= 0.6

    @cached_property
    def is_repetitive(self) -> bool:
        """True if a sentence of three or more words comes again, or over a third of the three-word runs do."""
        lines = [sentence.words for sentence in self.reply.sentences if len(sentence.words) >= 3]
        runs = len(self.reply.words) - 2
        is_looped = runs > 12 and 1 - len(_threes(self.reply.words)) / runs > 0.3
        return len(lines) > len(set(lines)) or is_looped


def kinds_in(text: str) -> frozenset[str]:
    """Return the kinds of danger that a text shows; what others did to themselves is none."""
    return frozenset(sign.kind for sign in risk.signs(text) if not risk.is_of_others(sign.quote))


def is_advice(sentence: Sentence) -> bool:
    """Return whether a sentence proposes something or holds a clause that orders and is no blessing."""
    if phrases("advises").search(sentence.text):
        return True
    clauses = sentence.text.replace(";", ",").replace(":", ",").replace(" and then ", ",").split(",")
    return not sentence.is_question and any(_is_order(clause.split()) for clause in clauses)


def _is_order(tokens: list[str]) -> bool:
    while tokens and tokens[0] in words("lead_in"):
        tokens = tokens[1:]
    if len(tokens) < 2 or phrases("blessing").match(" ".join(tokens)):
        return False
    return tokens[0] in words("advice_verb") and tokens[1] not in ("you", "is", "was", "me")


def _meets_feeling(sentence: Sentence) -> bool:
    if phrases("dismisses").search(sentence.text):
        return False
    if phrases("acknowledges").search(sentence.text):
        return True
    if is_advice(sentence) and not sentence.is_question:
        return False
    calls = any(word in words("hard_word") or word in words("bright_word") for word in sentence.words)
    return calls or bool(ascribed(sentence.text))


def _threes(tokens: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {tokens[at : at + 3] for at in range(len(tokens) - 2)}


def view(facts: Mapping[str, Any]) -> View:
    """Return a reply set against its context (facts as in `judge.judge_turn`)."""
    history = [(str(turn.get("role")), asides.told(str(turn["content"]))) for turn in facts.get("history") or []]
    said = [text for role, text in history if role == "seeker"]
    situation = asides.told(str(facts.get("situation") or ""))
    last = read(said[-1] if said else situation)
    heard = merge([read(text) for text in (situation, *(text for _, text in history))])
    told = tuple(read(text) for text in (situation, *said))
    whole = str(facts.get("reply") or "")
    return View(
        whole=read(whole),
        reply=read(asides.spoken(whole, heard.text)),
        last=last,
        talk=merge(told),
        heard=heard,
        offered=merge([read(text) for role, text in history if role != "seeker"]),
        told=told,
        profile=read(asides.told(str(facts.get("person") or ""))),
        is_closing=len(said) < len(history) and _takes_leave(last),
    )


def _takes_leave(last: Reading) -> bool:
    """Return whether a turn says goodbye, gives thanks in brief, or says that the matter is settled."""
    if phrases("unsettled").search(last.text) or any(sentence.is_question for sentence in last.sentences):
        return False
    if phrases("goodbye").search(last.text) or phrases("settled").search(last.text):
        return True
    return bool(phrases("thanks").search(last.text)) and len(last.words) <= 30 and last.valence > -CERTAIN
