import { IslesError } from "@isles/base";
import { Realm } from "@isles/migration/internal";
import { type Packed, pack, type ReferenceCodec, unpack } from "@isles/wire";

/** An instance of a registered class, in an argument, a result or a message. */
export interface InstanceDescription {
  readonly instance: string;
  readonly encoded: Packed;
}

/** Undefined for what is no instance of a registered class: it travels as structured clone has it. */
export function describeInstance(value: object, codec: ReferenceCodec): InstanceDescription | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype || prototype === Array.prototype) return undefined;
  const entry = Realm.here.classByPrototype(prototype);
  if (entry === undefined) return undefined;
  const encoded = entry.codec.encode === undefined ? { ...value } : entry.codec.encode(value);
  return { instance: entry.name, encoded: pack(encoded, codec, `an instance of ${entry.name}`) };
}

/** Throws IslesError `CLASS_UNKNOWN` where the class is not registered. */
export function resolveInstance({ instance: name, encoded }: InstanceDescription, codec: ReferenceCodec): object {
  const entry = Realm.here.classByName(name);
  if (entry === undefined) {
    throw new IslesError(
      "CLASS_UNKNOWN",
      `an instance of ${name} came here, where no such class is registered: call registerClass(${name}) in a module that this thread loads, too`,
    );
  }
  const plain = unpack(encoded, codec);
  if (entry.codec.decode !== undefined) return entry.codec.decode(plain as never) as object;
  return Object.assign(Object.create(entry.type.prototype as object) as object, plain);
}
