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
    ├── DatabaseError            the order database is missing, empty or unreachable
    ├── OrderError
    │   ├── OrderNotFoundError   this buyer has no such order
    │   └── RefundRefusedError   the order's state or the shop's rules forbid it
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


class DatabaseError(KefuError):
    """The order database is missing, empty or cannot be reached."""


class OrderError(KefuError):
    """Base of what the order service refuses."""


class OrderNotFoundError(OrderError):
    """The buyer has no such order; says nothing about other buyers' orders."""


class RefundRefusedError(OrderError):
    """The order's state or the shop's rules forbid a refund.

    `reason` is a Chinese sentence that a buyer may read.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
