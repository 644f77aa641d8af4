/** Tasks that have run leave their queue this many at a time. */
const KEPT = 1_024;

/** Program code that waits for its turn (calls that have come in), oldest first. A task that blocks lets later ones run inside it. */
export class TaskQueue {
  #tasks: (() => void)[] = [];
  #next = 0;

  get isEmpty(): boolean {
    return this.#next === this.#tasks.length;
  }

  push(task: () => void): void {
    this.#tasks.push(task);
  }

  /** Runs until none is left, those that come meanwhile included; `between` after each. */
  run(between: () => void): void {
    while (!this.isEmpty) {
      if (this.#next === KEPT) {
        this.#tasks.splice(0, KEPT);
        this.#next = 0;
      }
      this.#tasks[this.#next++]!();
      between();
    }
    this.#tasks = [];
    this.#next = 0;
  }
}
