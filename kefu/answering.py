"""The ladder for questions: the shop's articles, then the language model, then an honest no."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kefu.errors import KnowledgeError, LlmError
from kefu.handoff.tickets import Turn

if TYPE_CHECKING:  # an action server that starts waits for neither
    from kefu.knowledge.base import Hit, KnowledgeBase
    from kefu.llm.client import LanguageModel

logger = logging.getLogger(__name__)

Step = Literal["article", "model", "unknown"]

PASSAGES_FOR_MODEL = 5

_UNKNOWN = "这个问题我暂时答不上来，不想随便说一个误导您。"


@dataclass(frozen=True)
class Reply:
    """What to tell the buyer, and from which step of the ladder it comes."""

    text: str
    step: Step


class Answerer:
    """Answers a free question as well as what is configured and reachable allows."""

    def __init__(self, knowledge: KnowledgeBase | None, model: LanguageModel | None) -> None:
        self._knowledge = knowledge
        self._model = model

    def reply(
        self, question: str, *, intent: str | None = None, history: Sequence[Turn] = ()
    ) -> Reply:
        """Never raises for a source that is missing or fails: the next step answers.

        Args:
            question: the buyer's words.
            intent: narrows the articles to those that list it.
            history: the turns before, oldest first, for the language model.
        """
        return (
            self._from_articles(question, intent)
            or self._from_model(question, history)
            or Reply(_UNKNOWN, "unknown")
        )

    def _from_articles(self, question: str, intent: str | None) -> Reply | None:
        if self._knowledge is None:
            return None
        try:
            answer = self._knowledge.answer(question, intent=intent)
        except KnowledgeError as error:
            logger.error("The knowledge base did not answer: %s", error)
            return None
        if answer is None:
            return None
        return Reply(f"{answer.text}\n（来源：《{answer.source_title}》）", "article")

    def _from_model(self, question: str, history: Sequence[Turn]) -> Reply | None:
        if self._model is None:
            return None
        passages = [hit.passage for hit in self._passages(question)]
        try:
            text = self._model.answer(question, passages, history)
        except LlmError as error:
            logger.error("The language model did not answer: %s", error)
            return None
        if text is None:
            return None
        return Reply(f"{text}\n（由智能助手根据店铺资料整理，具体以人工客服答复为准）", "model")

    def _passages(self, question: str) -> list[Hit]:
        if self._knowledge is None:
            return []
        try:
            return self._knowledge.search(question, limit=PASSAGES_FOR_MODEL)
        except KnowledgeError as error:
            logger.error("The knowledge base found nothing for the model: %s", error)
            return []
