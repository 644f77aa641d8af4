import { dirStateNames, isForDirectory, kindNames, stateNames } from "@isles/coherence";
import type { Message } from "./channels.ts";
import type { Machine } from "./machine.ts";

const bodies = ["stale", "overtaken", "latest", "by reference"];

/** An endpoint's name: "site 1", or "home" for a home that is no site. */
export function endpointName(machine: Machine, endpoint: number): string {
  return endpoint < machine.options.sites ? `site ${endpoint}` : "home";
}

export function describeMessage(machine: Machine, message: Message, from: number, to: number): string {
  const { kind, page, requester, acks, body } = message;
  const details: string[] = [];
  const name = kindNames[kind];
  if (isForDirectory(kind) && (requester !== from || name === "HomeMove"))
    details.push(`${name === "HomeMove" ? "shared with" : "of"} ${endpointName(machine, requester)}`);
  if (name === "Inv" || name === "FwdGetS" || name === "FwdGetM")
    details.push(`for ${endpointName(machine, requester)}`);
  if (name === "Data" || name === "UpgAck") details.push(`acks ${acks}`);
  if (name === "Data" || name === "DataO" || name === "PutM" || name === "WB") details.push(bodies[body]);
  const directory = isForDirectory(kind) ? " directory" : "";
  const what = details.length === 0 ? "" : ` (${details.join(", ")})`;
  return `${name}${what} page ${page}, ${endpointName(machine, from)} → ${endpointName(machine, to)}${directory}`;
}

/** All controllers and channels in one line a page. */
export function describeMachine(machine: Machine): string {
  const lines: string[] = [];
  for (let page = 0; page < machine.options.pages; page++) {
    const caches = machine.caches.map((cache) => describeCache(cache, page)).join(" ");
    const directory = machine.directoryOf(page);
    const sharers = machine.caches.flatMap((_, site) => (directory.isSharer(page, site) ? [site] : []));
    const owner = directory.ownerOf(page) < 0 ? "" : ` owner ${directory.ownerOf(page)}`;
    const queue = directory.queueOf(page).length === 0 ? "" : ` queued ${directory.queueOf(page).length}`;
    const who = sharers.length === 0 ? "" : ` sharers ${sharers.join(",")}`;
    lines.push(`page ${page}: ${caches} | ${dirStateNames[directory.stateOf(page)]}${owner}${who}${queue}`);
  }
  return lines.join("; ");
}

function describeCache(cache: Machine["caches"][number], page: number): string {
  const acks = cache.acksOwed(page) === 0 ? "" : `(${cache.acksOwed(page)})`;
  const deferred = (cache.deferredInvOf(page) >= 0 ? "+Inv" : "") + (cache.deferredForwardOf(page) >= 0 ? "+Fwd" : "");
  return `${stateNames[cache.state[page]]}${acks}${deferred}`;
}
