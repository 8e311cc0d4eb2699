"""The part of the forward pass that depends on layer 0's output at one position, up to the logits of one digit.

An intervention at a site of layer 0 changes the residual stream at one position. Layer 1 reads all other positions
as before, so their keys and values are computed once. What is left is small enough to be run, and differentiated,
hundreds of times: in a search over directions, for example.
"""

from __future__ import annotations

from dataclasses import dataclass

from einops import rearrange
from jaxtyping import Float, Int

from sumint.model.load import Model, Tensor
from sumint.model.partial_pass import Layer0Activations, by_head, normalize


@dataclass(frozen=True)
class Linear:
    """A linear layer of the model, as its tensors alone: the model's own module also runs hooks."""

    weight: Float[Tensor, "output input"]
    bias: Float[Tensor, " output"]

    def __call__(self, values: Float[Tensor, "*any input"]) -> Float[Tensor, "*any output"]:
        """The outputs of the layer."""
        import torch.nn.functional as F

        return F.linear(values, self.weight, self.bias)


@dataclass(frozen=True)
class PositionPass:
    """Sums whose sequences end at the position that predicts a digit, and what one position does not change."""

    model: Model
    position: int
    """The position at which the output of layer 0's heads can be changed."""
    z: Float[Tensor, "sum 1 head_d_head"]
    """The output of layer 0's heads at this position, before W_O."""
    rest: Float[Tensor, "sum 1 d_model"]
    """The residual stream at this position, without what layer 0's heads write."""
    last: Float[Tensor, "sum 1 d_model"]
    """The residual stream after layer 0 at the last position."""
    queries: Float[Tensor, "sum head 1 d_head"]
    """The queries of layer 1 at the last position."""
    keys: Float[Tensor, "sum head d_head position"]
    values: Float[Tensor, "sum head position d_head"]
    """The keys and values of layer 1 at every position."""
    is_here: Float[Tensor, " position"]
    """1 at this position and 0 elsewhere."""
    write: Float[Tensor, "head_d_head d_model"]
    """The output weights of layer 0."""
    query: Linear
    key: Linear
    value: Linear
    output: Linear
    """The layers of layer 1's attention."""
    unembed: Linear

    @classmethod
    def on(cls, model: Model, tokens: Int[Tensor, "sum position"], position: int) -> PositionPass:
        """Runs the model on sequences that end at the position that predicts the digit."""
        import torch

        layer_0 = Layer0Activations.on(model, tokens)
        attention = model.blocks[1].attn
        query, key, value, output = (
            Linear(part.weight, part.bias) for part in (attention.q, attention.k, attention.v, attention.o)
        )
        normalized = normalize(model, layer_0.residual)
        keys, values = (by_head(model, part(normalized)) for part in (key, value))
        here = slice(position, position + 1)
        z = layer_0.z[:, here].flatten(2)
        write = model.W_O[0].flatten(0, 1)
        return cls(
            model=model,
            position=position,
            z=z,
            rest=layer_0.residual[:, here] - z @ write,
            last=layer_0.residual[:, -1:],
            queries=by_head(model, query(normalized[:, -1:])),
            keys=keys.transpose(2, 3).contiguous(),
            values=values.contiguous(),
            is_here=(torch.arange(tokens.shape[1], device=tokens.device) == position).to(z),
            write=write,
            query=query,
            key=key,
            value=value,
            output=output,
            unembed=Linear(model.W_U.T, model.b_U),
        )

    def logits(self, rows: Int[Tensor, " row"]) -> Float[Tensor, "row token"]:
        """The logits of the digit for the sums with these numbers, each of which may occur several times.

        The output of layer 0's heads passes through its hook point `blocks.0.attn.hook_z`, where hooks receive it
        at this position only, and can replace it. Other hooks are not called.
        """
        here = self.rest[rows] + self.model.blocks[0].attn.o.hook_in(self.z[rows]) @ self.write
        normalized = normalize(self.model, here)
        key, value = (by_head(self.model, part(normalized)) for part in (self.key, self.value))
        if self.position == len(self.is_here) - 1:
            last, query = here, by_head(self.model, self.query(normalized))
        else:
            last, query = self.last[rows], self.queries[rows]

        # Keys and values change at this position only, so only the change is computed there.
        at = slice(self.position, self.position + 1)
        keys, values = self.keys[rows], self.values[rows]
        scores = query @ keys + query @ (key.transpose(2, 3) - keys[..., at]) * self.is_here
        pattern = (scores / self.model.cfg.d_head**0.5).softmax(-1)
        z = pattern @ values + pattern[..., at] * (value - values[:, :, at])
        final = last + self.output(rearrange(z, "row head query d_head -> row query (head d_head)"))
        return self.unembed(normalize(self.model, final))[:, 0]
