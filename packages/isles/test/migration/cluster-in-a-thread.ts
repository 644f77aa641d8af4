import type { AnsweredCall } from "@isles/base";
import {
  capture,
  type Frame,
  imageFromBytes,
  imageToBytes,
  type ProcessImage,
  pinnedBy,
  revive,
} from "@isles/migration";
import { type Mesh, MeshPort } from "../../../dsm/test/mesh.ts";
import { Member } from "../../src/member.ts";
import {
  arrivingReferences,
  departed,
  ended,
  type ImageReferences,
  imageReferences,
} from "../../src/migration/references.ts";
import { Site } from "../../src/site.ts";

/** Rounds in which nobody says anything before a wait is declared hopeless. */
const PATIENCE = 200;

/** Members of a cluster on one thread: whenever one blocks, the others are polled until it can go on. */
export class ClusterInAThread {
  readonly members: Member[] = [];
  readonly sites: Site[] = [];
  readonly #ports: MeshPort[] = [];
  #idleRounds = 0;

  constructor(sites: number, options: { readonly debug?: boolean } = {}) {
    for (let self = 0; self <= sites; self++) {
      const isLauncher = self === sites;
      const member = new Member({
        run: "a run",
        sites,
        mayBlock: !isLauncher,
        isLauncher,
        debug: options.debug ?? false,
        pageSize: 4_096,
        onBroken: (error) => {
          throw error;
        },
        connect: (receiver) => {
          const port = new MeshPort(this as unknown as Mesh, self, sites + 1, 8, receiver);
          this.#ports.push(port);
          return port;
        },
      });
      this.members.push(member);
      this.sites.push(new Site(member, new AbortController().signal));
    }
  }

  // What ports ask of a Mesh

  port(endpoint: number): MeshPort {
    return this.#ports[endpoint]!;
  }

  wait(self: number): void {
    if (this.pump(self) || this.port(self).hasMail()) {
      this.#idleRounds = 0;
      return;
    }
    if (++this.#idleRounds > PATIENCE) throw new Error(`endpoint ${self} waits and nobody has anything to say`);
  }

  /** Polls everybody (but one who waits) once. */
  pump(but = -1): boolean {
    let moved = false;
    for (const [self, { endpoint }] of this.members.entries()) {
      if (self === but) continue;
      if (!this.port(self).hasMail() && !endpoint.hasTasks) continue;
      moved = true;
      endpoint.pollForProgram();
    }
    return moved;
  }

  /** Until nobody has anything to say. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      while (this.pump()) quiet = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Entries in the tables of locks and the like. */
  get entries(): number {
    return this.members.reduce((sum, { sync }) => sum + sync.entries, 0);
  }
}

/** A compiled process somewhere in such a cluster, run by hand. */
export class Walker {
  readonly cluster: ClusterInAThread;
  frame: Frame;
  at: number;
  owner: AnsweredCall & { isOver: boolean; isSuspended: boolean } = newOwner();

  constructor(cluster: ClusterInAThread, at: number, make: (site: Site) => Frame) {
    this.cluster = cluster;
    this.at = at;
    this.frame = make(cluster.sites[at]!);
  }

  get member(): Member {
    return this.cluster.members[this.at]!;
  }

  step(): unknown {
    const { owner, frame } = this;
    owner.isSuspended = false;
    try {
      return this.member.rpcNode.actingAs(owner, () => frame.next()).value;
    } finally {
      owner.isSuspended = true;
    }
  }

  #here(at: number): [string, unknown][] {
    const site = this.cluster.sites[at]!;
    return [
      ["site", site],
      ["memory", site.memory],
      ["rpc", site.rpc],
    ];
  }

  references(to: number | "persistent"): ImageReferences {
    const here = new Map(this.#here(this.at).map(([name, value]) => [value, name]));
    return imageReferences(this.member, to, { owner: this.owner, here });
  }

  #options(references: ImageReferences) {
    return {
      references: references.codec,
      here: new Map(this.#here(this.at).map(([name, value]) => [value, name] as const)),
    };
  }

  pinnedBy(to: number | "persistent" = 0): string | undefined {
    return pinnedBy(this.frame, this.#options(this.references(to)));
  }

  image(to: number | "persistent") {
    const references = this.references(to);
    const image = capture(this.frame, this.#options(references));
    const luggage = references.luggage();
    references.sent();
    return structuredClone({ image: imageFromBytes(imageToBytes(image)), luggage });
  }

  /** Prepares the process elsewhere. */
  prepare(to: number, { image, luggage }: { image: ProcessImage; luggage: ReturnType<ImageReferences["luggage"]> }) {
    const owner = newOwner();
    const here = new Map(this.#here(to));
    const arriving = arrivingReferences(this.cluster.members[to]!, owner, { luggage, here });
    const frame = revive(image, { references: arriving.codec, here });
    return { arriving, frame, owner };
  }

  /** Both ends agree. */
  goTo(to: number): void {
    const { arriving, frame, owner } = this.prepare(to, this.image(to));
    arriving.commit();
    departed(this.member, this.owner);
    this.owner.isOver = true;
    Object.assign(this, { frame, owner, at: to });
  }

  end(): void {
    ended(this.member, this.owner);
    this.owner.isOver = true;
  }
}

function newOwner() {
  return { isOver: false, hasSignal: false, isSuspended: true };
}
