// The timeline: a row for each task, a bar for each poll, a line for each wait. The chef is in one row at a time.

import { SPAN, span } from "./state.js";
import { hue } from "./picture.js";

const ROW = 15;
const TOP = 6;
const FOOT = 20;
const LATE = 250_000; // microseconds that it is behind: what it shows has arrived by then

export class Timeline {
  constructor(state, canvas) {
    this.state = state;
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.rows = [];
    this.measure();
    new ResizeObserver(() => this.measure()).observe(canvas.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.measure());
  }

  reset() {
    this.rows = [];
  }

  measure() {
    const width = this.canvas.parentElement.clientWidth;
    const isNarrow = width < 600;
    this.count = isNarrow ? 16 : 20;
    this.gutter = isNarrow ? 92 : 132;
    this.width = width;
    this.height = TOP + ROW * (this.count + 1) + FOOT;
    const scale = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(this.height * scale);
    this.canvas.style.height = `${this.height}px`;
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    const style = getComputedStyle(this.canvas);
    this.color = (name) => style.getPropertyValue(`--${name}`).trim();
    this.rows.length = Math.min(this.rows.length, this.count);
  }

  draw() {
    const { pen, state, width, height, gutter } = this;
    const end = state.now() - LATE;
    const begin = end - SPAN;
    const x = (t) => gutter + ((t - begin) / SPAN) * (width - gutter);
    pen.clearRect(0, 0, width, height);
    this.seat(begin, end);
    this.grid(x, begin, end);
    this.names();
    pen.save();
    pen.beginPath();
    pen.rect(gutter, 0, width - gutter, height - FOOT + 4);
    pen.clip();
    this.lines(x, begin, end);
    this.bars(x, begin, end);
    pen.restore();
  }

  // A row for each task that was polled of late; one that has not been for the longest gives its own up.
  seat(begin, end) {
    const last = new Map();
    for (const poll of this.state.polls) if (!poll.isOwn && poll.t <= end) last.set(poll.id, poll);
    this.rows = this.rows.map((row) => (row && last.has(row.id) ? row : null));
    const seated = new Set(this.rows.map((row) => row?.id));
    for (const [id, poll] of last) {
      if (seated.has(id) || poll.t + poll.took < begin) continue;
      const free = this.free(last, poll);
      if (free < 0) continue;
      this.rows[free] = { id };
    }
    for (const row of this.rows) if (row) row.label = this.label(row.id, last.get(row.id));
  }

  free(last, poll) {
    for (let row = 0; row < this.count; row++) if (!this.rows[row]) return row;
    const since = (row) => last.get(this.rows[row].id).t;
    const oldest = this.rows.reduce((old, _, row) => (since(row) < since(old) ? row : old), 0);
    return since(oldest) < poll.t - 1_500_000 ? oldest : -1;
  }

  label(id, poll) {
    const task = this.state.tasks.get(id) ?? this.state.lives.find((one) => one.id === id);
    return task?.lastLabel ?? task?.label ?? poll.label;
  }

  y(row) {
    return TOP + ROW * (row + 1) + ROW / 2;
  }

  grid(x, begin, end) {
    const { pen, height, gutter, width } = this;
    pen.font = "11px system-ui, sans-serif";
    pen.fillStyle = this.color("soft");
    pen.strokeStyle = this.color("rule");
    pen.lineWidth = 1;
    pen.beginPath();
    for (let t = Math.ceil(begin / 1e6) * 1e6; t <= end; t += 1e6) {
      const at = Math.round(x(t)) + 0.5;
      if (at < gutter) continue;
      pen.moveTo(at, TOP);
      pen.lineTo(at, height - FOOT);
    }
    pen.stroke();
    pen.textBaseline = "alphabetic";
    pen.textAlign = "left";
    pen.fillText("10 s ago", gutter, height - 5);
    pen.textAlign = "right";
    pen.fillText("now", width - 2, height - 5);
    pen.fillStyle = this.color("lane");
    pen.fillRect(gutter, TOP, width - gutter, ROW - 2);
  }

  names() {
    const { pen, gutter } = this;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.font = "600 11px system-ui, sans-serif";
    pen.fillStyle = this.color("ink");
    pen.fillText("the chef", 0, TOP + ROW / 2);
    pen.font = "11px system-ui, sans-serif";
    this.rows.forEach((row, index) => {
      if (!row) return;
      pen.fillStyle = this.color("soft");
      pen.fillText(fitted(pen, row.label, gutter - 8), 0, this.y(index));
    });
  }

  // What each task waited for between its polls.
  lines(x, begin, end) {
    const { pen, state } = this;
    const rows = new Map(this.rows.map((row, index) => [row?.id, index]));
    const open = new Map();
    pen.lineWidth = 2;
    const line = (id, from, to, kind) => {
      if (!rows.has(id) || to < begin) return;
      pen.strokeStyle = this.color(kind === "queue" ? "ink" : kind);
      pen.globalAlpha = kind === "socket" ? 0.35 : 0.75;
      const y = this.y(rows.get(id));
      pen.beginPath();
      pen.moveTo(x(from), y);
      pen.lineTo(x(to), y);
      pen.stroke();
    };
    for (const poll of state.polls) {
      const before = open.get(poll.id);
      if (before) line(poll.id, before.t + before.took, poll.t, before.to);
      open.set(poll.id, poll);
    }
    for (const [id, poll] of open) if (state.tasks.has(id)) line(id, poll.t + poll.took, end, poll.to);
    pen.globalAlpha = 1;
  }

  bars(x, begin, end) {
    const { pen, state, height } = this;
    const rows = new Map(this.rows.map((row, index) => [row?.id, index]));
    const limit = (state.stall ?? 100) * 1000;
    const ink = `oklch(${this.color("bar")} `;
    for (const poll of state.polls) {
      if (poll.t > end || poll.t + poll.took < begin) continue;
      const isStall = poll.took >= limit;
      const left = x(poll.t);
      const wide = Math.max(1.6, x(Math.min(end, poll.t + poll.took)) - left);
      pen.fillStyle = isStall ? this.color("tomato") : poll.isOwn ? this.color("own") : `${ink}${hue(poll.id)})`;
      pen.fillRect(left, TOP, wide, ROW - 2);
      if (isStall) this.stall(poll, left, wide, height);
      if (!rows.has(poll.id)) continue;
      const y = this.y(rows.get(poll.id));
      pen.fillRect(left, y - 5, wide, isStall ? 12 : 10);
      if (isStall) this.inBar(poll.label, left, y, wide);
    }
  }

  stall(poll, left, wide, height) {
    const { pen } = this;
    pen.save();
    pen.globalAlpha = 0.12;
    pen.fillRect(left, TOP, wide, height - FOOT - TOP);
    pen.restore();
    this.inBar(span(poll.took), left, TOP + ROW / 2 - 1, wide);
  }

  // As much of the words as there is room for.
  inBar(words, left, y, wide) {
    const { pen } = this;
    pen.save();
    pen.fillStyle = this.color("on-tomato");
    pen.font = "600 10.5px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    if (wide > 20) pen.fillText(fitted(pen, words, wide - 4), left + wide / 2, y + 0.5);
    pen.restore();
  }

  // The same in a sentence.
  words() {
    const { polls } = this.state;
    const end = this.state.now();
    const shown = polls.filter((poll) => poll.t + poll.took > end - SPAN);
    if (shown.length === 0) return "Nobody was polled in the last ten seconds.";
    const tasks = new Set(shown.map((poll) => poll.id)).size;
    const longest = shown.reduce((long, poll) => (poll.took > long.took ? poll : long));
    const time = shown.reduce((sum, poll) => sum + poll.took, 0);
    return (
      `${shown.length} polls of ${tasks} tasks in the last ten seconds, ${span(time)} of work; ` +
      `the longest was ${span(longest.took)}, of ${longest.label}.`
    );
  }
}

function fitted(pen, words, room) {
  if (pen.measureText(words).width <= room) return words;
  let length = words.length;
  while (length > 1 && pen.measureText(`${words.slice(0, length)}…`).width > room) length--;
  return `${words.slice(0, length)}…`;
}
