/**
 * What happens next, among tens of thousands of connections: a binary heap of tasks by time. A task
 * is a generator that sends packets and yields how many microseconds it then waits.
 *
 * @typedef {Generator<number, void, void>} Task
 */
export class Timeline {
  constructor() {
    /** Microseconds since the capture began. */
    this.now = 0;
    this.size = 0;
    this.peak = 0;
    this.times = new Float64Array(1024);
    /** @type {(Task | undefined)[]} */
    this.tasks = [];
  }

  /**
   * @param {number} delayMicros 0 or more
   * @param {Task} task
   */
  add(delayMicros, task) {
    if (this.size === this.times.length) this.grow();
    this.siftUp(this.size++, this.now + delayMicros, task);
    if (this.size > this.peak) this.peak = this.size;
  }

  /** Until every task has ended. */
  run() {
    while (this.size > 0) {
      this.now = /** @type {number} */ (this.times[0]);
      const task = /** @type {Task} */ (this.tasks[0]);
      const step = task.next();
      if (step.done) this.removeFirst();
      else this.siftDown(this.now + step.value, task);
    }
  }

  grow() {
    const wider = new Float64Array(this.times.length * 2);
    wider.set(this.times);
    this.times = wider;
  }

  removeFirst() {
    this.size--;
    const time = /** @type {number} */ (this.times[this.size]);
    const task = /** @type {Task} */ (this.tasks[this.size]);
    this.tasks[this.size] = undefined;
    if (this.size > 0) this.siftDown(time, task);
  }

  /**
   * @param {number} place
   * @param {number} time
   * @param {Task} task
   */
  siftUp(place, time, task) {
    const { times, tasks } = this;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const parentTime = /** @type {number} */ (times[parent]);
      if (parentTime <= time) break;
      times[place] = parentTime;
      tasks[place] = tasks[parent];
      place = parent;
    }
    times[place] = time;
    tasks[place] = task;
  }

  /**
   * Puts a task in the place of the first one, and then where its time belongs.
   * @param {number} time
   * @param {Task} task
   */
  siftDown(time, task) {
    const { times, tasks, size } = this;
    let place = 0;
    for (let child = 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && times[child + 1] < times[child]) child++;
      const childTime = /** @type {number} */ (times[child]);
      if (childTime >= time) break;
      times[place] = childTime;
      tasks[place] = tasks[child];
      place = child;
    }
    times[place] = time;
    tasks[place] = task;
  }
}
