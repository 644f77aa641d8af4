import { ClosedError, SiteDownError } from "@isles/base";
import type { ControlMessage } from "./control.ts";

/** The error that everybody who waits gets when the cluster ends, whichever way. */
export function endingOf(message: Extract<ControlMessage, { kind: "down" | "close" }>): SiteDownError | ClosedError {
  if (message.kind === "close") return new ClosedError("the cluster was closed while this was waiting");
  return new SiteDownError(
    message.site,
    `site ${message.site} is down: ${message.reason}; its pages are lost, so close the cluster and launch it again`,
  );
}
