"""The digits: sizes, ranges, a fixed split without overlap."""

import pytest
import torch
from sklearn.datasets import load_digits

from courseware.subjects import data as data_module
from courseware.subjects.data import N_CLASSES, digits, mnist

PARTS = ("train", "validation", "test")


def parts(data):
    return [(getattr(data, f"{part}_images"), getattr(data, f"{part}_labels")) for part in PARTS]


def test_every_image_is_in_exactly_one_part():
    images = torch.cat([images for images, _ in parts(digits())])
    stored = torch.tensor(load_digits().data / 16, dtype=torch.float32)
    assert sorted(images.tolist()) == sorted(stored.tolist())


def test_labels_stay_with_their_images():
    stored = load_digits()
    label_of = {
        tuple(image): label
        for image, label in zip(stored.data.tolist(), stored.target, strict=True)
    }
    for images, labels in parts(digits()):
        assert [label_of[tuple(image)] for image in (images * 16).tolist()] == labels.tolist()


def test_pixels_are_between_zero_and_one():
    for images, labels in parts(digits()):
        assert (images.min(), images.max()) == (0, 1)
        assert set(labels.tolist()) == set(range(N_CLASSES))


def test_each_class_has_the_same_share_in_every_part():
    data = digits()
    total = sum(labels.bincount() for _, labels in parts(data))
    for _, labels in parts(data):
        expected = total * len(labels) / total.sum()
        # A stratified split hands out whole images: each class is off by less than one, and by
        # less than two after the second cut.
        assert (labels.bincount() - expected).abs().max() < 2


def test_two_calls_agree_and_share_no_memory():
    first, second = digits(), digits()
    first.train_images.zero_()
    assert second.train_images.sum() > 0
    assert torch.equal(first.test_images, second.test_images)
    assert torch.equal(first.train_labels, second.train_labels)


def test_mnist_has_every_image_in_exactly_one_part_and_500_of_each_digit():
    images = torch.cat([images for images, _ in parts(mnist())])
    labels = torch.cat([labels for _, labels in parts(mnist())])
    assert images.shape == (5000, 784)
    assert len({image.tobytes() for image in images.numpy()}) == 5000
    assert labels.bincount().tolist() == [500] * N_CLASSES


def test_pixels_of_mnist_are_grey_levels_between_zero_and_one():
    for images, _ in parts(mnist()):
        levels = images * 255
        assert (images.min(), images.max()) == (0, 1)
        assert images.dtype == torch.float32
        # float32 holds k / 255 to half an ulp, 2**-25; 255 times that is far below a level.
        assert (levels - levels.round()).abs().max() < 1e-4


def test_pictures_of_mnist_are_upright_and_carry_their_labels():
    data = mnist()
    means = [data.train_images[data.train_labels == d].mean(0).reshape(28, 28) for d in range(10)]
    # A 0 is empty in the middle and a 1 is not; a 7 has its ink above, a 6 below.
    assert means[0][12:16, 12:16].mean() < means[1][12:16, 12:16].mean() / 2
    assert means[7][:12].sum() > means[7][16:].sum()
    assert means[6][:12].sum() < means[6][16:].sum()


def test_two_calls_of_mnist_agree_and_share_no_memory():
    first, second = mnist(), mnist()
    first.train_images.zero_()
    assert second.train_images.sum() > 0
    assert torch.equal(first.test_images, second.test_images)


def test_missing_or_other_images_are_named(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(data_module, "MNIST_PACKAGE", "no-such-package")
        with pytest.raises(RuntimeError, match="no-such-package with the images of MNIST"):
            mnist()
    monkeypatch.setattr(data_module, "MNIST_SHA256", "0" * 64)
    with pytest.raises(RuntimeError, match="these are not the images"):
        mnist()
