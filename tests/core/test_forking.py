"""A child forked while other threads work never waits for them: every lock is free in it, and no import is half done."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from simulators.fal import FalSimulator

ROOT = Path(__file__).parents[2]
RENEWED_BY_THEIR_MODULES = {
    "fork_safety.py",
    # it lives as long as one call
    "transport/journal_steps.py",
    # a child opens a transport of its own
    "transport/limiter.py",
    "tarash_gateway_local/renders.py",
}
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")


def _run(program: str, *arguments: str) -> str:
    """Run a program and return what it printed; every process that it forks has half a minute."""
    # since 3.12, Python warns about forks while other threads run
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _PRELUDE + textwrap.dedent(program)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.stdout


_PRELUDE = textwrap.dedent(
    """
    import os, signal, sys, threading
    from collections.abc import Callable

    def forked(work: Callable[[], object]) -> int:
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            try:
                work()
            except BaseException as error:
                print(f"child: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    """
)


def test_a_child_can_do_everything_although_a_thread_of_its_parent_holds_every_lock(
    fal: FalSimulator, tmp_path: Path
) -> None:
    program = """
        from pathlib import Path
        from tarash.tarash_gateway import *
        from tarash.tarash_gateway import fork_safety
        from tarash.tarash_gateway.media.part_file import PartFile, Target
        from tarash.tarash_gateway.testing.simulator.faults import FaultPlan

        url, api_key, folder = sys.argv[1:]
        config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", base_url=url, api_key=api_key)
        request = VideoGenerationRequest(prompt="a paper boat")
        gateway, file, plan = Gateway(), PartFile(Target.of(Path(folder) / "a.mp4")), FaultPlan({"submit"})

        def generate() -> None:
            for name in ("a", "b"):
                made = generate_video(config, request)
                made.save(Path(folder) / f"{name}.mp4", allow_private_hosts=True, overwrite=True)
            gateway.generate_video(config, request)
            assert gateway.unsettled() == ()
            file.open()
            file.discard()
            assert plan

        generate()
        held, everything = threading.Event(), fork_safety.locks()

        def hold() -> None:
            for lock in everything:
                lock.acquire()
            held.set()
            threading.Event().wait()

        threading.Thread(target=hold, daemon=True).start()
        held.wait()
        print(forked(generate), len(everything), flush=True)
        # the parent's own locks stay locked
        os._exit(0)
    """
    told, _, count = _run(program, fal.url, fal.api_key, str(tmp_path)).strip().partition(" ")
    assert told == "0"
    # two gateways with their connections, histories and unsettled jobs, the registry, …
    assert int(count) >= 12


def test_a_fork_waits_for_an_import_that_another_thread_has_begun(tmp_path: Path) -> None:
    (tmp_path / "slow_plugin.py").write_text(
        "import __main__\n__main__.begun.set()\nassert __main__.forking.wait(20)\nplugin = object()\n"
    )
    program = """
        import importlib
        from dataclasses import dataclass
        from tarash.tarash_gateway import PluginError
        from tarash.tarash_gateway.discovery import Registry

        sys.path.insert(0, sys.argv[1])
        begun, forking = threading.Event(), threading.Event()
        # called at the beginning of the fork
        os.register_at_fork(before=forking.set)

        @dataclass
        class Entry:
            name: str = "slow"
            value: str = "slow_plugin:plugin"

            def load(self) -> object:
                return importlib.import_module("slow_plugin").plugin

        def use() -> None:
            try:
                registry.get("slow")
            except PluginError as error:
                assert "lacks the required hook" in error.message, error

        registry = Registry(lambda _group: [Entry()])
        thread = threading.Thread(target=use)
        thread.start()
        begun.wait()
        print(forked(use))
        thread.join()
    """
    assert _run(program, str(tmp_path)) == "0\n"


@pytest.mark.parametrize("after_seconds", [0.0, 0.1, 0.15, 0.2, 0.25, 0.3])
def test_a_fork_during_the_first_request_of_another_thread_hangs_no_child(
    fal: FalSimulator, after_seconds: float
) -> None:
    """Whatever the thread is doing by then: imports, TLS, a connection."""
    program = """
        import time
        from tarash.tarash_gateway import *

        url, api_key, after_seconds = sys.argv[1:]
        config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", base_url=url, api_key=api_key)
        request = VideoGenerationRequest(prompt="a paper boat")
        thread = threading.Thread(target=generate_video, args=(config, request))
        thread.start()
        time.sleep(float(after_seconds))
        print(forked(lambda: generate_video(config, request)))
        thread.join()
    """
    assert _run(program, fal.url, fal.api_key, str(after_seconds)) == "0\n"
    assert len(fal.jobs) == 2


def test_a_plugin_that_forks_while_it_is_imported_does_not_wait_for_itself() -> None:
    program = """
        from dataclasses import dataclass
        from tarash.tarash_gateway import PluginError
        from tarash.tarash_gateway.discovery import Registry

        codes = []

        @dataclass
        class Entry:
            name: str = "forking"
            value: str = "forking:plugin"

            def load(self) -> object:
                codes.append(forked(lambda: Registry(lambda _group: []).ids()))
                return object()

        try:
            Registry(lambda group: [Entry()] if group.endswith("providers") else []).get("forking")
        except PluginError:
            print(codes)
    """
    assert _run(program) == "[0]\n"


def test_every_lock_is_renewed_in_a_child() -> None:
    """A lock made in another way could stay locked there forever."""
    sources = [*(ROOT / "core" / "src").rglob("*.py"), *(ROOT / "plugins").glob("*/src/**/*.py")]
    made = re.compile(r"\b(?:threading|multiprocessing)\.(?:R?Lock|Condition|(?:Bounded)?Semaphore)[()]")
    found = {path for path in sources if made.search(path.read_text(encoding="utf-8"))}
    other = {
        path for path in found if not any(path.as_posix().endswith(name) for name in RENEWED_BY_THEIR_MODULES)
    }
    assert len(found) == len(RENEWED_BY_THEIR_MODULES)
    assert not other, f"use fork_safe_lock in {', '.join(sorted(map(str, other)))}"
