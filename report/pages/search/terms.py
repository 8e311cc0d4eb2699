"""What readers type into the search, and where it leads: the vocabulary of the field beside that of the report.

The report uses one term for each thing, and readers know others. A synonym finds everything that the report's own
words find. A keyword leads to one place, which then is among the first results. To add a term, add it to the line
of the words or of the place that it should find.
"""

from __future__ import annotations

from collections.abc import Mapping

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    # Interventions
    "patch": (
        "patching",
        *("activation patching", "causal patching", "causal tracing", "causal mediation", "causal intervention"),
        *(
            "interchange intervention",
            "interchange",
            "swap",
            "counterfactual",
            "DAS",
            "distributed alignment search",
        ),
    ),
    "ablat": (
        "ablation",
        "ablate",
        "ablating",
        "knockout",
        "knock out",
        "knock-out",
        "lesion",
        "remove a head",
        "pruning",
        "zero out",
    ),
    "mean-ablat": ("mean ablation", "mean ablate"),
    "pair": ("minimal pair", "contrastive pair", "counterfactual pair", "clean and corrupted", "corrupted run"),
    "steering": ("activation addition", "activation steering", "steer"),
    "carry vector": ("steering vector", "carry steering"),
    "dose": ("dose-response", "dose response", "intervention strength"),
    "suffice": ("sufficient", "sufficiency", "faithfulness", "faithful", "completeness", "minimality"),
    # Attribution
    "attribution": ("DLA", "direct logit attribution", "logit attribution", "logit difference", "logit diff"),
    "logit lens": ("early decoding", "tuned lens", "lens"),
    "direct path": ("skip connection", "residual connection", "direct effect"),
    # Parts of the model
    "unembedding": ("W_U", "unembed", "WU", "output embedding", "lm head", "lm_head"),
    "embedding": ("W_E", "WE", "embed", "token embedding", "input embedding"),
    "position": ("W_pos", "positional embedding", "position embedding", "positional encoding"),
    "residual stream": ("resid", "residual", "hidden state", "resid_pre", "resid_post"),
    "layer norm": ("layernorm", "LN", "RMSNorm", "LayerNorm scale", "normalisation", "normalization"),
    "head": ("attention head", "multi-head"),
    "head output": ("z", "hook_z", "head result"),
    "attention pattern": ("attention map", "attention matrix", "attention weights", "attention probabilities"),
    "attention score": ("QK", "QK circuit", "W_QK", "attention logits", "pre-softmax", "QK scores"),
    "OV": ("W_OV", "output-value", "value-output", "WOV"),
    "queries": ("W_Q",),
    "keys": ("W_K",),
    "MLP": ("feed-forward", "feedforward", "FFN", "neuron", "neurons"),
    # The representation of digits
    "singular": ("SVD", "singular value decomposition", "PCA", "principal component", "low rank", "rank"),
    "Fourier": ("DFT", "FFT", "discrete Fourier transform", "spectrum", "spectral", "trigonometric"),
    "frequency": ("frequencies", "sinusoid", "sine wave"),
    "circle": ("clock", "clock algorithm", "helix", "circular", "ring", "pizza"),
    "modulo": ("modular", "modular addition", "modular arithmetic", "mod 10", "mod ten", "remainder"),
    "phase": ("angle", "rotation", "phasor"),
    "inner product": ("dot product", "cosine similarity", "gram matrix"),
    # Carries and circuits
    "carry": ("carrying", "carry bit", "carry digit", "carry-in", "carry-out"),
    "look-ahead": ("lookahead", "look ahead", "carry lookahead", "cascade", "cascading carry"),
    "nine": ("sum to nine", "nines", "999", "ripple carry", "carry chain", "ripple"),
    "circuit": ("subgraph", "mechanism", "circuit discovery", "ACDC"),
    "site": ("head and position", "component location"),
    "algorithm": ("symbolic", "program", "procedure"),
    # How well the model does
    "wrong": ("error", "error rate", "mistake", "failure", "misprediction", "incorrect"),
    "right": ("accuracy", "accurate", "correct", "performance"),
    "loss": ("cross-entropy", "crossentropy", "cross entropy", "NLL", "negative log-likelihood", "CE loss"),
    "margin": ("confidence margin", "logit gap"),
    "probability": ("confidence", "softmax", "calibration"),
    "free generation": ("autoregressive", "sampling", "generation", "greedy decoding"),
    "sum": ("addition", "adding"),
    # Training and statistics
    "trained": ("grokking", "training", "optimiser", "optimizer", "AdamW", "weight decay", "learning rate"),
    "seed": ("random seed", "initialisation", "initialization", "universality", "replication", "reproducibility"),
    "interval": ("confidence interval", "error bar", "Wilson", "uncertainty", "significance"),
    "parameters": ("model size", "hyperparameters", "d_model", "d_head", "architecture"),
    "token": ("vocabulary", "vocab", "tokenizer", "tokeniser", "tokenization", "tokenisation"),
    "write-up": ("Arditi", "original", "notebook", "published solution", "ARENA"),
}
"""Words of the report, and what readers type for them. A word of the report stands for all that begin with it."""

KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "the-task": ("addition", "architecture", "task"),
    "the-task#example-sums": ("tokens", "tokenisation", "vocabulary"),
    "the-task#weight-processing": (
        "layer norm",
        "layernorm",
        "layer norm folding",
        "fold layer norm",
        "folding",
        "centring",
        "centering",
    ),
    "the-task#table-performance": ("accuracy", "loss", "performance", "cross-entropy"),
    "the-task#training-curve": ("learning curve", "training dynamics"),
    "unembedding": ("W_U", "unembed"),
    "unembedding#frequency-magnitudes": ("Fourier", "Fourier transform", "DFT", "FFT", "spectrum"),
    "unembedding#gram": ("gram matrix", "inner products", "cosine similarity"),
    "unembedding#singular-values": ("SVD", "PCA", "singular value decomposition"),
    "unembedding#digits-in-the-plane": ("PCA", "projection"),
    "unembedding#digits-on-a-circle": ("modular addition", "clock", "circular representation", "helix"),
    "ablation": ("ablate", "knockout", "mean ablation", "zero ablation"),
    "ablation#head-ablation": ("important heads", "head importance", "critical heads", "zero ablation"),
    "layer-0-attention#attention-patterns": ("attention pattern", "attention map", "attention weights"),
    "layer-0-attention#qk-circuit": ("QK", "QK circuit", "W_QK", "attention scores"),
    "direct-logit-attribution": ("DLA", "logit attribution", "logit difference"),
    "direct-logit-attribution#paths": ("path attribution", "virtual heads", "composition"),
    "direct-logit-attribution#no-logit-lens": ("logit lens", "tuned lens", "early decoding"),
    "layer-1-ov": ("OV", "OV circuit", "W_OV", "virtual weights"),
    "carries": ("carry mask",),
    "every-sum": ("error rate", "exhaustive", "every sum", "all sums", "brute force"),
    "every-sum#errors-in-the-plane": ("failure cases", "adversarial examples"),
    "every-sum#wrong-sums": ("wrong sums", "wrong answers", "list of errors"),
    "every-sum#wrong-earlier-digits": ("teacher forcing",),
    "every-sum#generated-digits": ("autoregressive", "free generation", "teacher forcing"),
    "how-it-carries#carry-site-rates": (
        *("activation patching", "causal tracing", "causal mediation", "interchange intervention"),
        "patching heatmap",
    ),
    "how-it-carries#carry-routes": ("carry routes", "minimal pairs"),
    "how-it-carries#carry-seen-by": ("path patching", "query key value", "mediation"),
    "how-it-carries#look-ahead": ("look-ahead", "lookahead", "carry lookahead", "carry chain", "cascade"),
    "how-it-carries#carry-direction": ("probe", "linear probe", "linear representation", "carry direction"),
    "how-it-carries#carry-swaps": ("subspace patching",),
    "how-it-carries#direction-controls": ("DAS", "distributed alignment search", "placebo", "subspace illusion"),
    "how-it-carries#carry-dose": (
        "steering vector",
        "dose-response",
        "activation steering",
        "activation addition",
    ),
    "how-it-carries#carry-vector": ("steering vector",),
    "how-it-adds#logits-are-a-clock": ("clock", "clock algorithm", "pizza"),
    "how-it-adds#sum-on-a-circle": ("modular addition", "modular arithmetic", "trigonometric identity"),
    "how-it-adds#symbolic-agreement": ("symbolic model", "symbolic algorithm", "causal abstraction"),
    "circuit#mechanism": (
        *("circuit", "circuit diagram", "mechanism", "picture"),
        *("worked example", "walkthrough", "single sum"),
    ),
    "live-model": ("live model", "playground", "demo", "interactive", "try it", "run the model", "own sum"),
    "live-model#live-model": ("ablate by hand", "intervene", "browser"),
    "circuit#few-sites-suffice": ("minimal circuit", "minimality", "circuit discovery", "ACDC", "pruning"),
    "circuit#sites-spared": ("minimal circuit", "faithfulness", "sufficiency"),
    "predicted-errors": ("surrogate", "error prediction", "failure prediction"),
    "predicted-errors#error-predictors": ("precision", "recall", "surrogate model"),
    "other-seeds": ("universality", "replication", "reproducibility", "random seed", "robustness"),
    "open-questions": ("future work", "limitations", "errata", "corrections"),
}
"""Pages, figures, tables and claims of the report, and what readers type to find them.

Sections are not among them, since their anchors change with their headings.
"""
