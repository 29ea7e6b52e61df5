// The part of the report that charts draw (results/page.cc writes it).
export interface Fault {
  kind: string;
  target: string;
  start_s: number;
  end_s: number | null;
  took_effect: boolean;
}

export interface Data {
  series: {
    bucket_s: number;
    ok: number[];
    fail: number[];
    info: number[];
    p50_ms: (number | null)[];
    p99_ms: (number | null)[];
    max_ms: (number | null)[];
  };
  phases: { name: string; begin_s: number; end_s: number | null }[];
  faults: Fault[];
}

/** End of the time axis, in seconds. */
export function endOf(data: Data): number {
  return data.series.ok.length * data.series.bucket_s;
}
