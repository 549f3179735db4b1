"""Which pieces the encoder knows.

Pre-training reads NFKC text and whole characters. Buyers type `，` and `😂😂`, and BERT's tokenizer
looks up the first as it is and the second as `😂` and `##😂`; such forms share the embedding of the
piece that was trained.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(5)
_LATIN = "abcdefghijklmnopqrstuvwxyz0123456789"
_EMOJI = (
    "😀😁😂🤣😃😄😅😆😉😊😋😍😘🥰😜🤔😐😑😶🙄😏😣😥😮😪😫😴😌😒😓😔😕🙃😲😞😟😢😭😤😠😡🤬😱"
    "😨😰😳🤯🥺🙏👍👎👌👏💪🌹❤💔🎁🎉✨🔥💰📦🚚🐶🐱❓❗✅❌"
)
_FULL_WIDTH = "".join(map(chr, range(0xFF01, 0xFF5F)))
_COMPATIBLE = _FULL_WIDTH + "…℃℉㎡㎏㎝㎜①②③④⑤⑥⑦⑧⑨⑩"


def build_vocabulary(lines: list[str], size: int) -> list[str]:
    """[PAD] … [MASK], Latin letters and digits (alone and as continuations), then characters.

    The 3,755 everyday characters of GB 2312 (its first level) and common emoji are always in, so
    that shop talk has no holes where the corpus happens to lack a character.
    """
    counts: Counter[str] = Counter(_everyday_characters())
    counts.update(_EMOJI)
    counts = Counter(dict.fromkeys(counts, 3))
    for line in lines:
        counts.update(line)
    fixed = [*SPECIALS, *_LATIN, *(f"##{letter}" for letter in _LATIN)]
    known = set(fixed)
    frequent = [
        character
        for character, count in counts.most_common()
        if count >= 3 and character not in known and not character.isspace()
    ]
    return fixed + frequent[: size - len(fixed)]


def written_forms(vocabulary: list[str]) -> list[tuple[str, int]]:
    """Pieces to add, each with the index of the piece whose embedding it starts from."""
    index = {piece: number for number, piece in enumerate(vocabulary)}
    added: dict[str, int] = {}

    def add(piece: str, like: str) -> None:
        if piece not in index and like in index:
            added.setdefault(piece, index[like])

    for character in _COMPATIBLE:
        character = character.lower()
        add(character, unicodedata.normalize("NFKC", character).lower()[0])
    for piece in [*vocabulary[len(SPECIALS) :], *added]:
        if not piece.startswith("##") and _glued(piece):
            like = vocabulary[added[piece]] if piece in added else piece
            add(f"##{piece}", f"##{like}" if f"##{like}" in index else like)
    return list(added.items())


def _glued(character: str) -> bool:
    """Whether BERT's tokenizer keeps the character in one word with a letter before it."""
    word = BertNormalizer().normalize_str(f"a{character}")
    return len(word) > 1 and len(BertPreTokenizer().pre_tokenize_str(word)) == 1


def _everyday_characters() -> str:
    rows = (bytes((0xB0 + row, 0xA1 + cell)) for row in range(40) for cell in range(94))
    return b"".join(rows).decode("gb2312", "ignore")
