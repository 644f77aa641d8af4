import { createRequire } from "node:module";

/** Where Node's classes are that programs hold instances of; whoever has one has loaded its module, so to ask loads nothing much. */
const modules: Readonly<Record<string, readonly string[]>> = {
  Socket: ["net", "dgram"],
  Server: ["net", "http", "https", "tls"],
  TLSSocket: ["tls"],
  ClientRequest: ["http"],
  IncomingMessage: ["http"],
  ServerResponse: ["http"],
  Agent: ["http", "https"],
  Worker: ["worker_threads"],
  ChildProcess: ["child_process"],
  EventEmitter: ["events"],
  EventEmitterAsyncResource: ["events"],
  Readable: ["stream"],
  Writable: ["stream"],
  Duplex: ["stream"],
  Transform: ["stream"],
  PassThrough: ["stream"],
  ReadStream: ["fs", "tty"],
  WriteStream: ["fs", "tty"],
  Dir: ["fs"],
  Stats: ["fs"],
  Dirent: ["fs"],
  Interface: ["readline", "readline/promises"],
  Hash: ["crypto"],
  Hmac: ["crypto"],
  Resolver: ["dns"],
  AsyncLocalStorage: ["async_hooks"],
  AsyncResource: ["async_hooks"],
  Script: ["vm"],
};

/** Such of them as no module exports. */
const unexported = new Set(["FileHandle", "FSWatcher", "StatWatcher"]);

/** Whether an object is of a class of the engine's or of Node's: what it stands for is on this thread, and cannot be registered. */
export function isOfPlatform(value: object): boolean {
  const type = (value as { constructor?: unknown }).constructor;
  if (typeof type !== "function" || type.name === "") return false;
  const { name } = type;
  if (isNative(type)) return true;
  if (Object.hasOwn(globalThis, name) && (globalThis as Record<string, unknown>)[name] === type) return true;
  if (name === "Timeout" || name === "Immediate") return type === timerClass(name);
  const require = createRequire(import.meta.url);
  if (unexported.has(name)) return value instanceof (require("node:events") as typeof import("node:events"));
  return modules[name]?.some((one) => (require(`node:${one}`) as Record<string, unknown>)[name] === type) ?? false;
}

function isNative(type: object): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(type));
}

/** Nothing exports them. */
function timerClass(name: "Timeout" | "Immediate"): unknown {
  if (name === "Timeout") {
    const timer = setTimeout(() => {}, 1);
    clearTimeout(timer);
    return timer.constructor;
  }
  const timer = setImmediate(() => {});
  clearImmediate(timer);
  return timer.constructor;
}
