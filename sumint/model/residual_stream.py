"""Decomposes the residual stream: what each component, and each path through layer 1, adds to the logits.

From the write-up's section "Direct logit attribution" (cells 24 and 27). The final residual stream of an
attention-only transformer is a sum of embeddings, head outputs and biases. With the scale of the final layer norm
fixed, the logits are linear in that sum, and each term contributes its own part: its direct logit attribution.
With layer 1's attention patterns and scale fixed as well, the output of a layer-1 head is in turn a sum over the
terms that layer 0 leaves at the positions to which the head attends.

A layer norm only divides here: every term has mean zero, since the weights that write to the stream are centred.
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
        """The forward pass of the model on these sums."""
        _, cache = model.run_with_cache(tokens_for(model, sums))
        return cls(model, cache)

    @property
    def logits(self) -> Float[Tensor, "sum digit value"]:
        """The model's logits of the ten digits, at each digit of the answer."""
        return self.cache["unembed.hook_out"][:, self._predicting, :N_DIGIT_TOKENS]

    @property
    def embeddings(self) -> Float[Tensor, "sum component position d_model"]:
        """The token embedding and the position embedding."""
        tokens = self.cache["hook_embed"]
        positions = self.cache["hook_pos_embed"].expand(tokens.shape)
        return rearrange([tokens, positions], "component sum position d_model -> sum component position d_model")

    def heads(self, layer: int) -> Float[Tensor, "sum head position d_model"]:
        """What each head of a layer adds to the residual stream."""
        z = self.cache[f"blocks.{layer}.attn.hook_z"]
        outputs = head_outputs(self.model, layer, z)
        return rearrange(outputs, "sum position head d_model -> sum head position d_model")

    def output_bias(self, layer: int) -> Float[Tensor, "sum component position d_model"]:
        """The output bias b_O of a layer as a term of the residual stream, equal for all sums and positions."""
        n_sums, n_positions, d_model = self.cache["hook_embed"].shape
        return self.model.b_O[layer].expand(n_sums, 1, n_positions, d_model)

    def scale(self, layer: int) -> Float[Tensor, "sum position 1"]:
        """The scale by which the layer norm before a layer divides."""
        return self.cache[f"blocks.{layer}.ln1.hook_scale"]

    def direct(
        self, terms: Float[Tensor, "sum component position d_model"]
    ) -> Float[Tensor, "sum component digit value"]:
        """What terms of the final residual add to the logits, through the final layer norm's scale and W_U."""
        return terms[:, :, self._predicting] / self._final_scale[:, None] @ self._unembedding

    def through_layer_1(
        self,
        terms: Float[Tensor, "sum component position d_model"],
        scale: Float[Tensor, "sum position 1"],
    ) -> Float[Tensor, "sum component head digit value"]:
        """What terms of layer 0's output add to the logits through each head of layer 1.

        Terms are divided by `scale` at the position to which the head attends. With layer 1's own scale the
        contributions of all terms add up to the head's direct attribution.
        """
        attended = einsum(
            self.cache["blocks.1.attn.hook_pattern"][:, :, self._predicting],
            terms / scale[:, None],
            "sum head digit position, sum component position d_model -> sum component head digit d_model",
        )
        contributions = einsum(
            attended,
            self.model.W_V[1] @ self.model.W_O[1] @ self._unembedding,
            "sum component head digit d_model, head d_model value -> sum component head digit value",
        )
        return contributions / self._final_scale[:, None, None]

    @property
    def unembedding_bias(self) -> Float[Tensor, "sum component digit value"]:
        """What b_U adds to the logits, equal for all sums and digits."""
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


def head_outputs(
    model: Model, layer: int, z: Float[Tensor, "*any head d_head"]
) -> Float[Tensor, "*any head d_model"]:
    """What each head of a layer adds to the residual stream: its output z, times W_O."""
    return einsum(z, model.W_O[layer], "... head d_head, head d_head d_model -> ... head d_model")


def head_names(model: Model, layer: int) -> tuple[str, ...]:
    """The names of a layer's heads: H0.0, H0.1, …"""
    return tuple(f"H{layer}.{head}" for head in range(model.cfg.n_heads))


def relative_error(terms: Tensor, whole: Tensor) -> float:
    """The norm of the difference between a sum of terms and the whole, over the norm of the whole.

    If the whole is zero, the error is 0 when the terms are zero as well and 1 otherwise.
    """
    error, norm = (float(np.linalg.norm(as_array(tensor))) for tensor in (terms - whole, whole))
    return error / norm if norm else float(error > 0)
