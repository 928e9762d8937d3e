"""What `voxveil bench` prints, as lines."""

from __future__ import annotations

from typing import Any

SLOPE_SECONDS = 600.0
"""In less time a slope says more about the first minute than about an hour."""


def lines(kind: str, found: dict[str, Any]) -> list[str]:
    """The result of one kind of run, for people."""
    return _TEXTS[kind](found)


def _compute(found: dict[str, Any]) -> list[str]:
    out = [
        f"bundle {found['bundle']} on {found['provider']}, {found['cores']} core(s), {found['blocks']} blocks of 20 ms "
        f"each way; the machine was {100 * found['busy']:.0f} % busy",
        f"{'milliseconds':24} {'p50':>7} {'p95':>7} {'p99':>7} {'max':>7}",
    ]
    rows = {f"{way.replace('_', ' ')}: {s}": t for way in ("flat_out", "paced") for s, t in found[way].items()}
    rows["paced, 40 ms at a time"] = found["in_pairs"]
    out += [f"{name:24} {t['p50']:7.2f} {t['p95']:7.2f} {t['p99']:7.2f} {t['max']:7.2f}" for name, t in rows.items()]
    return [
        *out,
        f"speed flat out     {found['speed']:.1f} x real time",
        f"late blocks, paced {found['late']}",
        f"processor, paced   {100 * found['processor_share']:.1f} % of one core",
        f"first block        {found['first_block_ms']:.1f} ms",
        f"memory             {found['memory_mb']:.0f} MB",
        f"start              {found['start_seconds']:.2f} s",
    ]


def _latency(found: dict[str, Any]) -> list[str]:
    delay, check, parts = found["delay_ms"], found["check_ms"], found["parts_check"]
    return [
        f"bundle {found['bundle']}, {found['seconds']:g} s of speech, 48 kHz, through a server of its own: "
        + f"{found['server']} (backend {found['engine']['backend']})",
        f"microphone to virtual microphone: {_percentiles(delay)}",
        f"  {delay['count']} windows; algorithmic {found['algorithmic_ms']:g} ms of it",
        f"the method on a known delay of {check['known']:g} ms: {check['measured']:.2f} ms",
        *(f"  {part:24} {ms:6.2f} ms" for part, ms in found["parts_ms"].items()),
        f"the parts are {parts['sum']:.1f} ms together; at each moment {parts['difference']:+.1f} ms to what was "
        "measured: " + ("they add up" if parts["adds_up"] else "they do not add up to 2 ms"),
        f"first voice        {found['first_voice_s']:.2f} s after the start",
        *(f"{name:18} {_percentiles(times, 3)}" for name, times in found["callbacks_ms"].items()),
        f"memory             {found['memory_mb']:.0f} MB",
        f"silenced blocks    {found['silenced_blocks']}",
        f"xruns              {_counts(found['xruns'])}",
    ]


def _cable(found: dict[str, Any]) -> list[str]:
    return [f"output, cable and input together: {_percentiles(found['delay_ms'])}"]


def _soak(found: dict[str, Any]) -> list[str]:
    out = [f"bundle {found['bundle']}, {found['server']}, {found['seconds']:g} s; {'':6} first     last  an hour"]
    for key in ("delay_ms", "ring_fill_ms", "drift_ppm", "memory_mb", "open_files"):
        row = found[key]
        slope = f"{row['per_hour']:+8.2f}" if found["seconds"] >= SLOPE_SECONDS else "       –"
        out.append(f"  {key:22} {row['first']:12.2f} {row['last']:8.2f} {slope}")
    return [
        *out,
        f"delay of all looks {_percentiles(found['delay_percentiles'])}",
        f"blocks {found['blocks']}, silenced {found['silenced_blocks']}, restarts {found['restarts']}",
        f"states             {', '.join(f'{state} {n}' for state, n in found['states'].items())}",
        f"xruns              {_counts(found['xruns'])}",
        *_machine(found["machine"]),
    ]


def _machine(seen: dict[str, Any]) -> list[str]:
    """Whether xruns are this machine's doing."""
    out = [
        f"  in {seen['seconds_with_xruns']} of {seen['seconds']} seconds, at {seen['moments_with_xruns']} moments; "
        f"at {seen['of_these_with_stalls']} of these",
        f"  a core had just stood still for 1 ms or more ({100 * seen['share_of_time_with_stalls']:.1f} % by chance); "
        f"it did {seen['stalls']} times, {seen['longest_stall_ms']:.0f} ms at the longest",
    ]
    if not seen["real_time"]:
        out.append("  (this look got no real time: other programs count, too)")
    if not seen["server_real_time"]:
        out.append("  (the server got no real time, as it has on a desktop)")
    return out


def _load(found: dict[str, Any]) -> list[str]:
    out = [f"bundle {found['bundle']}, {found['seconds']:g} s at each level"]
    for row in found["levels"]:
        out.append(
            f"  {row['programs']:3g} busy programs a core: silence {100 * row['silenced_share']:5.1f} %, block p99 "
            f"{row['block_p99_ms']:6.1f} ms, live again after {row['recovered_s']:.1f} s, {_counts(row['xruns'])}"
        )
    alike = f"{found['raw_correlation']:.2f}"
    return [*out, f"likeness of the cable's sound with the raw microphone: {alike} (1 would be the raw voice)"]


def _throughput(found: dict[str, Any]) -> list[str]:
    out = [f"{found['files']} files, {found['audio_s']:.0f} s of audio, through voxveil file"]
    for r in found["runs"]:
        speed, scaling = r["hours_per_hour"], r["scaling"]
        out.append(
            f"  {r['jobs']} process(es): {speed:.1f} hours an hour ({scaling:.2f} x the first), {r['took_s']:.1f} s"
        )
    return out


def _compare(found: dict[str, Any]) -> list[str]:
    out = [f"{'':14} {'delay p50':>10} {'p95':>7} {'x limit':>8} {'block p50':>10} {'p99':>7} {'of Voxveil':>11}"]
    for name, row in found["rows"].items():
        delay, block = row["delay_ms"], row["block_ms"]
        out.append(
            f"{name:14} {delay['p50']:7.1f} ms {delay['p95']:7.1f} {row['delay_ratio']:8.2f} {block['p50']:7.3f} ms "
            f"{block['p99']:7.3f} {row['processor_ratio']:11.3f}"
        )
    stated = [f"  {e['name']}: {e['delay_ms']} ms ({e['source']})" for e in found["elsewhere"]]
    return [*out, "stated by others, on other hardware, not run here:", *stated]


def _percentiles(t: dict[str, Any], digits: int = 1) -> str:
    return ", ".join(f"{name} {t[name]:.{digits}f}" for name in ("p50", "p95", "p99", "max")) + " ms"


def _counts(xruns: dict[str, int]) -> str:
    return ", ".join(f"{kind} {n}" for kind, n in xruns.items() if n) or "none"


_TEXTS = {
    "compute": _compute,
    "latency": _latency,
    "cable": _cable,
    "soak": _soak,
    "load": _load,
    "throughput": _throughput,
    "compare": _compare,
}
