/** One access to one location: what was read there, what was written there, or both for an atomic read-modify-write. */
export interface Access {
  readonly location: number;
  readonly read?: number;
  readonly written?: number;
}

/** Accesses that took effect at one instant: usually one; several for what was done inside one span. */
export type Step = readonly Access[];

/** What each site did, in program order. Locations are small whole numbers; all hold 0 to begin with. */
export type Trace = readonly (readonly Step[])[];

export const read = (location: number, value: number): Step => [{ location, read: value }];
export const write = (location: number, value: number): Step => [{ location, written: value }];
export const update = (location: number, from: number, to: number): Step => [{ location, read: from, written: to }];

/** The trace as a person reads it, one site a line. */
export function formatTrace(trace: Trace): string {
  return trace.map((steps, site) => `site ${site}: ${steps.map(formatStep).join(" ")}`).join("\n");
}

export function formatStep(step: Step): string {
  const parts = step.map(({ location, read, written }) => {
    const effects = [read === undefined ? "" : `R${read}`, written === undefined ? "" : `W${written}`];
    return `[${location}]${effects.join("")}`;
  });
  return parts.length === 1 ? parts[0]! : `{${parts.join(" ")}}`;
}
