"""Section "Two digits on a circle", continued: layer 0 as softmax times value of two tokens, from the weights.

The criterion was chosen after measuring the write-up's checkpoint, the bundled one, seeds 0 to 7 and the null
networks: at least 99.4% of the interaction of every head that reads a column follows from the weights; on the null
networks no head reads one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import decimals, percent
from sumint.analyses.adding.layer_0_product import ATTENDS_FROM, WRITES_FROM, Layer0Product, layer_0_product

EXPLAINED_AT_LEAST = 0.98


def product_table(product: Layer0Product) -> Table:
    """A row for each digit but the leading one and each head that reads its column, or all heads if none does."""
    head = ("digit", "head", "attention", "R²", "R², joint part", "joint part", "a + b", "a − b")
    return Table(
        "layer-0-products",
        "What layer-0 heads write about two digits, from the weights",
        dict(zip(head, zip(*_rows(product), strict=True), strict=True)),
        caption=(
            "Heads that read a digit’s column: attention to it; R² of the mean output by $a$ and $b$, calculated "
            "from the weights, and of its joint part; shares of the joint part and of the first frequencies."
        ),
        source=layer_0_product,
        formats={name: _r2 if name.startswith("R²") else _percent_or_none for name in head[2:]},
    )


def _rows(product: Layer0Product) -> Iterator[tuple[str | float, ...]]:
    measured = (
        product.attention,
        product.r2,
        product.joint_r2,
        product.joint_share,
        product.sum_share,
        product.difference_share,
    )
    for number, column in enumerate(product.columns):
        for head in range(product.attention.shape[1]):
            if product.reads[number, head] or not product.reads.any():
                yield f"C{column}", f"H0.{head}", *(float(values[number, head]) for values in measured)


def _r2(share: float) -> str:
    return decimals(share, 4) if np.isfinite(share) else "–"


def _percent_or_none(share: float) -> str:
    return percent(share) if np.isfinite(share) else "–"


@claim(
    "layer-0-from-weights",
    "The weights of layer 0 reproduce what its heads write about both digits of a column jointly: the softmax of "
    "two scores, one for each digit, times the digits’ values.",
    analysis=layer_0_product,
    figure="layer-0-products",
    otherwise="At {case}, only {value} of the variance of the head output’s joint part follows from a score and a "
    "value for each digit.",
)
def weights_explain_the_joint_part(product: Layer0Product) -> Check:
    """R² of the joint part, from the weights, for each head that reads the column of the digit predicted."""
    if not product.reads.any():
        return not_applicable("No head of layer 0 reads a column where its digit is predicted.")
    explained = {
        f"C{column}, H0.{head}": float(product.joint_r2[number, head])
        for number, column in enumerate(product.columns)
        for head in np.flatnonzero(product.reads[number]).tolist()
    }
    without = [f"C{column}" for number, column in enumerate(product.columns) if not product.reads[number].any()]
    least = float(np.fmin.reduce(product.r2[product.reads]))
    return all_of(
        at_least(
            EXPLAINED_AT_LEAST,
            explained | dict.fromkeys(without, math.nan),
            "the softmax of two scores, from the mean query, times two values explains {bound} of the variance of "
            "the joint part of every head that gives the column at least "
            f"{percent(ATTENDS_FROM, 0)} of its attention and writes at least {percent(WRITES_FROM, 0)} of what "
            "depends on it, at every digit but the leading one",
        ),
        note=f"of the whole mean outputs at least {percent(least)}" if math.isfinite(least) else "",
    )
