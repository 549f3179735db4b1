"""The exceptions of the whole package.

Every message is one sentence for the person who can mend it: what is wrong and what to do.

    KefuError
    ├── SettingsError            a KEFU_* variable is missing or does not make sense
    ├── EncoderError             a MacBERT folder cannot be loaded
    ├── ModelError               no trained Rasa model, or one that cannot be used
    ├── ExamplesError            labelled messages that cannot be read or scored
    ├── TrainingDataError        training data that would teach something wrong, or nothing
    ├── PortInUseError           another program listens where a server should
    ├── StartError               a server that `kefu up` started ended or never answered
    ├── RulesError               a YAML file of shop rules or sentences cannot be used
    ├── DatabaseError            the order database is missing, empty or unreachable
    │   └── SealedValueError     personal data that no key opens
    ├── OrderError
    │   ├── OrderNotFoundError   this buyer has no such order
    │   ├── RefusedError         the order's state or the shop's rules forbid what a buyer wants
    │   └── MoveRefusedError     the order's or the case's state forbids what the shop wants
    ├── CommandsUnavailableError the shop's own system cannot be reached or does not make sense
    ├── EventError               an event from the shop cannot be told to its buyer
    ├── SignatureError           a request between a shop and us is not signed as it must be
    ├── KnowledgeError
    │   ├── ArticleError         an article in kb/ cannot be read
    │   ├── IndexMissingError    kb/ was never indexed
    │   └── IndexUnavailableError   the index cannot be read, or its server does not answer
    └── LlmError                 the language model cannot be reached or did not answer in time
"""


class KefuError(Exception):
    """Base of every error that this package raises on purpose."""


class SettingsError(KefuError):
    """A setting is missing or does not make sense."""


class EncoderError(KefuError):
    """A MacBERT folder cannot be loaded; the message names the file."""


class ModelError(KefuError):
    """There is no trained Rasa model, or it cannot be used."""


class ExamplesError(KefuError):
    """Labelled messages cannot be read or scored; the message names file and line."""


class TrainingDataError(KefuError):
    """Training data would teach something wrong, or nothing; the message names file and line."""


class PortInUseError(KefuError):
    """Another program listens on the port that a server needs."""


class StartError(KefuError):
    """A server ended or did not answer in time; the message carries its last lines."""


class RulesError(KefuError):
    """The shop's rules or sentences cannot be used; the message names file and field."""


class DatabaseError(KefuError):
    """The order database is missing, empty or cannot be reached.

    `maybe_done`: the answer to COMMIT was lost, so the change may have been made; asking again with
    the same idempotency key tells.
    """

    def __init__(self, message: str, *, maybe_done: bool = False) -> None:
        super().__init__(message)
        self.maybe_done = maybe_done


class SealedValueError(DatabaseError):
    """A sealed value does not open: its key is missing, or it was damaged or moved."""


class OrderError(KefuError):
    """Base of what the order service refuses."""


class OrderNotFoundError(OrderError):
    """The buyer has no such order; says nothing about other buyers' orders."""


class RefusedError(OrderError):
    """The order's state or the shop's rules forbid what the buyer wants.

    `reason` is a Chinese sentence that a buyer may read, with what helps instead. `code` is its key
    in sentences.yml (`refund.too_late`), for logs and tests; `refused` where a shop's own system
    gave the sentence.
    """

    def __init__(self, reason: str, code: str = "refused") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class MoveRefusedError(OrderError):
    """The state of an order or a case, or its money, forbids what the shop wants to do with it.

    For the shop's staff and engineers, in English; no buyer reads it.
    """


class CommandsUnavailableError(KefuError):
    """The shop's own system cannot be reached, is too slow, or sent what it must not.

    `maybe_done`: the request may have arrived, so what it asked for may have happened; asking again
    with the same idempotency key tells.
    """

    def __init__(self, message: str, *, maybe_done: bool = False) -> None:
        super().__init__(message)
        self.maybe_done = maybe_done


class EventError(KefuError):
    """An event from the shop cannot be told; the message names the field."""


class SignatureError(KefuError):
    """A request is not signed, not by whoever knows the secret, or too old."""


class KnowledgeError(KefuError):
    """Base of what the knowledge base refuses."""


class ArticleError(KnowledgeError):
    """An article in kb/ cannot be read; the message names file and field."""


class IndexMissingError(KnowledgeError):
    """The knowledge base has not been indexed yet."""


class IndexUnavailableError(KnowledgeError):
    """The index cannot be read, or the server that holds it does not answer."""


class LlmError(KefuError):
    """The language model cannot be reached or did not answer in time."""
