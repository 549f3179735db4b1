"""The NLU part of a trained Rasa model, for many texts at once."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kefu.errors import KefuError, ModelError
from kefu.evaluation.examples import Prediction
from kefu.training import check_model

_BATCH = 256
_FALLBACK_INTENT = "nlu_fallback"
_NOTHING = Prediction(None, 0.0, (), ())


class NluModel:
    """What `rasa train` made, without its policies.

    Args:
        runner: Rasa's graph runner over the NLU nodes.
        target: the node whose output is the parsed messages.
        fallback_threshold: that of its FallbackClassifier; None without one.
    """

    def __init__(self, runner: Any, target: str, fallback_threshold: float | None) -> None:
        self._runner = runner
        self._target = target
        self.fallback_threshold = fallback_threshold

    @classmethod
    def load(cls, path: Path) -> NluModel:
        """Load a model as Rasa's server would, with its own storage and runner.

        Raises:
            ModelError: missing, damaged, made by another Rasa, or it does not load.
        """
        check_model(path)
        with quiet():
            from rasa.engine.graph import ExecutionContext
            from rasa.engine.runner.dask import DaskGraphRunner
            from rasa.engine.storage.local_model_storage import LocalModelStorage

            with tempfile.TemporaryDirectory() as folder:
                try:
                    storage, metadata = LocalModelStorage.from_model_archive(Path(folder), path)
                    target = metadata.nlu_target
                    schema = metadata.predict_schema.minimal_graph_schema([target])
                    context = ExecutionContext(schema, model_id=metadata.model_id)
                    runner = DaskGraphRunner.create(schema, storage, context)
                except Exception as error:  # any component of any pipeline may refuse
                    raise _not_loaded(path, error) from error
        if target not in schema.nodes:
            raise ModelError(f"The model {path} understands no messages: train it with NLU data.")
        return cls(runner, target, _fallback_threshold(schema.nodes.values()))

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, as for the first message of a conversation.

        A blank text, which no channel lets through, gets none; Rasa's components need words.

        Raises:
            ModelError: a component cannot process what the ones before it gave.
        """
        found = [_NOTHING] * len(texts)
        ready = [number for number, text in enumerate(texts) if text.strip()]
        with quiet():
            for start in range(0, len(ready), _BATCH):
                numbers = ready[start : start + _BATCH]
                parsed = self._parse([texts[number] for number in numbers])
                for number, data in zip(numbers, parsed, strict=True):
                    text = texts[number]
                    found[number] = _prediction(data, len(text) - len(text.lstrip()))
        return found

    def _parse(self, texts: list[str]) -> list[dict[str, Any]]:
        from rasa.core.channels.channel import UserMessage
        from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
        from rasa.engine.exceptions import GraphComponentException
        from rasa.shared.core.trackers import DialogueStateTracker

        inputs = {
            PLACEHOLDER_MESSAGE: [UserMessage(text) for text in texts],
            PLACEHOLDER_TRACKER: DialogueStateTracker.from_events("evaluation", []),
        }
        try:
            result = self._runner.run(inputs, targets=[self._target])
        except GraphComponentException as error:
            cause = error.__cause__ or error
            raise ModelError(
                f"The model cannot predict ({type(cause).__name__}: {cause}): look at its pipeline."
            ) from error
        return [message.as_dict(only_output_properties=True) for message in result[self._target]]


def _prediction(data: Mapping[str, Any], shift: int) -> Prediction:
    """What Rasa says, as the classifier said it before FallbackClassifier put itself first.

    Args:
        data: a parsed message.
        shift: how many blanks Rasa took off the front of the text.
    """
    ranking = [
        (str(row["name"]), float(row["confidence"]))
        for row in data.get("intent_ranking") or []
        if row["name"] != _FALLBACK_INTENT
    ]
    intent = data.get("intent") or {}
    name, confidence = intent.get("name"), float(intent.get("confidence") or 0.0)
    if name == _FALLBACK_INTENT:
        name, confidence = ranking[0] if ranking else (None, 0.0)
    if name and not ranking:  # a classifier that ranks nothing
        ranking = [(name, confidence)]
    entities = [
        {
            "start": int(entity["start"]) + shift,
            "end": int(entity["end"]) + shift,
            "value": entity.get("value"),
            "entity": entity["entity"],
        }
        for entity in data.get("entities") or []
        if entity.get("start") is not None and entity.get("end") is not None
    ]
    return Prediction(name or None, confidence if name else 0.0, ranking, entities)


def _fallback_threshold(nodes: Any) -> float | None:
    for node in nodes:
        if node.uses.__name__ == "FallbackClassifier":
            return float({**node.uses.get_default_config(), **node.config}["threshold"])
    return None


def _not_loaded(path: Path, error: Exception) -> KefuError:
    """Our own sentence where one of our components refused, one about the model otherwise."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KefuError):
            return cause
        cause = cause.__cause__
    return ModelError(f"The model {path} does not load ({error}): train it again.")


@contextmanager
def quiet() -> Iterator[None]:
    """Rasa's and its libraries' talk is about training, not about what is measured here.

    Within another `quiet` it does nothing, at no cost.
    """
    before = logging.root.manager.disable
    if before >= logging.CRITICAL:
        yield
        return
    import structlog

    logging.disable(logging.CRITICAL)
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        structlog.configure(**kept)
        logging.disable(before)
