/**
 * Runs that are over. A message of such a run can still be under way on a slower channel when the run's end is heard of;
 * without this memory it would found a new table entry that nobody ever removes.
 * Limit: the last 1,024 runs, far more than can have messages in flight.
 */
export class EndedGroups {
  static readonly limit = 1024;
  readonly #ids = new Set<number>();

  add(id: number): void {
    this.#ids.add(id);
    if (this.#ids.size > EndedGroups.limit) for (const oldest of this.#ids) return void this.#ids.delete(oldest);
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }
}
