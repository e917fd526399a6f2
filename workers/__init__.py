"""The cache and all that runs it."""

import os

# ONNX Runtime's builds report to their maker unless this stands before they load (their API call comes too late for the
# first event). What handles people's questions reports to nobody unasked; whoever wants the reports can set it to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# A batch of prompts is tokenised within 2 ms on the thread that embeds it. The tokeniser's own threads had first to be
# given a processor each, which took 10 ms a batch where the processors were busy: by meaning .82 of a bare embedder's
# rate for .77. (It is read at each call, so it may stand here.)
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
