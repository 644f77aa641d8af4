import {
  type AnsweredCall,
  AssertionError,
  type Completion,
  plainReason,
  Spending,
  TimeAccount,
  WouldBlockError,
} from "@isles/base";
import { type Acquisition, Mode, Pins, ProtocolError, SpanDriver } from "@isles/coherence";
import {
  type Group,
  MessageClass,
  type Port,
  type Receiver,
  Service,
  type ServiceHandler,
  type ServiceHost,
  type Transferable,
} from "@isles/transport";
import type { RegionDescriptor } from "./descriptor.ts";
import type { Background, BlockedOn, EndpointOptions } from "./endpoint-options.ts";
import { Fences } from "./fences.ts";
import { HeldBack } from "./held-back.ts";
import { type FaultHost, MAX_SLEEP_MS, PageFaults } from "./page-faults.ts";
import { Pending } from "./pending.ts";
import type { Region } from "./region.ts";
import { type LinkHost, RegionLinks } from "./region-links.ts";
import { RegionSet } from "./region-set.ts";
import { ReleaseRegion } from "./release-region.ts";
import { TaskQueue } from "./task-queue.ts";
import { type ValueMessage, valueMessage } from "./value-message.ts";
import { blockingInHandler, expire } from "./wait-endings.ts";

/** How long a spinning program rests at a time, in milliseconds: about four times what it took to notice that it spins. */
const REST_MS = 0.2;

/** A wait that lasts this long, in milliseconds, is reported; then again after twice as long each time, up to the limit. */
const LONG_WAIT_MS = 300;
const LONG_WAIT_STEP_MAX_MS = 2_000;

export const SINGLE_RUNS: Group = { id: 0, name: "" };

/**
 * One endpoint of the shared memory: it joins the protocol's controllers to a port, and it is where a thread blocks.
 *
 * The thread runs its own protocol at *poll points*: while it waits, in `poll()`, every so many element accesses, and in
 * its event loop. Page states change nowhere else, so checking a page and then using it needs no lock.
 */
export class Endpoint implements FaultHost, LinkHost, Receiver, ServiceHost {
  readonly self: number;
  readonly sites: number;
  readonly mayBlock: boolean;
  readonly now: () => number;
  readonly port: Port;
  readonly pending = new Pending();
  readonly regions = new RegionSet();
  readonly pins = new Pins(this.regions);
  readonly spans = new SpanDriver(this.pins, this.regions);
  /** What keeps release consistency's promises. */
  readonly fences = new Fences(this);
  /** How the thread waits for pages. */
  readonly faults = new PageFaults(this);
  /** How the regions' records travel. */
  readonly links: RegionLinks;
  /** The run whose code is being executed here. */
  group: Group = SINGLE_RUNS;
  /** What the thread's time goes into. */
  readonly account: TimeAccount;
  /** Milliseconds spent waiting for services (not pages), and messages sent by them. */
  syncMs = 0;
  serviceMessages = 0;
  /** Told, inside the wait but outside of deliveries, of a long wait that only others can end. May send and reject the wait, not block or throw. */
  onLongWait: ((waitedMs: number) => void) | undefined;
  /** What the thread may do in waits that last. */
  background: Background | undefined;
  /** Some process has been killed here: each wait is to ask whether it is such a one's. */
  mayStop = false;
  /** The remote call that the code running now answers, if there are such calls. */
  answering: (() => AnsweredCall | undefined) | undefined;
  /** Which calls took which spans. */
  readonly #ofCalls = new WeakMap<Acquisition, { readonly isOver: boolean }>();
  /** Asynchronous acquisitions look again after every turn. */
  readonly #turnListeners = new Set<() => void>();
  readonly #handlers: (ServiceHandler | undefined)[] = [];
  readonly #heldBack = new HeldBack();
  readonly #onBroken: (error: Error) => void;
  /** Services that gather what they send. */
  readonly #gathering: Required<ServiceHandler>[] = [];
  readonly #tasks = new TaskQueue();
  #tasksScheduled = false;
  /** What the thread is blocked on; undefined while it runs program code, also such as runs inside a wait. */
  #blockedOn: Completion<unknown> | undefined;
  /** Nothing but the completion ends that wait. */
  #isOpenEnded = false;
  #wait = 0;
  #delivering = false;
  #turnScheduled = false;

  constructor(options: EndpointOptions) {
    this.sites = options.sites;
    this.mayBlock = options.mayBlock;
    this.now = options.now;
    this.account = new TimeAccount(options.now);
    this.#onBroken = options.onBroken;
    this.port = options.connect(this);
    this.self = this.port.self;
    this.links = new RegionLinks(this);
  }

  /** Pages that have come from each endpoint so far; counts on beyond 2^32 from 0. */
  get pagesFrom(): Readonly<Uint32Array> {
    return this.links.inbox.pagesFrom;
  }

  /**
   * Has `tell` called once, when so many more pages have come from others (from inside a delivery: it must neither send nor block).
   * What was to be told before is forgotten.
   */
  afterPages(count: number, tell: () => void): void {
    this.links.inbox.pagesLeft = count;
    this.links.inbox.onPages = tell;
  }

  // Receiver

  receive(from: number, message: string | object): void {
    const outer = this.#delivering;
    this.#delivering = true;
    try {
      if (typeof message === "string") this.text(from, message.charCodeAt(0) as Service, message);
      else this.value(from, (message as ValueMessage).s, (message as ValueMessage).v);
      this.#settleNow();
    } catch (error) {
      this.#giveUpIfInternal(error);
      throw error;
    } finally {
      this.#delivering = outer;
    }
  }

  /** After an error of the protocol's own nobody knows what memory holds: no wait may go on, here or elsewhere. */
  #giveUpIfInternal(error: unknown): void {
    if (!(error instanceof ProtocolError || error instanceof AssertionError)) return;
    this.fail(error);
    this.#onBroken(error);
  }

  /** Settles outside a delivery. */
  #settle(): void {
    this.#delivering = true;
    try {
      this.#settleNow();
    } catch (error) {
      this.#giveUpIfInternal(error);
      throw error;
    } finally {
      this.#delivering = false;
    }
  }

  /** Runs what the turn has set off here until nothing is left, and hands what it sends to the port. */
  #settleNow(): void {
    do {
      this.links.loopback.drain();
      if (this.#turnListeners.size > 0) for (const listener of [...this.#turnListeners]) listener();
      for (const service of this.#gathering) service.flush();
    } while (this.links.loopback.pending);
    this.links.outbox.flush();
  }

  /** Delivers a text message, whose first code unit is its service. */
  text(from: number, service: Service, message: string): void {
    if (service === Service.Coherence) this.links.inbox.records(from, message);
    else if (service === Service.Page) this.links.inbox.pageFrame(from, message);
    else if (service === Service.Home) this.links.firstTouch.text(from, message);
    else this.#handler(service).text(from, message.slice(1));
  }

  value(from: number, service: Service, value: unknown): void {
    this.#handler(service).value(from, value);
  }

  // ServiceHost

  on(service: Service, handler: ServiceHandler): void {
    this.#handlers[service] = handler;
    if (handler.flush !== undefined) this.#gathering.push(handler as Required<ServiceHandler>);
  }

  defer(task: () => void): void {
    this.#tasks.push(task);
    if (this.#tasksScheduled) return;
    this.#tasksScheduled = true;
    queueMicrotask(() => {
      this.#tasksScheduled = false;
      this.runTasks();
    });
  }

  keepAlive(change: 1 | -1): void {
    this.pending.keepAlive(change);
  }

  get isDelivering(): boolean {
    return this.#delivering;
  }

  releaseWrites(): void {
    this.fences.release();
    if ((this.mayBlock && !this.#delivering) || this.fences.isReleased || this.pending.failure !== undefined) return;
    if (this.#heldBack.isHolding) return;
    this.#heldBack.hold();
    this.fences.whenReleased(() => this.#heldBack.letGo());
  }

  acquireReads(): Completion<void> | undefined {
    return this.fences.acquireSoon();
  }

  sendText(to: number, service: Service, text: string): void {
    if (this.#heldBack.isHolding && to !== this.self) {
      this.#heldBack.add(() => this.sendText(to, service, text));
      return;
    }
    this.serviceMessages++;
    const message = String.fromCharCode(service) + text;
    if (to === this.self) {
      this.links.loopback.text(service, message);
      this.#scheduleTurn();
      return;
    }
    this.links.outbox.flushTo(to);
    this.port.send(to, message, MessageClass.Request);
    // Program code may not come back to a poll point for long; what it sends must leave now.
    if (!this.#delivering) this.port.flush();
  }

  sendValue(to: number, service: Service, value: unknown, transfer?: readonly Transferable[]): void {
    if (this.#heldBack.isHolding && to !== this.self) {
      this.#heldBack.addValue(value, transfer, (copy, moved) => this.sendValue(to, service, copy, moved));
      return;
    }
    this.serviceMessages++;
    if (to === this.self) {
      this.links.loopback.value(service, structuredClone(value, transfer && { transfer: [...transfer] }));
      this.#scheduleTurn();
      return;
    }
    this.links.outbox.flushTo(to);
    this.port.post(to, valueMessage(service, value), MessageClass.Request, transfer);
  }

  pend<T>(label: string, group: Group = this.group): Completion<T> {
    return this.pending.add<T>(label, group);
  }

  wait<T>(
    completion: Completion<T>,
    timeoutMs?: number,
    onTimeout?: () => void,
    spending: Spending = Spending.Other,
  ): T {
    if (completion.settled) return this.#taken(completion);
    if (!this.mayBlock) {
      completion.reject(new WouldBlockError(completion.label, "its twin under .async"));
      return completion.take();
    }
    if (this.#delivering) completion.reject(blockingInHandler(completion.label));
    else this.turn();
    const stop = this.mayStop ? this.answering?.()?.stopReason : undefined; // after the turn, which may have brought it
    if (stop !== undefined) completion.reject(stop);
    if (completion.settled) return this.#taken(completion);
    const lent = this.#block(completion, true, spending, timeoutMs, onTimeout);
    this.fences.acquire(); // before pages are fetched back, so that stale ones are fetched anew along with them
    if (lent !== undefined) this.faults.complete(lent);
    return completion.take();
  }

  #taken<T>(completion: Completion<T>): T {
    this.fences.acquire();
    return completion.take();
  }

  /** Like `wait`, but keeps every pinned page: only for answers that a peer gives at its next poll point in any state. */
  waitHolding<T>(completion: Completion<T>, spending: Spending = Spending.Other): T {
    if (!completion.settled) this.#block(completion, false, spending);
    return completion.take();
  }

  async waitAsync<T>(completion: Completion<T>, timeoutMs?: number, onTimeout?: () => void): Promise<T> {
    if (timeoutMs === undefined || completion.settled) {
      if (!this.fences.isNeeded) return completion.promise();
      const value = await completion.promise();
      await this.fences.acquireAsync();
      return value;
    }
    const timer = setTimeout(() => expire(completion, timeoutMs, onTimeout), Math.min(timeoutMs, 2 ** 31 - 1));
    try {
      const value = await completion.promise();
      if (this.fences.isNeeded) await this.fences.acquireAsync();
      return value;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The cluster is down or closed: every wait here ends with `error`, and every later one begins with it. */
  fail(error: Error): void {
    this.pending.failAll(error);
    this.#heldBack.letGo();
    for (const region of this.regions.all) region.fail(error);
  }

  // Turns

  /** Serves whatever has arrived. The poll point of long computations. */
  poll(): void {
    if (!this.port.hasMail()) {
      if (this.links.loopback.pending) this.turn();
      return;
    }
    const before = this.account.switchTo(Spending.Serving);
    this.turn();
    this.account.switchTo(before);
  }

  /**
   * For a program that spins on an element. It waits as much as one that blocks, so it hears of failures: throws what ends the run's
   * waits. An element changes by a message only, so where threads outnumber cores the spinner leaves its core to the one who will
   * send it; shortly, since it may be no spinner after all.
   */
  rest(): void {
    const error = this.pending.reasonToStop(this.group.id);
    if (error !== undefined) throw error;
    if (!this.port.crowded || !this.mayBlock) return;
    this.port.wait(REST_MS);
    this.turn();
  }

  /** `site.poll()`: serves the others, and throws what would end a wait here. */
  pollForProgram(): void {
    this.poll();
    this.runTasks();
    const error = this.pending.reasonToStop(this.group.id);
    if (error !== undefined) throw error;
  }

  /** What this endpoint waits for at this moment, in words; empty while it computes or idles. */
  waitingFor(): string[] {
    const labels = this.pending.labels();
    const blockedOn = this.#blockedOn?.label; // calls are not among the pending
    if (blockedOn !== undefined && !labels.includes(blockedOn)) labels.push(blockedOn);
    if (this.faults.awaited === undefined) return labels;
    const { region, page, mode } = this.faults.awaited;
    const name = this.regions.regionOf(region)?.descriptor.name ?? "a freed array";
    return [`page ${page} of "${name}" to ${mode === Mode.Write ? "write" : "read"}`, ...labels];
  }

  /** The innermost wait of this thread, the only one that can end next; undefined while program code runs. */
  get blocked(): BlockedOn | undefined {
    const completion = this.#blockedOn;
    if (completion === undefined || completion.settled) return undefined;
    const reason = this.#isOpenEnded ? completion.reason : undefined;
    return { wait: this.#wait, label: completion.label, reason: reason && plainReason(reason) };
  }

  /** Whether calls have come in that the thread's wait, or its event loop, is about to run. */
  get hasTasks(): boolean {
    return !this.#tasks.isEmpty;
  }

  /** Ends the wait with that number by an error; false if the thread is not in it any more. */
  rejectBlocked(wait: number, error: Error): boolean {
    return wait === this.#wait && this.#blockedOn !== undefined && this.#blockedOn.reject(error);
  }

  turn(): void {
    this.#settle();
    this.port.poll();
  }

  /** Runs the calls that have come in. One that blocks lets later ones run inside its wait. */
  runTasks(): void {
    if (this.#tasks.isEmpty || this.#delivering) return;
    const before = this.account.switchTo(Spending.Serving);
    try {
      this.fences.acquire(); // what came in is news
      this.#tasks.run(() => {
        this.poll(); // others may wait for pages of this site, and there may be many tasks
        this.fences.acquire(); // what came in just now runs next
      });
      this.send();
    } finally {
      this.account.switchTo(before);
    }
  }

  /** Sends what asynchronous code has started, after that code has returned. */
  #scheduleTurn(): void {
    if (this.#turnScheduled || this.#delivering) return;
    this.#turnScheduled = true;
    queueMicrotask(() => {
      this.#turnScheduled = false;
      this.turn();
    });
  }

  /** Sleeps and serves until the completion is settled. Returns the wait whose end fetches back what was lent, if anything was. */
  #block<T>(
    completion: Completion<T>,
    mayRunTasks: boolean,
    spending: Spending,
    timeoutMs?: number,
    onTimeout?: () => void,
  ): Acquisition | undefined {
    const start = this.now();
    const spentBefore = this.account.switchTo(spending, start);
    let deadline = timeoutMs === undefined ? Infinity : start + timeoutMs;
    const isOpenEnded = mayRunTasks && deadline === Infinity;
    let look = isOpenEnded && this.onLongWait !== undefined ? start + LONG_WAIT_MS : Infinity;
    let lent = mayRunTasks ? this.#lend() : undefined;
    this.#beginWait(completion as Completion<unknown>, isOpenEnded);
    try {
      for (;;) {
        this.turn();
        if (mayRunTasks && this.hasTasks && (!completion.settled || completion.isCall)) {
          this.#blockedOn = undefined;
          this.#runTasksInside(lent);
          lent ??= this.#lend(); // a call may have left an async span behind
          this.#beginWait(completion as Completion<unknown>, isOpenEnded);
        }
        if (completion.settled) break;
        const now = this.now();
        const leaves =
          mayRunTasks && this.background?.isWaiting() === true ? start + this.background.leavesAfterMs() : Infinity;
        if (now >= leaves) {
          this.defer(() => this.background?.run());
          continue;
        }
        if (now >= deadline) {
          expire(completion, timeoutMs!, onTimeout);
          if (completion.settled) break;
          // The expiry asks the queue's home, which may have woken this waiter first: its answer ends the wait.
          deadline = Infinity;
        }
        if (now >= look) {
          look = now + Math.min(now - start, LONG_WAIT_STEP_MAX_MS);
          if (completion.reason !== undefined) this.onLongWait?.(now - start);
          if (completion.settled) break;
        }
        this.port.wait(Math.min(deadline - now, look - now, leaves - now, MAX_SLEEP_MS));
      }
    } catch (error) {
      if (lent !== undefined) this.spans.cancel(lent);
      throw error;
    } finally {
      this.#blockedOn = undefined;
      const now = this.now();
      this.account.switchTo(spentBefore, now);
      this.syncMs += now - start;
    }
    return lent;
  }

  /** Whatever this site holds may be what the awaited site needs first: lends it until the wait is over. */
  #lend(): Acquisition | undefined {
    if (this.pins.idle) return undefined;
    const lent = this.spans.begin([], true);
    this.send();
    return lent;
  }

  /** Calls that run inside a wait know nothing of what the waiting code holds: to them it is lent, as to other sites. */
  #runTasksInside(lent: Acquisition | undefined): void {
    if (lent === undefined) return this.runTasks();
    const aside = this.spans.setAside();
    try {
      this.runTasks();
    } finally {
      this.spans.takeBack(aside);
      this.send();
    }
  }

  #beginWait(completion: Completion<unknown>, isOpenEnded: boolean): void {
    this.#wait++;
    this.#blockedOn = completion;
    this.#isOpenEnded = isOpenEnded;
  }

  // Pages

  release(acquisition: Acquisition): void {
    this.spans.release(acquisition);
    this.send();
  }

  /** Notes whose code takes an acquisition, if that is a remote call's. */
  own(acquisition: Acquisition): void {
    const call = this.answering?.();
    if (call !== undefined) this.#ofCalls.set(acquisition, call);
  }

  /** The process that took them is over, and so are its spans. */
  releaseOwned(owner: object): void {
    for (const acquisition of [...this.pins.live]) {
      if (this.#ofCalls.get(acquisition) === owner) this.release(acquisition);
    }
  }

  /**
   * The run that took them is over: whatever spans it left are released, or others would wait for their pages for ever. Calls
   * under way keep theirs.
   */
  releaseAll(): void {
    for (const acquisition of [...this.pins.live]) {
      if (this.#ofCalls.get(acquisition)?.isOver !== false) this.release(acquisition);
    }
  }

  /** Requests pages without waiting for them. */
  prefetch(region: Region, first: number, last: number, mode: Mode): void {
    for (let page = first; page <= last; page++) region.request(page, mode);
    this.send();
  }

  /** Sends what the controllers have queued, and lets the loopback run. */
  send(): void {
    if (this.#delivering) return;
    this.#settle();
    this.port.flush();
  }

  /** Throws where this thread may not block, before the call has done anything. `call` ends in the method's name. */
  mustBlock(call: string): void {
    if (!this.mayBlock) throw new WouldBlockError(call, call.replace(/\w+$/, "async.$&"));
    this.checkGoingOn();
    if (this.#delivering) throw blockingInHandler(call);
  }

  /** Throws if the cluster is down or closed, or the run that waits here has failed or was given up. */
  checkGoingOn(): void {
    const reason = this.pending.reasonToStop(this.group.id);
    if (reason !== undefined) throw reason;
  }

  // Pages, asynchronous

  /** Runs `access` once the page is here in that mode; it must use the page at once. */
  access<T>(region: Region, page: number, mode: Mode, access: () => T): Promise<T> {
    // A loop over awaited hits never leaves the microtasks, so this is its only poll point.
    if (!this.#delivering) this.poll();
    const completion = this.pend<T>(`page ${page} of "${region.descriptor.name}"`);
    const run = () => {
      try {
        completion.resolve(access());
      } catch (error) {
        completion.reject(error); // a value of the wrong type: the caller's error, not that of the message we are in
      }
    };
    if (!completion.settled) region.whenReady(page, mode, run, (error) => completion.reject(error));
    this.send();
    return completion.promise();
  }

  /** Calls `step` after every turn until it returns true. */
  onTurns(step: () => boolean): void {
    const listener = () => {
      if (step()) this.#turnListeners.delete(listener);
    };
    this.#turnListeners.add(listener);
    listener();
    this.send();
  }

  // Regions

  /** A region was announced: what came early for it can be delivered. */
  announced(region: Region): void {
    this.regions.add(region);
    if (region instanceof ReleaseRegion) this.fences.add(region);
    this.links.announced(region);
    this.send();
  }

  /** The region is freed everywhere: whatever still comes for it is dropped. */
  freed(descriptor: RegionDescriptor): void {
    const region = this.regions.free(descriptor);
    if (region instanceof ReleaseRegion) this.fences.remove(region);
  }

  #handler(service: Service): ServiceHandler {
    const handler = this.#handlers[service];
    if (handler === undefined) throw new Error(`no handler for service ${service} at endpoint ${this.self}`);
    return handler;
  }
}
