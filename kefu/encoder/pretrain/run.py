"""One pre-training run from corpus to shipped folder."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from kefu.encoder.encoder import resolve_device
from kefu.encoder.pretrain.corpus import build_vocabulary, pack, read_lines
from kefu.encoder.pretrain.masked import Report, train_masked
from kefu.encoder.pretrain.masking import Masker
from kefu.encoder.pretrain.recipe import Recipe
from kefu.encoder.pretrain.sentences import project_groups, train_sentences
from kefu.encoder.pretrain.words import character_vectors, similar_words


def pretrain(
    recipe: Recipe,
    *,
    corpus: Path,
    home: Path,
    work: Path,
    output: Path,
    device: str = "auto",
    report: Report = print,
) -> None:
    """Trains an encoder and writes config.json, vocab.txt and model.safetensors (fp16).

    Args:
        recipe: sources and hyperparameters.
        corpus: folder with `<source>.<licence>.txt.zst` files.
        home: the project's root, for data/ and kb/.
        work: folder for the prepared corpus and checkpoints; a second call goes on from there.
        output: the folder to ship.
        device: "auto", "cpu" or "cuda".
        report: takes lines of progress.
    """
    where = resolve_device(device)
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    prepared = work / "prepared.pickle"
    if not prepared.is_file():
        lines, corpus_hash = read_lines(recipe, corpus, home)
        vocabulary = build_vocabulary(lines, recipe.vocabulary_size)
        report(f"{len(lines):,} lines, corpus {corpus_hash}, {len(vocabulary):,} pieces")
        examples = pack(lines, vocabulary, recipe.sequence_length)
        report(f"{len(examples.split):,} examples of {recipe.sequence_length} pieces")
        similar = similar_words(examples, seed=recipe.seed)
        report(f"similar words for {len(similar):,} words")
        prepared.write_bytes(pickle.dumps((examples, vocabulary, similar, corpus_hash)))
    # Our own file, written above in a folder that the caller names.
    examples, vocabulary, similar, corpus_hash = pickle.loads(prepared.read_bytes())  # noqa: S301
    bert = BertModel(_config(recipe, len(vocabulary)), add_pooling_layer=False)
    checkpoint = work / "masked.pt"
    if not checkpoint.is_file():
        first = character_vectors(examples, len(vocabulary), recipe.hidden, 0.05, recipe.seed)
        with torch.no_grad():
            bert.embeddings.word_embeddings.weight.copy_(torch.from_numpy(first))
    bert.to(where)
    masker = Masker(similar, len(vocabulary), recipe.masked_share)
    curve = train_masked(bert, examples, masker, recipe, checkpoint, where, report)
    output.mkdir(parents=True, exist_ok=True)
    (output / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(str(output / "vocab.txt"), do_lower_case=True)
    train_sentences(bert, tokenizer, project_groups(home), recipe, where, report)
    bert.cpu().half().save_pretrained(output, safe_serialization=True)
    facts = {"corpus": corpus_hash, "seed": recipe.seed, "steps": recipe.steps}
    (output / "training.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    report(f"wrote {output}")


def _config(recipe: Recipe, size: int) -> BertConfig:
    return BertConfig(
        vocab_size=size,
        hidden_size=recipe.hidden,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        intermediate_size=recipe.intermediate,
        max_position_embeddings=recipe.max_positions,
        hidden_dropout_prob=recipe.dropout,
        attention_probs_dropout_prob=recipe.dropout,
        pad_token_id=0,
    )
