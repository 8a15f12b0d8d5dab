"""A model folder served by a vLLM child: started once, asked as in-process, never left behind. vLLM itself is faked."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.chat.gateway import CallSettings, Gateway
from kardia_cli.chat.vllm import process
from kardia_cli.chat.vllm.child import VllmChat, can_serve
from kardia_cli.chat.vllm.process import servable, serve_flags
from kardia_cli.errors import CallFailed, ProviderError
from kardia_cli.rows.request import Reply, Request
from kardia_cli.training import tiny
from kardia_cli.weights.fingerprint import folder_hash

FAKE = Path(__file__).parents[2] / "support" / "fake_vllm.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("tiny"), seed=3)


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fake `vllm` on the PATH; what it saw is noted in this folder."""
    command = tmp_path / "bin" / "vllm"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_VLLM_NOTES", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def noted(notes: Path, kind: str) -> list[Any]:
    file = notes / kind
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def running(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def all_end(pids: list[int], within: float) -> bool:
    deadline = time.monotonic() + within
    while any(map(running, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(running, pids))


def request(text: str = "Hello", **sampling: Any) -> Request:
    return Request([{"role": "user", "content": text}], "test", sampling=sampling, seed=5)


def with_chat(
    folder: Path, use: Callable[[VllmChat], Awaitable[Any]], said: list[str] | None = None, patience: float = 60
) -> Any:
    """What `use` returns of a chat that is closed afterwards."""

    async def run() -> Any:
        chat = VllmChat(folder, (said if said is not None else []).append, patience=patience)
        try:
            return await use(chat)
        finally:
            await chat.aclose()

    return asyncio.run(run())


async def once(chat: VllmChat) -> Reply:
    return await chat.complete(request())


def test_twenty_calls_at_once_start_it_once(folder: Path, notes: Path) -> None:
    async def twenty(chat: VllmChat) -> list[Reply]:
        return list(await asyncio.gather(*(chat.complete(request(str(at))) for at in range(20))))

    said: list[str] = []
    replies = with_chat(folder, twenty, said)
    assert [reply.text for reply in replies] == [f"to {at}" for at in range(20)]
    assert replies[0].usage.completion_tokens == 2
    assert len(noted(notes, "command")) == 1
    (line,) = said
    assert line.startswith("starting vLLM for ")
    assert str(notes / "kardia-vllm-") in line


def test_nothing_is_started_before_the_first_call(folder: Path, notes: Path) -> None:
    async def only_hash(chat: VllmChat) -> str:
        return chat.hash

    assert with_chat(folder, only_hash) == folder_hash(folder)
    assert noted(notes, "command") == []


def test_the_folder_is_served_on_the_loopback_address_under_its_name(folder: Path, notes: Path) -> None:
    with_chat(folder, once)
    (command,) = noted(notes, "command")
    assert command[:4] == ["serve", str(folder), "--served-model-name", folder.name]
    assert command[command.index("--host") + 1] == "127.0.0.1"


def test_its_key_is_not_on_the_command_line(folder: Path, notes: Path) -> None:
    with_chat(folder, once)
    (key,) = noted(notes, "key")
    assert len(key) == 32
    assert key not in json.dumps(noted(notes, "command"))


def test_flags_of_the_user_are_passed_on(folder: Path, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARDIA_VLLM_ARGS", "--max-model-len 4096 --dtype 'half'")
    with_chat(folder, once)
    assert noted(notes, "command")[0][-4:] == ["--max-model-len", "4096", "--dtype", "half"]


class TestWhatIsAsked:
    """The same as the folder would be asked in this process."""

    def body(self, folder: Path, notes: Path, asked: Request) -> dict[str, Any]:
        with_chat(folder, lambda chat: chat.complete(asked))
        (body,) = noted(notes, "asked")
        return dict(body)

    def test_greedy_and_short_unless_the_request_says_otherwise(self, folder: Path, notes: Path) -> None:
        body = self.body(folder, notes, request())
        assert (body["temperature"], body["max_tokens"], body["seed"]) == (0.0, 256, 5)
        assert body["chat_template_kwargs"] == {"enable_thinking": False}

    def test_markers_that_are_special_tokens_are_kept(self, folder: Path, notes: Path) -> None:
        assert self.body(folder, notes, request())["skip_special_tokens"] is False

    def test_what_the_request_says(self, folder: Path, notes: Path) -> None:
        sampling = {"temperature": 0.7, "top_p": 0.9, "max_tokens": 40, "extra_body": {"top_k": 5}}
        body = self.body(folder, notes, request(**sampling))
        assert {key: body[key] for key in ("temperature", "top_p", "max_tokens", "top_k")} == {
            "temperature": 0.7, "top_p": 0.9, "max_tokens": 40, "top_k": 5,
        }  # fmt: skip

    def test_a_talk_longer_than_the_context_loses_its_oldest_turns(self, folder: Path, notes: Path) -> None:
        turns = [{"role": ("user", "assistant")[at % 2], "content": f"{at} " + "x y " * 40} for at in range(9)]
        body = self.body(folder, notes, Request(turns, "test", sampling={"max_tokens": 50}))
        assert body["messages"] == turns[-len(body["messages"]) :]
        assert len(body["messages"]) < 9
        assert "truncate_prompt_tokens" not in body

    def test_a_last_turn_longer_than_the_context_is_cut(self, folder: Path, notes: Path) -> None:
        body = self.body(folder, notes, request("x y " * 900, max_tokens=50))
        assert body["truncate_prompt_tokens"] == 250


class TestItsEnd:
    """It never outlives whoever started it."""

    def test_closing_ends_it_and_its_workers(self, folder: Path, notes: Path) -> None:
        with_chat(folder, once)
        pids = noted(notes, "pids")
        assert len(pids) == 2
        assert all_end(pids, within=30)
        assert list(notes.glob("kardia-vllm-*.log")) == []

    def test_closing_while_it_still_loads_ends_it(
        self, folder: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAKE_VLLM", "hang")

        async def impatient(chat: VllmChat) -> None:
            call = asyncio.create_task(chat.complete(request()))
            while len(noted(notes, "pids")) < 2:
                await asyncio.sleep(0.05)
            call.cancel()

        with_chat(folder, impatient)
        assert all_end(noted(notes, "pids"), within=30)

    def test_one_that_ignores_sigterm_is_killed(
        self, folder: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAKE_VLLM", "stubborn")
        monkeypatch.setattr(process, "GRACE", 0.5)
        with_chat(folder, once)
        assert all_end(noted(notes, "pids"), within=30)

    def test_it_ends_when_its_parent_is_killed(self, folder: Path, notes: Path) -> None:
        script = (
            "import asyncio, sys; from pathlib import Path\n"
            "from kardia_cli.rows.request import Request; from kardia_cli.chat.vllm.child import VllmChat\n"
            "async def main():\n"
            f"    chat = VllmChat(Path({str(folder)!r}))\n"
            "    print((await chat.complete(Request([{'role': 'user', 'content': 'x'}], 'test'))).text, flush=True)\n"
            "    await asyncio.sleep(600)\n"
            "asyncio.run(main())\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        assert parent.stdout is not None
        assert parent.stdout.readline() == "to x\n"
        pids = noted(notes, "pids")
        assert all(map(running, pids))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert all_end(pids, within=30)

    def test_it_ends_when_its_guard_is_killed(self, folder: Path, notes: Path) -> None:
        async def use(chat: VllmChat) -> bool:
            await once(chat)
            server, worker = noted(notes, "pids")
            guard = int(Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()[1])
            os.kill(guard, signal.SIGKILL)
            os.kill(worker, signal.SIGKILL)
            return await asyncio.to_thread(all_end, [server], 30)

        assert with_chat(folder, use)


class TestItsDeath:
    """At the start it ends the run; in the middle it costs a call and is started again, once."""

    def test_at_the_start_its_last_words_are_shown(
        self, folder: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAKE_VLLM", "die")

        async def both(chat: VllmChat) -> list[Any]:
            return [*await asyncio.gather(once(chat), once(chat), return_exceptions=True), await self.failure(chat)]

        failures = with_chat(folder, both)
        assert all(isinstance(failure, ProviderError) for failure in failures)
        assert "ValueError: no room on the GPU for this model" in failures[0].message
        assert "KARDIA_VLLM_ARGS" in failures[0].remedy
        assert len(noted(notes, "command")) == 1

    def test_one_that_is_never_ready_is_given_up(
        self, folder: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAKE_VLLM", "hang")
        with pytest.raises(ProviderError, match="does not answer"):
            with_chat(folder, once, patience=2)
        assert all_end(noted(notes, "pids"), within=30)

    def test_in_the_middle_the_call_fails_and_the_next_has_a_new_one(
        self, folder: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAKE_VLLM", "die once")

        async def use(chat: VllmChat) -> tuple[list[Any], Reply]:
            await once(chat)
            failures = [await self.failure(chat)]
            while running(noted(notes, "pids")[0]):
                failures.append(await self.failure(chat))
            await self.has_ended(chat)
            return failures, await once(chat)

        failures, reply = with_chat(folder, use)
        assert all(isinstance(failure, CallFailed) and failure.why == "connection" for failure in failures)
        assert reply.text == "to Hello"
        assert len(noted(notes, "command")) == 2

    def test_a_second_death_ends_the_run(self, folder: Path, notes: Path) -> None:
        async def use(chat: VllmChat) -> Any:
            for _ in range(2):
                await once(chat)
                os.kill(noted(notes, "pids")[-2], signal.SIGKILL)
                await self.has_ended(chat)
            return await self.failure(chat)

        failure = with_chat(folder, use)
        assert isinstance(failure, ProviderError)
        assert "2 times" in failure.message

    async def has_ended(self, chat: VllmChat) -> None:
        """Wait until the chat can see that its child is gone."""
        assert chat._starting is not None
        while chat._starting.result().process.alive:
            await asyncio.sleep(0.02)

    async def failure(self, chat: VllmChat) -> Exception:
        with pytest.raises((CallFailed, ProviderError)) as caught:
            await once(chat)
        return caught.value


class TestAdapters:
    """A LoRA adapter folder is served over its base."""

    def adapter(self, tmp_path: Path, base: str, **values: Any) -> Path:
        folder = tmp_path / "my-adapter"
        folder.mkdir(exist_ok=True)
        config = {"peft_type": "LORA", "base_model_name_or_path": base, "r": 12, **values}
        (folder / "adapter_config.json").write_text(json.dumps(config))
        return folder

    def test_the_request_names_the_adapter(self, folder: Path, notes: Path) -> None:
        adapter = self.adapter(notes, str(folder))
        assert with_chat(adapter, once).text == "to Hello"
        (command,) = noted(notes, "command")
        assert command[:4] == ["serve", str(folder), "--served-model-name", "my-adapter-base"]
        assert command[command.index("--lora-modules") + 1] == f"my-adapter={adapter}"
        assert noted(notes, "asked")[0]["model"] == "my-adapter"

    def test_its_rank_is_rounded_up_to_one_that_vllm_takes(self, tmp_path: Path) -> None:
        flags = serve_flags(self.adapter(tmp_path, "a/b", rank_pattern={"x": 33}), "n")
        assert flags[flags.index("--max-lora-rank") + 1] == "64"

    def test_its_own_tokenizer_and_its_bases_revision_are_named(self, tmp_path: Path) -> None:
        adapter = self.adapter(tmp_path, "a/b", revision="v2")
        assert "--tokenizer" not in serve_flags(adapter, "n")
        (adapter / "tokenizer_config.json").write_text("{}")
        flags = serve_flags(adapter, "n")
        assert flags[flags.index("--tokenizer") + 1] == str(adapter)
        assert flags[flags.index("--revision") + 1] == "v2"

    @pytest.mark.parametrize(
        "values",
        [{"modules_to_save": ["lm_head"]}, {"use_dora": True}, {"bias": "all"}, {"peft_type": "IA3"}, {"r": 1024}],
    )
    def test_what_vllm_cannot_apply_is_left_to_this_process(self, tmp_path: Path, values: dict[str, Any]) -> None:
        assert servable(self.adapter(tmp_path, "a/b"))
        assert not servable(self.adapter(tmp_path, "a/b", **values))


class TestWanted:
    """Only where vLLM is installed and sees a GPU."""

    @pytest.fixture(autouse=True)
    def installed_and_visible(self, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (notes / "vllm").mkdir()
        (notes / "vllm" / "__init__.py").touch()
        monkeypatch.syspath_prepend(notes)
        smi = notes / "bin" / "nvidia-smi"
        smi.touch()
        smi.chmod(0o755)
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def test_with_both_it_is(self, folder: Path) -> None:
        assert can_serve()
        assert can_serve(folder)

    @pytest.mark.parametrize("visible", ["", "-1"])
    def test_with_the_gpu_hidden_it_is_not(self, monkeypatch: pytest.MonkeyPatch, visible: str) -> None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert not can_serve()

    def test_without_a_gpu_it_is_not(self, notes: Path) -> None:
        (notes / "bin" / "nvidia-smi").unlink()
        assert can_serve() == Path("/proc/driver/nvidia/version").exists()

    def test_without_the_command_it_is_not(self, notes: Path) -> None:
        (notes / "bin" / "vllm").unlink()
        assert not can_serve()

    def test_without_the_package_it_is_not(self, notes: Path) -> None:
        (notes / "vllm" / "__init__.py").unlink()
        (notes / "vllm").rmdir()
        assert not can_serve()

    def test_for_an_adapter_that_vllm_cannot_apply_it_is_not(self, tmp_path: Path) -> None:
        assert not can_serve(TestAdapters().adapter(tmp_path, "a/b", use_dora=True))

    def test_asking_imports_no_torch(self) -> None:
        code = (
            "import sys; from kardia_cli.chat.vllm.child import can_serve; can_serve(); print('torch' in sys.modules)"
        )
        assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"

    def test_the_gateway_then_serves_a_folder_by_it_and_remembers_what_it_says(self, folder: Path, notes: Path) -> None:
        real = notes / "real"
        shutil.copytree(folder, real)
        config = json.loads((real / "config.json").read_text())
        config.pop("kardia_built_in")  # the tiny model itself is never given to vLLM
        (real / "config.json").write_text(json.dumps(config))

        async def ask(**settings: Any) -> Reply:
            gateway = Gateway(CallSettings(ledger=notes / "ledger.sqlite", **settings))
            try:
                return await gateway.chat(str(real)).ask(request())
            finally:
                await gateway.aclose()

        first = asyncio.run(ask(max_connections=4, timeout=30))
        assert len(noted(notes, "asked")) == 1
        assert asyncio.run(ask()) == first
        assert len(noted(notes, "command")) == 1  # the second run had nothing to ask, so nothing was started
