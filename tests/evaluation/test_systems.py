"""Whose voice a system speaks in, as the cache knows it."""

from __future__ import annotations

import pytest

from core import voices
from core.bundle import Bundle
from evaluation.systems import of_bundle, of_people
from realtime.pipeline import Pipeline


def test_people_who_are_drawn_otherwise_are_others_to_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline(Bundle.load(), "cpu")
    people, bank = of_people(pipeline, 2), of_bundle(pipeline, ["iris"])
    assert of_people(pipeline, 2).key == people.key
    assert people.key != bank.key
    monkeypatch.setattr(voices, "NEW_PITCH", voices.NEW_PITCH / 2)
    assert of_people(pipeline, 2).key != people.key
    assert of_bundle(pipeline, ["iris"]).key == bank.key, "voices of a bank are among the bundle's files"
