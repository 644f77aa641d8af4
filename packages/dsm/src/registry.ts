import { MismatchError, UsageError } from "@isles/base";
import { MOVE_AFTER } from "@isles/coherence";
import {
  type Consistency,
  checkRequest,
  type HomePolicy,
  movesByDefault,
  type RegionDescriptor,
} from "./descriptor.ts";
import type { ElementType } from "./elements.ts";

/** What an endpoint asks of the registry. */
export interface OpenRequest {
  readonly name: string;
  readonly type: ElementType;
  readonly length: number;
  /** Undefined: the caller does not mind. */
  readonly pageSize: number | undefined;
  readonly home: HomePolicy | undefined;
  readonly homeMigration?: boolean | undefined;
  readonly consistency?: Consistency | undefined;
}

/**
 * The names of a cluster: which region each stands for. There is one, at the launcher, so that two sites which make the
 * same name at the same moment agree. Region numbers are never reused.
 */
export class Registry {
  readonly #byName = new Map<string, RegionDescriptor>();
  readonly #sites: number;
  readonly #defaultPageSize: number;
  readonly #homeMoveAfter: number;
  #nextId = 1;

  /** `homeMoveAfter`: see {@link RegionDescriptor}; tests make it small. */
  constructor(sites: number, defaultPageSize: number, homeMoveAfter = MOVE_AFTER) {
    this.#sites = sites;
    this.#homeMoveAfter = homeMoveAfter;
    this.#defaultPageSize = defaultPageSize;
  }

  /** The region of that name; made if there is none. `isNew` says that the others must be told. */
  open(request: OpenRequest): { descriptor: RegionDescriptor; isNew: boolean } {
    const known = this.#byName.get(request.name);
    if (known !== undefined) {
      checkSame(known, request);
      return { descriptor: known, isNew: false };
    }
    const pageSize = request.pageSize ?? this.#defaultPageSize;
    const home = request.home ?? "block";
    checkRequest(request.name, request.length, pageSize, home, this.#sites);
    const { name, type, length } = request;
    const consistency = request.consistency ?? "sequential";
    const homeMigration = consistency === "sequential" && (request.homeMigration ?? movesByDefault(home));
    const homeMoveAfter = this.#homeMoveAfter;
    const id = this.#nextId++;
    const descriptor = { id, name, type, length, pageSize, home, homeMigration, consistency, homeMoveAfter };
    this.#byName.set(name, descriptor);
    return { descriptor, isNew: true };
  }

  /** Forgets a name; UsageError if there is none. */
  free(name: string): RegionDescriptor {
    const descriptor = this.#byName.get(name);
    if (descriptor === undefined) {
      throw new UsageError(
        "NO_SUCH_ARRAY",
        `there is no shared array "${name}" to free; it was never made, or freed before`,
      );
    }
    this.#byName.delete(name);
    return descriptor;
  }
}

/** Throws MismatchError naming both if `request` does not describe `known`. */
export function checkSame(known: RegionDescriptor, request: OpenRequest): void {
  const wanted = {
    ...known,
    type: request.type,
    length: request.length,
    pageSize: request.pageSize ?? known.pageSize,
    home: request.home ?? known.home,
    homeMigration: request.homeMigration ?? known.homeMigration,
    consistency: request.consistency ?? known.consistency,
  };
  const fits =
    wanted.type === known.type &&
    wanted.length === known.length &&
    wanted.pageSize === known.pageSize &&
    wanted.home === known.home &&
    wanted.homeMigration === known.homeMigration &&
    wanted.consistency === known.consistency;
  if (fits) return;
  const asMoving = wanted.homeMigration !== known.homeMigration;
  const asConsistent = wanted.consistency !== known.consistency;
  const [is, asked] = [describe(known, asMoving, asConsistent), describe(wanted, asMoving, asConsistent)];
  throw new MismatchError(
    `shared array "${known.name}" exists as ${is}, but ${asked} was asked for; ` +
      "use the same type, length and options everywhere, or another name",
  );
}

function describe(region: Omit<RegionDescriptor, "id" | "name">, asMoving: boolean, asConsistent: boolean): string {
  const home = typeof region.home === "number" ? `site ${region.home}` : region.home;
  const migration = asMoving ? ` and homeMigration ${region.homeMigration}` : "";
  const consistency = asConsistent ? ` and ${region.consistency} consistency` : "";
  return `${region.type}[${region.length}] with pages of ${region.pageSize} bytes and home ${home}${migration}${consistency}`;
}
