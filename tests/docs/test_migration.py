"""Every line of the migration page's table runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from docs.migration_runner import lines_of, rows


def test_every_line_of_the_table_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("migration_runner.py")],
        env={
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "FAILED" not in done.stdout, done.stdout


def test_the_table_names_what_is_gone_and_what_stays() -> None:
    pairs = rows()
    old = " ".join(cells[0] for cells in pairs)
    for gone in (
        "MockPollingConfig",
        "mock_response",
        "register_provider_field_mapping",
        "get_provider_field_mapping",
    ):
        assert gone in old
    assert len(pairs) >= 30
    assert all(lines_of(*cells) for cells in pairs)
