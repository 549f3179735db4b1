"""BERT's forward pass with as few steps as one CPU core likes.

The numbers are those of `transformers`: same weights, same order of operations, but one matrix for
queries, keys and values, fused attention, and no work for outputs that nobody reads.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import BertConfig, BertModel
from transformers.activations import ACT2FN
from transformers.models.bert.modeling_bert import BertLayer


class InferenceBert(nn.Module):
    """A trained BERT without pooler, for one segment of text. Shares the weights it can share."""

    places: torch.Tensor

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        embeddings = bert.embeddings
        self.words = embeddings.word_embeddings
        segment = embeddings.token_type_embeddings.weight[0]
        self.register_buffer("places", (embeddings.position_embeddings.weight + segment).detach())
        self.norm = embeddings.LayerNorm
        self.layers = nn.ModuleList(_Layer(layer, bert.config) for layer in bert.encoder.layer)
        self.eval()

    def forward(
        self, pieces: torch.Tensor, mask: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Embeddings and last layer, both (n, length, dimension).

        Args:
            pieces: (n, length) word pieces.
            mask: (n, length) True where there is text; None when all is text.
        """
        allowed = None if mask is None else mask[:, None, None, :]
        first: torch.Tensor = self.norm(self.words(pieces) + self.places[: pieces.shape[1]])
        hidden = first
        for layer in self.layers:
            hidden = layer(hidden, allowed)
        return first, hidden


class _Layer(nn.Module):
    def __init__(self, layer: BertLayer, config: BertConfig) -> None:
        super().__init__()
        own, out = layer.attention.self, layer.attention.output
        parts = (own.query, own.key, own.value)
        self.attend = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        with torch.no_grad():
            self.attend.weight.copy_(torch.cat([part.weight for part in parts]))
            self.attend.bias.copy_(torch.cat([part.bias for part in parts]))
        self.heads = config.num_attention_heads
        self.join, self.attended = out.dense, out.LayerNorm
        self.widen, self.act = layer.intermediate.dense, ACT2FN[config.hidden_act]
        self.narrow, self.done = layer.output.dense, layer.output.LayerNorm

    def forward(self, hidden: torch.Tensor, allowed: torch.Tensor | None) -> torch.Tensor:
        count, length, width = hidden.shape
        split = self.attend(hidden).view(count, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        seen = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        joined = self.join(seen.transpose(1, 2).reshape(count, length, width))
        hidden = self.attended(hidden + joined)
        done: torch.Tensor = self.done(hidden + self.narrow(self.act(self.widen(hidden))))
        return done
