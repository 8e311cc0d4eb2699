"""In a command, transformer_lens is imported without libraries that it does not use there, and works as usual."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.shared import ROOT

START = """
import sys
from sumint.checkpoints.files import read_weights
from sumint.checkpoints.locate import locate
from sumint.machine import postponed_imports
from sumint.model.load import load_model, tokens_for
from sumint.task.sums import SampleSpec

def loaded():
    return sorted({"datasets", "pandas", "transformers", "transformer_lens"} & sys.modules.keys())

def logits():
    model = load_model(read_weights(locate("bundled")))
    return model(tokens_for(model, SampleSpec(4, size=20).draw()))
"""


def printed(script: str) -> str:
    """What a script prints in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-W", "error", "-c", START + script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_a_model_is_loaded_without_them_and_gives_the_same_logits() -> None:
    script = "print(logits().double().sum().item(), loaded())"
    alone = printed(f"postponed_imports.postpone_imports(); {script}")
    usual = printed(script)
    assert alone.split(" ", 1)[1] == "['transformer_lens']\n"
    assert usual.split(" ", 1)[1] == "['datasets', 'pandas', 'transformer_lens', 'transformers']\n"
    assert alone.split()[0] == usual.split()[0]


def test_a_stand_in_imports_its_library_when_it_is_used() -> None:
    assert printed("""
postponed_imports.postpone_imports()
logits()
from transformer_lens import patching
from transformer_lens.utilities import tokenize_utils
stand_in = tokenize_utils.PreTrainedTokenizerBase
print(isinstance("text", stand_in), issubclass(str, stand_in), loaded())
print(patching.pd.DataFrame({"a": [1, 2]}).a.sum(), loaded())
try:
    tokenize_utils.AutoTokenizer.from_pretrained("/no/such/folder")
except (OSError, ValueError) as error:
    print("an error of the library", loaded())
from transformers import PreTrainedTokenizerFast
print(issubclass(PreTrainedTokenizerFast, stand_in), issubclass(str, stand_in))
""").splitlines() == [
        "False False ['transformer_lens']",
        "3 ['pandas', 'transformer_lens']",
        "an error of the library ['pandas', 'transformer_lens', 'transformers']",
        "True False",
    ]


@pytest.mark.parametrize("library", ["jaxtyping", "tqdm"])
def test_a_library_that_is_used_at_once_is_imported_as_usual(library: str) -> None:
    """transformer_lens needs these two as it is imported, as a later version may need one of the others."""
    assert (
        printed(f"""
for name in [name for name in sys.modules if name.partition(".")[0] == {library!r}]:
    del sys.modules[name]
postponed_imports.LIBRARIES = ({library!r},)
postponed_imports.postpone_imports()
print(logits().shape, type(sys.modules[{library!r}]).__name__)
""")
        == "torch.Size([20, 14, 12]) module\n"
    )


TRAIN = """
postponed_imports.postpone_imports()
import torch
parameter = torch.nn.Parameter(torch.ones(3))
optimizer = torch.optim.Adam([parameter], lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    (parameter**2).sum().backward()
    optimizer.step()
"""


def test_an_optimizer_steps_as_usual_without_the_compiler() -> None:
    script = "print(parameter.sum().item(), 'torch._dynamo.eval_frame' in sys.modules)"
    alone = printed(TRAIN + script).split()
    usual = printed(TRAIN.replace("postponed_imports.postpone_imports()", "") + script).split()
    assert (alone[1], usual[1]) == ("False", "True")
    assert alone[0] == usual[0]


def test_the_compiler_is_imported_when_it_is_used() -> None:
    script = """
doubled = torch.compile(lambda x: 2 * x, backend="eager")
print(doubled(torch.ones(2)).tolist(), 'torch._dynamo.eval_frame' in sys.modules)
optimizer.step()
"""
    assert printed(TRAIN + script) == "[2.0, 2.0] True\n"


def test_a_part_of_the_compiler_can_be_imported_first() -> None:
    assert printed(TRAIN + "import torch._dynamo.config; print(torch._dynamo.__name__)") == "torch._dynamo\n"
