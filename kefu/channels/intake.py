"""From an HTTP body to a message, or to a refusal that says what to change."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

_SENDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@-]{0,99}")
_KEPT_CONTROLS = "\n\t"


class Refusal(Exception):  # noqa: N818  an outcome that the client is told, not a fault
    """The request is answered with a 4xx.

    Attributes:
        status: HTTP status.
        code: stable word for programs.
        detail: what is wrong and what to do, for the engineer at the other end.
        text: the same for the buyer, in Chinese.
    """

    def __init__(self, status: int, code: str, detail: str, text: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.text = text

    def body(self) -> dict[str, str]:
        """The JSON body."""
        return {"error": self.code, "detail": self.detail, "text": self.text}


@dataclass(frozen=True)
class Incoming:
    """A message that may pass: `sender` as claimed, `text` cleaned, never empty."""

    sender: str
    text: str


def read_message(body: bytes, longest: int) -> Incoming:
    """Checks and cleans one request body.

    Args:
        body: JSON with the strings `sender` and `message`.
        longest: characters a message may have.

    Raises:
        Refusal: with the status and the sentence to answer.
    """
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _bad("not_json", "The body is not JSON; send an object.") from error
    if not isinstance(content, dict):
        raise _bad("not_an_object", "The body must be a JSON object with sender and message.")
    sender, message = read_sender(content.get("sender")), content.get("message")
    if not isinstance(message, str):
        raise _bad("bad_message", "`message` must be a string.")
    if len(message) > longest:
        raise Refusal(
            413,
            "message_too_long",
            f"`message` has {len(message)} characters; at most {longest} are taken.",
            f"消息太长了，请控制在{longest}字以内，分几条发给我也可以。",
        )
    text = clean(message)
    if not text:
        raise _bad("empty_message", "`message` has no visible character.")
    return Incoming(sender, text)


def read_sender(sender: Any) -> str:
    """The id of a conversation, as it was claimed.

    Raises:
        Refusal: 400, it is none.
    """
    if not is_sender(sender):
        raise _bad(
            "bad_sender",
            "`sender` must be a string of 1 to 100 letters, digits or _.:@- that begins with a "
            "letter or digit.",
        )
    return str(sender)


def is_sender(value: Any) -> bool:
    """Whether this can be the id of a conversation."""
    return isinstance(value, str) and _SENDER.fullmatch(value) is not None


def clean(text: str) -> str:
    """Without control characters and outer blanks; lone surrogates become U+FFFD."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    kept = (
        " " if unicodedata.category(letter) == "Cc" and letter not in _KEPT_CONTROLS else letter
        for letter in whole
    )
    return "".join(kept).strip()


def _bad(code: str, detail: str) -> Refusal:
    return Refusal(400, code, detail, "消息没有发送成功，请重新输入后再试一次。")
