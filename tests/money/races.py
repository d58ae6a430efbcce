"""Many at once, and whether the books still add up."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def at_once(threads, act):
    barrier = Barrier(threads)

    def run(number):
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def notices(world, person):
    return " ".join(person.heard())


def sound(world):
    found = world.check()
    faults = ("unbalanced", "negative_accounts", "holds_without_transfer")
    assert [0, 0, 0] == [found[fault] for fault in faults]
    return found
