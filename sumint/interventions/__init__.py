"""Interventions on activations: ablation and activation patching."""
