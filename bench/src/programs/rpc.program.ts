/** Remote procedure calls. */
import * as Comlink from "comlink";
import { type Site, transfer } from "isles";
import { type Echo, echoService } from "../raw/echo.ts";
import { answerRivals } from "../raw/rivals.ts";
import { NOTHING, timeEach } from "./timing.ts";

/** Names of services, and of the Comlink channel between the launcher and a site. */
export const ECHO = "echo";
export const RIVALS = "rivals";
export const COMLINK = "comlink";

/** Opens the ways to call this thread that do without us. */
export interface RivalsService {
  attach: typeof answerRivals;
}

/** Makes this site answer calls. */
export function serve(site: Site): void {
  site.rpc.expose(ECHO, echoService(transfer));
  site.rpc.expose(RIVALS, { attach: answerRivals } satisfies RivalsService);
  const launcher = site.count;
  Comlink.expose(
    echoService((bytes, moved) => Comlink.transfer(bytes, moved)),
    site.rpc.endpoint(launcher, COMLINK),
  );
}

/** Blocking calls of site 0 to site 1, which waits in a barrier. */
export function block(site: Site, { count }: { count: number }): Float64Array {
  site.barrier();
  const times = site.id === 0 ? blockingCalls(site, { count }) : NOTHING;
  site.barrier();
  return times;
}

/** Blocking calls to site 1; the caller sees to it what that does meanwhile. */
export function blockingCalls(site: Site, { count }: { count: number }): Float64Array {
  const echo = site.rpc.blocking<Echo>(1, ECHO);
  let n = 0;
  const times = timeEach(count, () => {
    n = echo.next(n);
  });
  if (n !== count) throw new Error(`${n} calls where ${count} were made`);
  return times;
}
