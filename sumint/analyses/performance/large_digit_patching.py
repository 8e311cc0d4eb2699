"""Which activations make sums with leading digits of 5 to 9 go wrong: patching from sums with smaller ones.

The two sums of a pair differ in their leading digits only, and these have the same total, so all carries and the
whole answer are the same. The base has a leading digit of 5 to 9 in one operand, the source in none. For each
digit the pairs are used in which it is right in the source and wrong in the base. A patch from the source repairs
the base's digit if it is then right; in the opposite direction, a patch from the base breaks the source's.

Patched are the head outputs of layer 0 at one site, or of all heads at one position; the token embeddings alone,
which layer 1 reads at the positions of the two digits; one input of layer 1, or the direct path to the logits; or
the output of one head of layer 1. Two positions are chosen, one after the other, to repair the most pairs, and
tested on other pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.hooks import Hook, activations, freeze
from sumint.interventions.patching import LAST, shares_of
from sumint.interventions.sites import Changes, Site, apply_changes, changes_to
from sumint.model.load import Model, Tensor, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.results.result import Result
from sumint.task.large_operands import LeadingDigitPairs, leading_digit_pairs
from sumint.task.sums import Layout, Sums

N_PAIRS, SEED_OF_CHOICE, SEED = 250, 10, 11
"""The number of random pairs, first to choose positions and then to test them, and the seeds of both sets."""

PAIRS_AT_LEAST = 25
"""A digit is measured if at least this many pairs of both sets have it right in the source, wrong in the base."""

Q, K, V, Z1 = (f"blocks.1.attn.hook_{kind}" for kind in ("q", "k", "v", "z"))
LAYER_1_PARTS = {
    "queries": (Q,),
    "keys": (K,),
    "values": (V,),
    "queries and keys": (Q, K),
    "all of layer 1": (Q, K, V),
}
"""The inputs of layer 1 that are taken over, and their activations as transformer_lens names them."""

WAYS = ("token embeddings", "layer 0", "one position", "two positions", *LAYER_1_PARTS, "directly")
"""What is taken over: the embeddings of the two digits alone, all head outputs of layer 0, those at the chosen
positions, an input of layer 1, or the direct path to the logits."""

OPERANDS = ("first", "second")
"""The operand of the base that has the large leading digit."""


@dataclass(frozen=True)
class LargeDigitPatching(Result, operand=OPERANDS, way=WAYS, head="H0.{}", layer_1_head="H1.{}"):
    """How many wrong digits are repaired, by the operand with the large leading digit and by what is patched.

    Digits that a large leading digit makes wrong too rarely to measure have no pairs.
    """

    n_pairs: Int[np.ndarray, "digit operand"]
    """The number of pairs on which positions are chosen, and sites and positions are patched one at a time."""
    n_repaired_by_site: Int[np.ndarray, "digit operand head position"]
    n_repaired_by_position: Int[np.ndarray, "digit operand position"]
    n_broken_by_position: Int[np.ndarray, "digit operand position"]
    chosen: Int[np.ndarray, "digit choice=2"]
    """The two positions, in the order in which they were chosen."""
    n_fresh_pairs: Int[np.ndarray, "digit operand"]
    """The number of other pairs, for the ways and the heads of layer 1."""
    n_repaired: Int[np.ndarray, "digit operand way"]
    n_repaired_by_layer_1_head: Int[np.ndarray, "digit operand layer_1_head"]

    @property
    def layout(self) -> Layout:
        return Layout(len(self.n_pairs))

    @property
    def broken_digits(self) -> tuple[int, ...]:
        """The answer digits that were measured."""
        return tuple(np.flatnonzero(self.n_fresh_pairs.sum(axis=1)).tolist())

    @property
    def rates(self) -> Float[np.ndarray, "digit operand way"]:
        """The share of pairs whose digit is repaired; NaN without pairs."""
        return shares_of(self.n_repaired, self.n_fresh_pairs[..., None])

    def chosen_names(self, digit: int) -> tuple[str, ...]:
        """The names of the two positions that were chosen for a digit."""
        return tuple(self.layout.position_names[position] for position in self.chosen[digit])


def large_digit_patching(model: Model, sample: Sums) -> LargeDigitPatching:  # noqa: ARG001 — it draws pairs
    """Patches activations of sums with and without a large leading digit, digit by digit."""
    layout = layout_of(model)
    n_digits, n_heads = layout.n_digits, model.cfg.n_heads
    both = (n_digits, len(OPERANDS))
    n_pairs, n_fresh_pairs = np.zeros((2, *both), np.int64)
    by_site = np.zeros((*both, n_heads, layout.n_ctx), np.int64)
    by_position, broken = np.zeros((2, *both, layout.n_ctx), np.int64)
    chosen = np.zeros((n_digits, 2), np.int64)
    by_way, by_layer_1_head = np.zeros((*both, len(WAYS)), np.int64), np.zeros((*both, n_heads), np.int64)
    drawn = [_Pairs.on(model, leading_digit_pairs(layout, N_PAIRS, seed)) for seed in (SEED_OF_CHOICE, SEED)]
    for digit in range(n_digits):
        pairs, fresh = (of_seed.with_digit_broken(digit) for of_seed in drawn)
        if min(len(pairs), len(fresh)) < PAIRS_AT_LEAST:
            continue
        n_pairs[digit], n_fresh_pairs[digit] = pairs.count(), fresh.count()
        positions = range(layout.predicting.start + digit + 1)
        for position in positions:
            for head in range(n_heads):
                by_site[digit, :, head, position] = pairs.count(pairs.is_repaired([Site(head, position)]))
            by_position[digit, :, position] = pairs.count(pairs.is_repaired(pairs.at(position)))
            broken[digit, :, position] = pairs.count(pairs.is_broken(pairs.at(position)))
        first = int(by_position[digit].sum(axis=0).argmax())
        with_second = [pairs.is_repaired(pairs.at(first, position)).sum() for position in positions]
        with_second[first] = -1
        second = int(np.argmax(with_second))
        chosen[digit] = first, second
        by_way[digit] = np.stack([fresh.count(one) for one in fresh.is_repaired_by_way(first, second)], axis=1)
        by_layer_1_head[digit] = np.stack(
            [fresh.count(fresh.is_repaired_by_head(head)) for head in range(n_heads)], axis=1
        )
    return LargeDigitPatching(
        n_pairs=n_pairs,
        n_repaired_by_site=by_site,
        n_repaired_by_position=by_position,
        n_broken_by_position=broken,
        chosen=chosen,
        n_fresh_pairs=n_fresh_pairs,
        n_repaired=by_way,
        n_repaired_by_layer_1_head=by_layer_1_head,
    )


@dataclass(frozen=True)
class _Pairs:
    """Pairs of sums with their layer-0 activations, up to the position that predicts one of the digits."""

    model: Model
    pairs: LeadingDigitPairs
    digits: Int[np.ndarray, " pair"]
    """The right digit at the last position."""
    source_tokens: Int[Tensor, "pair position"]
    base: Layer0Activations
    source: Layer0Activations

    @classmethod
    def on(cls, model: Model, pairs: LeadingDigitPairs) -> _Pairs:
        """Runs layer 0 on both sums of each pair."""
        base, source = (
            tokens_for(model, sums)[:, : layout_of(model).predicting.stop] for sums in (pairs.base, pairs.source)
        )
        of_base, of_source = (Layer0Activations.on(model, tokens) for tokens in (base, source))
        return cls(model, pairs, pairs.base.answer_digits[:, -1], source, of_base, of_source)

    def with_digit_broken(self, digit: int) -> _Pairs:
        """The pairs with this digit right in the source and wrong in the base, up to where it is predicted."""
        # Positions after the one that predicts the digit cannot influence it.
        stop = layout_of(self.model).predicting.start + digit + 1
        digits = self.pairs.base.answer_digits[:, digit]
        base, source = (
            Layer0Activations(one.z[:, :stop], one.residual[:, :stop]) for one in (self.base, self.source)
        )
        right_in_base, right_in_source = (
            predictions_from(self.model, one.residual, LAST)[:, 0] == digits for one in (base, source)
        )
        kept = np.flatnonzero(right_in_source & ~right_in_base)
        return _Pairs(
            self.model,
            LeadingDigitPairs(self.pairs.base[kept], self.pairs.source[kept]),
            digits[kept],
            self.source_tokens[kept, :stop],
            *(Layer0Activations(one.z[kept], one.residual[kept]) for one in (base, source)),
        )

    def __len__(self) -> int:
        return len(self.pairs)

    def count(self, is_counted: Bool[np.ndarray, " pair"] | bool = True) -> Int[np.ndarray, " operand"]:
        """How many of the marked pairs there are, by the operand with the large leading digit."""
        is_second = self.pairs.is_second
        return np.array([(is_counted & ~is_second).sum(), (is_counted & is_second).sum()], np.int64)

    def at(self, *positions: int) -> list[Site]:
        """All heads of layer 0 at these positions."""
        return [Site(head, position) for position in positions for head in range(self.model.cfg.n_heads)]

    def is_repaired(self, sites: Sequence[Site]) -> Bool[np.ndarray, " pair"]:
        """Whether the base's digit is right with the source's head outputs at these sites."""
        return self._is_right(self._patched(self.base, self.source, sites))

    def is_broken(self, sites: Sequence[Site]) -> Bool[np.ndarray, " pair"]:
        """Whether the source's digit is wrong with the base's head outputs at these sites."""
        return ~self._is_right(self._patched(self.source, self.base, sites))

    def is_repaired_by_way(self, first: int, second: int) -> list[Bool[np.ndarray, " pair"]]:
        """Whether the base's digit is right in each of `WAYS`, given the chosen positions."""
        all_sites = self.at(*range(self.source_tokens.shape[1]))
        with_layer_0 = self._patched(self.base, self.source, all_sites)
        # What layer 0 does not write is the embeddings, which differ at the leading digits only.
        with_embeddings = self.base.residual + (self.source.residual - with_layer_0)
        of_base, of_source = (self._inputs(one.residual) for one in (self.base, self.source))
        by_part = [
            self._is_right(self.base.residual, [freeze(name, of_source[name]) for name in names])
            for names in LAYER_1_PARTS.values()
        ]
        layer_1_unchanged = [freeze(name, values) for name, values in of_base.items()]
        return [
            self._is_right(with_embeddings),
            self._is_right(with_layer_0),
            self.is_repaired(self.at(first)),
            self.is_repaired(self.at(first, second)),
            *by_part,
            self._is_right(self.source.residual, layer_1_unchanged),
        ]

    def is_repaired_by_head(self, head: int) -> Bool[np.ndarray, " pair"]:
        """Whether the base's digit is right with the source's output of one head of layer 1 where it is read."""
        z = activations(self.model, self.source_tokens, [Z1])[Z1][:, -1, head]

        def edit(values: Float[Tensor, "pair position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
            values = values.clone()
            values[:, -1, head] = z
            return values

        return self._is_right(self.base.residual, [(Z1, edit)])

    def _patched(
        self, base: Layer0Activations, source: Layer0Activations, sites: Sequence[Site]
    ) -> Float[Tensor, "pair position d_model"]:
        changes: Changes = changes_to(base.z, source.z, *sites)
        return apply_changes(self.model, base.residual, changes)

    def _inputs(self, residual: Float[Tensor, "pair position d_model"]) -> dict[str, Tensor]:
        """Layer 1's queries, keys and values on a residual."""
        inputs: dict[str, Tensor] = {}

        def keeping(name: str) -> Hook:
            def keep(values: Tensor, hook: object) -> Tensor:  # noqa: ARG001
                inputs[name] = values
                return values

            return name, keep

        self._is_right(residual, [keeping(name) for name in (Q, K, V)])
        return inputs

    def _is_right(
        self, residual: Float[Tensor, "pair position d_model"], hooks: Sequence[Hook] = ()
    ) -> Bool[np.ndarray, " pair"]:
        with self.model.hooks(fwd_hooks=list(hooks)):
            return predictions_from(self.model, residual, LAST)[:, 0] == self.digits
