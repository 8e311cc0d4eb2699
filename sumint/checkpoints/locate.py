"""Locates a checkpoint by the name that a user gives to `--weights`.

- `bundled`, the default: a model that this project trained; it is in this package, with the other seeds from which
  it was chosen.
- `arena`: the write-up's checkpoint. The repository that publishes it states no licence, so it is not distributed
  with this project but downloaded once, on request.
- An address, `https://…` or `hf://owner/repo/path@revision`, is fetched.
- Any other name is the path of a file; `./arena` is a file with that name.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from sumint.checkpoints.card import read_card
from sumint.checkpoints.download import PublishedCheckpoint, fetch
from sumint.checkpoints.files import Architecture, Weights
from sumint.checkpoints.remote import fetch_address, is_address
from sumint.errors import InputError
from sumint.store.folder import cache_folder

BUNDLED = Path(__file__).with_name("bundled")
"""The folder of the checkpoints that come with the project."""

CONTROLS = Path(__file__).with_name("controls")
"""The folder of the null and control networks, which cannot add or have not finished learning to."""

SEEDS = Path(__file__).with_name("seeds")
"""The folder of further trained seeds, which no build reads."""

DEFAULT_CHECKPOINT = "seed-4-300-epochs.safetensors"
"""The checkpoint in that folder that `bundled` means; its card records from how many it was chosen, and why."""

ARENA = PublishedCheckpoint(
    url=(
        "https://raw.githubusercontent.com/callummcdougall/ARENA_2.0/main/chapter1_transformers/exercises/"
        "monthly_algorithmic_problems/september23_sum/sum_model.pt"
    ),
    sha256="d18404bb039f42c62f1f23b78ba858a5d24d2af12ec224e249a9d88d46d6c21a",
    size=132_491,
    file_name="arena-sum_model.pt",
)

ARENA_DIGEST = "35ba5a9583438a7f233a6e43a613855fd2963385ed1a443daeab1a14d75188a6"
"""`Weights.digest` of the write-up's checkpoint, which identifies its tensors in any file format."""


NAMED = ("bundled", "arena")
"""The checkpoints that have a name."""


def locate(name: str) -> Path:
    """The path of the checkpoint that `name` means: `bundled`, `arena`, an address, or a path that need not exist.

    Raises:
        InputError: if the name is empty or a misspelt one of these, or a checkpoint cannot be downloaded.
    """
    if not name:
        raise InputError("--weights: the name is empty; give bundled, arena or the path of a checkpoint")
    if name == "bundled":
        return BUNDLED / DEFAULT_CHECKPOINT
    if name == "arena":
        folder = cache_folder()
        return fetch(ARENA, None if folder is None else folder / "checkpoints")
    if is_address(name):
        folder = cache_folder()
        return fetch_address(name, None if folder is None else folder / "checkpoints")
    meant = get_close_matches(name, NAMED, n=1, cutoff=0.7) if name.isidentifier() else []
    if meant and not Path(name).exists():
        raise InputError(f"{name}: no such file; did you mean {meant[0]}?")
    return Path(name)


def siblings(weights: Weights) -> tuple[Path, ...]:
    """The bundled checkpoints to compare a checkpoint with: all others of the same architecture."""
    if weights.architecture != Architecture():
        return ()
    return tuple(path for path in bundled_checkpoints() if digest_on_card(path) != weights.digest)


def digest_on_card(path: Path) -> str:
    """`Weights.digest` as the card of a checkpoint records it; "None" if it does not."""
    return str(read_card(path).get("tensors_sha256"))


def bundled_checkpoints() -> list[Path]:
    """The bundled checkpoints, sorted by the length of the name, then by name: seed 2 before seed 10."""
    return sorted(BUNDLED.glob("*.safetensors"), key=lambda path: (len(path.name), path.name))
