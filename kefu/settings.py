"""All settings, read once from environment variables with the prefix KEFU_."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AnyHttpUrl, BaseSettings, Field, SecretStr, ValidationError, validator

from kefu.errors import SettingsError

HOME = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """One value an environment variable: `database_url` is KEFU_DATABASE_URL.

    Relative paths start at the project's root. Secrets are masked in `repr`.
    """

    env: Literal["development", "production"] = Field(
        "development",
        description="development trusts the sender id and serves loopback only; "
        "production demands a verified token",
    )

    port: int = Field(5005, gt=0, lt=65536, description="where Rasa listens, for `kefu up`")
    action_port: int = Field(5055, gt=0, lt=65536, description="where the action server listens")

    encoder: str = Field("models/encoder", description="MacBERT: a folder or a hub name")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where torch computes")

    database_url: SecretStr = Field(
        SecretStr("sqlite:///var/kefu.db"),
        description="order tables: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    )
    # A buyer gets an apology within 3 s: this, and the further actions of the same message.
    database_timeout_seconds: float = Field(2.0, gt=0, description="longest wait for the database")
    database_pool_size: int = Field(
        10, gt=0, description="most connections to the database that one process holds"
    )
    data_keys: SecretStr | None = Field(
        None,
        description="keys that seal personal data: ID:BASE64 of 32 bytes, with commas between "
        "them; the first seals, all open",
    )
    data_keys_file: Path = Field(
        Path("var/data-keys"),
        description="where development keeps a key that it made, without `KEFU_DATA_KEYS`",
    )
    shop_timezone: str = Field("Asia/Shanghai", description="zone in which times are shown")

    shop_commands: Literal["builtin", "http"] = Field(
        "builtin",
        description="who carries out refunds and other changes: the order tables, or the system at "
        "`KEFU_SHOP_URL`",
    )
    shop_url: AnyHttpUrl | None = Field(
        None, description="the shop's own system, which is told of every change"
    )
    shop_secret: SecretStr | None = Field(
        None,
        description="secret of 32 characters or more under which both sign; while it changes, the "
        "new and the old with a comma between them",
    )
    shop_timeout_seconds: float = Field(2.0, gt=0, description="longest silence of that system")
    # Room for two silences and what lies between; the apology comes before an action's own 15 s.
    shop_budget_seconds: float = Field(
        6.0, gt=0, description="longest wait for that system, all tries together"
    )
    push_url: AnyHttpUrl | None = Field(
        None, description="where messages that the assistant sends on its own are posted, signed"
    )

    kb_dir: Path = Field(Path("kb"), description="articles as Markdown")
    kb_index_dir: Path = Field(Path("var/kb-index"), description="embedded index (Qdrant Edge)")
    kb_refresh_seconds: float = Field(
        1.0, gt=0, description="least time between two looks for a newer index"
    )
    # Chosen on bench/data/kb_dev_questions.yml: at 0.65, 77 % of the answers to free questions are
    # right, 36 % of what kb/ says gets one and 82 % of what it does not say gets none; with an
    # intent, at 0.40, it is 82 %, 91 % and 59 %.
    kb_min_confidence: float = Field(
        0.65, ge=0, le=1, description="below this an article is no answer to a free question"
    )
    kb_min_confidence_with_intent: float = Field(
        0.40, ge=0, le=1, description="the same where the buyer's intent chose the articles"
    )
    kb_answer_max_characters: int = Field(
        220, ge=40, description="longest answer that is quoted from an article"
    )
    qdrant_url: AnyHttpUrl | None = Field(
        None, description="a Qdrant server instead of the embedded index"
    )
    qdrant_api_key: SecretStr | None = Field(None, description="key of that server")
    qdrant_timeout_seconds: float = Field(2.0, gt=0, description="longest wait for that server")

    llm_base_url: AnyHttpUrl | None = Field(
        None, description="OpenAI-compatible address of a Qwen server, ending in /v1"
    )
    llm_model: str = Field("Qwen/Qwen2.5-7B-Instruct", description="model name to ask for")
    llm_api_key: SecretStr = Field(SecretStr("none"), description="key of that server")
    llm_timeout_seconds: float = Field(8.0, gt=0, description="longest wait for an answer")
    llm_max_tokens: int = Field(300, gt=0, description="longest answer, in tokens")
    llm_prompt_characters: int = Field(
        3000, ge=200, description="longest question, passages and turns together, in a prompt"
    )

    jwt_key: SecretStr | None = Field(
        None, description="key that verifies buyers' tokens (secret, or public key in PEM)"
    )
    jwt_algorithm: Literal["HS256", "RS256", "ES256"] = Field(
        "HS256", description="algorithm of those tokens"
    )

    message_max_characters: int = Field(1000, gt=0, description="longer messages are refused")
    sender_max_pending: int = Field(
        5, gt=0, description="unanswered messages a buyer may have at once"
    )
    message_timeout_seconds: float = Field(
        20.0, gt=0, description="after this a message is answered with an apology"
    )

    class Config:
        """Where pydantic looks."""

        env_prefix = "KEFU_"

    @validator("encoder")
    def _encoder_folder(cls, value: str) -> str:
        folder = HOME / value
        return str(folder) if folder.is_dir() else value

    @validator("kb_dir", "kb_index_dir", "data_keys_file")
    def _from_home(cls, value: Path) -> Path:
        return HOME / value.expanduser()

    @validator("database_url")
    def _sqlite_from_home(cls, value: SecretStr) -> SecretStr:
        prefix, url = "sqlite:///", value.get_secret_value()
        if url.startswith(prefix) and not url.startswith(prefix + "/") and ":memory:" not in url:
            return SecretStr(f"{prefix}{HOME / url[len(prefix) :]}")
        return value

    @validator("jwt_key", "data_keys", "shop_secret")
    def _blank_is_none(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is not None and value.get_secret_value().strip() else None

    @validator("shop_secret")
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and any(len(one) < 32 for one in _split(value)):
            raise ValueError("is too short to sign with; use 32 random characters or more")
        return value

    @validator("shop_timezone")
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is no time zone; use a name like Asia/Shanghai") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.shop_timezone)

    @property
    def shop_secrets(self) -> tuple[str, ...]:
        """The secrets shared with the shop: the first signs, all verify; none where none is set."""
        return _split(self.shop_secret) if self.shop_secret is not None else ()

    @property
    def development(self) -> bool:
        """Whether the sender id may stand for the buyer."""
        return self.env == "development"


def _split(secrets: SecretStr) -> tuple[str, ...]:
    return tuple(one.strip() for one in secrets.get_secret_value().split(","))


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, with `overrides` on top.

    Raises:
        SettingsError: names the variable that does not make sense.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        variable = f"KEFU_{str(first['loc'][0]).upper()}"
        raise SettingsError(
            f"{variable}: {first['msg']}. Set it to a valid value or unset it."
        ) from error


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read at the first call."""
    return load_settings()
