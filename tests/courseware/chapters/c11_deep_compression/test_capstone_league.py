"""What the leaderboard measures of a file is what the judge sees; the strategies' cells fit."""

from __future__ import annotations

import lzma

import pytest
import torch

from courseware.chapters.c11_deep_compression import league
from courseware.chapters.c11_deep_compression.tasks import networks
from courseware.checks import reports_to
from tests.mutants.chapter_11_compress import ZEROS, solution

FITS = "def compress(state, images, labels, budget_bytes, seed):\n    return bytes(1600)\n"
HALF = FITS.replace("bytes(1600)", "bytes(2500)")
FAILS = "def decompress(blob):\n    return {}\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Draws whose networks are hardly trained."""
    monkeypatch.setattr(networks, "STEPS", 5)
    networks.problem.cache_clear()
    yield
    networks.problem.cache_clear()


def measured(decoder, compressor, seed="seed"):
    found = []
    with reports_to(lambda text, html, facts: found.append(facts["league"])):
        league.measure(solution(decoder, compressor, "entry"), seed)
    (figures,) = found
    assert [one["budget"] for one in figures] == list(league.BUDGETS)
    return figures


def test_bytes_and_losses_are_those_of_the_file():
    figures = measured(ZEROS, FITS)
    code = {one["code"] for one in figures}
    assert len(code) == 1 and all(one["bytes"] == 1600 + one["code"] for one in figures)
    # All outputs are 0: no answer is right, and all that `state` reads is lost.
    assert all(5 < one["lost"] <= 100 for one in figures)
    assert measured(ZEROS, FITS) == figures
    assert [one["lost"] for one in measured(ZEROS, FITS, "other")] != [
        one["lost"] for one in figures
    ]


def test_a_budget_without_a_valid_file_says_why():
    large = measured(ZEROS, HALF)
    assert ["failed" in one for one in large] == [False, False, True]
    assert "bytes more than the 2,000 allowed" in large[2]["failed"]
    assert all("its names are" in one["failed"] for one in measured(FAILS, FITS))


def test_the_strategy_of_lzma_reads_what_it_writes():
    cells = league.STRATEGIES["the same, written by lzma"]
    names = {"lzma": lzma}
    for source in cells.values():
        exec(source, names)
    draw = torch.Generator().manual_seed(0)
    codes = [torch.randint(-3, 4, shape, generator=draw).float() for shape in ((5, 785), (10, 5))]
    state = names["decompress"](names["written"](codes))
    assert torch.equal(state["0.weight"], codes[0][:, :784])
    assert torch.equal(state["0.bias"], codes[0][:, 784])
    assert torch.equal(state["2.weight"], codes[1])
