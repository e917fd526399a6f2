"""The environment of the other caches, apart from ours: `python -m benchmarks.peers.install`."""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements/peers.txt"
FOLDER = ROOT / ".venv-peers"
STAMP = FOLDER / ".set-up"
PYTHON = FOLDER / "bin/python"
HOW = "not installed: make peers"


def why_not() -> str:
    """Empty if the environment is there and is what is pinned now; else what to do."""
    return "" if STAMP.is_file() and STAMP.read_text() == _state() else HOW


def install() -> None:
    """Make it from the pinned packages, unless it is there.

    Raises:
        subprocess.CalledProcessError: pip has said why.
    """
    if not why_not():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "-r", str(REQUIREMENTS)], check=True)
    STAMP.write_text(_state())


def _state() -> str:
    return f"{sys.version_info[:2]} {hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()}"


if __name__ == "__main__":
    install()
