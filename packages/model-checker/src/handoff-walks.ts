import { amissAtRest } from "./handoff-checks.ts";
import { HandoffModel, type HandoffOptions } from "./handoff-model.ts";
import type { HandoffMutation } from "./handoff-system.ts";
import { Violation } from "./violation.ts";

/** More than can be explored: many walks through it, each with a seed of its own. */
export const walkOptions: HandoffOptions = {
  sites: 4,
  moves: 6,
  crashes: 3,
  messages: 6,
  checkpoints: 4,
  fails: true,
  settlesLast: true,
  isRestored: false,
};

/** Steps of a walk before only what is owed happens; enough to use up what the options allow. */
const STEPS = 300;
/** Of harmful steps, one in so many is taken: else most processes would be over at once. */
const HARM = 24;
/** What is owed ends long before. */
const OWED_STEPS_MAX = 10_000;

/**
 * Walks at random through a system, checking each state, and lets it come to rest. The seed decides everything, also how eager
 * users, processes and fate are. Returns the steps taken in words if something was wrong, or null.
 */
export function walkHandoff(seed: number, options = walkOptions, mutation: HandoffMutation = {}): string | null {
  const model = new HandoffModel(options, mutation);
  const random = prng(seed);
  const eagerness = 1 + random(6);
  const story: string[] = [];
  const take = (step: number): void => {
    story.push(model.describeStep(step));
    model.take(step);
    model.check();
  };
  try {
    for (let i = 0; i < STEPS; i++) {
      const steps = model.steps();
      const owed = steps.filter((step) => model.isOwed(step));
      const free = steps.filter((step) => !model.isOwed(step));
      if (steps.length === 0) break;
      const isFree = owed.length === 0 || (free.length > 0 && random(8) < eagerness);
      const from = isFree ? free : owed;
      const step = from[random(from.length)];
      if (!model.isHarmful(step) || random(HARM) === 0) take(step);
    }
    rest(model, take, random);
    const amiss = amissAtRest(model.system);
    if (amiss !== null) throw new Violation("stuck", amiss);
    return null;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return `seed ${seed}\n${story.join("\n")}\n=> ${error.message}\n`;
  }
}

function rest(model: HandoffModel, take: (step: number) => void, random: (below: number) => number): void {
  for (let i = 0; i < OWED_STEPS_MAX; i++) {
    const owed = model.duties();
    if (owed.length === 0) return;
    const step = owed[random(owed.length)];
    if (!model.isHarmful(step) || random(HARM) === 0) take(step);
  }
  throw new Violation("livelock", `${OWED_STEPS_MAX} steps and no rest`);
}

/** Mulberry32. */
function prng(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
