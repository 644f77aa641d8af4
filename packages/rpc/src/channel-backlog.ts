/**
 * Limits of what is kept for channels that nobody here has opened yet. A program's sites start at different moments, so
 * some must be kept; a peer that talks to a name nobody will ever open must not fill the memory.
 */
export const channelLimits = {
  /** Messages of one channel: room for a storm of 10,000 calls that starts before the service does. */
  keptMessagesPerChannel: 16_384,
  /** Unopened channels of one peer: far more names than a program exposes. */
  keptChannelsPerPeer: 1_024,
  /** UTF-16 code units of a channel's name: each kept channel holds its own. */
  nameLength: 1_024,
} as const;

/** A message that waits for its channel to be opened. */
export interface Kept {
  readonly data: unknown;
  /** Which endpoint of this thread sent it; 0 for any other sender. */
  readonly sender: number;
}

/** Messages for channels that nobody has opened yet, in order of arrival. */
export class ChannelBacklog {
  readonly #peers = new Map<number, Map<string, Kept[]>>();

  /** False if a limit is reached: the message is not kept. */
  keep(peer: number, name: string, message: Kept): boolean {
    const channels = this.#peers.get(peer) ?? new Map<string, Kept[]>();
    this.#peers.set(peer, channels);
    const kept = channels.get(name);
    if (kept) return kept.length < channelLimits.keptMessagesPerChannel && kept.push(message) > 0;
    if (channels.size >= channelLimits.keptChannelsPerPeer) return false;
    channels.set(name, [message]);
    return true;
  }

  /** What was kept for the channel; from now on it is the caller's. */
  take(peer: number, name: string): Kept[] {
    const channels = this.#peers.get(peer);
    const kept = channels?.get(name) ?? [];
    channels?.delete(name);
    return kept;
  }

  /** The peers that something of that name is kept from. */
  peersOf(name: string): number[] {
    return [...this.#peers].filter(([, channels]) => channels.has(name)).map(([peer]) => peer);
  }

  clear(): void {
    this.#peers.clear();
  }
}
