"""Attackers who try to link anonymized speech to a talker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console

from evaluation.attributes import guessed
from evaluation.backend import FEWEST_TALKERS, Discriminant, Plda, Vectors
from evaluation.finetuning import fine_tuned
from evaluation.measure import bands, codes_of, embed, embed_again, melody_of
from evaluation.privacy import Pairs, Score, attack, cosines, deidentification, within
from evaluation.systems import System
from evaluation.talkers import Recording
from evaluation.workshop import Crew, Job, Workshop

LESSON_S, TRIAL_S = 4.0, 10.0
"""Of each utterance at most: many short lessons teach more than a few long ones."""
Recordings = list[Recording]
Read = Callable[[Job], npt.NDArray[np.float32]]


class Sides:
    """Who is enrolled by what, who is tried with what, and what trained attackers learn from."""

    def __init__(self, tried: Recordings, lessons: Recordings, pairs: set[tuple[str, str]] | None = None) -> None:
        """Args:
        tried: recordings of the talkers under attack; with a role, or halved in turn.
        lessons: of other talkers. pairs: a trial list (talker, id of the trial), or None for all.
        """
        if any(r.role for r in tried):
            self.enrol, self.trial = ([r for r in tried if r.role == role] for role in ("enrol", "trial"))
        else:
            self.enrol, self.trial = halves(tried)
        both = {r.talker for r in self.enrol} & {r.talker for r in self.trial}
        self.enrol, self.trial = ([r for r in side if r.talker in both] for side in (self.enrol, self.trial))
        self.lessons = lessons if len({r.talker for r in lessons}) >= FEWEST_TALKERS else []
        self.sexes = {r.talker: r.sex for r in (*tried, *lessons)}
        self.groups = {r.talker: r.group for r in (*tried, *lessons)}
        self.pairs: Pairs | None = self._pairs(pairs) if pairs else None

    @property
    def enough(self) -> bool:
        """Whether there are two talkers to mix up."""
        return len({r.talker for r in self.enrol}) >= 2

    def _pairs(self, listed: set[tuple[str, str]]) -> Pairs:
        found, turns = Pairs(), dict[str, int]()
        for r in self.trial:
            at = turns.get(r.talker, 0)
            turns[r.talker] = at + 1
            for talker in {e.talker for e in self.enrol}:
                if (talker, r.id) in listed:
                    found.setdefault((talker, r.talker), []).append(at)
        return found


def halves(recordings: Recordings) -> tuple[Recordings, Recordings]:
    """Each talker's recordings, sorted by id, in turn to enrolment and trial: no sentence stands on both sides."""
    first, second, turns = Recordings(), Recordings(), dict[str, int]()
    for r in sorted(recordings, key=lambda r: r.id):
        turns[r.talker] = turns.get(r.talker, 0) + 1
        (first if turns[r.talker] % 2 else second).append(r)
    return first, second


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
                ignorant = found["ignorant"]
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
    for name, extra in _attributes(systems, sides, workshop).items():
        for key in [k for k in results if k.startswith(f"{name}, semi-informed")]:
            results[key].update(extra)
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
    enrolled, trials = (_vectors(jobs(system, side, None), read) for side in (sides.enrol, sides.trial))
    if system.targets == ("",):
        return {"as it is": _figures(enrolled, trials, cosines, sides)}
    plain = System("original", lambda x, _: x, ("",), "original")
    drawn = _vectors(jobs(system, sides.trial, 0), read)
    drawn_enrolled = _vectors(jobs(system, sides.enrol, 1), read)
    found = {
        "ignorant": (_vectors(jobs(plain, sides.enrol, None), read), drawn, cosines),
        "lazy-informed, random target": (drawn_enrolled, drawn, cosines),
        "lazy-informed, same target": (enrolled, trials, cosines),
    }
    if sides.lessons:
        learned = jobs(system, sides.lessons, None, LESSON_S)
        found.update(_trained("semi-informed", _vectors(learned, read), enrolled, trials))
        varied = _vectors(jobs(system, sides.lessons, 2, LESSON_S), read)
        found.update(_trained("semi-informed, random target", varied, drawn_enrolled, drawn))
        second = workshop.instruments.second
        if instrument == "TDNN" and second is not None:
            cache = workshop.instruments.cache
            seen: Read = lambda job: bands(workshop.made(job), cache)  # noqa: E731
            twin = fine_tuned(second, _vectors(learned, seen), cache.folder / "fine-tuned", console)
            tuned: Read = lambda job: embed_again(workshop.made(job), twin, cache)  # noqa: E731
            new = [_vectors(jobs(system, side, None), tuned) for side in (sides.enrol, sides.trial)]
            found["semi-informed, fine-tuned"] = (new[0], new[1], cosines)
            found.update(_trained("semi-informed, fine-tuned +", _vectors(learned, tuned), new[0], new[1]))
    return {name: _figures(e, t, score, sides) for name, (e, t, score) in found.items()}


def _trained(
    name: str, learned: Vectors, enrolled: Vectors, trials: Vectors
) -> dict[str, tuple[Vectors, Vectors, Score]]:
    lda = Discriminant(learned)
    turned = lda(enrolled), lda(trials)
    return {f"{name} LDA": (*turned, cosines), f"{name} PLDA": (*turned, Plda(lda(learned)))}


def _without_voice(system: System, sides: Sides, workshop: Workshop) -> dict[str, dict[str, Any]]:
    """Attackers who see melody only, or the codes only (these are the same for every target)."""
    cache = workshop.instruments.cache
    tried: dict[str, tuple[System, Read]] = {"melody only": (system, lambda job: melody_of(workshop.made(job), cache))}
    if system is workshop.ours:
        plain = System("original", lambda x, _: x, ("",), "original")
        sound = workshop.sound
        tried["codes only"] = plain, lambda job: codes_of(sound(job.recording, job.seconds), workshop.reader, cache)
    found = {}
    for name, (source, read) in tried.items():
        trained = Discriminant(_vectors(jobs(source, sides.lessons, None, LESSON_S), read))
        enrolled, trials = (_vectors(jobs(source, side, None), read) for side in (sides.enrol, sides.trial))
        found[name] = _figures(trained(enrolled), trained(trials), cosines, sides)
    return found


def _attributes(systems: list[System], sides: Sides, workshop: Workshop) -> dict[str, dict[str, float]]:
    """Sex and accent (or corpus) guessed from what each system gives out, learned on its own output."""
    if not sides.lessons:
        return {}
    read = readers(workshop)[workshop.instruments.verifier.name]
    found = {}
    for system in systems:
        learned = _vectors(jobs(system, sides.lessons, None, LESSON_S), read)
        trials = _vectors(jobs(system, sides.trial, None), read)
        named = {"sex_guessed": sides.sexes, "group_guessed": sides.groups}
        shares = {key: guessed(learned, trials, labels) for key, labels in named.items()}
        found[system.name] = {key: share for key, share in shares.items() if share is not None}
    return found


def _prepare(system: System, sides: Sides, crew: Crew, codes: bool) -> None:
    """Let the crew do everything that the attackers on one system will ask the cache for."""
    todo = [*jobs(system, sides.enrol, None), *jobs(system, sides.trial, None)]
    todo += jobs(system, sides.lessons, None, LESSON_S)
    melody = []
    if system.targets != ("",):
        melody = [Job("melody", j.recording, j.system, j.target, j.seconds) for j in todo]
        todo += [*jobs(system, sides.trial, 0), *jobs(system, sides.enrol, 1)]
        todo += jobs(system, sides.lessons, 2, LESSON_S)
    crew.run(f"{system.name}: timbre", todo)
    crew.run(f"{system.name}: melody", melody if sides.lessons else [])
    if codes and sides.lessons:
        todo = [Job("codes", r, "original", "", TRIAL_S) for r in (*sides.enrol, *sides.trial)]
        crew.run("codes", todo + [Job("codes", r, "original", "", LESSON_S) for r in sides.lessons])


def jobs(system: System, recordings: Recordings, seed: int | None, seconds: float = TRIAL_S) -> list[Job]:
    """One for each recording. Targets are drawn by utterance with `seed`; None gives everybody the first one."""
    draw = np.random.default_rng(seed)
    targets = [system.targets[0 if seed is None else int(draw.integers(len(system.targets)))] for _ in recordings]
    return [Job("timbre", r, system.name, t, seconds) for r, t in zip(recordings, targets, strict=True)]


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
