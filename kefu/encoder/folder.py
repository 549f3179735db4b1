"""Opens a BERT folder (or hub name) and says in one sentence what is wrong with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from transformers import AutoConfig, BertModel, BertTokenizerFast

from kefu.encoder.grams import GramTable
from kefu.errors import EncoderError

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


def load_model(model: str) -> BertModel:
    """The BERT without its pooler, in fp32 and evaluation mode.

    Args:
        model: a folder with config.json and weights, or a hub name.

    Raises:
        EncoderError: names the file that is missing or does not fit.
    """
    folder = Path(model)
    if folder.is_dir():
        _check_folder(folder)
    try:
        config = AutoConfig.from_pretrained(model)
        if config.model_type != "bert":
            raise EncoderError(
                f"{model}/config.json describes a '{config.model_type}' model; "
                "set KEFU_ENCODER to a BERT such as hfl/chinese-macbert-base."
            )
        bert, found = BertModel.from_pretrained(
            model,
            config=config,
            add_pooling_layer=False,
            dtype=torch.float32,
            output_loading_info=True,
        )
        if found["missing_keys"]:  # transformers would go on with random numbers there
            raise EncoderError(
                f"The weights in {model} lack {min(found['missing_keys'])}; restore the whole file."
            )
    except EncoderError:
        raise
    except Exception as error:
        raise EncoderError(
            f"The encoder '{model}' cannot be loaded ({_first_line(error)}); set KEFU_ENCODER "
            "to a folder with config.json, vocab.txt and model.safetensors."
        ) from error
    bert.eval()
    return bert


def load_tokenizer(model: str, vocabulary_size: int) -> BertTokenizerFast:
    """The tokenizer that belongs to `model`.

    Raises:
        EncoderError: there is no vocabulary, or it is larger than the model's embeddings.
    """
    try:
        tokenizer = BertTokenizerFast.from_pretrained(model, do_lower_case=True)
    except Exception as error:
        raise EncoderError(
            f"{model}/vocab.txt cannot be read ({_first_line(error)}); restore the vocabulary "
            "that the weights were trained with."
        ) from error
    if len(tokenizer) > vocabulary_size:
        raise EncoderError(
            f"{model}/vocab.txt has {len(tokenizer)} entries but the weights know "
            f"{vocabulary_size}; restore the vocabulary that the weights were trained with."
        )
    return tokenizer


def fingerprint(
    bert: BertModel, tokenizer: BertTokenizerFast, grams: GramTable | None = None
) -> str:
    """Sixteen hex digits over all weights and the vocabulary."""
    digest = hashlib.sha256()
    for name, tensor in sorted(bert.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    for token, index in sorted(tokenizer.get_vocab().items()):
        digest.update(f"{token}\0{index}\0".encode())
    if grams is not None:
        digest.update(grams.weights.tobytes())
    return digest.hexdigest()[:16]


def _check_folder(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise EncoderError(
            f"{folder}/config.json is missing; KEFU_ENCODER must name a BERT folder."
        )
    if not any((folder / name).is_file() for name in _WEIGHTS):
        raise EncoderError(
            f"{folder} has neither {_WEIGHTS[0]} nor {_WEIGHTS[1]}; restore the weights or "
            "point KEFU_ENCODER to another folder."
        )
    if not any((folder / name).is_file() for name in ("vocab.txt", "tokenizer.json")):
        raise EncoderError(f"{folder}/vocab.txt is missing; restore the vocabulary.")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
