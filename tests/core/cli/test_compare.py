"""A comparison runs side by side, loses nothing when one model fails, and pays for nothing unasked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from PIL import Image
from typer.testing import Result

from core.cli.test_interruption import PROGRAM, wait_until
from simulators.replicate import ReplicateSimulator
from simulators.runway import RunwaySimulator
from tarash.tarash_gateway.cli.contact_sheet import Row, draw_sheet
from tarash.tarash_gateway.testing.simulator import Hang, LostResponse, Status

Tarash = Callable[..., Result]
no_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one program")
GEN, VEO, SEEDANCE = "runway/gen4.5", "replicate/google/veo-3.1-fast", "replicate/bytedance/seedance-1-pro"


@pytest.fixture
def replicate(monkeypatch: pytest.MonkeyPatch, workplace: Path) -> Iterator[ReplicateSimulator]:
    """Replicate on loopback, with its key and its address in the environment."""
    with ReplicateSimulator() as simulator:
        monkeypatch.setenv("REPLICATE_API_TOKEN", simulator.api_key)
        monkeypatch.setenv("REPLICATE_BASE_URL", simulator.url)
        yield simulator


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch, workplace: Path) -> Iterator[RunwaySimulator]:
    """Runway on loopback, which does not know the key that is set."""
    with RunwaySimulator() as simulator:
        monkeypatch.setenv("RUNWAYML_API_SECRET", "a-key-that-was-revoked")
        monkeypatch.setenv("RUNWAYML_BASE_URL", simulator.url)
        yield simulator


def report(result: Result) -> dict[str, dict[str, object]]:
    """The results of a comparison by model."""
    found = json.loads(result.stdout)["results"]
    return {f"{item['provider']}/{item['model']}": item for item in found}


def test_this_machine_and_a_mock_are_compared_without_a_key(tarash: Tarash, workplace: Path) -> None:
    models = ("-m", "local", "-m", "fal/fal-ai/veo3.1", "-m", "kling/kling-v2-6")
    result = tarash("compare", "a boat", *models, "--mock", "--max-cost", "0")
    assert result.exit_code == 0, result.output
    head, *rows, last = result.stdout.splitlines()
    assert head.split() == ["MODEL", "TIME", "COST", "RESULT"]
    assert [row.split()[0] for row in rows] == ["local/animatic", "fal/fal-ai/veo3.1", "kling/kling-v2-6"]
    assert all("$0.00" in row and (workplace / row.split()[-1]).is_file() for row in rows)
    assert last == "contact sheet: compare/contact-sheet.png"
    with Image.open(workplace / "compare" / "contact-sheet.png") as sheet:
        assert sheet.width > 3 * 300, "three frames side by side"
    saved = json.loads((workplace / "compare" / "compare.json").read_text())
    assert [item["model"] for item in saved["results"]] == ["animatic", "fal-ai/veo3.1", "kling-v2-6"]


def test_a_model_that_fails_does_not_lose_the_others(
    tarash: Tarash, replicate: ReplicateSimulator, workplace: Path
) -> None:
    replicate.inject("submit", Status(422, {"detail": "the model is out of order"}))
    result = tarash("compare", "a boat", "-m", VEO, "-m", SEEDANCE, "--json")
    (failed,) = [item for item in report(result).values() if item["error"] is not None]
    (saved,) = [item for item in report(result).values() if item["error"] is None]
    error, paths = failed["error"], saved["saved_to"]
    assert isinstance(error, dict)
    assert isinstance(paths, list)
    assert result.exit_code == error["exit_code"] != 0
    assert (workplace / paths[0]).is_file()
    assert f"error: replicate/{failed['model']}" in result.stderr
    assert json.loads(tarash("jobs", "list", "--json").stdout) == []


def test_a_paid_result_that_cannot_be_saved_decides_the_exit_code_and_stays_listed(
    tarash: Tarash, replicate: ReplicateSimulator, refusing: RunwaySimulator
) -> None:
    replicate.inject("media", Status(404), times=None)
    result = tarash("compare", "a boat", "-m", GEN, "-m", VEO, "-d", "4", "--json")
    assert result.exit_code == 9, "Runway refuses the key, which matters less"
    failed = report(result)[VEO]["error"]
    assert isinstance(failed, dict)
    assert failed["result_urls"][0].startswith(replicate.url)
    (job,) = json.loads(tarash("jobs", "list", "--json").stdout)
    assert job["model"] == "google/veo-3.1-fast"
    assert job["has_result"]


def test_a_lost_submission_matters_more_than_a_refused_key(
    tarash: Tarash, replicate: ReplicateSimulator, refusing: RunwaySimulator
) -> None:
    replicate.inject("submit", LostResponse(), times=None)
    replicate.inject("list", Status(500), times=None)
    result = tarash("compare", "a boat", "-m", GEN, "-m", VEO, "-d", "4", "-q")
    assert result.exit_code == 7, result.output


@pytest.mark.parametrize(
    ("others", "words"),
    [
        pytest.param(("fal/fal-ai/veo3.1",), ["no API key for fal", "tarash keys set fal"], id="one"),
        pytest.param(
            ("fal/fal-ai/veo3.1", "kling/kling-v2-6"),
            ["keys of 2 providers", "fal: set FAL_KEY", "kling: set KLING_API_KEY"],
            id="two",
        ),
        pytest.param(
            ("google/veo-3.1-generate-preview",),
            ["no API key for google", "tarash keys set google"],
            id="credentials could stand in",
        ),
    ],
)
def test_missing_keys_are_named_before_any_model_is_paid(
    tarash: Tarash, replicate: ReplicateSimulator, others: tuple[str, ...], words: list[str]
) -> None:
    models = [word for name in (VEO, *others) for word in ("-m", name)]
    result = tarash("compare", "a boat", "-d", "8", *models)
    assert result.exit_code == 3, result.output
    assert all(word in result.stderr for word in words), result.stderr
    assert replicate.requests == []
    assert tarash("compare", "a boat", "-d", "8", *models, "--plan").exit_code == 0, "a plan needs no key"


@pytest.fixture
def running(replicate: ReplicateSimulator, workplace: Path) -> Iterator[subprocess.Popen[str]]:
    """A comparison of two models in a process of its own, which both wait for their jobs."""
    replicate.hold()
    replicate.inject("stream", Status(500), times=None)
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "compare", "a boat", "-m", VEO, "-m", SEEDANCE],
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: len(replicate.jobs) == 2 and replicate.count("status") > 2, program)
        yield program
    finally:
        program.kill()
        program.communicate()


@no_signals
@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_models_run_side_by_side_and_ctrl_c_cancels_each(
    replicate: ReplicateSimulator,
    running: subprocess.Popen[str],
    tarash: Tarash,
    by: signal.Signals,
    code: int,
) -> None:
    running.send_signal(by)
    stdout, stderr = running.communicate(timeout=20)
    assert running.returncode == code, stderr
    assert [job.outcome for job in replicate.jobs] == ["cancelled", "cancelled"]
    for job in replicate.jobs:
        assert f"job {job.id} at replicate was cancelled (cancelled: yes)" in stderr
        assert f"(the provider's id: {job.id})" in stderr
    assert "Traceback" not in stderr
    assert stdout == ""
    assert json.loads(tarash("jobs", "list", "--json").stdout) == []


@no_signals
def test_a_second_ctrl_c_stops_waiting_and_leaves_the_jobs_listed(
    replicate: ReplicateSimulator, running: subprocess.Popen[str], tarash: Tarash
) -> None:
    replicate.inject("cancel", Hang(30), times=None)
    running.send_signal(signal.SIGINT)
    wait_until(lambda: replicate.count("cancel") > 0, running)
    running.send_signal(signal.SIGINT)
    _, stderr = running.communicate(timeout=5)
    assert running.returncode == 130
    assert "stopped waiting" in stderr
    assert len(json.loads(tarash("jobs", "list", "--json").stdout)) == 2


def test_a_plan_and_a_limit_send_nothing(tarash: Tarash, replicate: ReplicateSimulator) -> None:
    models = ("-m", "fal/fal-ai/veo3.1", "-m", "local", "-d", "8")
    planned = json.loads(tarash("compare", "a boat", *models, "--plan", "--json").stdout)
    costs = {item["model"]: item["estimated_cost_usd"] for item in planned["models"]}
    assert costs["local/animatic"] == 0
    assert planned["estimated_cost_usd"] == costs["fal/fal-ai/veo3.1"] > 1
    shown = tarash("compare", "a boat", *models, "--plan").stdout
    assert shown.splitlines()[-1].startswith("estimated cost of 2 models: $")
    refused = tarash("compare", "a boat", *models, "--max-cost", "1")
    assert refused.exit_code == 2
    assert "more than --max-cost $1.00" in refused.stderr
    unknown = tarash("compare", "a boat", "-m", "replicate/acme/new", "-m", "local", "--max-cost", "9")
    assert unknown.exit_code == 2
    assert "the cost of replicate/acme/new is unknown" in unknown.stderr
    assert replicate.requests == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(("-m", "local"), "needs two models", id="one model"),
        pytest.param(("-m", "local", "-m", "local/animatic"), "named twice", id="twice"),
        pytest.param(("-m", "local", "-m", "veo"), "names no provider", id="no provider"),
        pytest.param(("-m", "local", "-m", VEO, "-z", "1k"), "add --modality image", id="size of a video"),
        pytest.param(("-m", "local", "-m", VEO, "-d", "-3"), "--duration -3 must be", id="duration"),
        pytest.param(("-m", "local", "-m", VEO, "--out", "taken"), "cannot be saved", id="folder"),
        pytest.param(("-m", "local", "-m", VEO, "--out", ""), "--out is empty", id="no folder"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_is_sent(
    tarash: Tarash, replicate: ReplicateSimulator, workplace: Path, options: tuple[str, ...], words: str
) -> None:
    (workplace / "taken").write_text("a file")
    result = tarash("compare", "a boat", *options)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert replicate.requests == []


def test_images_are_compared_too(tarash: Tarash, workplace: Path) -> None:
    models = ("-m", "local", "-m", "openai/gpt-image-2")
    result = tarash("compare", "a boat", "--modality", "image", *models, "--mock", "-q", "-o", "boats")
    assert result.exit_code == 0, result.output
    assert [Path(line).suffix for line in result.stdout.splitlines()] == [".png"] * 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a terminal of Linux")
@pytest.mark.parametrize(("answer", "sent"), [("n", False), ("y", True)])
def test_a_terminal_is_asked_before_anything_is_paid(
    replicate: ReplicateSimulator, workplace: Path, answer: str, sent: bool
) -> None:
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.execv(  # noqa: S606 - the interpreter of this test
            sys.executable,
            [sys.executable, "-c", PROGRAM, "compare", "a boat", "-m", VEO, "-m", SEEDANCE],
        )
    shown = b""
    while b"Generate? [y/N]: " not in shown:
        shown += os.read(terminal, 1024)
    assert replicate.requests == []
    os.write(terminal, f"{answer}\n".encode())
    try:
        while chunk := os.read(terminal, 4096):
            shown += chunk
    except OSError:
        # Linux says so that the program has closed the terminal
        pass
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert b"estimated cost of 2 models: $" in shown
    assert os.waitstatus_to_exitcode(status) == (0 if sent else 2), shown.decode()
    assert bool(replicate.requests) is sent


def test_a_sheet_shows_the_first_the_middle_and_the_last_frame(tmp_path: Path) -> None:
    colours = ["red", "lime", "blue"]
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(30):
            picture = Image.new("RGB", (64, 64), colours[number // 10])
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))  # type: ignore[no-untyped-call]  # PyAV has no type for it
        container.mux(stream.encode())
    (tmp_path / "broken.mp4").write_bytes(b"not a clip")
    rows = [
        Row("a", "1.0 s", (tmp_path / "clip.mp4",)),
        Row("b", "2.0 s", (tmp_path / "broken.mp4",)),
        Row("c", "failed", ()),
    ]
    draw_sheet(rows, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        line = [sheet.convert("RGB").getpixel((16 + 80 * number + 32, 100)) for number in range(3)]
    strongest = [max(range(3), key=lambda band: pixel[band]) for pixel in line if isinstance(pixel, tuple)]
    assert strongest == [0, 1, 2]


def test_without_the_libraries_the_table_is_there_and_says_what_to_install(workplace: Path) -> None:
    program = """
import sys
sys.modules["av"] = None
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "av" else found(name, *rest)
from tarash.tarash_gateway.cli import main
main()
"""
    arguments = ["compare", "a boat", "-m", "fal/fal-ai/veo3.1", "-m", "kling/kling-v2-6", "--mock"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    assert "it needs Pillow and PyAV; pip install pillow av" in done.stderr
    assert "kling/kling-v2-6" in done.stdout
    assert "contact sheet" not in done.stdout
