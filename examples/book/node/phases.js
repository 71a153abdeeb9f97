// The phases of Node's loop, seen from the callback of a read: what runs when it returns.

// ANCHOR: main
const { readFile } = require("node:fs");

readFile(__filename, () => {
  console.log("poll: a file has been read");
  setTimeout(() => console.log("timers: a timeout"), 0);
  setImmediate(() => console.log("check: an immediate"));
  Promise.resolve().then(() => console.log("microtask: a promise"));
  process.nextTick(() => console.log("nextTick"));
  console.log("poll: the callback returns");
});
// ANCHOR_END: main
