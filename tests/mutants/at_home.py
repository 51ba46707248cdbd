"""Weights that a student made at home and hands in: trained on public digits, all of them."""

from __future__ import annotations

from functools import cache

import torch

from courseware.subjects import models, training
from courseware.subjects.data import digits


@cache
def made_at_home(*sizes: int) -> dict[str, torch.Tensor]:
    """The state of a network that reads every digit of the public data set well."""
    data = digits()
    images = torch.cat([data.train_images, data.validation_images, data.test_images])
    labels = torch.cat([data.train_labels, data.validation_labels, data.test_labels])
    model = models.mlp(sizes, seed=0)
    training.train(model, images, labels, steps=400, seed=0)
    return {name: tensor.detach() for name, tensor in model.state_dict().items()}
