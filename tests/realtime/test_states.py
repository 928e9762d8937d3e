from __future__ import annotations

import itertools

import pytest

from realtime.states import FOLLOWS, Facts, State, StateMachine, read


def test_every_state_can_be_left_and_reached() -> None:
    assert set(FOLLOWS) == set(State)
    assert set().union(*FOLLOWS.values()) == set(State)
    assert all(follows and state not in follows for state, follows in FOLLOWS.items())


def test_a_usual_run() -> None:
    machine = StateMachine()
    told = []
    for facts in (
        Facts(),
        Facts(devices_open=True),
        Facts(devices_open=True, worker_ready=True),
        Facts(devices_open=True, worker_ready=True, fed=True),
        Facts(devices_open=True, worker_ready=True, fed=True, muted=True, was_live=True),
        Facts(devices_open=True, worker_ready=True, fed=True, was_live=True),
        Facts(trouble="the microphone is gone", was_live=True),
        Facts(devices_open=True, worker_ready=True, fed=True, was_live=True),
    ):
        machine.to(*read(facts))
        told.append(machine.state.label)
    assert told == ["starting", "warming", "warming", "live", "muted", "live", "recovering", "live"]
    machine.to(State.IDLE)
    assert machine.state is State.IDLE


def test_trouble_and_its_reason_come_first() -> None:
    everything = {"devices_open": True, "worker_ready": True, "fed": True}
    for was_live in (False, True):
        assert read(Facts(**everything, trouble="no sound", was_live=was_live)) == (State.RECOVERING, "no sound")
        assert read(Facts(**everything, trouble="x", fatal="no bundle", was_live=was_live)) == (
            State.FAILED,
            "no bundle",
        )


def test_never_live_without_a_voice() -> None:
    """Over all combinations of facts: live or muted only if the devices run, the model is there and fed the output."""
    for devices, worker, fed, muted, was_live, trouble, fatal in itertools.product((False, True), repeat=7):
        state, reason = read(
            Facts(
                fatal="f" if fatal else "", trouble="t" if trouble else "", devices_open=devices, worker_ready=worker,
                fed=fed, muted=muted, was_live=was_live,
            )
        )  # fmt: skip
        speaking = worker and fed and not trouble and not fatal and (devices or was_live)
        assert (state in (State.LIVE, State.MUTED)) == speaking
        assert (state is State.LIVE) == (speaking and not muted)
        assert bool(reason) == (state is not State.LIVE)


@pytest.mark.parametrize(
    ("here", "there"),
    [(State.IDLE, State.LIVE), (State.IDLE, State.MUTED), (State.LIVE, State.WARMING), (State.FAILED, State.LIVE)],
)
def test_a_way_that_does_not_exist_is_refused(here: State, there: State) -> None:
    machine = StateMachine()
    machine.state = here
    with pytest.raises(ValueError, match=f"from {here.label} to {there.label}"):
        machine.to(there)
    assert machine.state is here


def test_a_change_is_told_once() -> None:
    machine = StateMachine()
    assert machine.to(State.STARTING, "opening")
    assert not machine.to(State.STARTING, "opening")
    assert machine.to(State.STARTING, "opening again")
