"""The digits: sizes, ranges, a fixed split without overlap."""

import torch
from sklearn.datasets import load_digits

from courseware.data import N_CLASSES, digits

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
