from __future__ import annotations

import json
import math

import pytest

from core.errors import ConfigError
from realtime.config import EngineConfig

ROW = (0.5,) * 66


def config(**values: object) -> EngineConfig:
    return EngineConfig(**{"bundle": "b", "voice_row": ROW, **values})  # type: ignore[arg-type]


def test_json_both_ways() -> None:
    before = config(input="USB Mic", gain_db=-3.5, muted=True, margin_ms=8.0)
    assert EngineConfig.from_json(before.to_json()) == before


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"backend": "jack"}, "jack"),
        ({"provider": "tpu"}, "tpu"),
        ({"prosody": 1.01}, "prosody"),
        ({"prosody": math.nan}, "prosody"),
        ({"gain_db": 31.0}, "gain_db"),
        ({"gate_db": 1.0}, "gate_db"),
        ({"chunk_ms": 0.5}, "chunk_ms"),
        ({"margin_ms": 500.0}, "margin_ms"),
        ({"voice_row": (1.0, math.inf, 0.0)}, "voice"),
        ({"voice_row": (1.0,)}, "voice"),
        ({"backend": "file", "input": "a.wav"}, "file backend"),
    ],
)
def test_what_cannot_work_is_named(values: dict[str, object], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        config(**values)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "not JSON"),
        ("[]", "object"),
        (json.dumps({"bundle": "b", "voice_row": ROW, "colour": "red"}), "colour"),
        (json.dumps({"bundle": "b"}), "voice_row"),
    ],
)
def test_json_that_is_none_of_ours(text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named) as caught:
        EngineConfig.from_json(text)
    assert "\n" not in str(caught.value)
