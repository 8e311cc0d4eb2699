"""Records the checkpoint of PyTorch Lightning that `test_saved_forms` reads, with all that is saved beside it.

    python -m pip install pytorch-lightning
    python tests/checkpoints/saved/make.py

The model is the smallest of the family: one head, sums of two digits.
"""

from __future__ import annotations

from pathlib import Path

import pytorch_lightning as lightning  # pyright: ignore[reportMissingImports]
import torch
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint  # pyright: ignore[reportMissingImports]
from torch.utils.data import DataLoader, TensorDataset

from sumint.checkpoints.files import Architecture

SIZES = Architecture(n_digits=2, n_heads=1, d_model=8, d_head=4)
HERE = Path(__file__).parent


class Adder(lightning.LightningModule):
    """The parameters of a model, trained on nothing that matters."""

    def __init__(self, lr: float = 1e-3) -> None:  # noqa: ARG002 — Lightning saves it
        super().__init__()
        self.save_hyperparameters()
        self.model = torch.nn.Module()
        generator = torch.Generator().manual_seed(0)
        for name, shape in SIZES.shapes.items():
            parent = self.model
            *parts, last = name.split(".")
            for part in parts:
                if not hasattr(parent, part):
                    parent.add_module(part, torch.nn.Module())
                parent = getattr(parent, part)
            parent.register_parameter(last, torch.nn.Parameter(torch.randn(shape, generator=generator)))

    def training_step(self, batch: list[torch.Tensor], index: int) -> torch.Tensor:
        del batch, index
        loss = torch.stack([(parameter**2).sum() for parameter in self.parameters()]).sum()
        self.log("loss", loss)
        return loss

    def configure_optimizers(self) -> dict[str, object]:
        optimizer = torch.optim.AdamW(self.parameters(), lr=self.hparams["lr"])
        return {"optimizer": optimizer, "lr_scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 1)}


if __name__ == "__main__":
    trainer = lightning.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        callbacks=[
            ModelCheckpoint(HERE, filename="lightning", monitor="loss"),
            EarlyStopping("loss", patience=3),
        ],
    )
    trainer.fit(Adder(), DataLoader(TensorDataset(torch.zeros(8, 1)), batch_size=4))
