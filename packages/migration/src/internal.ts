/** For the tools and the listed layers above (see scripts/arrows.mjs); no promise of stability. */
export { checkImage, type ProcessImage } from "./frames/image.ts";
export { Realm } from "./frames/realm.ts";
export * from "./handoff/home.ts";
export * from "./handoff/mailbox.ts";
export type * from "./handoff/messages.ts";
export * from "./handoff/participant.ts";
export * from "./policies/balance.ts";
export * from "./policies/fetch-meter.ts";
export * from "./policies/policy.ts";
export * from "./policies/preferences.ts";
