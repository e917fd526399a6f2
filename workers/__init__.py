"""The cache and all that runs it."""

import os

# ONNX Runtime's builds report to their maker unless this stands before they load (their API call comes too late for the
# first event). What handles people's questions reports to nobody unasked; whoever wants the reports can set it to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
