"""Short ways to open, send and try challenges, also many at once."""

import threading

from banking.domain.challenge import SmsWords
from banking.domain.page_refusals import PageRefusal
from tests.identity.world import AMA, IP, World


def begin(world: World, challenge_id: str = "t1", binding: str = "b", who=AMA) -> None:
    with world.uow() as tx:
        enrolment = tx.enrolments.by_customer(who.customer_number)
        world.identity.otp.start(
            tx,
            challenge_id=challenge_id,
            purpose="payment",
            enrolment_id=enrolment and enrolment.id,
            customer_number=who.customer_number,
            phone=who.phone,
            binding=binding,
            sms=SmsWords.payment(amount="USD 45.00", payee="Peter O. ••1122"),
        )
        tx.commit()


def send(world: World, challenge_id: str = "t1", ip: str = IP) -> str:
    world.identity.otp.send(challenge_id, ip)
    return world.code()


def verify(world: World, code: str, challenge_id: str = "t1", binding: str = "b"):
    return world.identity.otp.verify(
        challenge_id, code, binding, then=lambda _tx: "done"
    )


def wrong_of(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def at_once(count: int, work) -> list[object]:
    """Run it in that many threads behind one barrier; results or exceptions."""
    barrier, results = threading.Barrier(count), [None] * count

    def one(index: int) -> None:
        barrier.wait()
        try:
            results[index] = work(index)
        except PageRefusal as refused:
            results[index] = refused

    threads = [threading.Thread(target=one, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
