"""The figures of the chapter on carries, and its table: how many sums carry, ablation and attention by carry."""

from __future__ import annotations

from report.content.chapter import CORRECTED, PUBLISHED, Figure, Table
from report.content.formats import count, counted
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.ablation.qkv_ablation_by_carry import MEANS, QkvAblationByCarry, qkv_ablation_by_carry
from sumint.analyses.attention.layer_1_attention import VERSIONS, Layer1Attention, layer_1_attention
from sumint.analyses.carrying.carry_counts import CarryCounts, carry_counts
from sumint.task.sums import Layout

MEAN_OPTIONS = {"overall mean": MEANS.index("whole"), "group mean (as published)": MEANS.index("own")}
"""The options for the mean that replaces a part, over the whole sample or over the group, with its index."""


def counts_table(counts: CarryCounts) -> Table:
    """Return the table of how many sums carry, by column: by the true carries and by the published masks."""
    of_whole_sums = {
        "any column": (counts.carrying, counts.carrying, counts.published_carrying, counts.mislabelled_carrying),
        "no column": (
            counts.n_sums - counts.carrying,
            counts.n_sums - counts.carrying,
            counts.n_sums - counts.published_carrying,
            counts.mislabelled_carrying,
        ),
    }
    by_column = zip(counts.carry_in, counts.carry_out, counts.published, counts.mislabelled, strict=True)
    rows = [(name, *row) for name, row in of_whole_sums.items()]
    rows += [(f"C{column}", *map(int, row)) for column, row in enumerate(by_column)]
    heads = ("column", "a carry in", "a carry out", PUBLISHED, "mislabelled")
    return Table(
        "carry-counts",
        "Number of sums with a carry",
        dict(zip(heads, zip(*rows, strict=True), strict=True)),
        caption=(
            f"Sums of the sample with a carry, of {counted(counts.n_sums, 'sum')}, by column. "
            "Mislabelled: the published mask has a carry-in where there is none."
        ),
        source=carry_counts,
        formats=dict.fromkeys(heads[1:], count),
    )


def ablation_figure(ablation: QkvAblationByCarry) -> Figure:
    """Return the rise in loss without queries, keys or values, for sums with a carry and sums without."""
    n_heads = ablation.loss_rise.shape[-2] * ablation.loss_rise.shape[-1]
    limits = charts.symmetric_limits(ablation.loss_rise)
    views: dict[tuple[str, ...], LazyChart] = {
        (name, version): charts.head_parts(ablation.loss_rise[mean, subset], limits=limits)
        for subset, name in enumerate(("with a carry", "without"))
        if ablation.n_sums[subset]
        for version, mean in MEAN_OPTIONS.items()
    }
    return Figure(
        "qkv-ablation-by-carry",
        "Loss increase when queries, keys or values are ablated, by carry",
        views,
        caption=(
            "Rise in mean cross-entropy (nats) over sums with a carry or sums without when queries, keys or "
            "values are replaced by their mean over the whole sample or, as published, over the group."
        ),
        alt=f"A heatmap of queries, keys and values by {n_heads} heads, with the rise written into each cell.",
        source=qkv_ablation_by_carry,
        control=("Sums", "Mean"),
        height=280,
        width=590,
    )


def attention_figure(attention: Layer1Attention, layout: Layout) -> Figure:
    """Return layer 1's mean attention from the position that predicts each digit, with a carry and without."""
    options = {VERSIONS.index("corrected"): CORRECTED, VERSIONS.index("published"): PUBLISHED}
    return Figure(
        "layer-1-attention",
        "Layer-1 attention at the position that predicts a digit",
        {
            (f"C{column}", view): _attention_before(attention, layout, version, column)
            for column in range(layout.n_digits)
            for version, view in options.items()
        },
        caption=(
            "Mean attention of each layer-1 head, with standard deviation over sums, from the position that "
            "predicts the digit, with and without a carry into its column. As published, the sums "
            "are divided by the write-up’s masks."
        ),
        alt="Bars by the position attended to, one for each head, in a panel for each group of sums.",
        source=layer_1_attention,
        control=("Digit", "Masks"),
        height=420,
        narrow_height=740,
    )


def _attention_before(attention: Layer1Attention, layout: Layout, version: int, column: int) -> LazyChart:
    """Return a panel for each group of sums that the masks select; an empty group has no panel."""
    query = range(layout.n_ctx)[layout.predicting][column]
    keys = slice(0, query + 1)
    means, deviations = attention.mean[version, column, ..., keys], attention.deviation[version, column, ..., keys]
    highest = float((means + deviations).max())
    panels: dict[str, LazyChart] = {}
    for subset, label in enumerate(_labels(version, column, is_units=column == layout.n_digits - 1)):
        n_sums = int(attention.n_sums[version, column, subset])
        if n_sums:
            heads = [f"H1.{head}" for head in range(means.shape[1])]
            panels[f"{label} ({counted(n_sums, 'sum')})"] = charts.bars(
                layout.position_names[keys],
                dict(zip(heads, means[subset], strict=True)),
                x_title="position attended to",
                y_title="attention",
                is_share=True,
                errors=dict(zip(heads, deviations[subset], strict=True)) if n_sums > 1 else None,
                highest=1.05 * highest,
            )
    return charts.panels(panels)


def _labels(version: int, column: int, *, is_units: bool) -> tuple[str, str]:
    """Return the labels of the group with a carry and of the group without."""
    if VERSIONS[version] == "published":
        return ("carries", "non-carries")
    return (f"a carry into C{column}", "all sums" if is_units else f"no carry into C{column}")
