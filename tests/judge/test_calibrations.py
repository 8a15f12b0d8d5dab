"""The store of what is known of judges: kept, found, quoted, and never believed when it was changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.judge import calibrations

HEADLINE = "empathy κ 0.61 [0.52, 0.69] on 240 turns"


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def values(**changes: Any) -> dict[str, Any]:
    return {
        "protocol": "calibration",
        "judge": "hosted_vllm/Org/Judge-7B",
        "judge_hash": "abc",
        "rubric": "kardia-core",
        "read_hash": "00ff00ff00ff00ff",
        "headline": HEADLINE,
        "ids": [{"id": "empathy", "kappa": {"value": 0.61, "low": 0.52, "high": 0.69}}],
        **changes,
    }


def test_a_saved_record_is_found_by_judge_and_wording_and_quoted_in_one_line() -> None:
    saved = calibrations.save(values())
    found = calibrations.find("hosted_vllm/Org/Judge-7B", "abc", "00ff00ff00ff00ff")
    assert [record.hash for record in found] == [saved.hash]
    assert found[0].values == values()
    assert calibrations.quote(found[0]) == f"calibration: {HEADLINE} ({saved.hash})"


@pytest.mark.parametrize(
    "asked",
    [
        ("hosted_vllm/Org/Judge-7B", "other weights", "00ff00ff00ff00ff"),
        ("hosted_vllm/Org/Judge-8B", "abc", "00ff00ff00ff00ff"),
        ("hosted_vllm/Org/Judge-7B", "abc", "another wording"),
    ],
)
def test_another_judge_other_weights_or_another_wording_find_nothing(asked: tuple[str, str, str]) -> None:
    calibrations.save(values())
    assert calibrations.find(*asked) == []


def test_the_same_measurement_is_the_same_file_and_another_one_stands_beside_it() -> None:
    first, again = calibrations.save(values()), calibrations.save(values())
    probes = calibrations.save(values(protocol="probes", headline="23 of 25 families hold"))
    assert first.path == again.path
    assert sorted(calibrations.folder().iterdir()) == sorted([first.path, probes.path])
    found = calibrations.find("hosted_vllm/Org/Judge-7B", "abc", "00ff00ff00ff00ff")
    assert [record.values["protocol"] for record in found] == ["calibration", "probes"]
    assert calibrations.quote(found[1]) == f"probes: 23 of 25 families hold ({probes.hash})"


def test_records_are_kept_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert calibrations.folder() == tmp_path / "data" / "kardia" / "calibrations"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert calibrations.folder() == tmp_path / ".local" / "share" / "kardia" / "calibrations"


def test_a_record_whose_figures_were_mended_by_hand_is_refused_and_not_found() -> None:
    saved = calibrations.save(values())
    saved.path.write_text(saved.path.read_text().replace("0.61", "0.91"))
    with pytest.raises(UsageError, match="was changed") as caught:
        calibrations.load(saved.path)
    assert "--protocol calibration" in caught.value.remedy
    assert calibrations.find("hosted_vllm/Org/Judge-7B", "abc", "00ff00ff00ff00ff") == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"hash": "x", "protocol": "calibration"}', "not JSON"])
def test_a_foreign_file_is_no_record(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(UsageError, match="no record of a judge"):
        calibrations.load(tmp_path / "x.json")


def test_a_file_that_is_not_there_is_said_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read") as caught:
        calibrations.load(tmp_path / "none.json")
    assert "kardia evaluate gold.jsonl" in caught.value.remedy


def test_the_order_of_keys_and_the_layout_of_the_file_do_not_change_the_hash(tmp_path: Path) -> None:
    saved = calibrations.save(values())
    laid_out = json.dumps({**dict(reversed(values().items())), "hash": saved.hash}, indent=2)
    (tmp_path / "copy.json").write_text(laid_out)
    assert calibrations.load(tmp_path / "copy.json").hash == saved.hash


def test_a_record_of_another_judge_is_refused_where_it_is_named_by_hand() -> None:
    saved = calibrations.save(values())
    assert calibrations.given(saved.path, "hosted_vllm/Org/Judge-7B", "abc", "00ff00ff00ff00ff").hash == saved.hash
    with pytest.raises(UsageError, match="not of gpt-4o with"):
        calibrations.given(saved.path, "gpt-4o", "", "00ff00ff00ff00ff")


def test_a_figure_that_is_no_number_is_never_kept() -> None:
    with pytest.raises(ValueError, match="JSON"):
        calibrations.save(values(ids=[{"kappa": float("nan")}]))


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(UsageError, match="cannot keep"):
        calibrations.save(values())
