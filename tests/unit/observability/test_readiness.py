from workers.observability.readiness import Condition, Readiness


def test_at_first_nothing_holds() -> None:
    readiness = Readiness()
    assert not readiness.is_ready
    assert set(readiness.failing) == set(Condition)


def test_ready_when_all_conditions_hold_and_not_before() -> None:
    readiness = Readiness()
    for condition in Condition:
        assert not readiness.is_ready
        readiness.holds(condition)
    assert readiness.is_ready
    assert readiness.failing == {}


def test_the_latest_reason_is_kept_and_only_changes_are_told() -> None:
    readiness, told = Readiness(), list[tuple[Condition, bool]]()
    readiness.on_change(lambda condition, holds: told.append((condition, holds)))
    told.clear()
    readiness.holds(Condition.REDIS)
    readiness.holds(Condition.REDIS)
    readiness.fails(Condition.REDIS, "refused")
    readiness.fails(Condition.REDIS, "timed out")
    assert told == [(Condition.REDIS, True), (Condition.REDIS, False)]
    assert readiness.failing[Condition.REDIS] == "timed out"
