"""Fit the policy's score on labelled pairs, and write the policy file.

    python -m benchmarks.hit_quality.fit PAIRS.jsonl.gz --name "what the data is" --output policy.json

PAIRS holds `{"cluster": int, "question": str, "paraphrase": str}` a line: pairs that ask the same; two questions of
different clusters are taken to ask different things. Without --output the packaged parameters are replaced.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.hit_quality.joined import join_clusters
from benchmarks.hit_quality.learning import Settings, learn
from benchmarks.hit_quality.pairs import Labelled, load_pairs
from benchmarks.hit_quality.vectors import VectorStore, model_files
from workers.cache.policy.parameters import write_parameters

PACKAGED = Path(__file__).parents[2] / "workers/cache/policy/data/default_policy.json"


def main() -> None:
    """Parse the command line, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--name", required=True, help="what the data is, for the policy file")
    parser.add_argument("--model", type=Path, help="folder of the embedding model; default: the one set up")
    parser.add_argument("--vectors", type=Path, default=Path("benchmarks/results"), help="where vectors are kept")
    parser.add_argument("--target-precision", type=float, default=0.98)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=PACKAGED)
    given = parser.parse_args()
    store = VectorStore(model_files(given.model), given.vectors)
    as_given = load_pairs(given.pairs)
    settings = Settings(seed=given.seed, target_precision=given.target_precision)
    parameters = learn(Labelled(join_clusters(as_given), as_given), store, settings, given.name)
    write_parameters(parameters, given.output)
    print(f"threshold {parameters.threshold} for a precision of {parameters.target_precision}")
    print(f"version {parameters.version} written to {given.output}")


if __name__ == "__main__":
    main()
