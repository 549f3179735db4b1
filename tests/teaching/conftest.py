"""A small project without a fault; each test adds one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefu.teaching.checking import examine
from kefu.teaching.reader import read_material

DOMAIN = """version: "3.1"
intents:
  - greet
  - ask_stock:
      use_entities: [color]
entities:
  - color
  - size:
      roles: [wanted]
"""
GREET = """在吗
你好
有人吗
老板在不
早上好
hello
哈喽
客服在线不
在不在呀
亲在吗
喂
晚上好
您好请问
打扰一下
嗨"""
ASK_STOCK = """[红色](color)还有吗
[37码](size)有货没
还能拍吗
啥时候补货
[XL](size)断码了吗
页面显示没货
[黑](color)的现货吗
[大号]{"entity": "size", "role": "wanted"}还剩不
下架了吗
还会上新吗
点不了是卖完了？
[米白](color)[M](size)有吗
库存多少
能等到货吗
预售到几号"""
STORIES = """version: "3.1"
rules:
  - rule: a greeting
    steps:
      - intent: greet
      - action: utter_greet
stories:
  - story: either
    steps:
      - or:
          - intent: greet
          - intent: ask_stock
      - action: utter_greet
      - user: "[蓝](color)的呢"
        intent: ask_stock
      - action: utter_greet
      - intent: nlu_fallback
      - action: utter_greet
"""


def block(intent: str, messages: str) -> str:
    """One `- intent:` group; its first message is two lines below its name."""
    lines = "".join(f"      - {line}\n" for line in messages.splitlines())
    return f"  - intent: {intent}\n    examples: |\n{lines}"


class Project:
    """A folder with domain and data; findings name files relative to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("domain.yml", DOMAIN)
        self.write("data/nlu.yml", "nlu:\n" + block("greet", GREET) + block("ask_stock", ASK_STOCK))
        self.write("data/stories.yml", STORIES)

    def write(self, name: str, content: str | bytes) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def add(self, message: str, intent: str = "ask_stock") -> None:
        """One more message, in line 4 of data/more.yml."""
        self.write("data/more.yml", "nlu:\n" + block(intent, message))

    def found(self, *data: str, domain: str = "domain.yml") -> list[str]:
        paths = [self.folder / name for name in data or ("data",)]
        return [str(finding) for finding in examine(read_material(paths, self.folder / domain))]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)
