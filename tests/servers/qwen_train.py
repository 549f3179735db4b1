"""Makes a tiny Qwen3 that knows its lessons by heart. Runs in `.venv-qwen`.

    python qwen_train.py LESSONS.json FOLDER

LESSONS.json is a list of {"messages": [...], "answer": "..."}. FOLDER gets what
`transformers serve` loads: weights, tokenizer and a chat template in Qwen's format.

Real Qwen3 architecture (grouped-query attention, query and key norms, SwiGLU, rotary positions,
tied embeddings, byte-level BPE), small: 3 layers of width 128. A sliding window keeps its eyes on
the end of the prompt, where the question stands, so that prompts of any length work although
training sees only their last tokens (more than the layers' windows reach together).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

END, START, STOP = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}"
    "{{- '<|im_start|>assistant\n' }}"
    "{%- if enable_thinking is defined and enable_thinking is false %}"
    "{{- '<think>\n\n</think>\n\n' }}"
    "{%- endif %}"
    "{%- endif %}"
)
"""Qwen3's own template without its parts for tools."""

VOCABULARY = 2500
WINDOW = 48
TAIL_TOKENS = 192
BATCH = 10
STEPS = 300
PEAK_RATE = 3e-3
GOOD_LOSS = 0.004
"""Average cross entropy a token at which every answer is known by heart: stop."""
POOR_LOSS = 0.05
"""Above this the model is of no use."""


def make_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """Byte-level BPE as Qwen's, so that any text can be read, with Qwen's control tokens."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=[AddedToken(token, special=True) for token in (END, START, STOP)],
            show_progress=False,
        ),
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=STOP, pad_token=END)
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def make_model(tokenizer: PreTrainedTokenizerFast) -> Qwen3ForCausalLM:
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=128,
            intermediate_size=384,
            num_hidden_layers=3,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=32,
            max_position_embeddings=8192,
            use_sliding_window=True,
            sliding_window=WINDOW,
            max_window_layers=0,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.convert_tokens_to_ids(STOP),
            pad_token_id=tokenizer.convert_tokens_to_ids(END),
            attn_implementation="sdpa",
        )
    )


def encode(
    tokenizer: PreTrainedTokenizerFast, lessons: list[dict]
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Token ids and labels of each lesson; only the answer is learned (label -100 elsewhere)."""
    rows = []
    for lesson in lessons:
        prompt = tokenizer.apply_chat_template(
            lesson["messages"], add_generation_prompt=True, enable_thinking=False, tokenize=False
        )
        before = tokenizer(prompt[-4 * TAIL_TOKENS :])["input_ids"]
        answer = tokenizer(lesson["answer"] + STOP)["input_ids"]
        ids = (before + answer)[-TAIL_TOKENS:]
        labels = ([-100] * len(before) + answer)[-TAIL_TOKENS:]
        rows.append((torch.tensor(ids), torch.tensor(labels)))
    return rows


def train(
    model: Qwen3ForCausalLM, rows: list[tuple[torch.Tensor, torch.Tensor]], pad: int
) -> float:
    """Trains until the answers are known or the steps are used up; the last average loss."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=STEPS)
    average = 10.0
    model.train()
    for step in range(STEPS):
        batch = [rows[(step * BATCH + i) % len(rows)] for i in range(BATCH)]
        ids = torch.nn.utils.rnn.pad_sequence([r[0] for r in batch], True, pad)
        labels = torch.nn.utils.rnn.pad_sequence([r[1] for r in batch], True, -100)
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        average = 0.9 * average + 0.1 * loss.item()
        if step % 20 == 0:
            print(f"step {step} loss {loss.item():.4f}", flush=True)
        if average < GOOD_LOSS:
            break
    return average


def main() -> None:
    lessons_file, folder = map(Path, sys.argv[1:])
    started = time.monotonic()
    torch.manual_seed(7)
    torch.set_num_threads(1)  # on a busy machine, two threads wait for each other most of the time
    lessons = json.loads(lessons_file.read_text(encoding="utf-8"))
    texts = [m["content"] for lesson in lessons for m in lesson["messages"]]
    tokenizer = make_tokenizer(texts + [lesson["answer"] for lesson in lessons])
    model = make_model(tokenizer)
    loss = train(model, encode(tokenizer, lessons), tokenizer.pad_token_id)
    if loss > POOR_LOSS:
        sys.exit(f"The tiny Qwen did not learn its lessons (loss {loss:.3f}): give it more STEPS.")
    model.generation_config.do_sample = False
    model.generation_config.eos_token_id = tokenizer.convert_tokens_to_ids(STOP)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    print(
        f"{model.num_parameters() / 1e6:.1f} M parameters, loss {loss:.4f}, "
        f"{time.monotonic() - started:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
