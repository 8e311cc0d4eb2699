"""The interventions of the page are those of transformer_lens, and the claims' links lead to what they promise."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import Float, Int
from playwright.sync_api import Page, expect

from report.chapters.live_model import the_live_model
from report.chapters.live_model.payload import LiveModelPayload
from report.content.component import Component
from sumint.analyses.adding.live_model import value_biases
from sumint.checkpoints.files import read_weights
from sumint.checkpoints.locate import locate
from sumint.interventions.hooks import Hook, activations, freeze
from sumint.lab import Lab
from sumint.model.load import Model, Tensor, as_array, load_model, tokens_for
from sumint.store.results import Store
from sumint.task.sums import Layout, Sums
from tests.browser.conftest import Reader

N_CASES = 200
HEAD_PARTS = ("z", "q", "k", "v")
LAYER_1_PARTS = ("q", "k", "v", "pattern", "direct")

RUN = """
    async cases => {
        await Promise.all(["assets/live-model.js", "figures/live-model/live-model.js"].map(sumint.loadScript));
        const model = sumint.liveSums.modelOf(sumint.viewsOf("live-model/live-model")[0].payload);
        const { n_digits: n, vocabulary } = model.payload;
        const { parseChanges, runWith } = sumint.interventions;
        const operands = ([a, b]) => ({ a, b });
        return cases.map(({ sum, second, changes }) => {
            const parsed = parseChanges(changes, model.payload);
            if (!parsed.isWhole) throw new Error(changes);
            const source = runWith(model, operands(second), []);
            const { logits } = runWith(model, operands(sum), parsed.changes, source);
            return [...logits.slice((2 * n + 1) * vocabulary.length, (3 * n + 1) * vocabulary.length)];
        });
    }
"""


@dataclass(frozen=True)
class Bench:
    """Random pairs of sums on the model in transformer_lens, and what the page knows of the model.

    Loading folds the value biases into the output biases: the page's values and head outputs contain them, and
    those of the loaded model do not.
    """

    model: Model
    payload: LiveModelPayload
    biases: Float[np.ndarray, "layer head d_head"]
    random: np.random.Generator

    @cached_property
    def operands(self) -> Int[np.ndarray, "operand case"]:
        """The operands of two sums for each case."""
        return self.random.integers(Layout(self.payload.n_digits).operand_limit, size=(4, N_CASES))

    @cached_property
    def tokens(self) -> tuple[Tensor, Tensor]:
        """The tokens of both sums of each case."""
        layout = Layout(self.payload.n_digits)
        a, b, second_a, second_b = self.operands
        return (
            tokens_for(self.model, Sums(layout, a, b)),
            tokens_for(self.model, Sums(layout, second_a, second_b)),
        )

    def numbers(self, below: int) -> Int[np.ndarray, " case"]:
        return self.random.integers(below, size=N_CASES)

    def source(self, name: str) -> Tensor:
        """An activation on the second sums."""
        return activations(self.model, self.tokens[1], [name])[name]

    def tensor(self, values: np.ndarray) -> Tensor:
        return self.model.W_U.new_tensor(values)

    def logits(self, tokens: Tensor, hooks: Sequence[Hook]) -> Float[np.ndarray, "case digit token"]:
        predicting = Layout(self.payload.n_digits).predicting
        return as_array(self.model.run_with_hooks(tokens, fwd_hooks=list(hooks))[:, predicting])


def edit_rows(name: str, edit: Callable[[int, Tensor], None], rows: Sequence[int]) -> Hook:
    """A hook that edits an activation of some cases, each by itself and in place."""

    def apply(values: Tensor, hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        for row in rows:
            edit(row, values[row])
        return values

    return name, apply


@pytest.fixture(scope="module")
def checkpoint() -> Path:
    """The checkpoint of the trained site."""
    arena = os.environ.get("SUMINT_ARENA_CHECKPOINT")
    return Path(arena) if arena else locate("bundled")


@pytest.fixture(scope="module")
def bench(checkpoint: Path) -> Bench:
    weights = read_weights(checkpoint)
    (component,) = (
        item for item in the_live_model(Lab(checkpoint, store=Store.of_user())) if isinstance(item, Component)
    )
    payload = component.payload
    assert isinstance(payload, LiveModelPayload)
    return Bench(load_model(weights, dtype="float64"), payload, value_biases(weights), np.random.default_rng(0))


@pytest.fixture
def page(trained_site: Path, read: Callable[..., Reader]) -> Page:
    page = read(viewport={"width": 1280, "height": 900}).page
    page.goto(f"{trained_site.as_uri()}/live-model.html?sum=3326_3028")
    return page


def compare(
    page: Page, bench: Bench, written: Sequence[str], logits: Float[np.ndarray, "case digit token"]
) -> None:
    """The logits of the page under each case's intervention are those of transformer_lens."""
    a, b, second_a, second_b = bench.operands.tolist()
    cases = [
        {"sum": [a[row], b[row]], "second": [second_a[row], second_b[row]], "changes": changes}
        for row, changes in enumerate(written)
    ]
    in_page = np.array(page.evaluate(RUN, cases)).reshape(logits.shape)
    centred = [each - each.mean(-1, keepdims=True) for each in (in_page, logits)]
    # transformer_lens in double precision differs from a plain forward pass by 2e-5 in places.
    np.testing.assert_allclose(*centred, atol=2e-4)
    unchanged = bench.logits(bench.tokens[0], [])
    assert np.abs(logits - unchanged).max() > 0.1


@pytest.mark.parametrize("part", HEAD_PARTS)
@pytest.mark.parametrize("kind", ["zero", "mean", "patch"])
def test_head_outputs_and_inputs_are_replaced(page: Page, bench: Bench, kind: str, part: str) -> None:
    payload, n_positions = bench.payload, len(bench.payload.position_names)
    layers, heads = bench.numbers(payload.n_layers), bench.numbers(payload.n_heads + 1)
    positions, groups = bench.numbers(n_positions + 3), bench.numbers(3)
    has_group = kind == "mean" and part != "z"
    word = kind if part == "z" else f"{kind}-{part}"
    written = [
        ".".join(
            [
                word,
                str(layers[row]),
                "all" if heads[row] == payload.n_heads else str(heads[row]),
                "all" if positions[row] >= n_positions else str(positions[row]),
                *([("all", "none", "carry")[groups[row]]] if has_group and groups[row] else []),
            ]
        )
        for row in range(N_CASES)
    ]
    hooks = []
    for layer in range(payload.n_layers):
        name = f"blocks.{layer}.attn.hook_{part}"
        source = bench.source(name)

        def edit(row: int, values: Tensor, layer: int = layer, source: Tensor = source) -> None:
            values = values.view(n_positions, payload.n_heads, payload.d_head)
            replaced = {
                "zero": lambda: 0 * values,
                "patch": lambda: source[row].view_as(values),
                "mean": lambda: bench.tensor(mean_of(bench, part, layer, groups[row])),
            }[kind]()
            for head in range(payload.n_heads):
                for position in range(n_positions):
                    if heads[row] in (head, payload.n_heads) and (
                        positions[row] >= n_positions or positions[row] == position
                    ):
                        values[position, head] = replaced[position, head]

        hooks.append(edit_rows(name, edit, np.flatnonzero(layers == layer).tolist()))
    compare(page, bench, written, bench.logits(bench.tokens[0], hooks))


def mean_of(bench: Bench, part: str, layer: int, group: int) -> Float[np.ndarray, "position head d_head"]:
    """The mean of a head's output or input that the page has, as the loaded model has it."""
    payload = bench.payload
    if part == "z":
        return payload.means[layer] - bench.biases[layer]
    without, carrying = payload.read[:, layer].astype(np.float64)
    share = (payload.carrying_share, 0, 1)[group]
    read = without + share * (carrying - without)
    weights, biases = (as_array(getattr(bench.model, f"{kind}_{part.upper()}")[layer]) for kind in ("W", "b"))
    return np.einsum("pm,hmd->phd", read, weights) + biases


@pytest.mark.parametrize("kind", ["dose", "along", "across"])
def test_carry_directions_are_added_and_patched(page: Page, bench: Bench, kind: str) -> None:
    payload = bench.payload
    choices = payload.sites if kind == "dose" else payload.subspaces
    numbers, doses = bench.numbers(len(choices)), bench.numbers(41) / 10 - 2
    written = [
        f"{kind}.{number}.{dose:g}" if kind == "dose" else f"{kind}.{number}"
        for number, dose in zip(numbers, doses, strict=True)
    ]
    name = "blocks.0.attn.hook_z"
    source = bench.source(name)

    def edit(row: int, values: Tensor) -> None:
        one = choices[numbers[row]]
        output = values[one.position, one.head]
        if kind == "dose":
            output += doses[row] * bench.tensor(payload.sites[numbers[row]].vector)
            return
        space = payload.subspaces[numbers[row]]
        difference = source[row, one.position, one.head] - output
        inside = projected(bench.tensor(space.basis), difference)
        if space.as_far_as is not None:
            length = projected(bench.tensor(payload.subspaces[space.as_far_as].basis), difference).norm()
            inside = inside * (length / inside.norm())
        output += inside if kind == "along" else difference - inside

    hooks = [edit_rows(name, edit, range(N_CASES))]
    compare(page, bench, written, bench.logits(bench.tokens[0], hooks))


def projected(basis: Tensor, vector: Tensor) -> Tensor:
    """The part of a vector within a subspace."""
    return basis.T @ (basis @ vector)


def test_tokens_are_replaced(page: Page, bench: Bench) -> None:
    positions, tokens = (
        bench.numbers(len(bench.payload.position_names)),
        bench.numbers(len(bench.payload.vocabulary)),
    )
    replaced = bench.tokens[0].clone()
    for row in range(N_CASES):
        replaced[row, positions[row]] = int(tokens[row])
    written = [f"token.{position}.{token}" for position, token in zip(positions, tokens, strict=True)]
    compare(page, bench, written, bench.logits(replaced, []))


@pytest.mark.parametrize("part", LAYER_1_PARTS)
def test_changes_act_through_one_part_of_layer_1(page: Page, bench: Bench, part: str) -> None:
    payload, clean = bench.payload, bench.tokens[0]
    heads, positions = bench.numbers(payload.n_heads), bench.numbers(len(payload.position_names))
    written = [f"patch.0.{head}.{position},via.{part}" for head, position in zip(heads, positions, strict=True)]
    name = "blocks.0.attn.hook_z"
    source = bench.source(name)

    def edit(row: int, values: Tensor) -> None:
        values[positions[row], heads[row]] = source[row, positions[row], heads[row]]

    patch = edit_rows(name, edit, range(N_CASES))
    kept = f"blocks.1.attn.hook_{'z' if part == 'direct' else part}"
    if part == "direct":
        hooks = [patch, freeze(kept, activations(bench.model, clean, [kept])[kept])]
    else:
        hooks = [freeze(kept, activations(bench.model, clean, [kept], [patch])[kept])]
    compare(page, bench, written, bench.logits(clean, hooks))


def test_every_link_of_a_claim_opens_its_intervention(page: Page, trained_site: Path) -> None:
    found = {
        html.unescape(address): label
        for chapter in sorted(trained_site.glob("*.html"))
        for address, label in re.findall(r'<dt>Live</dt><dd><a href="([^"]*)">([^<]*)', chapter.read_text())
    }
    assert len(found) > 20
    kinds = set()
    for address, label in found.items():
        page.goto(f"{trained_site.as_uri()}/{address}")
        expect(page.locator(".live-status")).not_to_be_empty()
        assert page.locator(".live-note").text_content() in ("", BEYOND), address
        n_changes = page.locator(".live-active li:not(.live-reset)").count()
        assert n_changes == (0 if "do=" not in address else len(re.findall("do=[^#]*", address)[0].split(",")))
        if label.startswith("Try"):
            assert n_changes > 0, address
            assert "not patched" not in str(page.locator(".live-active").text_content()), address
        kinds |= set(re.findall(r"[=,]([a-z]+)[-.]", address))
    assert kinds >= {"mean", "zero", "patch", "token", "via"}


BEYOND = "Beyond the training range: the network was trained on leading digits below 5. "
