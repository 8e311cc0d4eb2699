"""The residual stream taken apart: what each component adds to the logits, and each path through layer 1.

From the write-up's section "Direct logit attribution" (cells 24 and 27). An attention-only transformer's last
residual is a sum: embeddings, the outputs of all heads, biases. With the scale of the final layer norm held at
what it was, the logits are linear in that sum, and each term has a part of its own in them: its direct logit
attribution. With layer 1's attention patterns and scale held as well, what a head of layer 1 writes is in turn a
sum over all that layer 0 left at the positions where it looks.

A layer norm only divides here: every term has mean zero, since the weights that write are centred.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from einops import einsum, rearrange
from jaxtyping import Float

from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.task.sums import N_DIGIT_TOKENS, Sums


@dataclass(frozen=True)
class ForwardPass:
    """A model's activations on some sums, and what the terms of its residual stream add to the logits.

    Logits and attributions are those of the ten digits, at the positions that predict the answer's digits.
    """

    model: Model
    cache: Any

    @classmethod
    def of(cls, model: Model, sums: Sums) -> ForwardPass:
        _, cache = model.run_with_cache(tokens_for(model, sums))
        return cls(model, cache)

    @property
    def logits(self) -> Float[Tensor, "sum digit value"]:
        """The model's own: for each digit of the answer, those of its ten values."""
        return self.cache["unembed.hook_out"][:, self._predicting, :N_DIGIT_TOKENS]

    @property
    def embeddings(self) -> Float[Tensor, "sum component position d_model"]:
        """The embedding of the token and that of the position."""
        tokens = self.cache["hook_embed"]
        positions = self.cache["hook_pos_embed"].expand(tokens.shape)
        return rearrange([tokens, positions], "component sum position d_model -> sum component position d_model")

    def heads(self, layer: int) -> Float[Tensor, "sum head position d_model"]:
        """What each head of a layer writes."""
        z = self.cache[f"blocks.{layer}.attn.hook_z"]
        return rearrange(written(self.model, layer, z), "sum position head d_model -> sum head position d_model")

    def output_bias(self, layer: int) -> Float[Tensor, "sum component position d_model"]:
        """b_O of a layer, a term of the residual stream like any other, but alike in all sums and positions."""
        n_sums, n_positions, d_model = self.cache["hook_embed"].shape
        return self.model.b_O[layer].expand(n_sums, 1, n_positions, d_model)

    def scale(self, layer: int) -> Float[Tensor, "sum position 1"]:
        """What the layer norm before a layer divides by."""
        return self.cache[f"blocks.{layer}.ln1.hook_scale"]

    def direct(
        self, written: Float[Tensor, "sum component position d_model"]
    ) -> Float[Tensor, "sum component digit value"]:
        """What terms of the last residual add to the logits, through the final layer norm's scale and W_U."""
        return written[:, :, self._predicting] / self._final_scale[:, None] @ self._unembedding

    def through_layer_1(
        self,
        written: Float[Tensor, "sum component position d_model"],
        scale: Float[Tensor, "sum position 1"],
    ) -> Float[Tensor, "sum component head digit value"]:
        """What terms of layer 0's output add to the logits through each head of layer 1.

        They are divided by `scale` at the position that the head looks at; with layer 1's own they add up to what
        the head adds directly.
        """
        attended = einsum(
            self.cache["blocks.1.attn.hook_pattern"][:, :, self._predicting],
            written / scale[:, None],
            "sum head digit position, sum component position d_model -> sum component head digit d_model",
        )
        added = einsum(
            attended,
            self.model.W_V[1] @ self.model.W_O[1] @ self._unembedding,
            "sum component head digit d_model, head d_model value -> sum component head digit value",
        )
        return added / self._final_scale[:, None, None]

    @property
    def unembedding_bias(self) -> Float[Tensor, "sum component digit value"]:
        """What b_U adds to the logits, alike in all sums and digits."""
        n_sums, n_digits, n_values = self.logits.shape
        return self.model.b_U[:N_DIGIT_TOKENS].expand(n_sums, 1, n_digits, n_values)

    @cached_property
    def _predicting(self) -> slice:
        return layout_of(self.model).predicting

    @property
    def _final_scale(self) -> Float[Tensor, "sum digit 1"]:
        return self.cache["ln_final.hook_scale"][:, self._predicting]

    @property
    def _unembedding(self) -> Float[Tensor, "d_model value"]:
        return self.model.W_U[:, :N_DIGIT_TOKENS]


def written(model: Model, layer: int, z: Float[Tensor, "*any head d_head"]) -> Float[Tensor, "*any head d_model"]:
    """What each head of a layer writes, from what it has gathered: transformer_lens's `hook_z`."""
    return einsum(z, model.W_O[layer], "... head d_head, head d_head d_model -> ... head d_model")


def head_names(model: Model, layer: int) -> tuple[str, ...]:
    """The heads of a layer as the field calls them: H0.0, H0.1, …"""
    return tuple(f"H{layer}.{head}" for head in range(model.cfg.n_heads))


def relative_error(terms: Tensor, whole: Tensor) -> float:
    """How far terms miss the whole that they should make: the norm of what is missing over that of the whole.

    A whole that is nothing is missed by nothing, or not at all.
    """
    missing, norm = (float(np.linalg.norm(as_array(part))) for part in (terms - whole, whole))
    return missing / norm if norm else float(missing > 0)
