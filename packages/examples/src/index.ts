/**
 * @isles/examples: example programs and the demo.
 *
 * Not published; it uses nothing but the public face a user has.
 *
 * @packageDocumentation
 */
export {};
