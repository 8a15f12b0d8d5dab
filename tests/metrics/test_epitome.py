"""Facets say whose they are: by words, offline, or a judge's."""

from __future__ import annotations

from kardia_cli.metrics.epitome import FACETS, JUDGED, OFFLINE, lexical_levels, read_levels


def test_by_words_each_facet_is_0_to_2() -> None:
    found = lexical_levels("I am so sorry you feel alone. Did your sister tell you why she left?", "My sister left.")
    assert tuple(found) == FACETS
    assert found["emotional_reaction"] == 2
    assert found["exploration"] == 2


def test_words_without_empathy_and_no_words_are_0() -> None:
    assert set(lexical_levels("The bus leaves at nine.", "I am sad").values()) == {0}
    assert set(lexical_levels("", "").values()) == {0}


def test_a_judges_facets_come_before_those_by_words() -> None:
    parts = {"empathy": 4.0, "empathy.exploration": 2.0, "epitome.exploration": 0.0}
    assert read_levels(parts) == (JUDGED, {"exploration": 2.0})


def test_the_spread_of_a_facet_is_no_facet() -> None:
    assert read_levels({"spread.exploration": 0.5, "epitome.exploration": 1.0}) == (OFFLINE, {"exploration": 1.0})


def test_where_nobody_gave_facets_there_is_no_source() -> None:
    assert read_levels({"ref.rouge_l": 0.3}) == ("", {})
