// The words: what the picture shows, for whoever does not see it move, and for whoever wants to know more.

import { inWords, span } from "./state.js";

export class Words {
  constructor(state, root) {
    this.state = state;
    this.root = root;
    this.tasks = root.querySelector("#task-list");
    this.log = root.querySelector("#log");
  }

  write() {
    if (!this.root.open) return;
    const { state } = this;
    const now = state.now();
    const lines = [...state.tasks.values()].slice(-100).map((task) => this.line(task, now));
    if (state.leftOut > 0) lines.push(`and ${state.leftOut} more`);
    fill(this.tasks, lines);
    fill(
      this.log,
      state.story.map(({ t, words }) => `${((now - t) / 1e6).toFixed(1)} s ago: ${words}`).reverse(),
    );
  }

  line(task, now) {
    const stands = task.at === "queue" && task.polls === 0 ? "stands in the queue" : `waits for ${inWords(task.waits, task.call, now)}`;
    const name = task.name && task.name !== task.label ? ` (${task.name})` : "";
    const request = task.request ? `, for request ${task.request}` : "";
    const work = `${task.polls} polls, ${span(task.busy)}`;
    return `${task.label}${name}${request}: ${stands}; ${work}; task ${task.id}, spawned at ${task.place}`;
  }
}

// As text, whatever is in it.
function fill(list, lines) {
  lines.forEach((words, index) => {
    const line = list.children[index] ?? list.appendChild(document.createElement("li"));
    if (line.textContent !== words) line.textContent = words;
  });
  while (list.children.length > lines.length) list.lastChild.remove();
}
