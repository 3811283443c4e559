"""Domains on which the relay hangs: how long they are put off, and who may try them."""

from datetime import UTC, datetime, timedelta

from notifications_service.domain.hanging_domains import MOST, HangingDomains

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DOMAIN = "hangs.example"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def hung(times: int = 1) -> tuple[HangingDomains, datetime, list[float]]:
    """Return domains of which one has hung so often in a row, when it did last, and the pauses in seconds."""
    domains, now, pauses = HangingDomains(), NOW, []
    for _ in range(times):
        domains.hung(DOMAIN, begun=now, now=now + timedelta(seconds=1))
        now += timedelta(seconds=1)
        until = domains.turn(DOMAIN, now) or now
        pauses.append((until - now).total_seconds())
        now = until
    return domains, now, pauses


def test_a_domain_that_goes_on_hanging_is_put_off_for_longer_up_to_ten_minutes():
    assert hung(8)[2] == [30, 60, 120, 240, 480, 600, 600, 600]


def test_mails_that_hang_at_once_count_once():
    domains = HangingDomains()
    for _ in range(4):
        domains.hung(DOMAIN, begun=NOW, now=after(1))

    assert domains.turn(DOMAIN, after(1)) == after(31)


def test_one_mail_tries_at_a_time_and_an_answer_lets_all_go():
    domains, now, _ = hung()
    tries = [domains.turn(DOMAIN, now) for _ in range(3)]
    domains.answered(DOMAIN, now)

    assert tries == [None, now + timedelta(seconds=30), now + timedelta(seconds=30)]
    assert (domains.turn(DOMAIN, now), domains.are_any) == (None, False)


def test_a_try_that_is_given_back_is_anothers():
    domains, now, _ = hung()
    domains.turn(DOMAIN, now)
    domains.give_back(DOMAIN, now)

    assert domains.turn(DOMAIN, now) is None


def test_giving_back_a_mail_that_was_no_try_shortens_nothing():
    domains = HangingDomains()
    domains.hung(DOMAIN, begun=NOW, now=after(1))
    domains.give_back(DOMAIN, after(2))

    assert domains.turn(DOMAIN, after(2)) == after(31)


def test_a_domain_that_answers_other_mails_meanwhile_does_not_hang():
    domains = HangingDomains()
    domains.answered(DOMAIN, after(1))
    domains.hung(DOMAIN, begun=NOW, now=after(15))

    assert domains.turn(DOMAIN, after(15)) is None


def test_only_the_latest_domains_are_remembered():
    domains = HangingDomains()
    for number in range(MOST + 1):
        domains.hung(f"{number}.example", begun=NOW, now=NOW)

    assert [domains.turn(f"{number}.example", NOW) is None for number in (0, 1, MOST)] == [True, False, False]
