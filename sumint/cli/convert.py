"""`python -m sumint convert`: writes a checkpoint of another form as a .safetensors file with its card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sumint.cli.application import Command
from sumint.errors import InputError
from sumint.limits import MAX_HEADS


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "convert",
        cls=Command,
        short_help="Write a checkpoint of another form as .safetensors.",
        help=(
            "Read a checkpoint in any of the supported forms (a state dict, the dictionary of a training loop, a "
            "file of PyTorch Lightning, the names of a TransformerBridge, half precision, an address) and write "
            "it as a .safetensors file in HookedTransformer's names, with a card."
        ),
        epilog=(
            "examples:\n\n\b\n"
            "  python -m sumint convert model.pt model.safetensors\n"
            "  python -m sumint convert bridge.pt model.safetensors --heads 3\n"
            "  python -m sumint convert hf://owner/repository/model.pt@main model.safetensors"
        ),
    )(run)


def run(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A file or an address.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The .safetensors file to write.")],
    *,
    heads: Annotated[
        int | None,
        typer.Option(
            min=1, max=MAX_HEADS, metavar="N", help="Heads per layer, for the names of a TransformerBridge."
        ),
    ] = None,
) -> int:
    """Convert; the exit code is 0."""
    from sumint.checkpoints.card import read_card
    from sumint.checkpoints.files import read_weights, write_weights
    from sumint.checkpoints.locate import locate

    if target.suffix != ".safetensors":
        raise InputError(f"{target}: the name of a converted checkpoint ends in .safetensors")
    if target.exists():
        raise InputError(f"{target}: is there already; name another file, or remove it")
    path = locate(source)
    weights = read_weights(path, n_heads=heads)
    card = {name: value for name, value in read_card(path).items() if name != "tensors_sha256"}
    write_weights(target, weights.tensors, {"name": path.stem, **card})
    sizes = weights.architecture
    print(
        f"{target}: {sizes.n_digits} digits, {sizes.n_heads} heads of {sizes.d_head} dimensions, a residual "
        f"stream of {sizes.d_model}, {sizes.n_parameters:,} parameters"
    )
    return 0
