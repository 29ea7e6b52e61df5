// Three charts on one time axis: faults as bars in lanes, throughput, latency; one cursor over all.
import uPlot from "uplot";
import { type Data, endOf } from "./data";
import { describe } from "./describe";
import { bands, lanes, lanesHeight } from "./faults";

interface Line {
  label: string;
  colour: string;
  dash: number[];
  values: (number | null)[];
}

const SYNC = "time";
const GUTTER = 118; // CSS pixels left of every plot, so that the time axes agree; the longest names of faults fit

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function rates(data: Data): Line[] {
  const perSecond = (counts: number[]) => counts.map((count) => count / data.series.bucket_s);
  return [
    { label: "ok", colour: "--chart-ok", dash: [], values: perSecond(data.series.ok) },
    { label: "info", colour: "--chart-info", dash: [7, 4], values: perSecond(data.series.info) },
    { label: "fail", colour: "--chart-fail", dash: [2, 3], values: perSecond(data.series.fail) },
  ];
}

function latencies(data: Data): Line[] {
  return [
    { label: "p50", colour: "--chart-1", dash: [], values: data.series.p50_ms },
    { label: "p99", colour: "--chart-2", dash: [7, 4], values: data.series.p99_ms },
    { label: "max", colour: "--chart-3", dash: [2, 3], values: data.series.max_ms },
  ];
}

/** A number of at most four figures, for an axis. */
function short(value: number | null): string {
  if (value === null) return "";
  if (value >= 1000) return `${+(value / 1000).toFixed(1)}k`;
  return `${+value.toPrecision(3)}`;
}

function axes(): uPlot.Axis[] {
  const common = { stroke: colour("--quiet"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  return [
    { ...common, grid: { show: false }, values: (_, splits) => splits.map((s) => `${+s.toFixed(2)} s`), size: 26 },
    { ...common, grid: { stroke: colour("--line"), width: 1 }, size: GUTTER },
  ];
}

function common(data: Data, width: number, height: number): uPlot.Options {
  return {
    width,
    height,
    padding: [6, 10, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: SYNC, scales: ["x", null] }, y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: { x: { time: false, range: (_, min, max) => (min === null ? [0, endOf(data)] : [min, max]) } },
    axes: axes(),
    series: [{}],
  };
}

function lineChart(data: Data, lines: Line[], width: number, logarithmic: boolean): uPlot.Options {
  const options = common(data, width, 200);
  options.series = [
    {},
    ...lines.map((line) => ({
      label: line.label,
      stroke: colour(line.colour),
      width: 1.6,
      dash: line.dash,
      points: { show: false },
      spanGaps: false,
    })),
  ];
  options.scales!.y = logarithmic ? { distr: 3, log: 10 } : { range: (_, __, max) => [0, Math.max(1, max * 1.05)] };
  options.axes![1]!.values = (_, splits) => splits.map(short);
  options.plugins = [bands(data, colour)];
  return options;
}

function laneChart(data: Data, width: number): uPlot.Options {
  const options = common(data, width, lanesHeight(data));
  options.series = [{}, { show: true, stroke: "transparent", points: { show: false } }];
  options.scales!.y = { range: [0, 1] };
  options.axes![1] = { ...options.axes![1], values: () => [], grid: { show: false } };
  options.plugins = [bands(data, colour), lanes(data, colour)];
  return options;
}

function heading(parent: HTMLElement, text: string, lines: Line[]): void {
  const title = parent.appendChild(document.createElement("h3"));
  title.textContent = text;
  if (lines.length === 0) return;
  const legend = parent.appendChild(document.createElement("ul"));
  legend.className = "legend";
  for (const line of lines) {
    const item = legend.appendChild(document.createElement("li"));
    const stroke = `stroke="${colour(line.colour)}" stroke-width="2.5" stroke-dasharray="${line.dash.join(" ")}"`;
    item.innerHTML = `<svg aria-hidden="true"><line x1="0" y1="5" x2="26" y2="5" ${stroke}/></svg>`;
    item.append(line.label);
  }
}

/** Moves the cursor of all charts by one bucket; Shift by ten. */
function moveByKeys(container: HTMLElement, charts: uPlot[], buckets: number): void {
  let slot = 0;
  container.onkeydown = (event) => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    slot = Math.min(buckets - 1, Math.max(0, slot + step * (event.shiftKey ? 10 : 1)));
    const left = charts[0]!.valToPos(charts[0]!.data[0]![slot]!, "x");
    for (const chart of charts) chart.setCursor({ left, top: 10 });
  };
}

export function drawCharts(container: HTMLElement, at: HTMLElement, data: Data): void {
  const buckets = data.series.ok.length;
  const times = data.series.ok.map((_, slot) => (slot + 0.5) * data.series.bucket_s);
  const throughput = rates(data);
  const latency = latencies(data);

  const draw = () => {
    container.replaceChildren();
    const width = Math.max(320, container.clientWidth);
    const charts: uPlot[] = [];
    const add = (options: uPlot.Options, columns: (number | null)[][]) => {
      options.hooks = { setCursor: [(u) => (at.textContent = describe(data, u.cursor.idx ?? null))] };
      charts.push(new uPlot(options, [times, ...columns], container));
    };
    if (data.faults.length > 0) {
      heading(container, "Faults", []);
      add(laneChart(data, width), [times.map(() => null)]);
    }
    heading(container, "Operations a second", throughput);
    add(lineChart(data, throughput, width, false), throughput.map((line) => line.values));
    heading(container, "Latency of ok operations, in milliseconds (logarithmic)", latency);
    add(lineChart(data, latency, width, true), latency.map((line) => line.values.map((v) => (v === 0 ? 0.001 : v))));
    at.textContent = describe(data, null);
    moveByKeys(container, charts, buckets);
  };

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let width = container.clientWidth;
  new ResizeObserver(() => {
    if (container.clientWidth === width) return;
    width = container.clientWidth;
    draw();
  }).observe(container);
}
