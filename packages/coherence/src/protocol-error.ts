import { IslesError } from "@isles/base";

/** A message that the tables do not allow in that state: the peer, the carrier or this code is wrong. */
export class ProtocolError extends IslesError {
  constructor(message: string) {
    super("PROTOCOL", message);
  }
}
