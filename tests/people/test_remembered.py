from guard.people.remembered import ADDRESS, PAIR, Memory, Throttle


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_is_kept_is_over_after_its_time() -> None:
    clock = Clock()
    memory: Memory[str] = Memory(300, clock)
    long, short = memory.key("a", "b"), memory.key("c", "d")
    memory.put(long, "x")
    memory.put(short, "y", 10)
    clock.now += 20
    assert (memory.get(long), memory.get(short)) == ("x", None)
    clock.now += 281
    assert memory.get(long) is None


def test_a_key_tells_its_parts_apart_and_gives_none_of_them_back() -> None:
    memory: Memory[str] = Memory(300)
    assert memory.key("ab", "c") != memory.key("a", "bc")
    assert memory.key("a") != Memory[str](300).key("a")
    assert b"s3cret" not in memory.key("camille", "s3cret")


def test_memory_is_bounded() -> None:
    memory: Memory[int] = Memory(300)
    keys = [memory.key(str(number)) for number in range(20_001)]
    for number, key in enumerate(keys):
        memory.put(key, number)
    assert (memory.get(keys[0]), memory.get(keys[-1])) == (None, 20_000)


def test_one_name_at_one_place_waits_after_some_tries_and_nobody_else_does() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(PAIR):
        assert throttle.wait("10.0.0.1", "camille") == 0
        throttle.tried("10.0.0.1", "camille")
        clock.now += 1
    assert throttle.wait("10.0.0.1", "camille") == 60 - PAIR
    assert throttle.wait("10.0.0.2", "camille") == throttle.wait("10.0.0.1", "sacha") == 0
    clock.now += 60
    assert throttle.wait("10.0.0.1", "camille") == 0


def test_a_place_waits_after_many_failures_whatever_the_names() -> None:
    throttle = Throttle(Clock())
    for _ in range(ADDRESS):
        assert throttle.crowded("10.0.0.1") == 0
        throttle.failed("10.0.0.1")
    assert throttle.crowded("10.0.0.1") == 60
    assert throttle.crowded("10.0.0.2") == throttle.wait("10.0.0.1", "camille") == 0


def test_a_try_that_succeeds_forgets_the_slips_before() -> None:
    throttle = Throttle(Clock())
    for _ in range(PAIR):
        throttle.tried("10.0.0.1", "camille")
    throttle.forget("10.0.0.1", "camille")
    assert throttle.wait("10.0.0.1", "camille") == 0


def test_a_name_in_another_case_is_no_way_around() -> None:
    throttle = Throttle(Clock())
    for name in ("camille", "Camille", "CAMILLE", "cAmille", "caMille"):
        throttle.tried("10.0.0.1", name)
    assert throttle.wait("10.0.0.1", "camillE") == 60
