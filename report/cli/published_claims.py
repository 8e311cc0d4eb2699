"""The write-up's claims about its own checkpoint, as the build command checks them on another one.

These claims name heads and dimensions. A checkpoint of another size has none of these names; on one of the same
size they mean the same only if it resembles the write-up's.
"""

from __future__ import annotations

from report.content.formats import decimals
from sumint.checkpoints.files import Architecture
from sumint.errors import InputError
from sumint.lab import Lab


def check_size(lab: Lab) -> None:
    """Raise an `InputError` unless the heads and dimensions that the write-up names can exist."""
    if lab.weights.architecture != Architecture():
        raise InputError(
            f"--check-published: the write-up's claims name heads and dimensions of {_sizes(Architecture())}; "
            f"{lab.file_name} has {_sizes(lab.weights.architecture)}; leave the option out"
        )


def resemblance_lines(lab: Lab) -> list[str]:
    """Whether the checkpoint resembles the write-up's, in lines for the terminal.

    Nothing if it does not and the write-up's claims were not asked for, or if the two cannot be compared.
    """
    resemblance = lab.resemblance
    if resemblance is None or not (resemblance.is_close or lab.checks_published):
        return []
    least = (
        f"the least cosine of any dimension is {decimals(resemblance.embedding, 3)} between the embeddings and "
        f"{decimals(resemblance.unembedding, 3)} between the unembeddings"
    )
    if not resemblance.is_close:
        return [f"this checkpoint does not resemble the write-up's, but its claims were checked: {least}"]
    line = f"this checkpoint resembles the write-up's: {least}"
    return [line] if lab.checks_published else [line, "  --check-published checks the write-up's claims on it"]


def _sizes(architecture: Architecture) -> str:
    """The sizes of a network as text."""
    return (
        f"{architecture.n_digits} digits, {architecture.n_heads} heads per layer, a residual stream of "
        f"{architecture.d_model} dimensions and heads of {architecture.d_head}"
    )
