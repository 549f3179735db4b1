import io
from base64 import b64encode
from pathlib import Path

import pytest
from rich.console import Console

from kefu.errors import DatabaseError, KefuError
from kefu.orders.database import is_empty, make_engine, upgrade
from kefu.run.prepare import prepare_database, prepare_knowledge
from kefu.run.steps import Steps
from kefu.settings import Settings, load_settings

ARTICLE = """---
title: 七天无理由退货
intents: [ask_return_policy]
questions:
  - 七天无理由是从哪天算
updated: 2026-10-08
---
签收次日零点起算七天内，商品完好可以申请无理由退货。
"""


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def steps(screen: io.StringIO) -> Steps:
    return Steps(Console(file=screen))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """In the environment, because the indexing process reads it there."""
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "return.md").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "var").mkdir()
    for name, value in {
        "ENV": "development",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}",
        "KB_DIR": tmp_path / "kb",
        "KB_INDEX_DIR": tmp_path / "index",
        "DEVICE": "cpu",
    }.items():
        monkeypatch.setenv(f"KEFU_{name}", str(value))
    monkeypatch.delenv("KEFU_QDRANT_URL", raising=False)
    return load_settings()


def empty(settings: Settings) -> bool:
    engine = make_engine(settings)
    try:
        return is_empty(engine)
    finally:
        engine.dispose()


class TestDatabase:
    def test_development_gets_the_demo_shop(self, settings: Settings, steps: Steps):
        prepare_database(settings, steps)
        assert not empty(settings)

    def test_the_second_time_nothing_is_filled(
        self, settings: Settings, steps: Steps, screen: io.StringIO
    ):
        prepare_database(settings, steps)
        assert "demo shop" in screen.getvalue()
        screen.truncate(0)
        prepare_database(settings, steps)
        assert "demo shop" not in screen.getvalue()

    def test_production_is_migrated_and_never_filled(self, settings: Settings, steps: Steps):
        keys = f"one:{b64encode(bytes(32)).decode()}"
        production = load_settings(env="production", jwt_key="k" * 32, data_keys=keys)
        prepare_database(production, steps)
        assert empty(settings)

    def test_a_server_that_does_not_answer_is_said(self, settings: Settings, steps: Steps):
        unreachable = load_settings(database_url="postgresql://a:b@127.0.0.1:9/none")
        with pytest.raises(DatabaseError):
            prepare_database(unreachable, steps)

    def test_a_filled_shop_is_left_alone(self, settings: Settings, steps: Steps):
        upgrade(make_engine(settings))
        prepare_database(settings, steps)
        before = (Path(settings.kb_dir).parent / "shop.db").read_bytes()
        prepare_database(settings, steps)
        assert (Path(settings.kb_dir).parent / "shop.db").read_bytes() == before


class TestKnowledge:
    def test_it_is_indexed_once_for_the_same_articles(
        self, settings: Settings, steps: Steps, screen: io.StringIO, tmp_path: Path
    ):
        prepare_knowledge(settings, steps, tmp_path)
        assert "indexed: 1 articles" in (tmp_path / "var/log/kb-sync.log").read_text()
        (tmp_path / "var/log/kb-sync.log").unlink()
        prepare_knowledge(settings, steps, tmp_path)
        assert not (tmp_path / "var/log/kb-sync.log").exists()

        article = settings.kb_dir / "return.md"
        article.write_text(ARTICLE.replace("七天内", "十五天内"), encoding="utf-8")
        prepare_knowledge(settings, steps, tmp_path)
        assert "indexed: 1 articles" in (tmp_path / "var/log/kb-sync.log").read_text()

    def test_a_broken_article_is_named(self, settings: Settings, steps: Steps, tmp_path: Path):
        (settings.kb_dir / "broken.md").write_text("no front matter", encoding="utf-8")
        with pytest.raises(KefuError, match=r"kb/ could not be indexed: .*broken\.md"):
            prepare_knowledge(settings, steps, tmp_path)
