"""Interventions on activations: ablation, activation patching, and intervals for the rates that they give."""
