"""What each path through the model adds to the logits: from layer 0 directly, or through a head of layer 1.

From the write-up's sections "Fine-grained DLA" and "DLA in Fourier space" (cells 27, 28, 31 and 32). Layer 0's
output has its origins in the embeddings and in each of its heads; each origin reaches the logits by itself and
through each head of layer 1. The write-up divides what layer 1 reads by layer 0's layer-norm scale. But layer 1
divides it by its own, and only with that one do the paths through a head add up to it. The biases are in none of
its paths.

Over the sample, a path's attribution is told by its first frequency: how strong, and in which direction of the
circle of digits. A direction of its own is one that stays when arrows are added: the length of their sum over
the sum of their lengths is 1 where all agree and near 0 where they cancel. It weighs a sum by how much the path
adds there; the phase of an arrow without length says nothing. The resultant of the phases alone is measured as
well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from einops import rearrange, reduce
from jaxtyping import Complex, Float

from sumint.model.fourier import first_frequency, resultant
from sumint.model.load import Model, Tensor, as_array
from sumint.model.residual_stream import ForwardPass, head_names, relative_error
from sumint.task.examples import examples
from sumint.task.sums import Sums

READINGS = {"as published": 0, "corrected": 1}
"""The two ways to take paths through layer 1, and the layer whose layer-norm scale each divides by."""


@dataclass(frozen=True)
class PathAttribution:
    """Attributions of every path, in both readings; the first axis is that of `READINGS`."""

    paths: tuple[str, ...]
    """What layer 0 leaves, directly; then each of these through each head of layer 1."""
    biases: tuple[str, ...]
    """Directly, through each head of layer 1, and those that no head of layer 1 reads."""
    example_labels: tuple[str, ...]
    example_paths: Float[np.ndarray, "reading example path digit value"]
    example_biases: Float[np.ndarray, "example bias digit value"]
    """With layer 1's scale; with it, the paths and these add up to the logits."""
    sums: tuple[str, ...]
    """The sample's, as they are written."""
    waves: Complex[np.ndarray, "reading path digit sum"]
    """The first frequency of each path's attribution over the ten values, for every sum of the sample."""
    error_of_heads: Float[np.ndarray, " reading"]
    """By how much the paths through layer 1 miss its heads' own attributions; as published, without b_O."""
    error_of_bias_alone: float
    """The same with layer 1's scale, but without b_O."""
    error_of_logits: float
    """By how much all paths and biases, corrected, miss the logits."""

    @cached_property
    def agreement(self) -> Float[np.ndarray, "reading path digit"]:
        """The length of the sum of a path's arrows over the sum of their lengths; 0 where it adds nothing."""
        lengths = np.abs(self.waves).sum(axis=-1, dtype=np.float64)
        return np.abs(self.waves.sum(axis=-1, dtype=np.complex128)) / np.where(lengths == 0, 1, lengths)

    @cached_property
    def directions(self) -> Float[np.ndarray, "reading path digit"]:
        """The phase of that sum, in radians."""
        return np.angle(self.waves.sum(axis=-1, dtype=np.complex128))

    @cached_property
    def phase_resultants(self) -> Complex[np.ndarray, "reading path digit"]:
        """The same with all arrows of one length: the resultant of the phases, its length and direction."""
        return resultant(np.angle(self.waves))


def path_attribution(model: Model, sample: Sums) -> PathAttribution:
    """Every path's attribution: in full for the examples, its first frequency for the sample."""
    shown = examples(sample)
    of_examples = ForwardPass.of(model, shown.sums)
    run = ForwardPass.of(model, sample)
    origins = ("embed", *(name.removeprefix("H") for name in head_names(model, 0)))
    heads = [name.removeprefix("H") for name in head_names(model, 1)]
    paths = {layer: _paths(run, layer) for layer in READINGS.values()}
    waves = [rearrange(_waves(paths[layer]), "sum path digit -> path digit sum") for layer in READINGS.values()]
    own, biases = paths[1], _biases(run)
    through_heads = [_through_heads(paths[layer], len(origins)) for layer in READINGS.values()]
    read_bias = biases[:, 1 : 1 + len(heads)]
    whole = run.direct(run.heads(1))
    return PathAttribution(
        paths=(*origins, *(f"{origin} → {head}" for origin in origins for head in heads)),
        biases=("b_O[0]", *(f"b_O[0] → {head}" for head in heads), "b_O[1]", "b_U"),
        example_labels=shown.labels,
        example_paths=np.stack([as_array(_paths(of_examples, layer)) for layer in READINGS.values()]),
        example_biases=as_array(_biases(of_examples)),
        sums=tuple(sample.strings),
        waves=np.stack(waves),
        error_of_heads=np.array(
            [relative_error(through_heads[0], whole), relative_error(through_heads[1] + read_bias, whole)]
        ),
        error_of_bias_alone=relative_error(through_heads[1], whole),
        error_of_logits=relative_error(own.sum(1) + biases.sum(1), run.logits),
    )


def _paths(run: ForwardPass, scale_of_layer: int) -> Float[Tensor, "sum path digit value"]:
    """The attributions of all paths; what layer 1 reads is divided by the layer-norm scale of the given layer."""
    import torch

    embedded = reduce(run.embeddings, "sum component position d_model -> sum 1 position d_model", "sum")
    origins = torch.cat([embedded, run.heads(0)], dim=1)
    through = run.through_layer_1(origins, run.scale(scale_of_layer))
    flat = rearrange(through, "sum component head digit value -> sum (component head) digit value")
    return torch.cat([run.direct(origins), flat], dim=1)


def _biases(run: ForwardPass) -> Float[Tensor, "sum bias digit value"]:
    """What biases add: b_O of layer 0 directly and through each head of layer 1, b_O of layer 1, and b_U."""
    import torch

    first = run.output_bias(0)
    through = run.through_layer_1(first, run.scale(1))
    return torch.cat(
        [run.direct(first), through[:, 0], run.direct(run.output_bias(1)), run.unembedding_bias], dim=1
    )


def _through_heads(
    paths: Float[Tensor, "sum path digit value"], n_origins: int
) -> Float[Tensor, "sum head digit value"]:
    """For each head of layer 1, the sum of all paths through it."""
    return reduce(
        paths[:, n_origins:],
        "sum (origin head) digit value -> sum head digit value",
        "sum",
        origin=n_origins,
    )


def _waves(paths: Float[Tensor, "sum path digit value"]) -> Complex[np.ndarray, "sum path digit"]:
    return first_frequency(as_array(paths)).astype(np.complex64)
