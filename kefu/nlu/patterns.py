"""Well-formed entities: order, tracking, phone and tax numbers, amounts of money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

# Full-width digits and letters are matched as their plain twins, place for place.
_PLAIN = str.maketrans(
    {chr(0xFF01 + offset): chr(0x21 + offset) for offset in range(94)} | {"￥": "¥"}
)
_NO_CODE_BEFORE = r"(?<![0-9A-Za-z])"
_NO_CODE_AFTER = r"(?![0-9A-Za-z])"
_CHINESE_NUMBER = "[一二两三四五六七八九十百千万零半]"
# 12块5, 12元5角; but in 99元3件 the three counts goods.
_TENTHS = r"(?:\d(?![\d.件个双条盒袋瓶斤包套张只支箱本罐片桶把台份块元])[角毛]?|半)?"


@dataclass(frozen=True)
class _Pattern:
    entity: str
    expression: re.Pattern[str]
    separators: str = ""


def _code(entity: str, expression: str, separators: str = "") -> _Pattern:
    return _Pattern(
        entity, re.compile(f"{_NO_CODE_BEFORE}(?:{expression}){_NO_CODE_AFTER}"), separators
    )


# In order of precedence: a place in the text goes to the first that takes it.
_PATTERNS = (
    _code("order_id", r"\d{16}|\d{4}(?:[ -]\d{4}){3}", " -"),
    _code("phone", r"(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}", " -+"),
    # Unified social credit code, GB 32100-2015: 18 places without I, O, S, V, Z; must hold a letter
    # or follow its registration authority digits. Old numbers had 15 or 20 places and a letter.
    _code("tax_number", r"(?=\w*[A-Z])[1-9A-GY][0-9A-HJ-NPQRTUWXY]{17}|9[1-3]\d{16}"),
    _code("tax_number", r"(?=\w*[A-Z])\d{6}[0-9A-Z]{9}(?:[0-9A-Z]{5})?"),
    _code("tracking_number", r"[A-Za-z]{2,4}\d{9,15}|\d{12,15}"),
    _Pattern(
        "amount",
        re.compile(
            r"[¥$]\s?\d+(?:\.\d{1,2})?"
            rf"|(?<![\d.])\d+(?:\.\d{{1,2}})?\s?(?:元|块钱|块|毛|角|rmb|RMB){_TENTHS}"
            rf"|{_CHINESE_NUMBER}+(?:元|块钱|毛钱)"
            rf"|(?:{_CHINESE_NUMBER}{{2,}}|十)块{_CHINESE_NUMBER}?(?!儿)"
        ),
    ),
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds what has a fixed form, and replaces learned guesses that overlap with it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """No options: the forms are facts about Chinese shops, not tuned."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PatternEntityExtractor:
        """Called by Rasa's graph."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities found to each message."""
        for message in messages:
            found = find_patterns(message.get(TEXT) or "")
            kept = [
                entity
                for entity in message.get(ENTITIES, [])
                if not any(_overlap(entity, pattern) for pattern in found)
            ]
            message.set(ENTITIES, kept + self.add_extractor_name(found), add_to_output=True)
        return messages


def find_patterns(text: str) -> list[dict[str, Any]]:
    """Entities as Rasa writes them: entity, start, end, value (without spaces and dashes)."""
    plain = text.translate(_PLAIN)
    found: list[dict[str, Any]] = []
    for pattern in _PATTERNS:
        for match in pattern.expression.finditer(plain):
            value = match.group().translate({ord(mark): None for mark in pattern.separators})
            entity = {
                "entity": pattern.entity,
                "start": match.start(),
                "end": match.end(),
                "value": value,
                "confidence_entity": 1.0,
            }
            if not any(_overlap(entity, other) for other in found):
                found.append(entity)
    return sorted(found, key=lambda entity: int(entity["start"]))


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])
