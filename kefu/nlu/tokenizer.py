"""Chinese text into characters, Latin words and numbers."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from kefu.tokens import TOKEN


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class CharacterTokenizer(Tokenizer):
    """One token a Chinese character, so that entities may begin and end anywhere."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Intents stay whole: ours are single-purpose labels."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "+",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CharacterTokenizer:
        """Called by Rasa's graph."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens with their character offsets in the attribute's text."""
        text = message.get(attribute)
        return [Token(found.group(), found.start()) for found in TOKEN.finditer(text)]
