"""What the outside may see of a worker: metrics, spans, logs, readiness. No prompt and no answer is ever among it."""
