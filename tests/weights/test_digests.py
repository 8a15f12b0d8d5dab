"""Digests of large files are remembered, and forgotten as soon as the file may be another."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from kardia_cli.weights import digests
from kardia_cli.weights.digests import cache_file, digest_of

LONG_AGO = 1_000_000_000


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(digests, "LARGE", 10)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return written(tmp_path / "model.safetensors", b"a large file")


def written(path: Path, data: bytes, at: int = LONG_AGO) -> Path:
    path.write_bytes(data)
    os.utime(path, (at, at))
    return path


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plant(path: Path) -> None:
    """Remember a wrong digest for a file, so that a test sees when it is believed."""
    table = json.loads(cache_file().read_text())
    table[str(path)]["sha256"] = "planted"
    cache_file().write_text(json.dumps(table))


def test_a_digest_is_the_files_sha256(weights: Path) -> None:
    assert digest_of(weights) == sha(b"a large file")


def test_a_large_file_is_read_once(weights: Path) -> None:
    digest_of(weights)
    plant(weights)
    assert digest_of(weights) == "planted"


def test_a_link_to_it_is_the_same_file(weights: Path, tmp_path: Path) -> None:
    digest_of(weights)
    plant(weights)
    (tmp_path / "link").symlink_to(weights)
    assert digest_of(tmp_path / "link") == "planted"


@pytest.mark.parametrize(("data", "at"), [(b"A LARGE FILE", LONG_AGO + 1), (b"a larger file", LONG_AGO)])
def test_a_changed_file_is_read_again(weights: Path, data: bytes, at: int) -> None:
    digest_of(weights)
    plant(weights)
    written(weights, data, at)
    assert digest_of(weights) == sha(data)


def test_a_file_put_in_its_place_is_read_again(weights: Path, tmp_path: Path) -> None:
    digest_of(weights)
    plant(weights)
    written(tmp_path / "other", b"A LARGE FILE").replace(weights)
    assert digest_of(weights) == sha(b"A LARGE FILE")


def test_a_small_file_is_always_read(tmp_path: Path) -> None:
    assert digest_of(written(tmp_path / "small", b"small")) == sha(b"small")
    assert not cache_file().exists()


def test_a_file_changed_this_moment_is_not_remembered_yet(tmp_path: Path) -> None:
    """The next change could carry the same time."""
    fresh = tmp_path / "fresh"
    fresh.write_bytes(b"a fresh large file")
    digest_of(fresh)
    assert not cache_file().exists()


def test_files_that_are_gone_are_forgotten(weights: Path, tmp_path: Path) -> None:
    digest_of(weights)
    weights.unlink()
    digest_of(written(tmp_path / "other", b"another large file"))
    assert list(json.loads(cache_file().read_text())) == [str(tmp_path / "other")]


@pytest.mark.parametrize("broken", ["{", "[]", '{"%s": 3}', '{"%s": {"state": 1}}'])
def test_a_broken_cache_is_ignored_and_written_anew(weights: Path, broken: str) -> None:
    cache_file().parent.mkdir(parents=True)
    cache_file().write_text(broken.replace("%s", str(weights)))
    assert digest_of(weights) == sha(b"a large file")
    assert json.loads(cache_file().read_text())[str(weights)]["sha256"] == sha(b"a large file")
    assert [path.name for path in cache_file().parent.iterdir()] == ["digests.json"]


def test_a_cache_that_cannot_be_written_is_done_without(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert digest_of(weights) == digest_of(weights) == sha(b"a large file")


def test_without_xdg_the_cache_is_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_file() == tmp_path / ".cache" / "kardia" / "digests.json"
