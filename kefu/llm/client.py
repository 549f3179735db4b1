"""A Qwen model behind an OpenAI-compatible address (vLLM and others)."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

import httpx
import openai

from kefu.errors import LlmError
from kefu.llm.bubble import strip_thinking, to_bubble
from kefu.llm.guard import invented
from kefu.llm.prompts import SENTINEL, Message, PassageText, SpokenTurn, build_messages

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

    from kefu.settings import Settings

CONNECT_SECONDS = 2.0
"""A server in the same network answers a connection at once or is not there."""

TEMPERATURE = 0.1
"""Near greedy: the passages say what is true, there is nothing to be creative about."""

_REFUSAL = SENTINEL.strip("【】")


class LanguageModel:
    """Asks the model and checks what it says. Safe to share between threads.

    There is no second try: an answer that took its whole time once would take it twice, and the
    buyer waits. The caller has a next-best answer.

    Args:
        base_url: address ending in `/v1`.
        model: name to ask for.
        api_key: key of the server; any text where it wants none.
        timeout_seconds: longest silence of the server.
        max_tokens: longest answer, in tokens.
        prompt_characters: longest prompt data, see `build_messages`.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str,
        *,
        timeout_seconds: float,
        max_tokens: int,
        prompt_characters: int,
    ) -> None:
        self.base_url = base_url
        self.model = model
        self._timeout_seconds = timeout_seconds
        self._max_tokens = max_tokens
        self._prompt_characters = prompt_characters
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds)),
            # uvicorn, under vLLM and others, closes idle connections after 5 s; we let go before,
            # so that no question is sent into a connection that is just being closed.
            limits=httpx.Limits(max_connections=20, keepalive_expiry=3.0),
        )
        self._client = openai.OpenAI(
            base_url=base_url, api_key=api_key, max_retries=0, http_client=self._http
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> LanguageModel | None:
        """The model that KEFU_LLM_* describe; None without KEFU_LLM_BASE_URL."""
        if settings.llm_base_url is None:
            return None
        return cls(
            str(settings.llm_base_url),
            settings.llm_model,
            settings.llm_api_key.get_secret_value(),
            timeout_seconds=settings.llm_timeout_seconds,
            max_tokens=settings.llm_max_tokens,
            prompt_characters=settings.llm_prompt_characters,
        )

    def answer(
        self,
        question: str,
        passages: Sequence[PassageText],
        history: Sequence[SpokenTurn] = (),
    ) -> str | None:
        """An answer for one chat bubble, drawn from `passages`.

        Returns:
            At most 300 characters; None where the passages do not answer, as the model says, or
            where its answer names numbers or addresses that neither passages nor question state.

        Raises:
            LlmError: the server cannot be reached, is too slow, or sent no usable text.
        """
        if not passages:
            return None
        messages = build_messages(question, passages, history, characters=self._prompt_characters)
        completion = self._complete(messages, self._max_tokens)
        text = strip_thinking(self._content(completion))
        if _REFUSAL in text:
            return None
        cut = getattr(completion.choices[0], "finish_reason", None) == "length"
        bubble = to_bubble(text, finished=not cut)
        if not bubble:
            raise self._error(
                f"wrote no whole sentence in {self._max_tokens} tokens",
                "raise KEFU_LLM_MAX_TOKENS or turn its thinking off",
            )
        sources = [question, *(f"{p.title}\n{p.text}" for p in passages)]
        return None if invented(bubble, sources) else bubble

    def check(self) -> str:
        """Asks the model for one token, so that not only the port but the model is known to work.

        Returns:
            The name of the model that answered.

        Raises:
            LlmError: as for `answer`.
        """
        question: Message = {"role": "user", "content": "在吗"}
        return str(self._complete([question], max_tokens=1).model or self.model)

    def close(self) -> None:
        """Closes the connections; the object is of no use afterwards."""
        self._client.close()

    def __enter__(self) -> LanguageModel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _complete(self, messages: Sequence[Message], max_tokens: int) -> ChatCompletion:
        chat: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": m["content"]}
            if m["role"] == "system"
            else {"role": "user", "content": m["content"]}
            for m in messages
        ]
        try:
            completion = self._client.chat.completions.create(
                model=self.model,
                messages=chat,
                max_tokens=max_tokens,
                temperature=TEMPERATURE,
                # Qwen3 otherwise thinks first, longer than a buyer waits; Qwen2.5 ignores it.
                extra_body={"chat_template_kwargs": {"enable_thinking": False}},
            )
        except openai.APITimeoutError as error:
            raise self._error(
                f"did not answer within {self._timeout_seconds:g} seconds",
                "look at its load or raise KEFU_LLM_TIMEOUT_SECONDS",
            ) from error
        except openai.APIStatusError as error:
            raise self._status_error(error.status_code) from error
        except openai.APIConnectionError as error:
            raise self._error(
                "cannot be reached or broke off", "start its server or correct KEFU_LLM_BASE_URL"
            ) from error
        except (openai.OpenAIError, httpx.HTTPError, ValueError) as error:
            raise self._malformed() from error
        # The client library checks no types: what a broken server sends arrives here as it is.
        choices = getattr(completion, "choices", None)
        if not isinstance(choices, list) or not choices:
            raise self._malformed()
        return completion

    def _content(self, completion: ChatCompletion) -> str:
        message = getattr(completion.choices[0], "message", None)
        content = getattr(message, "content", None)
        if not isinstance(content, str) or not content.strip():
            raise self._error("sent an empty answer", "look at its log")
        if "\ufffd" in content:
            raise self._error(
                "sent text that cannot be decoded", "check that its weights fit its tokenizer"
            )
        return content

    def _status_error(self, status: int) -> LlmError:
        remedies = {
            401: "correct KEFU_LLM_API_KEY",
            403: "correct KEFU_LLM_API_KEY",
            404: f"correct KEFU_LLM_BASE_URL or KEFU_LLM_MODEL (now {self.model})",
            429: "it has too much to do; give it more capacity",
        }
        return self._error(f"refused with status {status}", remedies.get(status, "look at its log"))

    def _malformed(self) -> LlmError:
        return self._error(
            "sent something that is no chat completion",
            "check that KEFU_LLM_BASE_URL is an OpenAI-compatible address ending in /v1",
        )

    def _error(self, what: str, remedy: str) -> LlmError:
        return LlmError(f"The language model at {self.base_url} {what}: {remedy}.")
