"""The index on a Qdrant server (1.17 or newer): one collection an index, an alias for the current.

Readers ask for the alias's target and then read that collection by its own name, so a question
never sees half of one index and half of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import httpx
import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException

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
from kefu.settings import Settings

ALIAS = "kefu-kb"
_PAGE = 256


class ServerIndex:
    """One collection."""

    def __init__(self, client: QdrantClient, collection: str) -> None:
        self._client = client
        self._collection = collection

    def search(self, query: Query, limit: int) -> list[Match]:
        """As `KnowledgeIndex.search`; fused on the server. Raises IndexUnavailableError."""
        sides: list[tuple[str, Any]] = []
        weights = []
        if query.dense is not None:
            sides.append((DENSE, [query.dense.tolist()]))
            weights.append(DENSE_WEIGHT)
        if query.keywords:
            sides.append((KEYWORDS, _sparse(query.keywords)))
            weights.append(KEYWORD_WEIGHT)
        if not sides:
            return []
        only = _only(query.intent)
        request: dict[str, Any]
        if len(sides) == 1:
            using, vector = sides[0]
            request = {"query": vector, "using": using, "query_filter": only}
        else:
            request = {
                "prefetch": [
                    models.Prefetch(query=vector, using=using, filter=only, limit=limit)
                    for using, vector in sides
                ],
                "query": models.RrfQuery(rrf=models.Rrf(k=RRF_K, weights=weights)),
            }
        with _reachable():
            found = self._client.query_points(self._collection, limit=limit, **request)
        return [Match(int(point.id), float(point.score)) for point in found.points]

    def entries(self) -> Iterator[Entry]:
        """As `KnowledgeIndex.entries`. Raises IndexUnavailableError."""
        start: Any = 0
        while start is not None:
            with _reachable():
                records, start = self._client.scroll(
                    self._collection,
                    offset=start,
                    limit=_PAGE,
                    with_payload=True,
                    with_vectors=True,
                )
            for record in records:
                vectors: Any = record.vector
                sparse = vectors.get(KEYWORDS)
                yield entry_of(
                    int(record.id),
                    record.payload or {},
                    np.asarray(vectors[DENSE], dtype=np.float32),
                    SparseTerms(tuple(sparse.indices), tuple(sparse.values))
                    if sparse
                    else SparseTerms((), ()),
                )


class ServerStore:
    """The collections of one Qdrant server whose names begin with the alias."""

    def __init__(self, client: QdrantClient, alias: str = ALIAS) -> None:
        self._client = client
        self._alias = alias

    @classmethod
    def connect(cls, settings: Settings) -> ServerStore:
        """A client for KEFU_QDRANT_URL; nothing is asked of the server yet."""
        key = settings.qdrant_api_key
        client = QdrantClient(
            url=str(settings.qdrant_url),
            api_key=key.get_secret_value() if key is not None else None,
            timeout=max(1, round(settings.qdrant_timeout_seconds)),
            check_compatibility=False,  # it would call the server here, and warn instead of failing
        )
        return cls(client)

    def version(self) -> object:
        """The collection that the alias means. Raises IndexUnavailableError."""
        return self._target()

    def current(self) -> Manifest | None:
        """As `IndexStore.current`. Raises IndexUnavailableError."""
        collection = self._target()
        if collection is None:
            return None
        with _reachable():
            metadata = self._client.get_collection(collection).config.metadata
        try:
            return Manifest.from_json(dict(metadata or {}))
        except (KeyError, TypeError) as error:
            raise IndexUnavailableError(
                f"Collection {collection} is no index of this assistant; "
                f"remove the alias {self._alias} and run `kefu kb sync`."
            ) from error

    def open(self, name: str) -> ServerIndex:
        """As `IndexStore.open`."""
        return ServerIndex(self._client, self._collection(name))

    def lock(self) -> AbstractContextManager[None]:
        """Nothing: of two syncs at once one may fail, with the current index untouched."""
        return nullcontext()

    def build(self, manifest: Manifest, entries: Sequence[Entry]) -> None:
        """As `IndexStore.build`. A complete collection of that name is kept as it is."""
        collection = self._collection(manifest.name)
        with _reachable():
            if self._client.collection_exists(collection):
                if self._client.count(collection, exact=True).count == len(entries):
                    return
                self._client.delete_collection(collection)
            self._client.create_collection(
                collection,
                vectors_config={
                    DENSE: models.VectorParams(
                        size=entries[0].dense.shape[1],
                        distance=models.Distance.COSINE,
                        multivector_config=models.MultiVectorConfig(
                            comparator=models.MultiVectorComparator.MAX_SIM
                        ),
                    )
                },
                sparse_vectors_config={
                    KEYWORDS: models.SparseVectorParams(modifier=models.Modifier.IDF)
                },
                metadata=manifest.to_json(),
            )
            self._index_intents(collection)
            for start in range(0, len(entries), _PAGE):
                points = [_point(entry) for entry in entries[start : start + _PAGE]]
                self._client.upsert(collection, points, wait=True)

    def publish(self, manifest: Manifest) -> None:
        """As `IndexStore.publish`: both alias operations happen as one."""
        before = self._target()
        collection = self._collection(manifest.name)
        operations: list[Any] = [
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(collection_name=collection, alias_name=self._alias)
            )
        ]
        if before is not None:
            operations.insert(
                0,
                models.DeleteAliasOperation(
                    delete_alias=models.DeleteAlias(alias_name=self._alias)
                ),
            )
        if before is not None and before != collection:
            operations += self._move_before(before)
        with _reachable():
            self._client.update_collection_aliases(operations)

    def prune(self) -> None:
        """As `IndexStore.prune`."""
        keep = {self._target(), self._target(before=True)}
        with _reachable():
            for collection in self._client.get_collections().collections:
                name = collection.name
                if name.startswith(f"{self._alias}-") and name not in keep:
                    self._client.delete_collection(name)

    def location(self, name: str) -> str:
        """The index's collection."""
        return self._collection(name)

    def _collection(self, name: str) -> str:
        return f"{self._alias}-{name}"

    def _target(self, *, before: bool = False) -> str | None:
        alias = f"{self._alias}.before" if before else self._alias
        with _reachable():
            aliases = self._client.get_aliases().aliases
        return next((row.collection_name for row in aliases if row.alias_name == alias), None)

    def _move_before(self, collection: str) -> list[Any]:
        """A second alias remembers the index before the current one."""
        alias = f"{self._alias}.before"
        create = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=collection, alias_name=alias)
        )
        if self._target(before=True) is None:
            return [create]
        delete = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
        return [delete, create]

    def _index_intents(self, collection: str) -> None:
        # Local mode scans payloads and would warn that an index does nothing there.
        if not _is_local(self._client):
            self._client.create_payload_index(
                collection, INTENTS, models.PayloadSchemaType.KEYWORD, wait=True
            )


def _is_local(client: QdrantClient) -> bool:
    from qdrant_client.local.qdrant_local import QdrantLocal

    return isinstance(client._client, QdrantLocal)


def _point(entry: Entry) -> models.PointStruct:
    vectors: dict[str, Any] = {DENSE: entry.dense.tolist()}
    if entry.keywords:
        vectors[KEYWORDS] = _sparse(entry.keywords)
    return models.PointStruct(id=entry.id, vector=vectors, payload=payload_of(entry))


def _sparse(terms: SparseTerms) -> models.SparseVector:
    return models.SparseVector(indices=list(terms.indices), values=list(terms.values))


def _only(intent: str | None) -> models.Filter | None:
    if intent is None:
        return None
    match = models.MatchValue(value=intent)
    return models.Filter(must=[models.FieldCondition(key=INTENTS, match=match)])


@contextmanager
def _reachable() -> Iterator[None]:
    """Turn the client's errors into one of ours."""
    try:
        yield
    except (ApiException, QdrantException, httpx.HTTPError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise IndexUnavailableError(
            f"The Qdrant server did not answer as it should ({reason}); "
            "check that it runs and KEFU_QDRANT_URL."
        ) from error
