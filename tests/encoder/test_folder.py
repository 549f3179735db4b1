"""A folder is either loaded or refused in one sentence that names the file at fault."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from kefu.encoder import Encoder
from kefu.errors import EncoderError
from kefu.settings import HOME
from tests.encoder.tiny import VOCABULARY, macbert_vocabulary, write_bert


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bert(tmp_path / "bert")


def refusal(model: Path | str) -> str:
    with pytest.raises(EncoderError) as raised:
        Encoder.load(str(model), "cpu")
    message = str(raised.value)
    assert "\n" not in message
    return message


class TestWhatLoads:
    def test_safetensors_and_bin_give_the_same_vectors(self, tmp_path: Path):
        folders = [
            write_bert(tmp_path / "safe", safetensors=True),
            write_bert(tmp_path / "bin", safetensors=False),
        ]
        assert (folders[0] / "model.safetensors").is_file()
        assert (folders[1] / "pytorch_model.bin").is_file()
        safe, binary = (Encoder.load(str(folder), "cpu") for folder in folders)
        np.testing.assert_array_equal(
            safe.sentence_vectors(["你好"]), binary.sentence_vectors(["你好"])
        )
        assert safe.fingerprint == binary.fingerprint

    @pytest.mark.parametrize("safetensors", [True, False])
    def test_published_weights_carry_heads_and_a_prefix(self, tmp_path: Path, safetensors: bool):
        whole = write_bert(tmp_path / "whole", heads=True, safetensors=safetensors)
        one, two = (Encoder.load(str(whole), "cpu") for _ in range(2))
        assert one.fingerprint == two.fingerprint, "a weight was left to chance"
        assert one.sentence_vectors(["你好"]).any()

    @pytest.mark.parametrize("safetensors", [True, False])
    def test_a_folder_shaped_like_chinese_macbert_base(self, tmp_path: Path, safetensors: bool):
        vocabulary = macbert_vocabulary()
        assert len(vocabulary) == 21_128
        folder = write_bert(
            tmp_path / "macbert",
            vocabulary=vocabulary,
            safetensors=safetensors,
            heads=True,
            hidden_size=768,
            num_hidden_layers=12,
            num_attention_heads=12,
            intermediate_size=3072,
            max_position_embeddings=512,
        )
        encoder = Encoder.load(str(folder), "cpu")
        (found,) = encoder.encode(["退款多少钱"])
        assert encoder.dimension == 768
        assert encoder.max_pieces == 510
        assert found.tokens.shape == (5, 768)

    def test_half_precision_weights_compute_in_single(self, folder: Path):
        weights = load_file(folder / "model.safetensors")
        halved = {name: tensor.half() for name, tensor in weights.items()}
        save_file(halved, folder / "model.safetensors", metadata={"format": "pt"})
        vectors = Encoder.load(str(folder), "cpu").sentence_vectors(["你好"])
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors) == pytest.approx(1.0, abs=1e-5)

    def test_the_shipped_encoder(self):
        encoder = Encoder.load(str(HOME / "models" / "encoder"), "cpu")
        near, also, far = encoder.sentence_vectors(["什么时候发货", "啥时候能发货呀", "我要开发票"])
        assert near @ also > near @ far

    def test_other_weights_or_another_vocabulary_is_another_encoder(
        self, tmp_path: Path, folder: Path
    ):
        swapped = (*VOCABULARY[:-2], VOCABULARY[-1], VOCABULARY[-2])
        others = [
            write_bert(tmp_path / "seed", seed=1),
            write_bert(tmp_path / "words", vocabulary=swapped),
        ]
        found = {Encoder.load(str(place), "cpu").fingerprint for place in (folder, folder, *others)}
        assert len(found) == 3


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("file", "named"),
        [
            ("config.json", "config.json"),
            ("model.safetensors", "model.safetensors"),
            ("vocab.txt", "vocab.txt"),
        ],
    )
    def test_the_file_is_named(self, folder: Path, file: str, named: str):
        (folder / file).unlink()
        message = refusal(folder)
        assert named in message
        assert str(folder) in message

    def test_an_empty_folder(self, tmp_path: Path):
        (tmp_path / "empty").mkdir()
        assert "config.json is missing" in refusal(tmp_path / "empty")

    def test_no_folder_and_no_hub_name(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        assert "KEFU_ENCODER" in refusal(tmp_path / "nowhere")

    def test_weights_of_a_layer(self, folder: Path):
        weights = load_file(folder / "model.safetensors")
        kept = {name: tensor for name, tensor in weights.items() if "layer.1." not in name}
        save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
        message = refusal(folder)
        assert "encoder.layer.1." in message
        assert str(folder) in message

    def test_a_gpu_that_is_not_there(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        with pytest.raises(EncoderError, match="KEFU_DEVICE"):
            Encoder.load(str(folder), "cuda")
        assert Encoder.load(str(folder), "auto").dimension == 32


class TestWhatDoesNotFit:
    def test_another_architecture(self, folder: Path):
        described = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**described, "model_type": "roberta"}))
        message = refusal(folder)
        assert "config.json" in message
        assert "'roberta'" in message

    def test_a_config_that_is_no_json(self, folder: Path):
        (folder / "config.json").write_text("{oops")
        assert str(folder) in refusal(folder)

    def test_a_larger_vocabulary(self, folder: Path):
        with (folder / "vocab.txt").open("a", encoding="utf-8") as file:
            file.write("多\n余\n的\n词\n元\n")
        message = refusal(folder)
        assert "vocab.txt" in message
        assert str(len(VOCABULARY)) in message

    def test_weights_of_another_size(self, folder: Path):
        described = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**described, "intermediate_size": 48}))
        assert str(folder) in refusal(folder)

    @pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1\n"])
    def test_damaged_weights(self, folder: Path, content: bytes):
        (folder / "model.safetensors").write_bytes(content)
        assert str(folder) in refusal(folder)

    def test_a_binary_that_would_run_code(self, folder: Path, tmp_path: Path):
        class Touch:
            def __reduce__(self) -> tuple[object, tuple[str]]:
                return (open, (str(tmp_path / "ran"), "w"))  # type: ignore[return-value]

        (folder / "model.safetensors").unlink()
        torch.save({"embeddings": Touch()}, folder / "pytorch_model.bin")
        refusal(folder)
        assert not (tmp_path / "ran").exists()
