from pathlib import Path

import pytest

from tests.unit.downloads.local_wheels import LocalWheels


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalWheels:
    return LocalWheels(tmp_path / "wheels", monkeypatch)
