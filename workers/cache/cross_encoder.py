"""The verifier with fastembed: a cross-encoder that reads both questions at once, on a thread of its own."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workers.cache.config import PolicyConfig
from workers.errors import ModelUnavailableError, NotOpenError

if TYPE_CHECKING:
    from fastembed.rerank.cross_encoder import TextCrossEncoder

MODEL_FILE = "model.onnx"
NEEDED = (MODEL_FILE, "tokenizer.json", "tokenizer_config.json")
BY_PATH, BY_NAME = "SEMANTIC_CACHE_POLICY__VERIFIER_PATH", "SEMANTIC_CACHE_POLICY__VERIFIER_MODEL"


class FastembedVerifier:
    """Pairs of questions to scores. One pass at a time; a caller that gives up before its turn costs nothing."""

    def __init__(self, config: PolicyConfig) -> None:
        self._config = config
        self._executor: ThreadPoolExecutor | None = None
        self._model: TextCrossEncoder | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Load the model and read one pair, so that the first caller does not pay for it. Idempotent.

        Raises:
            ModelUnavailableError: it cannot be had, or is no cross-encoder with one score; says what to do.
        """
        if self._model is not None:
            return
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="verifier")
        self._model = await asyncio.get_running_loop().run_in_executor(self._executor, _load, self._config)

    async def aclose(self) -> None:
        """Free it, after the running pass. Idempotent."""
        self._model = None
        if self._executor is not None:
            executor, self._executor = self._executor, None
            await asyncio.to_thread(executor.shutdown, wait=True)

    async def agree(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
        """See Verifier.agree; the model's output through a sigmoid.

        A pass that has begun cannot be stopped: its turn ends with it, also if nobody waits any more, so that late
        passes never pile up on the thread.
        """
        await self._turn.acquire()
        try:
            running = asyncio.get_running_loop().run_in_executor(self._executor, _run, self._opened(), list(pairs))
        except BaseException:
            self._turn.release()
            raise
        running.add_done_callback(lambda _: self._turn.release())
        return await asyncio.shield(running)

    def _opened(self) -> "TextCrossEncoder":
        if self._model is None:
            raise NotOpenError("the verifier is not open: await open() first")
        return self._model


def _run(model: "TextCrossEncoder", pairs: list[tuple[str, str]]) -> Sequence[float]:
    outputs = np.fromiter(model.rerank_pairs(pairs, batch_size=len(pairs)), dtype=np.float64, count=len(pairs))
    scores: list[float] = (1 / (1 + np.exp(-np.clip(outputs, -60, 60)))).tolist()
    return scores


def _load(config: PolicyConfig) -> "TextCrossEncoder":
    model = _from_folder(config) if config.verifier_path is not None else _by_name(config)
    where = f"{BY_NAME}: {model.model_name}" if config.verifier_path is None else f"{BY_PATH}: {config.verifier_path}"
    width = model.model.model.get_outputs()[0].shape[-1]
    if isinstance(width, int) and width != 1:
        raise ModelUnavailableError(f"{where} gives {width} values a pair; name a cross-encoder that gives one score")
    try:
        _run(model, [("warm-up", "warm-up")])
    except Exception as exc:
        raise ModelUnavailableError(f"{where} cannot read a pair of questions: {exc}") from exc
    return model


def _from_folder(config: PolicyConfig) -> "TextCrossEncoder":
    # Imported late, as below: a worker without a verifier has no use for it.
    from fastembed.common.model_description import ModelSource
    from fastembed.rerank.cross_encoder import TextCrossEncoder

    folder = Path(config.verifier_path or "")
    if absent := [name for name in NEEDED if not (folder / name).is_file()]:
        raise ModelUnavailableError(
            f"{BY_PATH}: {folder} holds no {' and no '.join(absent)}; name a folder with a cross-encoder's "
            f"{', '.join(NEEDED)}, or none"
        )
    name = f"semantic-cache/verifier-{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
    if name not in {model["model"] for model in TextCrossEncoder.list_supported_models()}:
        # fastembed demands a source; with `specific_model_path` it is never asked.
        TextCrossEncoder.add_custom_model(name, sources=ModelSource(hf=name), model_file=MODEL_FILE)
    try:
        return TextCrossEncoder(
            name, cache_dir=str(folder), threads=config.verifier_threads, specific_model_path=str(folder)
        )
    except Exception as exc:
        raise ModelUnavailableError(f"{BY_PATH}: {folder} holds no model that can be loaded: {exc}") from exc


def _by_name(config: PolicyConfig) -> "TextCrossEncoder":
    from fastembed.rerank.cross_encoder import TextCrossEncoder

    known = sorted(model["model"] for model in TextCrossEncoder.list_supported_models())
    if (config.verifier_model or "").lower() not in {name.lower() for name in known}:
        raise ModelUnavailableError(
            f"{BY_NAME}: fastembed knows no cross-encoder {config.verifier_model!r}; it knows {', '.join(known)}; "
            f"for another one set {BY_PATH} to a folder with its files"
        )
    try:
        return TextCrossEncoder(config.verifier_model or "", threads=config.verifier_threads)
    except Exception as exc:
        raise ModelUnavailableError(
            f"{BY_NAME}: {config.verifier_model!r} is not to be had from its hub ({exc}); "
            f"set {BY_PATH} to a folder with its files instead, or leave both out"
        ) from exc
