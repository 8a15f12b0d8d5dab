"""Anonymous names: stable under one salt, unrelated under another, and the salt is secret and made once."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.text.pseudonyms import anon_username, salt


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KARDIA_SALT", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def test_a_name_is_16_hex_digits_and_depends_on_record_and_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARDIA_SALT", "one")
    first = anon_username("user 1")
    assert re.fullmatch("[0-9a-f]{16}", first)
    assert anon_username("user 1") == first
    assert anon_username("user 2") != first
    monkeypatch.setenv("KARDIA_SALT", "two")
    assert anon_username("user 1") != first


def test_a_given_salt_stores_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARDIA_SALT", "any string")
    assert salt() == b"any string"
    assert list(home.iterdir()) == []


def test_a_salt_is_made_once_and_readable_by_its_owner_alone(home: Path) -> None:
    made = salt()
    assert re.fullmatch(rb"[0-9a-f]{64}", made)
    assert salt() == made
    assert [path.name for path in (home / "kardia").iterdir()] == ["salt"]
    assert stat.S_IMODE((home / "kardia" / "salt").stat().st_mode) == 0o600


def test_processes_of_one_pipe_agree_on_the_salt(home: Path) -> None:
    code = "import sys; from kardia_cli.text.pseudonyms import salt; sys.stdin.read(); sys.stdout.buffer.write(salt())"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)
        )
        for _ in range(6)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    assert {process.communicate()[0] for process in started} == {salt()}


def test_a_salt_that_cannot_be_kept_names_the_remedy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "file"))
    with pytest.raises(UsageError) as raised:
        salt()
    assert "KARDIA_SALT" in raised.value.remedy


def test_a_relative_data_home_is_ignored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "somewhere")
    monkeypatch.setenv("HOME", str(home))
    salt()
    assert (home / ".local" / "share" / "kardia" / "salt").is_file()
