import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { BlockResult } from "./affinity.worker.ts";
import { BLOCK_LENGTH, fillBlock } from "./affinity-work.ts";

/** What a balancer is told of a task: the block it works on. */
interface Routed {
  readonly block: number;
}

const filename = fileURLToPath(new URL("./affinity.worker.js", import.meta.url));

/** How a user of Piscina does the row's work, three ways. Where workers keep no blocks, the main thread does, each way its own. */
export class AffinityRivals implements AsyncDisposable {
  readonly #cloned: Float64Array[];
  readonly #moved: Float64Array[];
  readonly #plain: Piscina;
  readonly #affine: Piscina;
  /** Which worker keeps each block. */
  readonly #keepers = new Map<number, number>();
  #given = 0;

  constructor(threads: number, blocks: number) {
    this.#cloned = filled(blocks);
    this.#moved = filled(blocks);
    const size = { filename, minThreads: threads, maxThreads: threads, idleTimeout: Number.POSITIVE_INFINITY };
    this.#plain = new Piscina(size);
    this.#affine = new Piscina({
      ...size,
      loadBalancer: (task, workers) => {
        const { block } = (task as unknown as Record<symbol, Routed>)[Piscina.queueOptionsSymbol]!;
        const keeper = this.#keepers.get(block) ?? workers[this.#given++ % workers.length]!.id;
        this.#keepers.set(block, keeper);
        return workers.find(({ id }) => id === keeper)!; // busy or not: its queue keeps the order
      },
    });
  }

  /** Default balancer; a block is copied with its task, and copied back with the result. */
  async cloned(block: number): Promise<number> {
    const { sum, view } = (await this.#plain.run({ view: this.#cloned[block] }, { name: "cloned" })) as BlockResult;
    this.#cloned[block] = view;
    return sum;
  }

  /** Default balancer; a block is moved with its task, and moved back with the result: nothing is copied. */
  async moved(block: number): Promise<number> {
    const view = this.#moved[block]!;
    const transferList = [view.buffer as ArrayBuffer];
    const result = (await this.#plain.run({ view }, { name: "moved", transferList })) as BlockResult;
    this.#moved[block] = result.view;
    return result.sum;
  }

  /** A balancer written for the purpose; blocks stay where their first task was. */
  kept(block: number): Promise<number> {
    return this.#affine.run(this.#routed(block), { name: "keptHere" }) as Promise<number>;
  }

  /** A task that does nothing, by the default balancer. */
  nothing(): Promise<unknown> {
    return this.#plain.run({}, { name: "nothing" });
  }

  /** The same by the balancer that looks for the block. */
  nothingNear(block: number): Promise<unknown> {
    return this.#affine.run(this.#routed(block), { name: "nothing" });
  }

  #routed(block: number): object {
    return { block, [Piscina.queueOptionsSymbol]: { block } satisfies Routed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#plain.destroy(), this.#affine.destroy()]);
  }
}

function filled(blocks: number): Float64Array[] {
  return Array.from({ length: blocks }, (_, block) => {
    const view = new Float64Array(BLOCK_LENGTH);
    fillBlock(view, block);
    return view;
  });
}
