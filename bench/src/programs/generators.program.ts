/** Generators as the language runs them: this program defines no process, so nothing of it is compiled. */
import type { Site } from "isles";
import { type GeneratorName, generators } from "../raw/generators.ts";

export interface Steps {
  readonly name: GeneratorName;
  readonly steps: number;
}

/** The microseconds that the steps take when nobody does anything but call `next`. */
export function drive(site: Site, { name, steps }: Steps): number {
  const generator = generators[name](site, steps);
  for (;;) {
    const { value, done } = generator.next();
    if (done === true) return value as number;
  }
}
