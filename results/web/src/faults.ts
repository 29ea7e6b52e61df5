// Faults and phases on a chart: bands behind the lines, and bars in one lane per kind.
import uPlot from "uplot";
import { type Data, type Fault, endOf } from "./data";

type Colour = (name: string) => string;

const LANE = 22; // CSS pixels

function kindsOf(data: Data): string[] {
  return [...new Set(data.faults.map((fault) => fault.kind))].sort();
}

export function lanesHeight(data: Data): number {
  return kindsOf(data).length * LANE + 26 + 22;
}

/** Process, network, clock and disk have a colour each; other classes are grey. */
function classColour(kind: string, colour: Colour): string {
  return colour(`--${kind.split(".")[0]}`) || colour("--quiet");
}

function span(u: uPlot, fault: Fault, end: number): [number, number] {
  const from = u.valToPos(fault.start_s, "x", true);
  return [from, Math.max(from + 2, u.valToPos(fault.end_s ?? end, "x", true))];
}

function clipToPlot(u: uPlot): void {
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  u.ctx.clip();
}

/** Faults that took effect as bands, phases as dashed lines. */
export function bands(data: Data, colour: Colour): uPlot.Plugin {
  const draw = (u: uPlot) => {
    clipToPlot(u);
    u.ctx.fillStyle = colour("--band");
    for (const fault of data.faults) {
      if (!fault.took_effect) continue;
      const [from, to] = span(u, fault, endOf(data));
      u.ctx.fillRect(from, u.bbox.top, to - from, u.bbox.height);
    }
    u.ctx.strokeStyle = colour("--quiet");
    u.ctx.lineWidth = uPlot.pxRatio;
    u.ctx.setLineDash([3 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
    for (const phase of data.phases) {
      const x = Math.round(u.valToPos(phase.begin_s, "x", true));
      u.ctx.beginPath();
      u.ctx.moveTo(x, u.bbox.top);
      u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
      u.ctx.stroke();
    }
    u.ctx.restore();
  };
  return { hooks: { drawClear: [draw] } };
}

/** The phases' names, left to right, none over another. */
function drawPhaseNames(u: uPlot, data: Data, colour: Colour): void {
  u.ctx.fillStyle = colour("--quiet");
  let free = -Infinity;
  for (const phase of data.phases) {
    // The plot begins a little after the first phase does.
    const x = Math.max(u.valToPos(phase.begin_s, "x", true), u.bbox.left) + 4 * uPlot.pxRatio;
    if (x < free) continue;
    u.ctx.fillText(phase.name, x, u.bbox.top + 9 * uPlot.pxRatio);
    free = x + u.ctx.measureText(phase.name).width + 6 * uPlot.pxRatio;
  }
}

/** A bar; hollow if the fault did not take effect. Its target is written in it if there is room. */
function drawBar(u: uPlot, fault: Fault, y: number, end: number, colour: Colour): void {
  const [from, to] = span(u, fault, end);
  const height = (LANE - 7) * uPlot.pxRatio;
  u.ctx.fillStyle = u.ctx.strokeStyle = classColour(fault.kind, colour);
  u.ctx.lineWidth = 1.5 * uPlot.pxRatio;
  if (fault.took_effect) u.ctx.fillRect(from, y, to - from, height);
  else u.ctx.strokeRect(from, y, to - from, height);
  // A gap after each bar, so that neighbours in a lane stay apart.
  u.ctx.fillStyle = colour("--card");
  u.ctx.fillRect(to - uPlot.pxRatio, y - 1, 1.5 * uPlot.pxRatio, height + 2);
  const room = to - from - 8 * uPlot.pxRatio;
  if (u.ctx.measureText(fault.target).width > room) return;
  u.ctx.fillStyle = fault.took_effect ? colour("--card") : colour("--text");
  u.ctx.fillText(fault.target, from + 4 * uPlot.pxRatio, y + height / 2);
}

/** The bars of every kind in its lane, the kinds' names left of the plot. */
export function lanes(data: Data, colour: Colour): uPlot.Plugin {
  const kinds = kindsOf(data);
  const top = (u: uPlot, lane: number) => u.bbox.top + (22 + lane * LANE) * uPlot.pxRatio;
  const draw = (u: uPlot) => {
    clipToPlot(u);
    u.ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`;
    u.ctx.textBaseline = "middle";
    u.ctx.textAlign = "left";
    drawPhaseNames(u, data, colour);
    for (const fault of data.faults) drawBar(u, fault, top(u, kinds.indexOf(fault.kind)), endOf(data), colour);
    u.ctx.restore();
    u.ctx.save();
    u.ctx.font = `${11.5 * uPlot.pxRatio}px system-ui, sans-serif`;
    u.ctx.textBaseline = "middle";
    u.ctx.textAlign = "right";
    u.ctx.fillStyle = colour("--text");
    kinds.forEach((kind, lane) =>
      u.ctx.fillText(kind, u.bbox.left - 8 * uPlot.pxRatio, top(u, lane) + ((LANE - 7) / 2) * uPlot.pxRatio));
    u.ctx.restore();
  };
  return { hooks: { draw: [draw] } };
}
