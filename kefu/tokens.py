"""Where a message is cut: characters, Latin words, numbers, codes. Imports no Rasa."""

from __future__ import annotations

import re

# A code with letters and digits, a word, a number, or one character of anything else.
TOKEN = re.compile(r"[A-Za-z]+\d+[A-Za-z\d]*|[A-Za-z]+|\d+(?:\.\d+)?|\S")
