"""A view of one head: its part of the hooked activations, in the shape that tools for a whole layer expect.

An activation of heads is hooked as [sum, position, head, d_head]. Tools that intervene on subspaces, such as
`transformer_lens.tools.analysis.interchange`, expect [sum, position, d_model]. Through this view a hook receives
the activation of one head only, as [sum, position, d_head], and what it returns replaces that head's part; the
other heads are unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jaxtyping import Float

from sumint.interventions.hooks import Hook
from sumint.model.load import Model, Tensor


@dataclass(frozen=True)
class HeadView:
    """The hook interface of a model, restricted to one head of every hooked activation."""

    original_model: Model
    """The model itself, under the name by which transformer_lens looks for a wrapped model."""
    head: int

    @contextmanager
    def hooks(self, fwd_hooks: Sequence[Hook]) -> Iterator[HeadView]:
        """A context in which the hooks receive, and may replace, this head's part of the activations."""
        # The model's own `hooks` would look up all hook points again each time, which takes longer than a pass.
        points = [self._hook_points[name] for name, _ in fwd_hooks]
        handles = [
            point.add_hook(self._restrict(hook)) for point, (_, hook) in zip(points, fwd_hooks, strict=True)
        ]
        try:
            yield self
        finally:
            for point, handle in zip(points, handles, strict=True):
                handle.hook.remove()
                point.fwd_hooks.remove(handle)

    @cached_property
    def _hook_points(self) -> dict[str, Any]:
        """The hook points of the model, by the names of their activations."""
        return self.original_model.hook_dict

    def parameters(self) -> Iterator[Tensor]:
        """The parameters of the model."""
        return self.original_model.parameters()

    def requires_grad_(self, requires_grad: bool = True) -> HeadView:
        """Sets whether gradients of the model's parameters are computed."""
        self.original_model.requires_grad_(requires_grad)
        return self

    def _restrict(self, hook: Callable[..., Any]) -> Callable[..., Any]:
        def hook_of_head(values: Float[Tensor, "sum position head d_head"], hook_point: object) -> Tensor | None:
            replaced = hook(values[:, :, self.head], hook=hook_point)
            if replaced is None:
                return None
            values = values.clone()
            values[:, :, self.head] = replaced
            return values

        return lambda values, hook: hook_of_head(values, hook)
