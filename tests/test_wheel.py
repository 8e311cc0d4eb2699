"""A wheel contains all that a build needs, and no more checkpoints than that."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from sumint.checkpoints.files import Weights, write_weights

ROOT = Path(__file__).parent.parent


def run(*command: str, **environment: str) -> str:
    finished = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        cwd=ROOT.anchor,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_a_wheel_contains_templates_texts_and_bundled_weights_and_builds_a_site(
    tmp_path: Path, tiny_weights: Weights, filled_cache: Path
) -> None:
    wheels, installed, site = tmp_path / "wheels", tmp_path / "installed", tmp_path / "site"
    run("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    with zipfile.ZipFile(next(wheels.iterdir())) as wheel:
        wheel.extractall(installed)
    assert (ROOT / "sumint" / "checkpoints" / "seeds").is_dir()
    assert not (installed / "sumint" / "checkpoints" / "seeds").exists()
    assert not (installed / "templates").exists()
    where = run("-c", "import report; print(report.__file__)", PYTHONPATH=str(installed))
    assert where.startswith(str(installed))
    bundled = run(
        "-c", "from sumint.checkpoints.locate import locate; print(locate('bundled'))", PYTHONPATH=str(installed)
    )
    assert Path(bundled.strip()).is_relative_to(installed)
    assert Path(bundled.strip()).exists()
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    run(
        *("-m", "report", "build", "--weights", str(tmp_path / "tiny.safetensors"), "--site", str(site)),
        PYTHONPATH=str(installed),
        SUMINT_CACHE=str(filled_cache),
    )
    assert (site / "index.html").exists()
