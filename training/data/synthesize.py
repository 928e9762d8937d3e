"""Makes aligned parallel speech: each sentence by a source and a target talker, the same timing and melody.

What both sides share is the prosody half of one voice's style; what differs is timbre and a factor on F0. Source
timbres are mixes of all voices, so that there are far more talkers than voices. The layout is that of
`training.data.parallel`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from core.errors import ConfigError
from core.spec import SAMPLE_RATE
from training.data.kokoro import DURATION_HOP, F0_HOP, Kokoro, Spoken

SHORTEST, LONGEST = 2.0, 16.0
"""Seconds of an utterance."""
MOST_SYMBOLS = 400
LABELS = ("f0_src", "f0_tgt", "phoneme_ids", "phoneme_frames")


@dataclass(frozen=True)
class SynthesisReport:
    """How many utterances the listing holds, how long one side is, and how many sentences would not do."""

    made: int
    minutes: float
    skipped: int


@dataclass(frozen=True)
class Cast:
    """Who says a sentence, and how.

    Attributes:
        prosody: the voice whose timing and melody both sides follow.
        source: first voice, second voice, weight of the second.
        target: a voice.
        f0_src, f0_tgt: factors on the prosody voice's F0.
        speed: factor on its tempo.
    """

    prosody: str
    source: tuple[str, str, float]
    target: str
    f0_src: float
    f0_tgt: float
    speed: float


def draw_cast(
    rng: np.random.Generator,
    voices: Sequence[str],
    prosody: Sequence[str],
    targets: Sequence[str],
    f0: dict[str, float],
) -> Cast:
    """A third keeps the prosody's own voice as source, half of the rest mixes two.

    Args:
        f0: median F0 of each voice in Hz; both sides' F0 is moved to where their timbre is at home.
    """
    lead, first, second, target = (str(rng.choice(names)) for names in (prosody, voices, voices, targets))
    if rng.random() < 0.35:
        first = lead
    weight = float(np.round(rng.uniform(0.25, 0.6), 3)) if rng.random() < 0.5 else 0.0
    home = (1 - weight) * f0[first] + weight * f0[second]
    return Cast(
        lead,
        (first, second, weight),
        target,
        float(np.round(home / f0[lead] * rng.uniform(0.88, 1.14), 4)),
        float(np.round(f0[target] / f0[lead], 4)),
        float(np.round(rng.uniform(0.85, 1.25), 3)),
    )


def synthesize(
    out: Path,
    graph: Path,
    vocab: Path,
    voices: Path,
    sentences: Path,
    targets: Sequence[str],
    lang: str = "en-us",
    prosody: Sequence[str] | None = None,
    seed: int = 1,
    threads: int = 1,
) -> SynthesisReport:
    """Speak every sentence twice; a stopped run goes on with the sentences that are not in the listing yet.

    Args:
        out: the listing to write, `NAME.jsonl`; `NAME/`, `NAME_labels.npz` and `phoneme_vocab.json` go beside it.
        graph, vocab, voices: see `Kokoro`.
        sentences: a text file, one sentence a line, perhaps with a tab and its phonemes in the synthesiser's alphabet;
            without phonemes espeak-ng makes them.
        targets: voices to speak in; prosody: voices to take melody from (None: all).

    Raises:
        ConfigError: a file or voice is missing, or no sentence could be spoken.
    """
    from rich.progress import track

    if out.suffix != ".jsonl" or not out.parent.is_dir():
        raise ConfigError(f"{out}: name a .jsonl file in a folder that exists")
    if not sentences.is_file():
        raise ConfigError(f"{sentences}: no such file")
    speaker = Kokoro(graph, vocab, voices, threads)
    names = list(speaker.styles)
    leads = list(prosody) if prosody else names
    for voice in (*targets, *leads):
        speaker.style(voice, 1)
    lines = [line.strip() for line in sentences.read_text("utf8").splitlines() if line.strip()]
    phones = [_symbols(line, lang, speaker.vocab) for line in lines]
    f0 = _home_pitch(speaker, next((p for p in phones if len(p) > 20), max(phones, key=len, default="")))
    folder, labels = out.with_suffix(""), out.with_name(f"{out.stem}.labels")
    folder.mkdir(exist_ok=True)
    labels.mkdir(exist_ok=True)
    written = json.dumps({"vocab": speaker.vocab}, ensure_ascii=False)
    out.with_name("phoneme_vocab.json").write_text(written, "utf8")
    done = {entry["id"] for entry in _listed(out)}
    skipped = 0
    with out.open("a", encoding="utf8") as listing:
        for i, (line, spoken) in enumerate(track(list(zip(lines, phones, strict=True)), "Speaking")):
            name = f"{lang}_{seed}_{i:06}"
            if name in done:
                continue
            cast = draw_cast(np.random.default_rng([seed, i]), names, leads, targets, f0)
            entry = _speak(speaker, cast, spoken, folder / name, labels / f"{name}.npz")
            if entry is None:
                skipped += 1
                continue
            entry = {"id": name, "lang": lang, "text": line.split("\t")[0], "phones": spoken, **entry}
            listing.write(json.dumps(entry, ensure_ascii=False) + "\n")
            listing.flush()
    entries = _listed(out)
    if not entries:
        raise ConfigError(f"none of {len(lines)} sentences could be spoken; they should last {SHORTEST} to {LONGEST} s")
    _join(entries, labels, out.with_name(f"{out.stem}_labels.npz"))
    return SynthesisReport(len(entries), sum(e["seconds"] for e in entries) / 60, skipped)


def _symbols(line: str, lang: str, vocab: dict[str, int]) -> str:
    _, tab, phones = line.partition("\t")
    if not tab:
        from training.teacher.g2p import synthesiser_symbols

        phones = synthesiser_symbols(line, lang)
    return "".join(symbol for symbol in phones if symbol in vocab)


def _home_pitch(speaker: Kokoro, phones: str) -> dict[str, float]:
    """Median F0 in Hz of each voice, saying the same sentence."""
    ids = [speaker.vocab[symbol] for symbol in phones]
    found = {}
    for voice in speaker.styles:
        style = speaker.style(voice, len(ids))
        f0 = speaker.speak(ids, style, style, 1.0, 1.0).f0
        found[voice] = float(np.median(f0[f0 > 40])) if (f0 > 40).any() else 160.0
    return found


def _speak(speaker: Kokoro, cast: Cast, phones: str, sound: Path, labels: Path) -> dict[str, Any] | None:
    """Both sides and their labels written, and what the listing says of them; None if the sentence will not do."""
    if not 0 < len(phones) <= MOST_SYMBOLS:
        return None
    ids = [speaker.vocab[symbol] for symbol in phones]
    first, second, weight = cast.source
    timbre = (1 - weight) * speaker.style(first, len(ids)) + weight * speaker.style(second, len(ids))
    melody = speaker.style(cast.prosody, len(ids))
    src = speaker.speak(ids, timbre, melody, cast.f0_src, cast.speed)
    tgt = speaker.speak(ids, speaker.style(cast.target, len(ids)), melody, cast.f0_tgt, cast.speed)
    seconds = len(src.audio) / SAMPLE_RATE
    if not _fits(src, tgt) or not SHORTEST <= seconds <= LONGEST:
        return None
    for side, spoken in (("src", src), ("tgt", tgt)):
        path = sound.with_name(f"{sound.name}_{side}.opus")
        soundfile.write(path, np.clip(spoken.audio, -1, 1), SAMPLE_RATE, format="OGG", subtype="OPUS")
    values = (src.f0, tgt.f0, np.array([0, *ids, 0], np.int16), src.frames)
    arrays: dict[str, Any] = dict(zip(LABELS, values, strict=True))
    np.savez_compressed(labels, **arrays)
    return {
        "prosody": cast.prosody,
        "src": list(cast.source),
        "tgt": cast.target,
        "f0_src": cast.f0_src,
        "f0_tgt": cast.f0_tgt,
        "speed": cast.speed,
        "seconds": round(seconds, 3),
    }


def _fits(src: Spoken, tgt: Spoken) -> bool:
    """Both sides equally long, their labels as long as their sound, and everything finite."""
    length = len(src.audio)
    same = len(tgt.audio) == length and np.array_equal(src.frames, tgt.frames)
    whole = int(src.frames.sum()) * DURATION_HOP == length and len(src.f0) * F0_HOP == length
    return bool(same and whole and np.isfinite(src.audio).all() and np.isfinite(tgt.audio).all())


def _join(entries: list[dict[str, Any]], folder: Path, out: Path) -> None:
    """All labels in one file, in the order of the listing."""
    parts: dict[str, list[np.ndarray]] = {name: [] for name in LABELS}
    for entry in entries:
        with np.load(folder / f"{entry['id']}.npz", allow_pickle=False) as arrays:
            for name in LABELS:
                parts[name].append(arrays[name])
    joined: dict[str, Any] = {name: np.concatenate(values) for name, values in parts.items()}
    for key, of in (("f0_offsets", "f0_src"), ("phoneme_offsets", "phoneme_ids")):
        joined[key] = np.concatenate([[0], np.cumsum([len(v) for v in parts[of]])])
    beside = out.with_name(f".{out.name}")
    np.savez_compressed(beside, **joined)
    beside.replace(out)


def _listed(out: Path) -> list[dict[str, Any]]:
    if not out.is_file():
        return []
    return [json.loads(line) for line in out.read_text("utf8").splitlines() if line.strip()]
