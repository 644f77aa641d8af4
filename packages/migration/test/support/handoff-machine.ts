import {
  HandoffHome,
  HandoffSite,
  type HomeEffects,
  HomeMailbox,
  type Mail,
  type MailAck,
  type MailImage,
  type Offer,
  type SiteEffects,
  SiteMailbox,
  type ToHome,
  type ToSite,
} from "@isles/migration/internal";

type Image = MailImage<string>;
interface Checkpoint {
  readonly k: "checkpoint";
  readonly p: number;
  readonly e: number;
  readonly image: Image;
}
type Message = ToSite<Image> | ToHome | Offer<Image> | Mail<string> | MailAck | Checkpoint;
type End = number | "home";

const P = 7;
const AT_ONCE = { messages: 1, bytes: 1 };

/** One process, its home and its sites, wired by FIFO channels that deliver on command. What happens is in `trace`. */
export class HandoffMachine {
  readonly trace: string[] = [];
  readonly home: HandoffHome<Image, Image>;
  readonly mailbox: HomeMailbox<string>;
  readonly #sites: HandoffSite<Image, Image>[];
  readonly #mailboxes: (SiteMailbox<string> | undefined)[] = [];
  readonly #channels = new Map<string, Message[]>();
  readonly #down = new Set<number>();
  readonly #known = new Set<number>();
  /** Why the next that a site tries fails. */
  #failure: string | undefined;

  constructor(sites: number) {
    this.#sites = Array.from({ length: sites }, (_, at) => new HandoffSite(this.#siteEffects(at)));
    this.home = new HandoffHome(P, 0, this.#homeEffects());
    this.mailbox = new HomeMailbox(P, (site, mail) => this.#send("home", site, mail));
  }

  start(): void {
    this.home.start({ received: 0, waiting: [] });
  }

  move(to: number): void {
    if (!this.home.move(to)) this.#tell(`no: the home is ${this.home.phase}`);
  }

  post(text: string): void {
    this.#tell(`message ${this.mailbox.post(text, 1)} is "${text}"`);
  }

  step(at: number): void {
    this.#sites[at].stepping(P);
    const mailbox = this.#mailboxes[at];
    for (let text = mailbox?.take(); text !== undefined; text = mailbox?.take()) this.#tell(`it takes "${text}"`);
  }

  yield(at: number): void {
    this.#sites[at].suspended(P);
  }

  end(at: number, outcome: string): void {
    this.#mailboxes[at] = undefined;
    this.#sites[at].ended(P, outcome);
  }

  checkpoint(at: number): void {
    const e = this.#sites[at].copies.get(P)?.epoch ?? 0;
    this.#send(at, "home", { k: "checkpoint", p: P, e, image: this.#mailboxOf(at).image() });
  }

  fail(why: string): void {
    this.#failure = why;
  }

  crash(at: number): void {
    this.#down.add(at);
    this.#sites[at].copies.clear();
    this.#mailboxes[at] = undefined;
  }

  learn(at: number): void {
    this.#known.add(at);
    this.home.siteDown(at);
  }

  /** The last message of a channel is lost with its sender. */
  lose(from: End, to: End): void {
    const message = this.#channel(from, to).pop();
    if (message !== undefined) this.#tell(`lost: ${words(message)}`);
  }

  deliver(from: End, to: End): void {
    const message = this.#channel(from, to).shift();
    if (message === undefined) throw new Error(`nothing is under way from ${from} to ${to}`);
    this.trace.push(`[${from} → ${to}  ${words(message)}]`);
    if (to === "home") this.#atHome(from as number, message);
    else if (!this.#down.has(to)) this.#atSite(from as number, to, message);
  }

  deliverAll(): void {
    const oldest = (): [End, End] | undefined => {
      const [name] = [...this.#channels].find(([, queue]) => queue.length > 0) ?? [];
      return name?.split(" ").map((end) => (end === "home" ? end : Number(end))) as [End, End] | undefined;
    };
    for (let next = oldest(); next !== undefined; next = oldest()) this.deliver(...next);
  }

  states(): void {
    const { phase, site, epoch } = this.home;
    this.#tell(`home: ${phase}, copy ${epoch} at site ${site}`);
    for (const [at, { copies }] of this.#sites.entries()) {
      const copy = copies.get(P);
      const has = copy === undefined ? "nothing" : `copy ${copy.epoch}, ${copy.phase}`;
      this.#tell(`site ${at}: ${this.#down.has(at) ? "down" : has}`);
    }
  }

  #atHome(from: number, message: Message): void {
    if (message.k === "ack") this.mailbox.acked(message.e, message.received);
    else if (message.k !== "checkpoint") this.home.receive(from, message as ToHome);
    else if (this.home.checkpointed(message.e, message.image, message.image.received)) {
      this.mailbox.checkpointed(message.image.received);
      this.#tell("that is the checkpoint now");
    } else this.#tell("that is no checkpoint: another copy is the process");
  }

  #atSite(from: number, at: number, message: Message): void {
    const site = this.#sites[at];
    if (message.k === "offer") return site.offered(from, message);
    if (message.k !== "mail") return site.receive(message as ToSite<Image>);
    if (!site.accepts(P, message.e)) return this.#tell("for no copy here");
    this.#mailboxOf(at).receive(message);
    if (site.copies.get(P)?.phase === "running") this.#ack(at);
  }

  #ack(at: number): void {
    const received = this.#mailboxOf(at).due();
    const e = this.#sites[at].copies.get(P)?.epoch ?? 0;
    if (received >= 0) this.#send(at, "home", { k: "ack", p: P, e, received });
  }

  #mailboxOf(at: number): SiteMailbox<string> {
    const mailbox = this.#mailboxes[at];
    if (mailbox === undefined) throw new Error(`no process is at site ${at}`);
    return mailbox;
  }

  #channel(from: End, to: End): Message[] {
    const name = `${from} ${to}`;
    const queue = this.#channels.get(name) ?? [];
    this.#channels.set(name, queue);
    return queue;
  }

  #send(from: End, to: End, message: Message): void {
    this.#tell(`${from} → ${to}  ${words(message)}`);
    this.#channel(from, to).push(message);
  }

  #tell(line: string): void {
    this.trace.push(`  ${line}`);
  }

  #failing(): string | undefined {
    const why = this.#failure;
    this.#failure = undefined;
    return why;
  }

  #homeEffects(): HomeEffects<Image, Image> {
    return {
      send: (site, message) => this.#send("home", site, message),
      isUp: (site) => !this.#known.has(site),
      choose: () => this.#sites.findLastIndex((_, at) => !this.#known.has(at)),
      source: (checkpoint) => checkpoint,
      runs: (site, epoch, received) => {
        this.#tell(`copy ${epoch} at site ${site} is the process`);
        this.mailbox.runs(site, epoch, received);
      },
      moved: (why) => this.#tell(why === undefined ? "moved" : `not moved: ${why}`),
      restarted: (lost, site) => {
        this.mailbox.hold();
        this.#tell(`lost with site ${lost}, starts again at site ${site}`);
      },
      ended: (outcome) => this.#tell(`ended: ${outcome}`),
      failed: (why) => this.#tell(`failed: ${why}`),
      lost: (site) => this.#tell(`lost with site ${site}`),
    };
  }

  #siteEffects(at: number): SiteEffects<Image, Image> {
    const settle = (image: Image): void => {
      this.#mailboxes[at] = new SiteMailbox(image, AT_ONCE);
    };
    return {
      home: (message) => this.#send(at, "home", message),
      offer: (to, offer) => this.#send(at, to, offer),
      make: (_p, _epoch, source) => {
        const why = this.#failing();
        if (why === undefined) settle(source);
        return why;
      },
      take: (_p, _epoch, image) => {
        const why = this.#failing();
        if (why !== undefined) return { why };
        settle(image);
        return { received: image.received };
      },
      image: () => {
        const why = this.#failing();
        return why === undefined ? { image: this.#mailboxOf(at).image() } : { why };
      },
      run: () => {
        this.#tell(`site ${at} runs it`);
        this.#ack(at);
      },
      freeze: () => this.#tell(`site ${at} freezes it`),
      halt: () => this.#tell(`site ${at} will suspend it at its next yield`),
      discard: (_p, isGone) => {
        this.#mailboxes[at] = undefined;
        this.#tell(`site ${at} forgets ${isGone ? "it, which has moved" : "an image"}`);
      },
    };
  }
}

function words(message: Message): string {
  const copy = `${message.k} ${message.e}`;
  switch (message.k) {
    case "move":
      return `${copy} to ${message.to} as ${message.next}`;
    case "resume":
      return `${copy}, not as ${message.next}`;
    case "stuck":
      return `${copy}, not as ${message.next}: ${message.why}`;
    case "refused":
      return `${copy}: ${message.why}`;
    case "prepared":
    case "ack":
      return `${copy}, received ${message.received}`;
    case "start":
      return `${copy}, received ${message.source.received}`;
    case "offer":
    case "checkpoint":
      return `${copy}, received ${message.image.received}${message.image.waiting.map((text) => ` "${text}"`).join("")}`;
    case "mail":
      return `${copy}, ${message.seq} "${message.message}"`;
    case "settle":
      return `${copy} from ${message.from}`;
    default:
      return copy;
  }
}
