"""The trained Rasa model: does it fit the data, is it whole, make it if not.

A model fits when its file carries the fingerprint of everything it was made from, so nobody has to
remember to train. Models that people make with `rasa train` under other names are left alone.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kefu.errors import ModelError
from kefu.run.process import Process
from kefu.settings import HOME, Settings
from kefu.teaching.checking import approve

PREFIX = "kefu-"
KEPT_MODELS = 3
_METADATA = "metadata.json"
_CHUNK_BYTES = 1 << 20
_LOG_RECORD = "  - "  # stands before the message in Rasa's log; progress bars have none
_TEACHING = ("config.yml", "domain.yml", "domain", "data")
_MACHINERY = ("kefu/nlu", "kefu/dialogue", "kefu/encoder", "kefu/tokens.py")
_NOT_MACHINERY = "kefu/encoder/pretrain"  # it makes the encoder, whose weights count by themselves
_PACKAGES = ("rasa", "torch", "transformers", "scikit-learn")
# No policy of ours learns from stories glued together, and making them takes minutes.
_TRAIN = ("-m", "rasa", "train", "--augmentation", "0")
_SUFFIXES = frozenset({".py", ".yml", ".yaml", ".txt", ".json", ".safetensors", ".bin"})


class ModelShelf:
    """The folder of trained models and what they are made from.

    Args:
        settings: `encoder`, a folder or a hub name.
        home: the project's root.
        trainer: the program that takes `--fixed-model-name NAME`.
    """

    def __init__(
        self,
        settings: Settings,
        home: Path = HOME,
        *,
        trainer: Sequence[str] = (sys.executable, *_TRAIN),
    ) -> None:
        self._trainer = trainer
        self._encoder = settings.encoder
        self._home = home
        self.folder = home / "models"

    @property
    def machinery(self) -> str:
        """Twelve characters that change with code, encoder weights and library versions."""
        digest = hashlib.sha256()
        for package in _PACKAGES:
            digest.update(f"{package}={_version(package)}\n".encode())
        for file in self._files(*_MACHINERY):
            if not file.is_relative_to(self._home / _NOT_MACHINERY):
                self._add(digest, file)
        digest.update(encoder_digest(self._encoder).encode())
        return digest.hexdigest()[:12]

    @property
    def fingerprint(self) -> str:
        """Twelve characters that change with anything a model is made from."""
        digest = hashlib.sha256(self.machinery.encode())
        for file in self._files(*_TEACHING):
            self._add(digest, file)
        return digest.hexdigest()[:12]

    def _files(self, *places: str) -> Iterator[Path]:
        for place in places:
            path = self._home / place
            if path.is_file():
                yield path
            else:
                yield from sorted(
                    file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file()
                )

    def _add(self, digest: hashlib._Hash, file: Path) -> None:
        digest.update(file.relative_to(self._home).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())

    def fitting(self) -> Path:
        """Where the model that fits the data is, or would be."""
        return self.folder / f"{PREFIX}{self.fingerprint}.tar.gz"

    def ours(self) -> list[Path]:
        """Models with a fingerprint in their name, newest first."""
        return sorted(
            self.folder.glob(f"{PREFIX}*.tar.gz"),
            key=lambda file: file.stat().st_mtime,
            reverse=True,
        )

    def prune(self, keep: int = KEPT_MODELS) -> None:
        """Delete our oldest models."""
        for old in self.ours()[keep:]:
            old.unlink(missing_ok=True)

    def ensure(
        self,
        show: Callable[[str], None] = lambda line: None,
        warn: Callable[[str], None] = lambda line: None,
        *,
        force: bool = False,
    ) -> Path:
        """The model that fits the data; checks the data and trains it if there is none.

        Args:
            show: takes each record of the training's log.
            warn: takes the lines of warnings and errors, and what is wrong with the data.
            force: train although one fits.

        Raises:
            ModelError: the model is damaged, or training failed.
            TrainingDataError: the data would teach something wrong.
        """
        model = self.fitting()
        if model.exists() and not force:
            check_model(model)
            return model
        self._train(model, show, warn)
        check_model(model)
        self.prune()
        return model

    def _train(self, model: Path, show: Callable[[str], None], warn: Callable[[str], None]) -> None:
        for needed in ("config.yml", "data"):
            if not (self._home / needed).exists():
                raise ModelError(f"{self._home / needed} is missing: nothing to train from.")
        domain = self._home / "domain.yml"
        approve([self._home / "data"], domain if domain.exists() else None, warn)
        name = model.name.removesuffix(".tar.gz")
        training = Process(
            "rasa train",
            [*self._trainer, "--fixed-model-name", name],
            log=self._home / "var" / "log" / "train.log",
            folder=self._home,
            # Rasa's cache knows a component by its configuration and its class, not by the
            # modules and weights behind it: other machinery gets another cache.
            environment={"RASA_CACHE_DIRECTORY": str(self._cache)},
            echo=warn,
            listen=lambda line: show(line) if _LOG_RECORD in line else None,
        )
        try:
            training.start()
            code = training.wait()
        finally:
            training.stop()
        self._forget_other_caches()
        if code != 0 or not model.exists():
            end = "\n  ".join(training.last_lines())
            raise ModelError(
                f"Training failed with exit code {code}: mend what {training.log} says "
                f"and train again. Its last lines:\n  {end}"
            )

    @property
    def _cache(self) -> Path:
        return self._home / ".rasa" / f"cache-{self.machinery}"

    def _forget_other_caches(self) -> None:
        for other in self._cache.parent.glob("cache-*"):
            if other != self._cache:
                shutil.rmtree(other, ignore_errors=True)


def encoder_digest(encoder: str) -> str:
    """Hash of an encoder's files, without loading it; of its name where it is no folder."""
    folder, digest = Path(encoder), hashlib.sha256()
    if not folder.is_dir():
        return hashlib.sha256(encoder.encode()).hexdigest()
    for file in sorted(folder.iterdir()):
        if file.suffix in _SUFFIXES:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def check_model(path: Path) -> dict[str, Any]:
    """Read a trained model to its end.

    Returns:
        Rasa's metadata of that model.

    Raises:
        ModelError: missing, damaged, or made by another version of Rasa.
    """
    if not path.is_file():
        raise ModelError(f"There is no model at {path}: run `kefu train`.")
    metadata: dict[str, Any] | None = None
    try:
        with gzip.open(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if Path(member.name).name == _METADATA:
                    content = archive.extractfile(member)
                    metadata = json.load(content) if content is not None else None
            while stream.read(_CHUNK_BYTES):  # to the end, where gzip's checksum is
                pass
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise _damaged(path) from error
    if not isinstance(metadata, dict):
        raise _damaged(path)
    made_by = metadata.get("rasa_open_source_version")
    if made_by != _version("rasa"):
        raise ModelError(
            f"The model {path} was made by Rasa {made_by}, but {_version('rasa')} is installed: "
            "run `kefu train`."
        )
    return metadata


def _damaged(path: Path) -> ModelError:
    return ModelError(f"The model {path} is damaged: delete that file and run `kefu train`.")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
