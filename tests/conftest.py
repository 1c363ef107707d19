"""Fixtures of the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The developers' archive and labels beside the checkout; skips where they are absent."""
    folder = Path(os.environ.get("SUMMARIZER_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "corpus" / "papers").is_dir():
        pytest.skip("the developers' shared archive is not on this machine")
    return folder


@pytest.fixture(scope="session")
def sample_archive() -> Path:
    """The sample archive that the project ships."""
    return REPOSITORY / "examples" / "archive"


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY
