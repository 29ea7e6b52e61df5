// What the charts show at one moment, as a sentence: for the line under them and for screen readers.
import type { Data } from "./data";

const number = (value: number | null | undefined) =>
  value === null || value === undefined ? "–" : `${+value.toPrecision(4)}`;

export function describe(data: Data, slot: number | null): string {
  if (slot === null) return "Point at the charts, or use the arrow keys, for the numbers of a moment; drag to zoom, double-click to zoom out.";
  const { series } = data;
  const from = slot * series.bucket_s;
  const to = from + series.bucket_s;
  const rate = (count: number | undefined) => number((count ?? 0) / series.bucket_s);
  const active = data.faults
    .filter((fault) => fault.start_s < to && (fault.end_s ?? Infinity) > from)
    .map((fault) => `${fault.kind} on ${fault.target}`);
  return (
    `${number(from)} s: ${rate(series.ok[slot])} ok, ${rate(series.info[slot])} info, ${rate(series.fail[slot])} fail a second; ` +
    `p50 ${number(series.p50_ms[slot])} ms, p99 ${number(series.p99_ms[slot])} ms, max ${number(series.max_ms[slot])} ms` +
    (active.length > 0 ? `; ${active.join(", ")}` : "")
  );
}
