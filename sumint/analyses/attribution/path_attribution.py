"""Path attribution: what each path adds to the logits, from layer 0 directly or through a head of layer 1.

From the write-up's sections "Fine-grained DLA" and "DLA in Fourier space" (cells 27, 28, 31 and 32). The residual
stream after layer 0 is a sum of the embeddings and the outputs of its heads. Each of these origins reaches the
logits on the direct path and through each head of layer 1. The write-up divides what layer 1 reads by layer 0's
layer-norm scale. Layer 1 divides it by its own scale, and only with that do the paths through a head add up to the
head's attribution. The write-up's paths omit the biases.

Over the sample, a path's attribution is summarised by its first frequency: its magnitude, and its direction on the
circle of digits. The agreement of the directions is the length of the sum of all phasors over the sum of their
lengths: 1 if all agree, near 0 if they cancel. This weights each sum by the size of the path's attribution, since
the phase of a phasor of no length is meaningless. The resultant of the phases alone is measured as well.
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
from sumint.results.result import Result
from sumint.task.examples import examples
from sumint.task.sums import Sums

READINGS = {"as published": 0, "corrected": 1}
"""The two versions of the paths through layer 1, and the layer whose layer-norm scale each divides by."""


@dataclass(frozen=True)
class PathAttribution(
    Result, reading=tuple(READINGS), example="example_labels", path="paths", bias="biases", sum="sums"
):
    """The attribution of every path, in the versions of `READINGS`."""

    paths: tuple[str, ...]
    """The direct path of each origin in layer 0, then the paths of each origin through each head of layer 1."""
    biases: tuple[str, ...]
    """The paths of the biases: b_O of layer 0, directly and through layer 1's heads, b_O of layer 1, and b_U."""
    example_labels: tuple[str, ...]
    example_paths: Float[np.ndarray, "reading example path digit digit_value"]
    example_biases: Float[np.ndarray, "example bias digit digit_value"]
    """The attribution of the biases with layer 1's scale, with which paths and biases add up to the logits."""
    sums: tuple[str, ...]
    """The sums of the sample as strings."""
    waves: Complex[np.ndarray, "reading path digit sum"]
    """The first frequency of each path's attribution over the ten values, for every sum of the sample."""
    error_of_heads: Float[np.ndarray, " reading"]
    """The relative error of the paths through layer 1 against its heads' attributions; published: without b_O."""
    error_of_bias_alone: float
    """That relative error with layer 1's scale, but without b_O."""
    error_of_logits: float
    """The relative error of all corrected paths and biases against the logits."""

    @cached_property
    def agreement(self) -> Float[np.ndarray, "reading path digit"]:
        """The length of the sum of a path's phasors over the sum of their lengths; 0 if all are zero."""
        lengths = np.abs(self.waves).sum(axis=-1, dtype=np.float64)
        return np.abs(self.waves.sum(axis=-1, dtype=np.complex128)) / np.where(lengths == 0, 1, lengths)

    @cached_property
    def directions(self) -> Float[np.ndarray, "reading path digit"]:
        """The phase of the sum of a path's phasors, in radians."""
        return np.angle(self.waves.sum(axis=-1, dtype=np.complex128))

    @cached_property
    def phase_resultants(self) -> Complex[np.ndarray, "reading path digit"]:
        """The resultant of the phases of a path's phasors, all weighted equally."""
        return resultant(np.angle(self.waves))


def path_attribution(model: Model, sample: Sums) -> PathAttribution:
    """Measures every path's attribution: to all logits for the examples, its first frequency over the sample."""
    example_sums = examples(sample)
    example_forward = ForwardPass.of(model, example_sums.sums)
    forward = ForwardPass.of(model, sample)
    origins = ("embed", *(name.removeprefix("H") for name in head_names(model, 0)))
    heads = [name.removeprefix("H") for name in head_names(model, 1)]
    paths = {layer: _paths(forward, layer) for layer in READINGS.values()}
    waves = [rearrange(_waves(paths[layer]), "sum path digit -> path digit sum") for layer in READINGS.values()]
    own, biases = paths[1], _biases(forward)
    through_heads = [_through_heads(paths[layer], len(origins)) for layer in READINGS.values()]
    read_bias = biases[:, 1 : 1 + len(heads)]
    whole = forward.direct(forward.heads(1))
    return PathAttribution(
        paths=(*origins, *(f"{origin} → {head}" for origin in origins for head in heads)),
        biases=("b_O[0]", *(f"b_O[0] → {head}" for head in heads), "b_O[1]", "b_U"),
        example_labels=example_sums.labels,
        example_paths=np.stack([as_array(_paths(example_forward, layer)) for layer in READINGS.values()]),
        example_biases=as_array(_biases(example_forward)),
        sums=tuple(sample.strings),
        waves=np.stack(waves),
        error_of_heads=np.array(
            [relative_error(through_heads[0], whole), relative_error(through_heads[1] + read_bias, whole)]
        ),
        error_of_bias_alone=relative_error(through_heads[1], whole),
        error_of_logits=relative_error(own.sum(1) + biases.sum(1), forward.logits),
    )


def _paths(forward: ForwardPass, scale_of_layer: int) -> Float[Tensor, "sum path digit value"]:
    """The attributions of all paths; what layer 1 reads is divided by the given layer's layer-norm scale."""
    import torch

    embedded = reduce(forward.embeddings, "sum component position d_model -> sum 1 position d_model", "sum")
    origins = torch.cat([embedded, forward.heads(0)], dim=1)
    through = forward.through_layer_1(origins, forward.scale(scale_of_layer))
    flat = rearrange(through, "sum component head digit value -> sum (component head) digit value")
    return torch.cat([forward.direct(origins), flat], dim=1)


def _biases(forward: ForwardPass) -> Float[Tensor, "sum bias digit value"]:
    """The attributions of b_O of layer 0, directly and through layer 1's heads, of b_O of layer 1 and of b_U."""
    import torch

    bias = forward.output_bias(0)
    through = forward.through_layer_1(bias, forward.scale(1))
    return torch.cat(
        [forward.direct(bias), through[:, 0], forward.direct(forward.output_bias(1)), forward.unembedding_bias],
        dim=1,
    )


def _through_heads(
    paths: Float[Tensor, "sum path digit value"], n_origins: int
) -> Float[Tensor, "sum head digit value"]:
    """The sum of all paths through each head of layer 1."""
    return reduce(
        paths[:, n_origins:],
        "sum (origin head) digit value -> sum head digit value",
        "sum",
        origin=n_origins,
    )


def _waves(paths: Float[Tensor, "sum path digit value"]) -> Complex[np.ndarray, "sum path digit"]:
    return first_frequency(as_array(paths)).astype(np.complex64)
