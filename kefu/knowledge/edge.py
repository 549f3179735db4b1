"""The embedded index: Qdrant Edge, Qdrant's own engine in this process, one folder an index.

    kb-index/
      current.json      which folder is current and which was before it
      <name>/           one index, complete, never written to again
      building-*/       a build in progress, or what a crash left of one

Indexes are built without a write-ahead log: it would lock the folder to one process, and a folder
that appears by one rename needs none. So any number of action servers can read the same folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
import qdrant_edge as qe

from kefu.errors import IndexUnavailableError
from kefu.knowledge.index import (
    DENSE,
    DENSE_WEIGHT,
    INTENTS,
    KEYWORD_WEIGHT,
    KEYWORDS,
    RRF_K,
    Entry,
    Manifest,
    Match,
    Query,
    entry_of,
    payload_of,
)
from kefu.knowledge.keywords import SparseTerms

MANIFEST = "current.json"
_BUILDING = "building-"
_PAGE = 1000


class EdgeIndex:
    """One folder, open. It closes when nobody holds it any more."""

    def __init__(self, folder: Path) -> None:
        """Raises IndexUnavailableError when the folder is missing or damaged."""
        try:
            self._shard = qe.EdgeShard.load(str(folder))
        except Exception as error:  # the engine raises nothing narrower
            raise IndexUnavailableError(
                f"The index in {folder} cannot be opened ({error}); run `kefu kb sync` again."
            ) from error

    def search(self, query: Query, limit: int) -> list[Match]:
        """As `KnowledgeIndex.search`; fused in the engine."""
        sides, weights = [], []
        if query.dense is not None:
            sides.append(qe.Query.Nearest(query.dense.tolist(), using=DENSE))
            weights.append(DENSE_WEIGHT)
        if query.keywords:
            sparse = qe.SparseVector(list(query.keywords.indices), list(query.keywords.values))
            sides.append(qe.Query.Nearest(sparse, using=KEYWORDS))
            weights.append(KEYWORD_WEIGHT)
        if not sides:
            return []
        only = _only(query.intent)
        if len(sides) == 1:
            request = qe.QueryRequest(query=sides[0], filter=only, limit=limit)
        else:
            request = qe.QueryRequest(
                prefetches=[qe.Prefetch(query=side, filter=only, limit=limit) for side in sides],
                query=cast(qe.Fusion, qe.Fusion.Rrf(k=RRF_K, weights=weights)),
                limit=limit,
            )
        return [Match(int(point.id), float(point.score)) for point in self._shard.query(request)]

    def entries(self) -> Iterator[Entry]:
        """As `KnowledgeIndex.entries`."""
        start: Any = 0
        while start is not None:
            request = qe.ScrollRequest(
                offset=start, limit=_PAGE, with_payload=True, with_vector=True
            )
            records, start = self._shard.scroll(request)
            for record in records:
                vectors: Any = record.vector
                sparse = vectors.get(KEYWORDS)  # a passage of stopwords alone has none
                yield entry_of(
                    int(record.id),
                    record.payload or {},
                    np.asarray(vectors[DENSE], dtype=np.float32),
                    SparseTerms(tuple(sparse.indices), tuple(sparse.values))
                    if sparse
                    else SparseTerms((), ()),
                )


class EdgeStore:
    """The folder that holds the embedded indexes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def version(self) -> object:
        """The manifest's identity on disk; None while there is none."""
        try:
            state = (self._folder / MANIFEST).stat()
        except OSError:
            return None
        return (state.st_ino, state.st_mtime_ns, state.st_size)

    def current(self) -> Manifest | None:
        """As `IndexStore.current`. Raises IndexUnavailableError for a damaged manifest."""
        current, _ = self._manifests()
        return current if current and (self._folder / current.name).is_dir() else None

    def open(self, name: str) -> EdgeIndex:
        """As `IndexStore.open`."""
        return EdgeIndex(self._folder / name)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One writer at a time on this machine; the system frees it if the writer dies."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def build(self, manifest: Manifest, entries: Sequence[Entry]) -> None:
        """As `IndexStore.build`. A complete folder of that name is kept as it is."""
        target = self._folder / manifest.name
        if target.exists():
            if self._complete(target, len(entries)):
                return
            shutil.rmtree(target)
        building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=self._folder))
        _write(building, entries)
        building.chmod(0o755)
        building.rename(target)
        _sync_folder(self._folder)

    def publish(self, manifest: Manifest) -> None:
        """As `IndexStore.publish`: the new manifest replaces the old file in one rename."""
        current, before = self._manifests()
        if current is not None and current.name != manifest.name:
            before = current
        content = {
            "current": manifest.to_json(),
            "before": before.to_json() if before is not None else None,
        }
        with tempfile.NamedTemporaryFile(
            "w", dir=self._folder, prefix=_BUILDING, encoding="utf-8", delete=False
        ) as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).chmod(0o644)
        Path(file.name).replace(self._folder / MANIFEST)
        _sync_folder(self._folder)

    def prune(self) -> None:
        """As `IndexStore.prune`. The one before stays for readers that have not switched yet."""
        keep = {manifest.name for manifest in self._manifests() if manifest is not None}
        for path in self._folder.iterdir():
            if path.is_dir() and path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith(_BUILDING):
                with suppress(OSError):
                    path.unlink()

    def location(self, name: str) -> str:
        """The index's folder."""
        return str(self._folder / name)

    def _manifests(self) -> tuple[Manifest | None, Manifest | None]:
        """The current manifest and the one before it."""
        file = self._folder / MANIFEST
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            before = content["before"]
            return (
                Manifest.from_json(content["current"]),
                Manifest.from_json(before) if before is not None else None,
            )
        except FileNotFoundError:
            return None, None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnavailableError(
                f"{file} cannot be read ({error}); delete it and run `kefu kb sync`."
            ) from error

    @staticmethod
    def _complete(folder: Path, entries: int) -> bool:
        try:
            return sum(1 for _ in EdgeIndex(folder).entries()) == entries
        except IndexUnavailableError:
            return False


def _write(folder: Path, entries: Sequence[Entry]) -> None:
    dense = qe.EdgeVectorParams(
        size=entries[0].dense.shape[1],
        distance=qe.Distance.Cosine,
        multivector_config=qe.MultiVectorConfig(qe.MultiVectorComparator.MaxSim),
    )
    shard = qe.EdgeShard.create(
        str(folder),
        qe.EdgeConfig(
            vectors={DENSE: dense},
            sparse_vectors={KEYWORDS: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
            wal_enabled=False,
        ),
    )
    shard.update(qe.UpdateOperation.create_field_index(INTENTS, qe.PayloadSchemaType.Keyword))
    for start in range(0, len(entries), _PAGE):
        points = [_point(entry) for entry in entries[start : start + _PAGE]]
        shard.update(qe.UpdateOperation.upsert_points(points))
    shard.optimize()
    shard.flush()
    shard.close()


def _point(entry: Entry) -> qe.Point:
    vectors: dict[str, Any] = {DENSE: entry.dense.tolist()}
    if entry.keywords:
        vectors[KEYWORDS] = qe.SparseVector(
            list(entry.keywords.indices), list(entry.keywords.values)
        )
    return qe.Point(id=entry.id, vector=vectors, payload=payload_of(entry))


def _only(intent: str | None) -> qe.Filter | None:
    if intent is None:
        return None
    return qe.Filter(must=[qe.FieldCondition(key=INTENTS, match=qe.MatchValue(intent))])


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
