"""Runs beside installed plugins: says what `providers`, `doctor` and a use tell about one of them, and whether its neighbours work.

Takes one JSON object: `provider`, `use` and `options`. Prints JSON.
"""

from __future__ import annotations

import http.server
import json
import logging
import sys
import tempfile
import threading
import warnings
from datetime import UTC, datetime

from typer.testing import CliRunner

from tarash.tarash_gateway import Gateway, ImageGenerationConfig, ImageGenerationRequest, TarashException
from tarash.tarash_gateway.cli.app import app

BOAT = ImageGenerationRequest(prompt="a paper boat")


class Refusing(http.server.BaseHTTPRequestHandler):
    """Answers 400, or hangs up where an answer is to be lost."""

    def do_POST(self) -> None:
        if self.path.endswith("/lost"):
            self.close_connection = True
            return
        self.send_response(400)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def attempted(provider: str, use: str, base_url: str, options: dict[str, object]) -> dict[str, object]:
    """What comes of using a provider."""
    config = ImageGenerationConfig.model_validate(
        {"provider": provider, "model": "any", "base_url": base_url, **options}
    )
    with tempfile.TemporaryDirectory() as folder, Gateway(output_dir=folder) as gateway:
        try:
            if use == "webhook":
                gateway.read_webhook(config, headers={}, body=b"{}", received_at=datetime.now(UTC))
                return {"error": None}
            response = gateway.generate_image(config, BOAT)
        except TarashException as error:
            cancelled = [entry.cancelled for entry in error.attempts if entry.cancelled is not None]
            ledger = f"; cancelled: {cancelled[0]}" if cancelled else ""
            return {"error": type(error).__name__, "message": f"{error}{ledger}"}
        return {
            "error": None,
            "url": response.image[:5],
            "warnings": list(response.execution_metadata.warnings),
        }


def main(asked: dict[str, object]) -> dict[str, object]:
    """Everything the tests want to know."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base_url = f"http://127.0.0.1:{server.server_address[1]}"
    provider = str(asked["provider"])
    neighbours = {name: attempted(name, "generate", base_url, {}) for name in ("good-one", "good-two")}
    loaded = "tarash_gateway_bad" in sys.modules
    listed, examined = (CliRunner().invoke(app, [command]) for command in ("providers", "doctor"))
    found = attempted(provider, str(asked["use"]), base_url, dict(asked["options"]))  # type: ignore[call-overload]
    return {
        "neighbours": neighbours,
        "loaded_by_neighbours": loaded,
        "providers": {"code": listed.exit_code, "text": listed.output},
        "doctor": {"code": examined.exit_code, "text": examined.output},
        "use": found,
        "neighbours_afterwards": {
            name: attempted(name, "generate", base_url, {}) for name in ("good-one", "good-two")
        },
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    result = main(json.loads(sys.argv[1]))
    json.dump(result, sys.stdout)
