"""Owns the settings of a project on Vertex AI, with its token."""

from __future__ import annotations

TOKEN = "ya29.test-token"
PROJECT = {"project": "film", "access_token": TOKEN}
