/** Workers that share nothing and are sent messages by the one thread that drives them. */
export interface Crew {
  readonly workers: number;
  /**
   * Calls a function that the kernel's worker module exports, on one worker, which keeps what its module keeps. Arguments and
   * result are structured clones; what is in `transfer` moves instead. Rejects with what the function throws.
   */
  call<T>(worker: number, name: string, args: readonly unknown[], transfer?: readonly ArrayBuffer[]): Promise<T>;
}

/** The same on every worker at once; results in the order of the workers. */
export function callAll<T>(
  crew: Crew,
  name: string,
  argsOf: (worker: number) => readonly unknown[],
  transferOf?: (worker: number) => readonly ArrayBuffer[],
): Promise<T[]> {
  return Promise.all(
    Array.from({ length: crew.workers }, (_, worker) =>
      crew.call<T>(worker, name, argsOf(worker), transferOf?.(worker)),
    ),
  );
}

/** A worker's part of so many things, as `Team.share` has it. */
export function partOf(length: number, worker: number, workers: number): { start: number; end: number } {
  return { start: Math.floor((length * worker) / workers), end: Math.floor((length * (worker + 1)) / workers) };
}
