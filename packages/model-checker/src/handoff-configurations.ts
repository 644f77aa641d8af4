import { HandoffModel, type HandoffOptions } from "./handoff-model.ts";
import type { HandoffMutation } from "./handoff-system.ts";

/** A system with one process to explore, with what its exploration must come to. */
export interface HandoffConfiguration {
  readonly name: string;
  readonly about: string;
  readonly options: HandoffOptions;
  /** Reachable states: pinned, so that any change of the protocol shows. */
  readonly states: number;
  /** Takes long; explored on request only. */
  readonly isLong: boolean;
  readonly make: (mutation?: HandoffMutation) => HandoffModel;
}

const most: HandoffOptions = {
  sites: 2,
  moves: 1,
  crashes: 0,
  messages: 0,
  checkpoints: 0,
  fails: false,
  settlesLast: true,
  isRestored: false,
};

function handoff(name: string, states: number, few: Partial<HandoffOptions>, isLong = false): HandoffConfiguration {
  const options: HandoffOptions = { ...most, ...few };
  return {
    name: `handoff-${name}`,
    about: aboutOf(options),
    options,
    states,
    isLong,
    make: (mutation) => new HandoffModel(options, mutation),
  };
}

function aboutOf(options: HandoffOptions): string {
  const { sites, moves, crashes, messages, checkpoints, fails, settlesLast, isRestored } = options;
  const parts = [count(moves, "move"), count(crashes, "crash", "es"), count(messages, "message")];
  parts.push(count(checkpoints, "checkpoint"), fails ? "anything may fail" : "", settlesLast ? "" : "late offers");
  return `1 process${isRestored ? ", restored," : ""} × ${sites} sites; at most ${parts.filter((part) => part !== "").join(", ")}`;
}

const count = (n: number, what: string, plural = "s"): string =>
  n === 0 ? "" : `${n} ${what}${n === 1 ? "" : plural}`;

/** All that is explored, smallest first within its kind. */
export const handoffConfigurations: readonly HandoffConfiguration[] = [
  handoff("2", 3_788, { moves: 2, crashes: 2, fails: true }),
  handoff("2-late", 3_927, { moves: 2, crashes: 2, fails: true, settlesLast: false }),
  handoff("3", 38_680, { sites: 3, moves: 2, crashes: 2, fails: true }),
  handoff("2-restarts-late", 1_456, { moves: 1, crashes: 1, checkpoints: 1, fails: true, settlesLast: false }),
  handoff("3-restarts", 7_878, { sites: 3, moves: 1, crashes: 2, checkpoints: 1 }),
  handoff("2-messages", 7_368, { moves: 1, crashes: 1, messages: 2 }),
  handoff("2-messages-restarts", 9_518, { moves: 1, crashes: 1, messages: 1, checkpoints: 1 }),
  handoff("2-restored", 13_388, { moves: 1, crashes: 1, messages: 2, isRestored: true }),
  handoff("3-detours", 73_980, { sites: 3, moves: 3 }, true),
  handoff("2-moves", 23_835, { moves: 3, crashes: 2, fails: true }, true),
  handoff("3-moves", 274_062, { sites: 3, moves: 3, crashes: 2 }, true),
  handoff("3-restarts-late", 112_011, { sites: 3, moves: 2, crashes: 2, checkpoints: 1, settlesLast: false }, true),
  handoff("3-messages", 215_534, { sites: 3, moves: 2, crashes: 1, messages: 1, fails: true }, true),
  handoff("2-all", 558_278, { moves: 2, crashes: 2, messages: 2, checkpoints: 1, settlesLast: false }, true),
];

export function handoffNamed(name: string): HandoffConfiguration {
  const found = handoffConfigurations.find((configuration) => configuration.name === name);
  if (found === undefined) {
    throw new Error(`no configuration ${name}; there are ${handoffConfigurations.map((c) => c.name).join(", ")}`);
  }
  return found;
}
