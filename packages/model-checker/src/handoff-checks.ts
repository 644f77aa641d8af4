import type { Resident } from "./handoff-place.ts";
import type { HandoffSystem } from "./handoff-system.ts";
import { Violation } from "./violation.ts";

/** The invariants of every state. */
export function checkHandoff({ home, places, isOver }: HandoffSystem): void {
  for (const [site, place] of places.entries()) place.check(site);
  const running = places.flatMap(({ copy }, site) => (copy?.phase === "running" ? [{ site, copy }] : []));
  if (running.length > 1) throw new Violation("two copies", `sites ${running.map((r) => r.site).join(" and ")} run it`);
  for (const { site, copy } of running) {
    const mayRun = home.phase !== "over" && home.phase !== "settling";
    if (mayRun && site === home.site && copy.epoch === home.epoch) continue;
    throw new Violation("home", `copy ${copy.epoch} runs at site ${site}; the home takes ${home.epoch} for it`);
  }
  if ((home.phase === "over") !== isOver) throw new Violation("outcome", `the home is ${home.phase}`);
}

/** With nothing under way: what is amiss, if anything is. */
export function amissAtRest(system: HandoffSystem): string | null {
  const { phase, site, epoch } = system.home;
  if (system.isMovePending) return "a move was never answered";
  if (phase !== "running" && phase !== "over") return `the home is ${phase} for ever`;
  for (const [at, { copy }] of system.places.entries()) {
    const belongs = phase === "running" && at === site;
    if (copy === undefined && belongs) return `the process is to be at site ${at}, and is not`;
    if (copy === undefined) continue;
    if (!belongs || copy.epoch !== epoch) return `copy ${copy.epoch} is left at site ${at}`;
    if (copy.phase !== "running" || copy.move !== undefined) return `copy ${copy.epoch} is ${copy.phase} for ever`;
  }
  return phase === "over" ? null : amissWithMail(system, system.places[site].resident as Resident);
}

function amissWithMail({ home, mailbox: atHome }: HandoffSystem, { mailbox, isRunnable }: Resident): string | null {
  if (!isRunnable) return "the process is never run";
  if (mailbox.received !== atHome.last) return `message ${mailbox.received + 1} never came`;
  const needed = home.checkpoint?.received ?? mailbox.received;
  const { messages } = atHome.kept;
  return messages === atHome.last - needed ? null : `the home keeps ${messages} messages for ever`;
}
