"""What a person's own words rule out, and the sentence of a reply that proposes it all the same."""

from __future__ import annotations

import re

from kardia_cli.offline.judge import clashes, words
from kardia_cli.offline.judge.advice import is_advice
from kardia_cli.offline.judge.text import Sentence, detail_stems
from kardia_cli.offline.judge.view import View


def clash(seen: View) -> tuple[str, Sentence] | None:
    """What the person's own words rule out and the sentence of the reply that proposes it, or None."""
    known = f"{seen.profile.text}\n{seen.talk.text}"
    for sentence in seen.reply.sentences:
        if not is_advice(sentence):
            continue
        for name, ruled_out, proposal in clashes.CLASHES:
            if _proposes(sentence, proposal) and ruled_out.search(known):
                return name, sentence
        averted = _averted(sentence, seen)
        if averted:
            return averted, sentence
    return None


def _proposes(sentence: Sentence, proposal: re.Pattern[str]) -> bool:
    text = _INVITING_NOT.sub(" ", sentence.text)
    match = proposal.search(text)
    return match is not None and not set(text[: match.start()].split()[-5:]) & _AWAY


_INVITING_NOT = re.compile(r"why (?:not|do you not|do not you)|do not forget")
_AWAY = words.NEGATORS | frozenset(["away", "avoid", "leave", "leaving", "quit", "less", "quieter", "quiet", "small"])


def _averted(sentence: Sentence, seen: View) -> str:
    """A thing that the profile dislikes, fears or gave up, where the seeker did not make it the subject."""
    own = detail_stems(sentence.words) - seen.talk.details
    if not own or _AWAY & set(_INVITING_NOT.sub(" ", sentence.text).split()):
        return ""
    hits = (detail_stems(match[1].split()) & own for match in clashes.AVERSION.finditer(seen.profile.text))
    return min((word for hit in hits for word in hit), default="")
