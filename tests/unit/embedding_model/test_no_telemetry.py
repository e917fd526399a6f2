from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workers.embedding_model import ModelFiles

SCRIPT = """
import sys
from pathlib import Path
from workers.embedding_model import describe_folder, load_text_embedding

list(load_text_embedding(describe_folder(Path(sys.argv[1]))).embed(["a question"]))
"""


def test_the_models_runtime_keeps_no_identifier_and_no_events(model_files: ModelFiles, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", SCRIPT, str(model_files.path)], env=environment, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
