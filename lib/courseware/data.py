"""The data of the course: 1,797 real handwritten digits that scikit-learn carries with it.

Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository, 1998 (its test part, as shipped with scikit-learn). Nothing is downloaded.
"""

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

N_CLASSES = 10
IMAGE_SHAPE = (8, 8)

_SPLIT_SEED = 20250505
_N_VALIDATION = 200
_N_TEST = 400


@dataclass(frozen=True, eq=False)
class Digits:
    """Handwritten digits in three parts that share no image.

    Images are float32 of shape (N, 64) in [0, 1], 0 is paper, 1 is ink; `image.reshape(8, 8)` is
    the picture. Labels are int64 of shape (N,), 0 ... 9. Train on `train`, choose settings on
    `validation`, report on `test`.
    """

    train_images: torch.Tensor
    train_labels: torch.Tensor
    validation_images: torch.Tensor
    validation_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor


def digits() -> Digits:
    """Load the digits in a fixed split with the same share of each class in every part.

    Returns: Digits; the tensors are new ones in each call.

    >>> data = digits()
    >>> data.train_images.shape, data.validation_images.shape, data.test_images.shape
    (torch.Size([1197, 64]), torch.Size([200, 64]), torch.Size([400, 64]))
    >>> data.train_images.dtype, data.train_labels.dtype
    (torch.float32, torch.int64)
    >>> data.test_labels.bincount()
    tensor([40, 40, 39, 41, 40, 41, 40, 40, 39, 40])
    """
    bunch = load_digits()
    images = torch.tensor(bunch.data / 16, dtype=torch.float32)  # 16 grey levels, exact in float32
    labels = torch.tensor(bunch.target, dtype=torch.int64)
    rest, test = _stratified_split(torch.arange(len(labels)), labels, _N_TEST)
    train, validation = _stratified_split(rest, labels, _N_VALIDATION)
    return Digits(
        *(images[train], labels[train]),
        *(images[validation], labels[validation]),
        *(images[test], labels[test]),
    )


def _stratified_split(
    rows: torch.Tensor, labels: torch.Tensor, n_second: int
) -> tuple[torch.Tensor, torch.Tensor]:
    first, second = train_test_split(
        rows.numpy(), test_size=n_second, stratify=labels[rows], random_state=_SPLIT_SEED
    )
    return torch.from_numpy(first), torch.from_numpy(second)
