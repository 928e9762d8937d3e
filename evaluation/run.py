"""The evaluation from recordings to report."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from rich.console import Console

from core.spec import SAMPLE_RATE
from evaluation.ablation import read_table
from evaluation.linking import attacks
from evaluation.measure import Measured, Sound, embed, load, measure
from evaluation.noise import scores_by_condition
from evaluation.plan import Plan, chosen, lessons
from evaluation.report import write_html, write_json
from evaluation.sides import Sides
from evaluation.similarity import centroid
from evaluation.summary import Vector, by_group, figures, similarities
from evaluation.systems import System, dealt
from evaluation.table import show
from evaluation.talkers import Recording, named, references, spread
from evaluation.tdnn import about as about_verifier
from evaluation.trials import read_pairs
from evaluation.workshop import BABBLERS, Crew, Job, Workshop
from realtime.pipeline import Pipeline

__all__ = ["Plan", "evaluate"]

Loaded = list[tuple[Recording, Sound]]
EXAMPLES = 6


def evaluate(plan: Plan, console: Console | None = None) -> dict[str, Any]:
    """Measure, write `report.json` and `report.html` into `plan.out`, print the tables, give the results.

    Raises:
        VoxveilError: bundle, voices, recordings or recogniser are missing.
    """
    console, begin = console or Console(), time.monotonic()
    ablation = read_table(plan.ablation) if plan.ablation else None
    recordings = chosen(plan)
    learn = lessons(plan, recordings) if plan.linking or plan.noise else []
    plan = replace(plan, babblers=tuple(spread(learn, BABBLERS)))
    workshop = Workshop(plan)
    plan.out.mkdir(parents=True, exist_ok=True)
    loaded, left_out = load(spread(recordings, plan.limit))
    linked, more = load(spread(recordings, plan.linking)) if plan.linking else ([], [])
    taught, _ = load(learn) if plan.linking else ([], [])
    noisy = [r for r, _ in load(spread(recordings, plan.noise))[0]] if plan.noise and plan.whisper and learn else []
    systems = list(workshop.systems.values())
    with Crew(workshop, plan.processes, console) as crew:
        rows = {s.name: measure_all(s, loaded, workshop, crew) for s in systems}
        targets = _targets(plan, workshop)
        noise = scores_by_condition([systems[0], workshop.ours], noisy, workshop, crew)
        sides = Sides([r for r, _ in linked], [r for r, _ in taught], read_pairs(plan.talkers) or None)
        attacked = attacks(
            [systems[0], workshop.ours, *workshop.people, *workshop.baselines], sides, workshop, crew, console
        )
    ours = workshop.ours
    results: dict[str, Any] = {
        "about": {
            **_about(plan, workshop, loaded),
            "left_out": sorted({*left_out, *more}),
            "lessons": {"talkers": len({r.talker for r in sides.lessons}), "recordings": len(sides.lessons)},
            "took_minutes": round((time.monotonic() - begin) / 60, 1),
        },
        "rows": {name: figures(row) for name, row in rows.items()},
        "voices": {v: figures([m for m in rows[ours.name] if m.target == v]) for v in ours.targets},
        "groups": by_group(rows["original"], rows[ours.name]),
        "similarity": similarities(rows["original"], rows[ours.name], targets),
        "noise": noise,
        "attacks": attacked,
        "ablation": ablation,
        "utterances": [
            {
                "id": m.recording.id,
                "voice": m.target,
                "heard": m.heard,
                "said": m.recording.text,
                **m.scores,
                "weights": m.weights,
            }
            for m in rows[ours.name]
        ],
    }
    write_json(results, plan.out / "report.json")
    write_html(results, _examples(ours, loaded, workshop), plan.out / "report.html")
    show(results, console)
    return results


def measure_all(system: System, loaded: Loaded, workshop: Workshop, crew: Crew) -> list[Measured]:
    """Every recording under one system."""
    work = [(r, x, target) for (r, x), target in zip(loaded, dealt(system, loaded), strict=True)]
    crew.run(system.name, [Job("measure", r, system.name, target) for r, _, target in work])
    tools = workshop.instruments
    return [measure(r, x, system(x, target, tools.cache), target, tools) for r, x, target in work]


def _about(plan: Plan, workshop: Workshop, loaded: Loaded) -> dict[str, Any]:
    bundle, tools = workshop.bundle, workshop.instruments
    return {
        "bundle": bundle.name,
        "files": bundle.manifest["files"],
        "codebooks": bundle.manifest["codebooks"],
        "latency_ms": bundle.latency_ms,
        "provider": Pipeline(bundle).provider,
        "recordings": len(loaded),
        "talkers": len({r.talker for r, _ in loaded}),
        "seconds": round(sum(len(x) for _, x in loaded) / SAMPLE_RATE, 1),
        "split": "" if plan.only else plan.split,
        "kept_out": {r.talker for r, _ in loaded} <= named(plan.heldout),
        "voices": list(workshop.ours.targets),
        "prosody": plan.prosody,
        "recognisers": [r.name for r in tools.recognisers.values()],
        "second_verifier": about_verifier(plan.verifier) if tools.second is not None else {},
        "command": plan.command,
    }


def _targets(plan: Plan, workshop: Workshop) -> dict[str, Vector]:
    if plan.reference is None:
        return {}
    found = {}
    for voice, recordings in references(plan.reference).items():
        loaded, _ = load(recordings)
        if loaded:
            found[voice] = centroid([embed(x, workshop.instruments) for _, x in loaded])
    return found


def _examples(system: System, loaded: Loaded, workshop: Workshop) -> list[tuple[str, Sound, Sound]]:
    picked, seen = list[tuple[str, Sound, Sound]](), set[str]()
    for (r, x), target in zip(loaded, dealt(system, loaded), strict=True):
        if r.talker not in seen and len(picked) < EXAMPLES:
            seen.add(r.talker)
            picked.append((f"{r.id} as {target}", x, system(x, target, workshop.instruments.cache)))
    return picked
