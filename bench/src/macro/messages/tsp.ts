import {
  checkTsp,
  type KernelAnswer,
  type KernelArgs,
  moveHalf,
  NO_TOUR,
  problemOf,
  queueLength,
  runDriven,
  startQueue,
  TSP_PROBLEMS,
  toursWaiting,
  tspInstance,
} from "@isles/examples";
import { type Crew, callAll } from "../crew.ts";
import type { Searched } from "./tsp.worker.ts";

/** How long a worker searches before it gives back what is left and learns of a better bound; and while another one has nothing to do. In milliseconds. */
const TASK_MS = 4;
const SHORT_MS = 0.5;

/**
 * The travelling salesman: the driver hands out partial tours, a queue of them with each task, with the length of the best tour; the
 * workers return those that they had no time for. When there are fewer queues than idle workers, queues are halved.
 */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { size = "S" } = args;
  const problem = problemOf("tsp", TSP_PROBLEMS, size);
  const instance = tspInstance(problem.instance);
  const best = new Int32Array(1 + instance.cities);
  const newQueue = () => new Int32Array(queueLength(instance, 1, problem));
  await callAll(crew, "begin", () => [size]);

  async function compute(): Promise<void> {
    const waiting = [newQueue()];
    startQueue(waiting[0]!, 1);
    const idle = Array.from({ length: crew.workers }, (_, worker) => worker);
    const searching = new Map<number, Promise<Searched & { worker: number }>>();
    const search = async (worker: number, tours: Int32Array<ArrayBuffer>, ms: number) => {
      const searched = await crew.call<Searched>(worker, "search", [tours, best[0], ms], [tours.buffer]);
      return { ...searched, worker };
    };
    while (waiting.length + searching.size > 0) {
      while (waiting.length > 0 && idle.length > 0) {
        const tours = waiting.pop()!;
        if (idle.length > waiting.length + 1 && toursWaiting(tours) > 1) {
          const half = newQueue();
          moveHalf(tours, half, instance.cities);
          waiting.push(half);
        }
        const worker = idle.pop()!;
        searching.set(worker, search(worker, tours, idle.length > waiting.length ? SHORT_MS : TASK_MS));
      }
      const { worker, tours, best: found } = await Promise.race(searching.values());
      searching.delete(worker);
      idle.push(worker);
      if (found !== undefined && found[0]! < best[0]!) best.set(found);
      if (toursWaiting(tours) > 0) waiting.push(tours);
    }
  }

  return runDriven(crew.workers, "tsp", args, {
    async reset() {
      best.fill(NO_TOUR);
    },
    compute,
    check: async () => checkTsp(problem, best),
  });
}
