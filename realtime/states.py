"""The engine's states, which may follow which, and how the state is read off the facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """The states, in the order of the board's numbers."""

    IDLE = 0
    STARTING = 1
    WARMING = 2
    LIVE = 3
    RECOVERING = 4
    MUTED = 5
    FAILED = 6

    @property
    def label(self) -> str:
        """The name in small letters, as the API gives it."""
        return self.name.lower()


_RUNNING = frozenset({State.LIVE, State.RECOVERING, State.MUTED})
FOLLOWS: dict[State, frozenset[State]] = {
    State.IDLE: frozenset({State.STARTING}),
    State.STARTING: frozenset({State.WARMING, State.RECOVERING, State.FAILED, State.IDLE}),
    State.WARMING: _RUNNING | {State.STARTING, State.FAILED, State.IDLE},
    State.LIVE: frozenset({State.RECOVERING, State.MUTED, State.FAILED, State.IDLE}),
    State.RECOVERING: frozenset({State.STARTING, State.WARMING, State.LIVE, State.MUTED, State.FAILED, State.IDLE}),
    State.MUTED: frozenset({State.LIVE, State.RECOVERING, State.FAILED, State.IDLE}),
    State.FAILED: frozenset({State.STARTING, State.IDLE}),
}
"""Which state may follow which."""


@dataclass(frozen=True)
class Facts:
    """What the engine process knows at one moment.

    Attributes:
        fatal: why nothing can work ("" when there is no such thing), such as a damaged bundle.
        trouble: why no voice can get out now ("" when nothing stands in the way), such as a lost device.
        devices_open: both devices run.
        worker_ready: the model is loaded and warm.
        fed: the output was fed with the voice within the last moments.
        muted: the user wants silence.
        was_live: there was a voice since the start.
    """

    fatal: str = ""
    trouble: str = ""
    devices_open: bool = False
    worker_ready: bool = False
    fed: bool = False
    muted: bool = False
    was_live: bool = False


def read(facts: Facts) -> tuple[State, str]:
    """The state that the facts amount to, and the reason in words."""
    if facts.fatal:
        return State.FAILED, facts.fatal
    if not facts.was_live:
        if facts.trouble:
            return State.RECOVERING, facts.trouble
        if not facts.devices_open:
            return State.STARTING, "opening the devices"
        if not facts.worker_ready:
            return State.WARMING, "loading the voice"
        if not facts.fed:
            return State.WARMING, "waiting for the first sound"
    elif facts.trouble:
        return State.RECOVERING, facts.trouble
    elif not facts.worker_ready:
        return State.RECOVERING, "restarting the model"
    elif not facts.fed:
        return State.RECOVERING, "waiting for sound"
    return (State.MUTED, "muted") if facts.muted else (State.LIVE, "")


class StateMachine:
    """Holds the state and refuses a change that FOLLOWS does not allow.

    A jump over states in between (warming, say, when everything is ready at once) passes through them.
    """

    def __init__(self) -> None:
        self.state = State.IDLE
        self.reason = ""

    def to(self, state: State, reason: str = "") -> bool:
        """Go to `state`; whether state or reason changed.

        Raises:
            ValueError: `state` cannot be reached from here, not even through the start-up states.
        """
        changed = (state, reason) != (self.state, self.reason)
        if state != self.state:
            if state not in FOLLOWS[self.state] and not self._through_start_up(state):
                raise ValueError(f"from {self.state.label} to {state.label} there is no way")
            self.state = state
        self.reason = reason
        return changed

    def _through_start_up(self, state: State) -> bool:
        between = (State.STARTING, State.WARMING)
        return any(step in FOLLOWS[self.state] and state in FOLLOWS[step] for step in between)
