"""Owns a place on Vertex AI, and the token that opens it."""

from __future__ import annotations

TOKEN = "ya29.test-token"
PLACE = {"project": "film", "access_token": TOKEN}
