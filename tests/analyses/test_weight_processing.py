from sumint.analyses.weights.weight_processing import weight_processing
from sumint.checkpoints.files import Weights
from sumint.model.load import load_model
from sumint.task.sums import SampleSpec


def test_processed_weights_have_every_property(tiny_weights: Weights) -> None:
    sample = SampleSpec(tiny_weights.architecture.n_digits, size=1).draw()
    deviations = vars(weight_processing(load_model(tiny_weights), sample))
    assert max(deviations.values()) < 1e-6


def test_each_property_is_measured_where_it_can_fail(tiny_weights: Weights) -> None:
    sample = SampleSpec(tiny_weights.architecture.n_digits, size=1).draw()
    model = load_model(tiny_weights)
    model.ln_final.w.data[0] += 1
    model.ln_final.b.data[1] -= 2
    model.W_U.data[:, 0] += 3
    model.W_E.data[1] += 4
    model.W_pos.data[2] += 5
    measured = weight_processing(model, sample)
    assert round(measured.layer_norm_weights) == 1
    assert round(measured.layer_norm_biases) == 2
    assert round(measured.unembedding_mean_over_residual) == 3
    assert measured.unembedding_mean_over_tokens > 0.1
    assert round(measured.token_embedding_mean) == 4
    assert round(measured.position_embedding_mean) == 5
