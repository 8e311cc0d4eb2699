import numpy as np
import pytest

from sumint.analyses.attention.attention_patterns import attention_patterns
from sumint.analyses.weights.qk_circuits import qk_circuits
from sumint.lab import Lab
from sumint.model.load import Model, tokens_for
from sumint.task.sums import EQUALS, N_DIGIT_TOKENS, PLUS, VOCABULARY, Sums


def test_every_pattern_sums_to_one_and_is_causal(model: Model, sample: Sums) -> None:
    measured = attention_patterns(model, sample)
    for patterns in (measured.patterns, measured.mean_patterns):
        np.testing.assert_allclose(patterns.sum(-1), 1, rtol=1e-5)
        assert not np.triu(patterns, k=1).any()


def test_the_mean_pattern_of_a_single_sum_is_its_own(model: Model, sample: Sums) -> None:
    measured = attention_patterns(model, sample[:1])
    np.testing.assert_allclose(measured.mean_patterns, measured.patterns[0], rtol=1e-6)


def test_attention_to_columns_signs_and_answer_adds_up(model: Model, sample: Sums) -> None:
    measured = attention_patterns(model, sample)
    layout = sample.layout
    others = [layout.plus, layout.equals, *range(layout.answer.start, layout.answer.stop)]
    total = measured.column_attention.sum(-1) + measured.mean_patterns[..., others].sum(-1)
    np.testing.assert_allclose(total, 1, rtol=1e-5)


def test_the_corresponding_attention_is_read_where_the_digit_is_predicted(model: Model, sample: Sums) -> None:
    measured = attention_patterns(model, sample)
    first = sample.layout.predicting.start
    for column in range(sample.layout.n_digits):
        expected = measured.column_attention[:, :, first + column, column]
        np.testing.assert_array_equal(measured.corresponding_attention[:, :, column], expected)


def test_position_and_token_make_the_score_of_a_single_sum(model: Model, sample: Sums) -> None:
    alone = sample[:1]
    circuits = qk_circuits(model, alone)
    tokens = tokens_for(model, alone)
    _, cache = model.run_with_cache(tokens)
    scale = cache["blocks.0.ln1.hook_scale"][0, :, 0].numpy()
    signs = {PLUS: scale[sample.layout.plus], EQUALS: scale[sample.layout.equals]}
    of_token = np.array([signs.get(token, np.delete(scale, [2, 5]).mean()) for token in range(len(VOCABULARY))])
    queries, keys = (cache[f"blocks.0.attn.hook_{kind}"][0].numpy() for kind in ("q", "k"))
    bias = np.einsum("qhd,hd->hq", queries, model.blocks[0].attn.b_K.numpy())
    measured = np.einsum("qhd,khd->hqk", queries, keys) / model.cfg.d_head**0.5
    for key in range(sample.layout.n_ctx - 1):
        token = int(tokens[0, key])
        from_token = circuits.token_scores[..., token] * of_token[token] / scale[key]
        score = circuits.position_scores[..., key] + from_token + bias[:, :-1] / model.cfg.d_head**0.5
        np.testing.assert_allclose(score[:, key:], measured[:, key:-1, key], rtol=1e-4, atol=1e-5)


def test_as_published_every_token_stands_under_the_name_of_the_next(model: Model, sample: Sums) -> None:
    circuits = qk_circuits(model, sample)
    last_position = sample.layout.n_ctx - 1
    assert not circuits.published_scores[..., last_position].any(), "named 0, it is a position that nothing sees"
    named = circuits.published_scores[..., last_position:]
    digits = circuits.token_scores[..., :N_DIGIT_TOKENS]
    for digit in range(N_DIGIT_TOKENS - 1):
        under_next_name = named[..., digit + 1].ravel()
        assert np.corrcoef(under_next_name, digits[..., digit].ravel())[0, 1] == pytest.approx(1, abs=1e-5)


def test_as_published_a_hidden_key_looks_like_a_score_of_zero(model: Model, sample: Sums) -> None:
    circuits = qk_circuits(model, sample)
    n_queries = sample.layout.n_ctx - 1
    hidden = np.triu(np.ones((n_queries, n_queries), dtype=bool), k=1)
    assert (circuits.published_scores[:, :, :n_queries][:, hidden] == 0).all()
    assert np.isnan(circuits.position_scores[:, hidden]).all()
    assert np.isfinite(circuits.position_scores[:, ~hidden]).all()


def test_the_residual_stream_at_a_sign_holds_a_sum_and_not_a_mean(model: Model, sample: Sums) -> None:
    _, cache = model.run_with_cache(tokens_for(model, sample))
    position = sample.layout.plus
    residual = cache["hook_embed"][0, position] + cache["hook_pos_embed"][0, position]
    expected = model.W_pos[position] + model.W_E[PLUS]
    np.testing.assert_allclose(residual.numpy(), expected.numpy(), atol=1e-6)


def test_means_give_the_exact_pattern_of_a_single_sum_and_the_published_way_does_not(
    model: Model, sample: Sums
) -> None:
    circuits = qk_circuits(model, sample[:1])
    np.testing.assert_allclose(circuits.corrected_distance, 0, atol=1e-5)
    assert circuits.published_distance.max() > 1e-3


def test_the_scores_of_an_attended_column_are_separated_by_position_and_by_digit(
    model: Model, sample: Sums
) -> None:
    layout = sample.layout
    model.blocks[0].attn.W_Q.data[:] = 0
    keys_alike = [range(layout.n_ctx)[operand][1] for operand in (layout.first_operand, layout.second_operand)]
    wanted = model.W_pos[keys_alike].mean(0)
    # A head with the same query everywhere, which matches the keys of column 1 only.
    model.pos_embed.weight.data[keys_alike] = 30 * wanted / wanted.norm()
    direction = model.W_pos[keys_alike[0]] @ model.blocks[0].attn.W_K[0]
    model.blocks[0].attn.b_Q.data[0] = 5 * direction / direction.norm()
    columns = [column for column in qk_circuits(model, sample).attended_columns if column.head == 0]
    assert {column.column for column in columns} == {1}
    assert all(column.margin > 0 for column in columns)
    circuits = qk_circuits(model, sample)
    for column in columns:
        of_positions = circuits.position_scores[0, column.query][keys_alike]
        assert column.between_positions == pytest.approx(abs(of_positions[0] - of_positions[1]), abs=1e-5)
        assert column.digit_range == pytest.approx(np.ptp(circuits.token_scores[0, column.query, :10]), rel=1e-5)


def test_the_extremeness_correlation_is_numpy_s(model: Model, sample: Sums) -> None:
    circuits = qk_circuits(model, sample)
    distance = np.abs(np.arange(10) - 4.5)
    for head, query in np.ndindex(circuits.extremeness_correlation.shape):
        scores = circuits.token_scores[head, circuits.late_queries][query, :10]
        expected = np.corrcoef(scores, distance)[0, 1]
        assert circuits.extremeness_correlation[head, query] == pytest.approx(expected, abs=1e-5)


def test_a_query_with_equal_scores_for_all_digits_has_no_extremeness_correlation(
    model: Model, sample: Sums
) -> None:
    model.embed.weight.data[:N_DIGIT_TOKENS] = model.embed.weight.data[0]
    circuits = qk_circuits(model, sample)
    np.testing.assert_allclose(circuits.digit_range, 0, atol=1e-6)
    assert np.isfinite(circuits.extremeness_correlation).all()


def test_the_write_up_s_heads_look_where_it_says(arena_lab: Lab) -> None:
    measured = arena_lab.run(attention_patterns)
    names = measured.layout.position_names
    attention = measured.column_attention[0]
    assert attention[0, names.index("B3"), 3] == pytest.approx(0.991, abs=5e-4)
    assert attention[0, names.index("C1"), 3] == pytest.approx(0.998, abs=5e-4)
    assert attention[1, names.index("B3"), 2] == pytest.approx(0.991, abs=5e-4)
    assert attention[2, names.index("="), 1] == pytest.approx(0.978, abs=5e-4)
    assert attention[0, names.index("B3"), 2] < 0.01


def test_on_the_write_up_s_checkpoint_positions_choose_the_column_and_digits_one_of_two(arena_lab: Lab) -> None:
    columns = arena_lab.run(qk_circuits).attended_columns
    assert len(columns) == 11
    assert max(column.between_positions for column in columns) == pytest.approx(0.16, abs=5e-3)
    assert min(column.digit_range for column in columns) == pytest.approx(1.28, abs=5e-3)
