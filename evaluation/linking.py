"""Attackers who try to link anonymized speech to a talker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console

from evaluation.attributes import guessed
from evaluation.backend import Discriminant, Plda, Vectors
from evaluation.finetuning import fine_tuned
from evaluation.measure import bands, codes_of, embed, embed_again, melody_of
from evaluation.privacy import Score, attack, cosines, deidentification, within
from evaluation.sides import Sides, jobs, usual, with_drawn_targets, with_one_target
from evaluation.systems import System, original
from evaluation.words import (
    BACKENDS,
    CODES,
    IGNORANT,
    LEARNED,
    LEARNED_CHANGING,
    MELODY,
    MELODY_CHANGING,
    TUNED,
    UNTRAINED,
    UNTRAINED_CHANGING,
)
from evaluation.workshop import Crew, Job, Workshop

Read = Callable[[Job], npt.NDArray[np.float32]]


def attacks(systems: list[System], sides: Sides, workshop: Workshop, crew: Crew, console: Console) -> dict[str, Any]:
    """Figures by attack, named "system, attacker (instrument)"; docs/evaluation.md says what each attacker does."""
    if not sides.enough:
        return {}
    results: dict[str, Any] = {}
    originals: dict[str, Any] = {}
    for system in systems:
        _prepare(system, sides, crew, codes=system is workshop.ours)
        for instrument, read in readers(workshop).items():
            found = _of_system(system, sides, instrument, read, console, workshop)
            if system.targets == ("",):
                originals[instrument] = found["as it is"]["matrix"]
            elif instrument in originals:
                ignorant = found[IGNORANT]
                ignorant["deidentification"] = deidentification(originals[instrument], ignorant["matrix"])
            for attacker, result in found.items():
                known = "" if system.targets == ("",) else f", {attacker}"
                head = {"system": system.name, "attacker": attacker, "instrument": instrument}
                results[f"{system.name}{known} ({instrument})"] = {**head, **result}
        if system.targets == ("",) or not sides.lessons:
            continue
        for attacker, result in _without_voice(system, sides, workshop).items():
            head = {"system": system.name, "attacker": attacker, "instrument": "LDA"}
            results[f"{system.name}, {attacker}"] = {**head, **result}
    return results


def readers(workshop: Workshop) -> dict[str, Read]:
    """What each verifier makes of a job's sound."""
    tools = workshop.instruments
    found: dict[str, Read] = {tools.verifier.name: lambda job: embed(workshop.made(job), tools)}
    second = tools.second
    if second is not None:
        found["TDNN"] = lambda job: embed_again(workshop.made(job), second, tools.cache)
    return found


def _of_system(
    system: System, sides: Sides, instrument: str, read: Read, console: Console, workshop: Workshop
) -> dict[str, dict[str, Any]]:
    """The attackers who listen to the voice with one verifier."""
    fixed, drawn = with_one_target(system, sides), with_drawn_targets(system, sides)
    if system.targets == ("",):
        return {"as it is": _figures(_vectors(fixed.enrol, read), _vectors(fixed.trial, read), cosines, sides)}
    enrolled, trials, learned = (_vectors(todo, read) for todo in drawn)
    found = {
        IGNORANT: (_vectors(jobs(original(), sides.enrol, None), read), trials, cosines),
        UNTRAINED_CHANGING: (enrolled, trials, cosines),
    }
    told: dict[str, dict[str, float]] = {}
    if sides.lessons:
        found.update(_trained(LEARNED_CHANGING, learned, enrolled, trials))
        told[LEARNED_CHANGING] = _attributes(learned, trials, sides)
    if not system.changing:
        enrolled, trials, learned = (_vectors(todo, read) for todo in fixed)
        found[UNTRAINED] = (enrolled, trials, cosines)
        if sides.lessons:
            found.update(_trained(LEARNED, learned, enrolled, trials))
            told[LEARNED] = _attributes(learned, trials, sides)
        second = workshop.instruments.second
        if sides.lessons and instrument == "TDNN" and second is not None:
            cache = workshop.instruments.cache
            seen: Read = lambda job: bands(workshop.made(job), cache)  # noqa: E731
            twin = fine_tuned(second, _vectors(fixed.lessons, seen), cache.folder / "fine-tuned", console)
            tuned: Read = lambda job: embed_again(workshop.made(job), twin, cache)  # noqa: E731
            enrolled, trials, learned = (_vectors(todo, tuned) for todo in fixed)
            found[TUNED] = (enrolled, trials, cosines)
            found.update(_trained(f"{TUNED} +", learned, enrolled, trials))
    results = {name: _figures(e, t, score, sides) for name, (e, t, score) in found.items()}
    for name, shares in told.items():  # the verifier's own embeddings, in those voices: fine-tuned ones are others
        for backend in BACKENDS:
            results[f"{name} {backend}"].update(shares)
    return results


def _trained(
    name: str, learned: Vectors, enrolled: Vectors, trials: Vectors
) -> dict[str, tuple[Vectors, Vectors, Score]]:
    lda = Discriminant(learned)
    turned = lda(enrolled), lda(trials)
    scores: tuple[Score, ...] = cosines, Plda(lda(learned))
    return {f"{name} {backend}": (*turned, score) for backend, score in zip(BACKENDS, scores, strict=True)}


def _without_voice(system: System, sides: Sides, workshop: Workshop) -> dict[str, dict[str, Any]]:
    """Attackers who see melody only, or the codes only (these are the same for every target)."""
    cache, sound, reader = workshop.instruments.cache, workshop.sound, workshop.reader
    melody: Read = lambda job: melody_of(workshop.made(job), cache)  # noqa: E731
    tried = {MELODY_CHANGING: (with_drawn_targets(system, sides), melody)}
    if not system.changing:
        tried[MELODY] = with_one_target(system, sides), melody
    if system is workshop.ours:
        codes: Read = lambda job: codes_of(sound(job.recording, job.seconds), reader, cache)  # noqa: E731
        tried[CODES] = with_one_target(original(), sides), codes
    found = {}
    for name, (work, read) in tried.items():
        enrolled, trials, learned = (_vectors(todo, read) for todo in work)
        trained = Discriminant(learned)
        found[name] = _figures(trained(enrolled), trained(trials), cosines, sides)
    return found


def _attributes(learned: Vectors, trials: Vectors, sides: Sides) -> dict[str, float]:
    """How often sex and accent (or corpus) are guessed from what a system gives out, learned on its own output."""
    named = {"sex_guessed": sides.sexes, "group_guessed": sides.groups}
    shares = {key: guessed(learned, trials, labels) for key, labels in named.items()}
    return {key: share for key, share in shares.items() if share is not None}


def _prepare(system: System, sides: Sides, crew: Crew, codes: bool) -> None:
    """Let the crew do everything that the attackers on one system will ask the cache for."""
    todo = [job for part in usual(system, sides) for job in part]
    if system.targets != ("",) and not system.changing:
        todo += [job for part in with_drawn_targets(system, sides) for job in part]
    crew.run(f"{system.name}: timbre", todo)
    if sides.lessons and system.targets != ("",):
        crew.run(f"{system.name}: melody", [replace(job, kind="melody") for job in todo])
    if codes and sides.lessons:
        plain = with_one_target(original(), sides)
        crew.run("codes", [replace(job, kind="codes") for part in plain for job in part])


def _vectors(todo: list[Job], read: Read) -> Vectors:
    found: Vectors = {}
    for job in todo:
        found.setdefault(job.recording.talker, []).append(read(job))
    return found


def _figures(enrolled: Vectors, trials: Vectors, score: Score, sides: Sides) -> dict[str, Any]:
    """An attack's figures, and two that leave out pairs that any ear tells apart: its equal error rate among women and
    among men, and `eer_within_group`: a trial meets only talkers of the same sex and the same accent or corpus."""
    found = asdict(attack(enrolled, trials, score, sides.pairs))
    kinds = {t: f"{sides.groups.get(t, '')} {sides.sexes.get(t, '?')}" for t in found["by_talker"]}
    alike = within(trials, kinds, sides.pairs)
    if any(u != t for t, u in alike):
        close = attack(enrolled, trials, score, alike)
        found |= {"eer_within_group": close.eer, "low_within_group": close.low, "high_within_group": close.high}
        found["other_within_group"] = close.other
    by_sex = {}
    for sex in ("F", "M"):
        group = [t for t in found["by_talker"] if sides.sexes.get(t) == sex]
        if len(group) >= 2:
            parts = [{t: side[t] for t in group} for side in (enrolled, trials)]
            by_sex[sex] = attack(parts[0], parts[1], score, sides.pairs, draws=0).eer
    return {**found, "by_sex": by_sex}
