import numpy as np
import pytest

from sumint.analyses.attribution.path_attribution import PathAttribution, path_attribution
from sumint.lab import Lab
from sumint.model.load import Model, tokens_for
from sumint.model.residual_stream import ForwardPass
from sumint.task.examples import examples
from sumint.task.sums import Sums

PUBLISHED, CORRECTED = 0, 1


def with_waves(waves: list[complex]) -> PathAttribution:
    """Paths whose first frequencies over the sample are these; nothing else matters."""
    nothing = np.zeros((2, 1, 1, 1, 10))
    both = np.array(waves, dtype=complex)[None, None, None].repeat(2, axis=0)
    return PathAttribution(
        ("path",), (), ("",), nothing, nothing[0], ("1+1=2",) * both.shape[-1], both, np.zeros(2), 0.0, 0.0
    )


def test_paths_and_biases_add_up_to_the_logits(model: Model, sample: Sums) -> None:
    measured = path_attribution(model, sample)
    shown = examples(sample).sums
    logits = model(tokens_for(model, shown))[:, shown.layout.predicting, :10].numpy()
    together = measured.example_paths[CORRECTED].sum(1) + measured.example_biases.sum(1)
    np.testing.assert_allclose(together, logits, rtol=1e-4, atol=1e-5)
    assert measured.error_of_logits < 1e-5


def test_with_layer_1_s_scale_the_paths_through_a_head_add_up_to_it(model: Model, sample: Sums) -> None:
    measured = path_attribution(model, sample)
    assert measured.error_of_heads[CORRECTED] < 1e-5
    run = ForwardPass.of(model, examples(sample).sums)
    own = run.direct(run.heads(1)).numpy()
    for index, head in enumerate(("1.0", "1.1")):
        paths = [path.endswith(f"→ {head}") for path in measured.paths]
        biases = [bias.endswith(f"→ {head}") for bias in measured.biases]
        together = measured.example_paths[CORRECTED][:, paths].sum(1) + measured.example_biases[:, biases].sum(1)
        np.testing.assert_allclose(together, own[:, index], rtol=1e-3, atol=1e-5)


def test_with_the_write_up_s_scale_they_do_not_even_where_there_are_no_biases(model: Model, sample: Sums) -> None:
    assert path_attribution(model, sample).error_of_bias_alone > 0.01
    model.blocks[0].attn.b_O.data[:] = 0
    measured = path_attribution(model, sample)
    assert measured.error_of_bias_alone < 1e-5
    assert measured.error_of_heads[PUBLISHED] > 0.01


def test_the_two_scales_agree_where_layer_0_writes_nothing(model: Model, sample: Sums) -> None:
    model.blocks[0].attn.W_O.data[:] = 0
    model.blocks[0].attn.b_O.data[:] = 0
    measured = path_attribution(model, sample)
    np.testing.assert_allclose(
        measured.example_paths[PUBLISHED], measured.example_paths[CORRECTED], rtol=1e-4, atol=1e-6
    )


def test_a_path_is_what_removing_its_origin_from_its_head_s_input_removes(model: Model, sample: Sums) -> None:
    measured = path_attribution(model, sample)
    shown = examples(sample).sums
    run = ForwardPass.of(model, shown)
    origin = run.heads(0)[:, 1]
    frozen = {
        name: lambda values, hook, fixed=run.cache[name]: fixed
        for name in ("blocks.1.ln1.hook_scale", "blocks.1.attn.hook_pattern", "ln_final.hook_scale")
    }
    values = (origin / run.scale(1)) @ model.W_V[1, 0]

    def without_origin(all_values, hook):  # noqa: ARG001
        all_values = all_values.clone()
        all_values[:, :, 0] -= values
        return all_values

    hooks = [*frozen.items(), ("blocks.1.attn.hook_v", without_origin)]
    changed = model.run_with_hooks(tokens_for(model, shown), fwd_hooks=hooks)
    lost = (run.logits - changed[:, shown.layout.predicting, :10]).numpy()
    path = measured.example_paths[CORRECTED][:, measured.paths.index("0.1 → 1.0")]
    np.testing.assert_allclose(path, lost, rtol=1e-3, atol=1e-5)


def test_the_waves_are_the_first_frequencies_of_the_attributions(model: Model, sample: Sums) -> None:
    measured = path_attribution(model, sample[:5])  # the examples begin with these
    expected = np.fft.rfft(measured.example_paths[:, :5], axis=-1)[..., 1].transpose(0, 2, 3, 1)
    np.testing.assert_allclose(measured.waves, expected, rtol=1e-3, atol=1e-5)


def test_agreement_weights_phasors_by_their_lengths_and_the_resultant_does_not() -> None:
    same = with_waves([1 + 1j, 3 + 3j])
    assert same.agreement[0, 0, 0] == pytest.approx(1)
    assert same.directions[0, 0, 0] == pytest.approx(np.pi / 4)
    opposite = with_waves([3, -1])
    assert opposite.agreement[0, 0, 0] == pytest.approx(0.5)
    assert abs(opposite.phase_resultants[0, 0, 0]) == pytest.approx(0)
    assert with_waves([0, 0]).agreement[0, 0, 0] == 0


def test_on_the_write_up_s_checkpoint_a_path_points_along_60_degrees(arena_lab: Lab) -> None:
    measured = arena_lab.run(path_attribution)
    path = measured.paths.index("0.1 → 1.0")
    assert measured.agreement[CORRECTED, path, 2:] == pytest.approx([0.897, 0.892], abs=2e-3)
    assert np.degrees(measured.directions[CORRECTED, path, 2:]) == pytest.approx([60.4, 60.2], abs=0.2)
    assert measured.error_of_heads[PUBLISHED] == pytest.approx(1.50, abs=0.01)
