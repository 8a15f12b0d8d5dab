"""Pairs of models: both orders, ties, flips, length, Bradley-Terry against an oracle, people's choices."""

from __future__ import annotations

import asyncio
import json
import math
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ranking_judges import answered, by, by_position, judge, kardia, models, people, placed, reply, silent, table
from small_rows import row, rows

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed, UsageError
from kardia_cli.evaluation.ranking.strength import PRIOR, Match, fitted, strengths
from kardia_cli.judge import Judge
from kardia_cli.protocols import pairwise
from kardia_cli.rows.request import Request
from kardia_cli.stages.evaluation import Measure, evaluate

THREE = {"a": "I hear how the exam weighs on you.", "b": "That is hard.", "c": "Tell me more about the exam."}


def compared(chats: Mapping[str, Chat], by: Judge, **options: Any) -> dict[str, Score]:
    """The scores of the one turn, by model."""
    found = asyncio.run(pairwise.evaluate(row(1, exchanges=1), chats, by, **options))
    return {score.model: score for score in found}


def score_rows(chats: Mapping[str, Chat], by: Judge, count: int = 1, **options: Any) -> list[dict[str, Any]]:
    bound = Measure("pairwise", lambda *given: pairwise.evaluate(*given, **options))
    return [each for at in range(count) for each in asyncio.run(evaluate(row(at, exchanges=1), bound, chats, by))]


def test_each_pair_is_asked_in_both_orders_and_the_better_text_wins_both() -> None:
    judged, backend = by(len)
    found = compared(models(**THREE), judged)
    assert [(name, score.value, dict(score.parts)) for name, score in found.items()] == [
        ("a", 0.0, {"vs.b": 0.0, "vs.c": 0.0}),
        ("b", 1.0, {"vs.a": 1.0, "vs.c": 1.0}),
        ("c", 0.5, {"vs.a": 1.0, "vs.b": 0.0}),
    ]
    shown = [tuple(item["reply"] for item in request.facts["candidates"]) for request in backend.asked]
    assert len(shown) == 6
    assert {tuple(reversed(pair)) for pair in shown} == set(shown)


def test_a_judge_that_takes_what_stands_first_makes_ties_and_every_pair_a_flip() -> None:
    made = score_rows(models(**THREE), by_position()[0], count=3)
    assert {each["value"] for each in made} == {0.5}
    for line in pairwise.summarize(made):
        assert (line["wins"], line["ties"], line["losses"], line["order flips"]) == (0, 3, 0, 1.0)
    shares = {line["what"]: (line["share"], line["n"]) for line in pairwise.further(made)[1][1]}
    assert shares["shown first wins"] == (1.0, 18)
    assert "not every order says the same" in made[0]["reason"]
    verdicts = [(v["shown"], v["value"]) for each in made for one in each["comparisons"] for v in one["verdicts"]]
    assert set(verdicts) == {(1, 1.0), (2, 0.0)}  # from whichever side it is seen


def test_one_order_that_ties_makes_no_win() -> None:
    def said(request: Request) -> dict[str, Any]:
        alphabetical = request.facts["candidates"][0]["reply"] < request.facts["candidates"][1]["reply"]
        return answered(request, placed(request, len if alphabetical else lambda text: 0))

    found = compared(models(a="aaaa", b="bb"), judge(said)[0])
    assert (found["a"].value, found["b"].value) == (0.5, 0.5)


def test_the_order_of_the_models_decides_nothing() -> None:
    for names in ("abc", "cba", "bca"):
        found = compared(models(**{name: THREE[name] for name in names}), by(len)[0])
        assert {name: score.value for name, score in found.items()} == {"a": 0.0, "b": 1.0, "c": 0.5}


def test_broken_replies_lose_and_the_same_words_tie_by_rule_and_nobody_is_asked() -> None:
    found = compared(models(a=".no spans", b="same", c="same", d=CallFailed("refusal", "no")), silent())
    assert {name: score.value for name, score in found.items()} == {
        "a": pytest.approx(0.5 / 3),
        "b": pytest.approx(2.5 / 3),
        "c": pytest.approx(2.5 / 3),
        "d": pytest.approx(0.5 / 3),
    }
    assert "lost against b by rule: spans broken" in found["a"].reason
    assert {record["by"] for score in found.values() for record in score.extra["comparisons"]} == {"rule"}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (lambda request: "no object", "parse"),
        (lambda request: answered(request, placed(request, len)[1:]), "missing"),
        (
            lambda request: answered(request, [{**each, "candidate": "ZZZ"} for each in placed(request, len)]),
            "off_menu",
        ),
        (lambda request: answered(request, placed(request, len) * 2), "two_verdicts"),
    ],
)  # fmt: skip
def test_a_failed_pair_is_not_scored_and_is_no_tie(said: Any, why: str) -> None:
    made = score_rows(models(a="one", b="three"), judge(said)[0])
    assert {(each["value"], each["parts"][0]["value"]) for each in made} == {(None, None)}
    assert why in made[0]["reason"]
    (line,) = pairwise.summarize(made)
    assert (line["compared"], line["not scored"], line["win rate"]) == (0, 1, None)
    assert pairwise.further(made)[0][1] == []


def test_a_pair_that_fails_leaves_the_others_their_result() -> None:
    def said(request: Request) -> Any:
        shown = {item["reply"] for item in request.facts["candidates"]}
        return "no object" if shown == {"one", "three"} else answered(request, placed(request, len))

    found = compared(models(a="one", b="three", c="seventeen"), judge(said)[0])
    assert (found["a"].parts["vs.b"], found["a"].parts["vs.c"], found["a"].value) == (None, 1.0, None)
    assert found["c"].value == 0.0


def test_how_often_the_longer_reply_wins_is_counted_where_one_is_longer_and_one_wins() -> None:
    long, short = "a b c d e f g", "z"
    made = score_rows(models(long=long, short=short, even="y"), by(lambda text: -len(text))[0], count=2)
    lines = {(line["model"], line["against"]): line["longer wins"] for line in pairwise.summarize(made)}
    assert lines == {("long", "short"): 1.0, ("long", "even"): 1.0, ("short", "even"): None}
    made = score_rows(models(long=long, short=short), by(len)[0], count=2)
    assert pairwise.summarize(made)[0]["longer wins"] == 0.0


def test_a_panel_that_is_split_gives_half_a_win() -> None:
    one, two = by(len)[0], by(lambda text: -len(text))[0]
    found = compared(models(a="one", b="three"), Judge(one.rubric, [*one.chats, *two.chats], 0))
    assert (found["a"].value, len(found["a"].extra["comparisons"][0]["verdicts"])) == (0.5, 4)


# --- Bradley-Terry


def matches(strong: Mapping[int, float], count: int, seed: int, tied: float = 0.0) -> list[Match]:
    """`count` turns on which all pairs are compared, won by chance as the strengths say; five turns to a person."""
    draw, found = random.Random(seed), list[Match]()
    for turn in range(count):
        for one in strong:
            for two in range(one + 1, len(strong)):
                chance = 1 / (1 + math.exp(strong[two] - strong[one]))
                value = 0.5 if draw.random() < tied else float(draw.random() < chance)
                found.append(Match(one, two, value, turn // 5))
    return found


def wins_of(found: list[Match], models: int) -> Any:
    import numpy as np

    wins = np.zeros((models, models))
    for match in found:
        wins[match.first, match.second] += match.value
        wins[match.second, match.first] += 1 - match.value
    return wins


@pytest.mark.parametrize("prior", [0.0, PRIOR])
@pytest.mark.parametrize("seed", range(5))
def test_strengths_are_those_that_scipy_finds_most_likely(prior: float, seed: int) -> None:
    import numpy as np

    optimize = pytest.importorskip("scipy.optimize")
    wins = wins_of(matches({0: 1.2, 1: 0.1, 2: -0.4, 3: -0.9}, 40, seed, tied=0.2), 4)
    weight = wins + prior * (1 - np.eye(4))

    def loss(free: Any) -> float:
        strength = np.append(free, -free.sum())
        return float((weight * np.logaddexp(0, strength[None, :] - strength[:, None])).sum())

    best = optimize.minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-9})
    assert fitted(wins, prior) == pytest.approx(np.append(best.x, -best.x.sum()), abs=1e-6)


def test_two_models_have_the_log_odds_of_their_wins() -> None:
    import numpy as np

    found = fitted(np.asarray([[0.0, 30.0], [10.0, 0.0]]), prior=0.0)
    assert found[0] - found[1] == pytest.approx(math.log(3))
    assert found.sum() == pytest.approx(0)


def test_known_strengths_are_recovered_and_their_intervals_hold_them() -> None:
    strong = {0: 0.8, 1: 0.2, 2: -1.0}
    held = [0, 0, 0]
    for seed in range(100):
        found = strengths(matches(strong, 100, seed), 3, resamples=200)
        held = [
            count + (each.low <= strong[at] <= each.high)
            for at, (count, each) in enumerate(zip(held, found, strict=True))
        ]  # type: ignore[operator]
    assert all(86 <= count <= 100 for count in held), held
    many = strengths(matches(strong, 4000, 0), 3, resamples=2)
    assert [each.value for each in many] == pytest.approx(list(strong.values()), abs=0.08)


def test_intervals_are_the_same_each_time_and_wider_where_turns_stand_together() -> None:
    found = matches({0: 0.5, 1: -0.5}, 60, 1)
    assert strengths(found, 2) == strengths(found, 2)
    copied = [match._replace(cluster=at) for at, match in enumerate(found) for _ in range(5)]
    apart = [match._replace(cluster=at) for at, match in enumerate(copied)]

    def width(given: list[Match]) -> float:
        each = strengths(given, 2)[0]
        assert each.low is not None
        assert each.high is not None
        return each.high - each.low

    assert width(copied) > 1.5 * width(apart)


def test_a_model_that_wins_all_is_said_to_have_no_bound_and_gets_no_interval() -> None:
    found = [Match(0, 1, 1.0, at) for at in range(10)] + [Match(0, 2, 1.0, at) for at in range(10)]
    found += [Match(1, 2, float(at % 2), at) for at in range(10)]
    best, *others = strengths(found, 3)
    assert best.value > 2
    assert math.isfinite(best.value)
    assert (best.low, best.high, best.note) == (None, None, "never lost to the rest: no upper bound")
    assert {each.note for each in others} == {"never won against the rest: no lower bound"}
    assert [each.note for each in strengths([*found, Match(0, 1, 0.5, 0)], 3)] == [
        "", "", "",
    ]  # fmt: skip


def test_ties_alone_are_no_certainty_that_two_models_are_alike() -> None:
    found = strengths([Match(0, 1, 0.5, cluster) for cluster in range(4)], 2)
    assert [each[:3] for each in found] == [(0.0, None, None)] * 2
    assert {each.note for each in found} == {"every redraw gives the same: no interval"}


def test_one_person_has_no_interval() -> None:
    (one, two) = strengths([Match(0, 1, float(at % 3 > 0), "p") for at in range(9)], 2)
    assert one.value > two.value
    assert (one.low, two.high) == (None, None)


# --- people, and as it is typed


def test_peoples_choices_and_rankings_stand_in_place_of_a_judge(tmp_path: Path) -> None:
    at = {"id": "row-1", "turn": 1}
    path = people(
        tmp_path,
        {**at, "first": "a", "second": "b", "winner": "second", "rater": "r1"},
        {**at, "first": "b", "second": "a", "winner": "first", "rater": "r1"},
        {**at, "ranking": ["a", "b"], "rater": "r2"},
    )
    found = compared(models(**THREE), silent(), human=path)
    assert (found["a"].parts["vs.b"], found["b"].parts["vs.a"]) == (0.5, 0.5)  # one rater each
    assert (found["a"].value, found["c"].parts["vs.a"]) == (None, None)
    assert "nobody compared them" in found["c"].reason
    two = compared(models(a="p", b="q"), silent(), human=path)
    assert two["a"].value == 0.5
    again = {**at, "first": "a", "second": "b", "winner": "tie", "rater": "r1"}
    with pytest.raises(UsageError, match=r"people\.jsonl:2: a second choice of r1 between a and b"):
        compared(models(a="p", b="q"), silent(), human=people(tmp_path, again, again))


def test_pairwise_is_typed_without_a_key_and_its_tables_come_again_from_its_rows(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows(4)))
    saved = [
        {"id": each["id"], "turn": at, "model": name, "text": reply(text)}
        for each in rows(4)
        for at in (1, 3)
        for name, text in THREE.items()
    ]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(each) + "\n" for each in saved))
    typed = ("d.jsonl", "--split", "all", "--protocol", "pairwise", "--judge-model", "offline")
    done = kardia(tmp_path, *typed, "--predictions", "s.jsonl")
    assert done.returncode == 0, done.stderr
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(made) == 3 * 8
    assert sum(each["value"] for each in made) == pytest.approx(8 * 3 / 2)
    assert kardia(tmp_path, *typed, "--predictions", "s.jsonl").stdout == done.stdout
    (tmp_path / "p.jsonl").write_text(done.stdout)
    again = kardia(tmp_path, "p.jsonl", "--from-scores")
    assert table(again.stderr) == table(done.stderr)
    assert "Bradley-Terry strengths" in again.stderr
    alone = kardia(tmp_path, *typed, "--model", "offline")
    assert (alone.returncode, "protocol pairwise needs 2 models, not 1" in alone.stderr) == (2, True)
