// A callback that asks for the next tick again and again: the timer comes after all of them, however late it is.

// ANCHOR: main
let ticks = 0;
let due = process.hrtime.bigint() + 5_000_000n;

function again() {
  ticks += 1;
  if (process.hrtime.bigint() < due) process.nextTick(again);
  else console.log("five milliseconds of ticks are over");
}

setTimeout(() => console.log("the timer of one millisecond, after them"), 1);
process.nextTick(again);
// ANCHOR_END: main
