"""The last cell of exercise 09 shows how the student's tickets learn."""

import pytest

from courseware.chapters.c09_lottery_tickets import pay_off
from courseware.chapters.c09_lottery_tickets.pay_off import tickets_at_work
from courseware.chapters.c09_lottery_tickets.ticket_arms import DENSE, REINIT, TICKET
from model_compression.lottery_tickets import find_ticket, random_reinit


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pay_off, "SEEDS", (0,))
    monkeypatch.setattr(pay_off, "ROUNDS", 1)
    monkeypatch.setattr(pay_off, "UPDATES", 2)


def test_the_reference_gives_curves_of_three_arms():
    alt = tickets_at_work(find_ticket=find_ticket, random_reinit=random_reinit).alt
    assert all(f"{arm} from" in alt for arm in (DENSE, TICKET, REINIT))


def test_a_stub_is_named(capsys):
    def stub(shapes, masks, seed):
        raise NotImplementedError("Write your function here")

    assert tickets_at_work(find_ticket=find_ticket, random_reinit=stub) is None
    assert "`random_reinit` is not written so far" in capsys.readouterr().out
